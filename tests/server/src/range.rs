//! The `Range` header (RFC 9110, section 14): what it asks for, and what of that there is.
//!
//! Only a single range is honoured. Anything else is as if the header were absent, which the RFC
//! allows for several ranges and demands for what it cannot be parsed as.

use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteRange {
    /// `first-` or `first-last`; the last offset is included, as on the wire.
    From { first: u64, last: Option<u64> },
    /// `-length`: so many bytes at the end.
    Suffix(u64),
}

impl ByteRange {
    /// None for anything but one valid range of bytes.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let (unit, set) = header.split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        // Empty list elements count for nothing (section 5.6.1).
        let mut specs = set
            .split(',')
            .map(str::trim)
            .filter(|spec| !spec.is_empty());
        let (Some(spec), None) = (specs.next(), specs.next()) else {
            return None;
        };
        let (first, last) = spec.split_once('-')?;
        match (first, last) {
            ("", length) => Some(Self::Suffix(position(length)?)),
            (first, "") => Some(Self::From {
                first: position(first)?,
                last: None,
            }),
            (first, last) => {
                let (first, last) = (position(first)?, position(last)?);
                (first <= last).then_some(Self::From {
                    first,
                    last: Some(last),
                })
            }
        }
    }

    /// What was asked for, as far past the end as it was. An open end is the end of the file.
    pub(crate) fn asked(self, size: u64) -> Range<u64> {
        match self {
            Self::From { first, last: None } => first..size.max(first),
            Self::From {
                first,
                last: Some(last),
            } => first..last.saturating_add(1),
            Self::Suffix(length) => size.saturating_sub(length)..size,
        }
    }

    /// Whether it names an offset that does not exist. `bytes=0-` does not, whatever the size:
    /// nobody can know that a file is empty before asking.
    pub(crate) fn beyond(self, size: u64) -> bool {
        match self {
            Self::From {
                first: 0,
                last: None,
            } => false,
            Self::From { first, last } => last.unwrap_or(first) >= size,
            Self::Suffix(length) => length > size,
        }
    }

    /// The part of it that exists; none if it is unsatisfiable.
    pub(crate) fn within(self, size: u64) -> Option<Range<u64>> {
        let asked = self.asked(size);
        let range = asked.start..asked.end.min(size);
        (range.start < range.end).then_some(range)
    }
}

/// Digits alone. More than fit are a position past every end, not an error.
fn position(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(header: &str, size: u64) -> Option<Range<u64>> {
        ByteRange::parse(header)?.within(size)
    }

    #[test]
    fn the_examples_of_the_rfc_are_understood() {
        assert_eq!(within("bytes=0-499", 10_000), Some(0..500));
        assert_eq!(within("bytes=500-999", 10_000), Some(500..1000));
        assert_eq!(within("bytes=-500", 10_000), Some(9500..10_000));
        assert_eq!(within("bytes=9500-", 10_000), Some(9500..10_000));
        assert_eq!(within("bytes=0-0", 10_000), Some(0..1));
        assert_eq!(within("bytes=-1", 10_000), Some(9999..10_000));
    }

    #[test]
    fn what_lies_past_the_end_is_left_out() {
        assert_eq!(within("bytes=5-99", 10), Some(5..10));
        assert_eq!(within("bytes=-99", 10), Some(0..10));
        assert_eq!(within("bytes=5-99999999999999999999999", 10), Some(5..10));
        assert_eq!(within("bytes=10-", 10), None);
        assert_eq!(within("bytes=10-12", 10), None);
    }

    #[test]
    fn an_empty_file_and_an_empty_suffix_satisfy_nothing() {
        assert_eq!(within("bytes=0-", 0), None);
        assert_eq!(within("bytes=-5", 0), None);
        assert_eq!(within("bytes=-0", 10), None);
    }

    #[test]
    fn the_unit_is_case_insensitive_and_empty_list_elements_are_ignored() {
        assert_eq!(within("Bytes= ,1-2, ", 10), Some(1..3));
    }

    #[test]
    fn anything_but_one_valid_range_counts_as_absent() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-4",
            "bytes=1",
            "bytes=+1-2",
            "bytes=1-2-3",
            "lines=1-2",
            "bytes=0-1,4-5",
        ] {
            assert_eq!(ByteRange::parse(header), None, "{header}");
        }
    }

    #[test]
    fn a_byte_past_the_end_is_told_from_an_open_end() {
        let beyond =
            |header, size| ByteRange::parse(header).is_some_and(|range| range.beyond(size));
        assert!(!beyond("bytes=0-", 0));
        assert!(!beyond("bytes=9-", 10));
        assert!(!beyond("bytes=0-9", 10));
        assert!(beyond("bytes=10-", 10));
        assert!(beyond("bytes=0-10", 10));
        assert!(beyond("bytes=-11", 10));
    }
}
