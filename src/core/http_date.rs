//! HTTP-date (RFC 9110 §5.6.7), in all three of its forms.

use std::time::{Duration, UNIX_EPOCH};

/// Since the Unix epoch; `None` for what is no date, or one before it.
pub fn parse(text: &str) -> Option<Duration> {
    let time = httpdate::parse_http_date(text).ok()?;
    time.duration_since(UNIX_EPOCH).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_of_a_date_are_one_date() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(
                parse(text),
                Some(Duration::from_secs(784_111_777)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "0", "Sun, 06 Nov 1994", "Sun, 32 Nov 1994 08:49:37 GMT"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
