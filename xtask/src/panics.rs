//! A panic ends the module whatever its words are, and nothing in a browser shows these: so the module
//! is shipped without them, and without the formatting that only they need. It still ends at once.

/// Where the standard library's panics begin, by the paths of functions that never return.
const FAILURES: [&str; 9] = [
    "core::panicking::",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::result::unwrap_failed",
    "core::str::slice_error_fail",
    "core::slice::index::slice_",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::cell::panic_already_",
    "alloc::alloc::handle_alloc_error",
];

/// Whether the path, without hashes, is that of one.
pub(crate) fn is_failure(path: &str) -> bool {
    let path = path.trim_start_matches('<');
    FAILURES.iter().any(|failure| path.starts_with(failure)) || path.ends_with("::assert_failed")
}

#[cfg(test)]
mod tests {
    use super::is_failure;

    #[test]
    fn panics_are_known_by_their_paths() {
        assert!(is_failure("core::panicking::panic_fmt"));
        assert!(is_failure("core::option::unwrap_failed"));
        assert!(is_failure(
            "<alloc::vec::Vec<_, _>>::insert_mut::assert_failed"
        ));
    }

    #[test]
    fn what_returns_is_left_alone() {
        assert!(!is_failure("core::fmt::write"));
        assert!(!is_failure("<u64 as core::fmt::Display>::fmt"));
        assert!(!is_failure(
            "rangeload::core::download::Download::handle_failure"
        ));
    }
}
