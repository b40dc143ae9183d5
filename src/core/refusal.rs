//! What a browser means when its storage refuses: exceptions of one name have several causes, and
//! one cause has several names.

/// Why something could not be stored or read, as far as that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no room for it.
    Full,
    /// What is stored is of a newer version.
    Newer,
    /// The browser has closed what it was asked through.
    Closed,
    /// Anything else.
    Other,
}

/// By an exception's name and message. A disk without room has words of its own in databases: in
/// Chromium those of the file that a Blob was to be copied to, in WebKit those of any row. Where a
/// write to a file has thrown, WebKit has one name for a file that is closed and for a disk that is
/// full: `open` tells them apart.
pub fn thrown(name: &str, message: &str, open: Option<bool>) -> Refusal {
    match name {
        "QuotaExceededError" => Refusal::Full,
        "VersionError" => Refusal::Newer,
        "InvalidStateError" if open == Some(true) => Refusal::Full,
        "InvalidStateError" | "AbortError" => Refusal::Closed,
        "DataError" if message.ends_with("(IOError)") => Refusal::Full,
        "UnknownError" if message.starts_with("Unable to store record") => Refusal::Full,
        _ => Refusal::Other,
    }
}

/// Whether a stored value, or a Blob that was one, could not be read because its bytes are not there:
/// browsers keep them in files beside the database, where they can be lost alone. `DataError` is
/// Chromium's, of values that it keeps there although they are no Blobs.
pub fn is_lost(name: &str) -> bool {
    matches!(name, "NotReadableError" | "NotFoundError" | "DataError")
}

/// How many of `len` bytes were written, by the number that a write to a file came to. Chromium
/// has no other way to tell of a failure than a number that is larger: a negative code, taken for
/// one of 32 bits without a sign (crbug.com/541725401).
pub fn written(number: u64, len: u32) -> Result<u32, Refusal> {
    const NO_SPACE: u64 = 0xffff_fff8;
    match u32::try_from(number) {
        Ok(0) if len > 0 => Err(Refusal::Full),
        Ok(written) if written <= len => Ok(written),
        _ if number == NO_SPACE => Err(Refusal::Full),
        _ => Err(Refusal::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_known_by_the_words_of_each_browser() {
        for (name, message) in [
            ("QuotaExceededError", ""),
            ("DataError", "Failed to write blobs (IOError)"),
            ("UnknownError", "Unable to store record in object store"),
        ] {
            assert_eq!(
                thrown(name, message, None),
                Refusal::Full,
                "{name}: {message}"
            );
        }
    }

    #[test]
    fn the_same_names_with_other_words_say_nothing_of_room() {
        for (name, message) in [
            ("DataError", "Failed to read large IndexedDB value"),
            ("UnknownError", "Internal error opening backing store"),
            ("NotReadableError", "Failed to write blobs (IOError)"),
        ] {
            assert_eq!(
                thrown(name, message, None),
                Refusal::Other,
                "{name}: {message}"
            );
        }
        assert_eq!(thrown("AbortError", "", None), Refusal::Closed);
        assert_eq!(thrown("VersionError", "", None), Refusal::Newer);
    }

    #[test]
    fn a_file_that_is_open_and_cannot_be_written_has_no_room() {
        let words = "Failed to write to file";
        let refused = |open| thrown("InvalidStateError", words, open);
        assert_eq!(refused(Some(true)), Refusal::Full);
        assert_eq!(refused(Some(false)), Refusal::Closed);
        assert_eq!(refused(None), Refusal::Closed, "a database");
    }

    #[test]
    fn what_closes_or_fills_a_database_says_nothing_of_lost_bytes() {
        for name in [
            "AbortError",
            "InvalidStateError",
            "UnknownError",
            "QuotaExceededError",
        ] {
            assert!(!is_lost(name), "{name}");
        }
        for name in ["NotReadableError", "NotFoundError", "DataError"] {
            assert!(is_lost(name), "{name}");
        }
    }

    #[test]
    fn more_bytes_than_were_given_are_not_written() {
        assert_eq!(written(5, 5), Ok(5));
        assert_eq!(written(3, 5), Ok(3), "the rest is still to be written");
        assert_eq!(written(0, 0), Ok(0));
        assert_eq!(written(0, 5), Err(Refusal::Full));
        assert_eq!(written(4_294_967_288, 5), Err(Refusal::Full));
        for number in [6, 4_294_967_295, 4_294_967_280] {
            assert_eq!(written(number, 5), Err(Refusal::Other), "{number}");
        }
    }
}
