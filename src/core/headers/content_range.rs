//! Ranges as HTTP writes them, with inclusive ends: the only place where that form exists.

use std::ops::Range;

use super::digits;
use crate::core::ranges::OPEN;

/// A Range header for one range: `bytes=5-9` for `5..10`, `bytes=5-` for an end of `OPEN`.
///
/// Both are CORS-safelisted (Fetch §2.2.2), so that they need no preflight.
pub fn range_header(range: &Range<u64>) -> String {
    debug_assert!(range.start < range.end, "no header asks for nothing");
    match range.end {
        OPEN => format!("bytes={}-", range.start),
        end => format!("bytes={}-{}", range.start, end - 1),
    }
}

/// Content-Range (RFC 9110 §14.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentRange {
    /// `bytes 0-9/100`; the total is `None` where the server writes `*`.
    Bytes {
        range: Range<u64>,
        total: Option<u64>,
    },
    /// `bytes */100`, in a 416.
    Unsatisfied { total: u64 },
}

/// It is no Content-Range of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedContentRange;

/// Parses
/// ```text
/// Content-Range     = "bytes" SP ( range-resp / unsatisfied-range )
/// range-resp        = first-pos "-" last-pos "/" ( complete-length / "*" )
/// unsatisfied-range = "*/" complete-length
/// ```
/// A range that is inverted, or that ends past the total, is malformed too.
pub fn content_range(value: &str) -> Result<ContentRange, MalformedContentRange> {
    parse(value.trim()).ok_or(MalformedContentRange)
}

fn parse(value: &str) -> Option<ContentRange> {
    let (unit, value) = value.split_once(' ')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (range, total) = value.trim_start().split_once('/')?;
    if range == "*" {
        let total = digits(total)?;
        return Some(ContentRange::Unsatisfied { total });
    }
    let (first, last) = range.split_once('-')?;
    let range = digits(first)?..digits(last)?.checked_add(1)?;
    let total = match total {
        "*" => None,
        total => Some(digits(total)?),
    };
    let fits = range.start < range.end && total.is_none_or(|total| range.end <= total);
    fits.then_some(ContentRange::Bytes { range, total })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_byte_asked_for_is_the_last_byte_of_the_range() {
        assert_eq!(range_header(&(0..1)), "bytes=0-0");
        assert_eq!(range_header(&(5..10)), "bytes=5-9");
        assert_eq!(range_header(&(5..OPEN)), "bytes=5-");
    }

    #[test]
    fn the_examples_of_rfc_9110_are_understood() {
        let bytes = |range, total| Ok(ContentRange::Bytes { range, total });
        assert_eq!(
            content_range("bytes 42-1233/1234"),
            bytes(42..1234, Some(1234))
        );
        assert_eq!(content_range("bytes 42-1233/*"), bytes(42..1234, None));
        let unsatisfied = Ok(ContentRange::Unsatisfied { total: 1234 });
        assert_eq!(content_range("bytes */1234"), unsatisfied);
    }

    #[test]
    fn what_is_no_range_of_bytes_is_refused() {
        for value in [
            "",
            "bytes",
            "bytes 0-9",
            "bytes 0-9/",
            "bytes /9",
            "bytes */*",
            "bytes -9/10",
            "bytes 0-/10",
            "bytes +0-9/10",
            "bytes 9-0/10",
            "bytes 0-10/10",
            "bytes=0-9/10",
            "items 0-9/10",
            "bytes 0-9/10, bytes 0-9/10",
            "bytes 0-18446744073709551615/*",
            "bytes 0-18446744073709551616/*",
        ] {
            assert_eq!(
                content_range(value),
                Err(MalformedContentRange),
                "{value:?}"
            );
        }
    }
}
