//! The fields that are a word or a number.

use super::digits;

/// Content-Length in bytes. Fields sent twice arrive joined by commas: equal ones are one
/// (RFC 9110 §8.6), others none.
pub fn content_length(value: &str) -> Option<u64> {
    let mut lengths = value.split(',').map(|length| digits(length.trim()));
    let first = lengths.next()??;
    lengths.all(|length| length == Some(first)).then_some(first)
}

/// What browsers decode (RFC 9110 §8.4.1, RFC 7932, RFC 8878, RFC 9842). They hand over everything
/// else as it was sent: `aws-chunked`, as some stores leave it there, or `binary`.
const CODINGS: [&str; 9] = [
    "gzip",
    "x-gzip",
    "deflate",
    "br",
    "zstd",
    "dcb",
    "dcz",
    "compress",
    "x-compress",
];

/// Whether the body is the file itself and not a coding of it (RFC 9110 §8.4).
pub fn is_identity_encoding(value: Option<&str>) -> bool {
    let mut codings = value.unwrap_or_default().split(',').map(str::trim);
    let decoded = |coding: &str| CODINGS.iter().any(|c| coding.eq_ignore_ascii_case(c));
    !codings.any(decoded)
}

/// Content-Type as a Blob's type: `type/subtype` in lower case, then its parameters as sent.
/// What is no media type is the empty string, as in the File API.
pub fn media_type(value: &str) -> String {
    let value = value.trim();
    let essence = value.split(';').next().unwrap_or_default();
    let parameters = value.strip_prefix(essence).unwrap_or_default();
    let essence = essence.trim_end().to_ascii_lowercase();
    match essence.split_once('/') {
        Some((kind, subtype)) if is_token(kind) && is_token(subtype) => essence + parameters,
        _ => String::new(),
    }
}

/// RFC 9110 §5.6.2.
fn is_token(text: &str) -> bool {
    let tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(tchar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_sent_twice_is_one_only_if_it_is_the_same() {
        assert_eq!(content_length("42"), Some(42));
        assert_eq!(content_length(" 42, 42 "), Some(42));
        for value in [
            "",
            "42, 43",
            "-1",
            "+1",
            "1.0",
            "0x1",
            "18446744073709551616",
        ] {
            assert_eq!(content_length(value), None, "{value:?}");
        }
    }

    #[test]
    fn only_what_a_browser_decodes_is_a_coding() {
        assert!(is_identity_encoding(None));
        assert!(is_identity_encoding(Some("Identity")));
        assert!(is_identity_encoding(Some("")));
        assert!(is_identity_encoding(Some("aws-chunked")));
        assert!(!is_identity_encoding(Some("aws-chunked, GZIP")));
        assert!(!is_identity_encoding(Some("gzip")));
        assert!(!is_identity_encoding(Some("identity, br")));
    }

    #[test]
    fn a_media_type_is_in_lower_case_and_keeps_its_parameters() {
        assert_eq!(media_type(" Application/X-ISO "), "application/x-iso");
        assert_eq!(
            media_type("text/plain ;charset=UTF-8"),
            "text/plain;charset=UTF-8"
        );
        for value in ["", "iso", "/", "a/", "a b/c", "a/b/c", "a/b, c/d"] {
            assert_eq!(media_type(value), "", "{value:?}");
        }
    }
}
