//! Whatever a server sends is a value or none, and what is written is read back.

use std::ops::Range;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::option;
use proptest::prelude::*;
use rangeload::core::headers::{
    self, ContentRange, ETag, RetryAfter, content_disposition_filename, content_range,
};
use rangeload::core::response::{Answer, Head, judge};

use crate::config;
use crate::texts::{any_text, any_text_of, text_of};

const WORDS: &[&str] = &[
    "bytes",
    "bytes ",
    "items",
    "none",
    "*",
    "*/",
    "/",
    "-",
    "=",
    ";",
    ",",
    " ",
    "0",
    "1",
    "9",
    "99",
    "18446744073709551615",
    "18446744073709551616",
    "\"",
    "\\",
    "'",
    "%",
    "%e2%82%ac",
    "W/",
    "utf-8''",
    "iso-8859-1''",
    "attachment",
    "filename",
    "filename*",
    "gzip",
    "identity",
    "multipart/byteranges",
    "a/b",
    "r=0",
    "t=5",
    "remaining=0",
    "reset=7",
    "Sun, 06 Nov 1994 08:49:37 GMT",
];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![3 => text_of(WORDS), 1 => any_text(40)]
}

/// Of each range that can be asked for, the open one too.
fn asked() -> impl Strategy<Value = Range<u64>> {
    prop_oneof![
        1 => (0..1000_u64).prop_map(|start| start..u64::MAX),
        2 => (0..1000_u64, 1..1000_u64).prop_map(|(start, len)| start..start + len),
    ]
}

/// Headers that agree with a request for `asked` more often than chance would have it.
fn head(asked: Range<u64>) -> impl Strategy<Value = Head> {
    let near = |at: u64| at.saturating_sub(2)..=at.saturating_add(2);
    let end = asked.end.min(asked.start + 1500);
    let range = (near(asked.start), near(end - 1), option::of(near(end)));
    let range = range.prop_map(|(first, last, total)| match total {
        Some(total) => format!("bytes {first}-{last}/{total}"),
        None => format!("bytes {first}-{last}/*"),
    });
    let range = prop_oneof![2 => range, 1 => value()];
    let length = near(end - asked.start).prop_map(|length| length.to_string());
    let status = prop_oneof![Just(200_u16), Just(206), Just(416), 100..600_u16];
    let fields = (option::of(range), option::of(length), option::of(value()));
    (status, fields, value()).prop_map(|(status, (range, length, encoding), any)| {
        Head::parse(status, Duration::ZERO, |name| match name {
            "content-range" => range.clone(),
            "content-length" => length.clone(),
            "content-encoding" => encoding.clone(),
            _ => Some(any.clone()),
        })
    })
}

/// As a header holds it: each byte of UTF-8 is a character.
fn on_the_wire(name: &str) -> String {
    name.bytes().map(char::from).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_header_makes_a_parser_panic(text in value()) {
        let _ = content_range(&text);
        let _ = headers::content_length(&text);
        let _ = headers::is_identity_encoding(Some(&text));
        let _ = headers::media_type(&text);
        let _ = headers::retry_after(&text).map(|after| after.wait(Duration::from_secs(1)));
        let _ = headers::rate_limit_reset(&text);
        let _ = content_disposition_filename(&text);
        let _ = ETag::parse(&text);
    }

    #[test]
    fn a_content_range_means_what_was_written(
        start in any::<u64>(), len in 1..u64::MAX, total in option::of(any::<u64>())
    ) {
        let end = start.saturating_add(len);
        prop_assume!(start < end);
        let text = match total {
            Some(total) => format!("bytes {start}-{}/{total}", end - 1),
            None => format!("bytes {start}-{}/*", end - 1),
        };
        let expected = ContentRange::Bytes { range: start..end, total };
        // One that ends past the total contradicts itself.
        let fits = total.is_none_or(|total| end <= total);
        prop_assert_eq!(content_range(&text).ok(), fits.then_some(expected));
    }

    #[test]
    fn an_understood_content_range_is_a_range(text in value()) {
        if let Ok(ContentRange::Bytes { range, total }) = content_range(&text) {
            prop_assert!(range.start < range.end);
            prop_assert!(total.is_none_or(|total| range.end <= total));
        }
    }

    #[test]
    fn an_entity_tag_is_written_as_it_was_read(text in value()) {
        if let Some(tag) = ETag::parse(&text) {
            let written = tag.to_string();
            prop_assert_eq!(written.as_str(), text.trim());
            prop_assert_eq!(ETag::parse(&written), Some(tag));
        }
    }

    #[test]
    fn a_media_type_that_is_read_twice_stays_the_same(text in value()) {
        let once = headers::media_type(&text);
        prop_assert_eq!(headers::media_type(&once), once);
    }

    #[test]
    fn a_retry_after_in_seconds_is_a_delay(seconds in any::<u64>()) {
        let parsed = headers::retry_after(&format!(" {seconds} "));
        prop_assert_eq!(parsed, Some(RetryAfter::Delay(Duration::from_secs(seconds))));
    }

    #[test]
    fn a_quoted_name_is_read_as_it_was_meant(name in any_text_of(1..=20)) {
        let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
        let value = format!("attachment; filename=\"{}\"; x=y", on_the_wire(&escaped));
        prop_assert_eq!(content_disposition_filename(&value), Some(name));
    }

    #[test]
    fn an_extended_name_is_read_as_it_was_meant(name in any_text_of(1..=20), plain in value()) {
        let plain = plain.replace(['"', '\\'], "");
        let encoded = utf8_percent_encode(&name, NON_ALPHANUMERIC);
        let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8'en'{encoded}");
        prop_assert_eq!(content_disposition_filename(&value), Some(name));
    }

    /// The promise on which every write rests.
    #[test]
    fn bytes_that_are_accepted_are_bytes_that_were_asked_for(
        (asked, head) in asked().prop_flat_map(|asked| (Just(asked.clone()), head(asked)))
    ) {
        match judge(&head, &asked) {
            Ok(Answer::Part { range, remote, .. }) => {
                prop_assert_eq!(head.status, 206);
                prop_assert!(!head.encoded);
                prop_assert_eq!(range.start, asked.start);
                prop_assert!(range.start < range.end && range.end <= asked.end);
                prop_assert!(remote.size.is_none_or(|size| range.end <= size));
                let len = range.end - range.start;
                // What follows the range is not read.
                prop_assert!(head.content_length.is_none_or(|length| length >= len));
            }
            Ok(Answer::Whole { .. }) => prop_assert_eq!(asked, 0..u64::MAX),
            Ok(Answer::Empty { .. }) => prop_assert_eq!(asked.start, 0),
            Err(_) => {}
        }
    }
}
