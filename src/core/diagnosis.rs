//! What a server allows a page, and what it would have to add: judged from the heads of two
//! answers.
//!
//! It says what a download would do with such answers, so it judges them as a download does.

mod advice;

use std::ops::Range;

pub use advice::Advice;

use super::download::Reach;
use super::error::Barrier;
use super::filename;
use super::ranges::EVERYTHING;
use super::resource::{Identity, Sameness};
use super::response::{self, Answer, Head, Mismatch, Refusal, Unresumable};

/// The second request asks for so many bytes.
const PROBE: u64 = 1024;

/// Who asks: what CORS makes of it depends on this.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// As in the header Origin.
    pub origin: &'a str,
    pub cross_origin: bool,
    pub credentials: bool,
    /// The names of headers that fetch does not send without asking first.
    pub headers: &'a str,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// Of the first answer; `None` where the page can read none.
    pub status: Option<u16>,
    /// The server answers, whether the page may read it or not.
    pub reachable: bool,
    pub identity: Identity,
    pub media_type: Option<String>,
    pub filename: String,
    /// Ranges of the file are answered as asked.
    pub ranges: bool,
    pub encoded: bool,
    /// A download goes on from the bytes it has.
    pub resumable: bool,
    /// Several connections at once: each answer proves that it is of the same file.
    pub parallel: bool,
    pub advice: Vec<Advice>,
}

/// What to ask for after the first answer, which was one to `bytes=0-`; `None` where no other
/// answer would say more.
pub fn second_request(first: &Head) -> Option<Range<u64>> {
    match response::judge(first, &EVERYTHING) {
        Ok(Answer::Part { range, .. }) if range.end > 1 => Some(1..range.end.min(1 + PROBE)),
        _ => None,
    }
}

/// Of a server whose answer to a request with Range the page cannot read; `reach` is what becomes
/// of one without.
pub fn unreadable(url: &str, reach: Reach, page: Page<'_>) -> Diagnosis {
    let advice = match reach {
        Reach::Nowhere => Advice::Unreachable,
        Reach::Barred(Barrier::Policy) => Advice::Policy,
        Reach::Barred(Barrier::MixedContent) => Advice::MixedContent,
        _ if page.cross_origin => Advice::Cors,
        // A browser refuses a coding that it has not offered, and for ranges it offers none.
        _ => Advice::Encoding,
    };
    Diagnosis {
        reachable: matches!(reach, Reach::Readable | Reach::Opaque),
        encoded: advice == Advice::Encoding,
        advice: vec![advice],
        ..nothing_known(url)
    }
}

fn nothing_known(url: &str) -> Diagnosis {
    Diagnosis {
        status: None,
        reachable: true,
        identity: Identity::default(),
        media_type: None,
        filename: filename::from_url(url),
        ranges: false,
        encoded: false,
        resumable: false,
        parallel: false,
        advice: Vec::new(),
    }
}

/// `first` answers `bytes=0-`, `second` the range that `second_request` gave.
pub fn diagnose(url: &str, first: &Head, second: Option<&Head>, page: Page<'_>) -> Diagnosis {
    let name = first.filename.as_deref().map(filename::sanitize);
    let mut diagnosis = Diagnosis {
        status: Some(first.status),
        media_type: first.media_type.clone(),
        filename: name.unwrap_or_else(|| filename::from_url(url)),
        encoded: first.encoded,
        ..nothing_known(url)
    };
    match response::judge(first, &EVERYTHING) {
        Ok(Answer::Part { remote, .. }) => diagnosis.judge_parts(first, remote, second, page),
        Ok(Answer::Whole { why, remote }) => {
            diagnosis.advice.push(match why {
                Unresumable::NoRanges => Advice::Ranges,
                Unresumable::Encoded => Advice::Encoding,
                Unresumable::UnknownLength => Advice::Length,
            });
            if remote.size.is_none() && why == Unresumable::NoRanges {
                diagnosis.advice.push(Advice::Length);
            }
            diagnosis.identity = remote;
        }
        Ok(Answer::Empty { remote }) => diagnosis.identity = remote,
        Err(Refusal::Status { .. }) => diagnosis.advice.push(Advice::Status),
        Err(Refusal::Mismatch(Mismatch::Encoded)) => diagnosis.advice.push(Advice::Encoding),
        Err(Refusal::Mismatch(Mismatch::NoRange)) => diagnosis.advice.push(Advice::Length),
        Err(Refusal::Shrunk { .. } | Refusal::Mismatch(_)) => diagnosis.advice.push(Advice::Ranges),
    }
    diagnosis
}

impl Diagnosis {
    fn judge_parts(
        &mut self,
        first: &Head,
        remote: Identity,
        second: Option<&Head>,
        page: Page<'_>,
    ) {
        let asked = second_request(first);
        let other = second
            .zip(asked)
            .map(|(head, asked)| response::judge(head, &asked));
        self.ranges = matches!(other, None | Some(Ok(Answer::Part { .. })));
        self.encoded |= second.is_some_and(|head| head.encoded);
        let consistent = match other {
            Some(Ok(Answer::Part {
                remote: mut again, ..
            })) => {
                again.size = again.size.or(remote.size);
                remote.compare(&again) != Sameness::Changed
            }
            _ => true,
        };
        let proven = remote.is_provable();
        self.resumable = self.ranges && consistent;
        self.parallel = self.resumable && proven;
        let hidden = page.cross_origin && first.content_range.is_none();
        let missing = [
            (
                !self.ranges,
                if self.encoded {
                    Advice::Encoding
                } else {
                    Advice::Ranges
                },
            ),
            (
                first.content_range.is_some() && !first.tells_total(),
                Advice::Length,
            ),
            (!consistent, Advice::Inconsistent),
            (!proven, Advice::Validator),
            (hidden && proven, Advice::Expose),
        ];
        let missing = missing.into_iter().filter(|(lacks, _)| *lacks);
        self.advice.extend(missing.map(|(_, advice)| advice));
        self.identity = remote;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Time;

    const URL: &str = "https://a.example/b.iso";
    const HERE: Page<'_> = Page {
        origin: "https://a.example",
        cross_origin: false,
        credentials: false,
        headers: "",
    };
    const ELSEWHERE: Page<'_> = Page {
        cross_origin: true,
        ..HERE
    };

    const TAG: (&str, &str) = ("etag", "\"a\"");
    const FIRST: (&str, &str) = ("content-range", "bytes 0-4095/4096");
    const SECOND: (&str, &str) = ("content-range", "bytes 1-1024/4096");

    fn head(status: u16, fields: &[(&str, &str)]) -> Head {
        Head::parse(status, Time::ZERO, |name| {
            let field = fields.iter().find(|(known, _)| *known == name);
            field.map(|(_, value)| (*value).to_owned())
        })
    }

    fn advice(first: &Head, second: Option<&Head>, page: Page<'_>) -> Vec<Advice> {
        diagnose(URL, first, second, page).advice
    }

    #[test]
    fn a_server_that_lacks_nothing_gets_no_advice() {
        let (first, second) = (head(206, &[TAG, FIRST]), head(206, &[TAG, SECOND]));
        assert_eq!(second_request(&first), Some(1..1025));
        let diagnosis = diagnose(URL, &first, Some(&second), HERE);
        assert!(diagnosis.ranges && diagnosis.resumable && diagnosis.parallel);
        assert_eq!(diagnosis.identity.size, Some(4096));
        assert_eq!(diagnosis.filename, "b.iso");
        assert_eq!(diagnosis.advice, []);
    }

    #[test]
    fn one_answer_is_enough_where_another_would_not_say_more() {
        for first in [head(200, &[]), head(404, &[]), head(416, &[])] {
            assert_eq!(second_request(&first), None);
        }
    }

    #[test]
    fn ranges_that_are_ignored_are_seen_in_either_answer() {
        let whole = head(200, &[("content-length", "4096"), TAG]);
        assert_eq!(advice(&whole, None, HERE), [Advice::Ranges]);
        let first = head(206, &[TAG, FIRST]);
        let diagnosis = diagnose(URL, &first, Some(&whole), HERE);
        assert!(!diagnosis.ranges && !diagnosis.resumable);
        assert_eq!(diagnosis.advice, [Advice::Ranges]);
    }

    #[test]
    fn no_header_makes_a_server_answer_ranges() {
        for page in [HERE, ELSEWHERE] {
            assert!(Advice::Ranges.headers(URL, page).is_empty());
        }
    }

    #[test]
    fn compression_is_named_before_the_ranges_it_spoils() {
        let gzip = ("content-encoding", "gzip");
        assert_eq!(advice(&head(200, &[gzip]), None, HERE), [Advice::Encoding]);
        assert_eq!(advice(&head(206, &[gzip]), None, HERE), [Advice::Encoding]);
        let first = head(206, &[TAG, FIRST]);
        let second = head(206, &[TAG, SECOND, gzip]);
        assert_eq!(advice(&first, Some(&second), HERE), [Advice::Encoding]);
    }

    #[test]
    fn without_a_validator_it_goes_on_but_with_one_connection() {
        let (first, second) = (head(206, &[FIRST]), head(206, &[SECOND]));
        let diagnosis = diagnose(URL, &first, Some(&second), HERE);
        assert!(diagnosis.resumable && !diagnosis.parallel);
        assert_eq!(diagnosis.advice, [Advice::Validator]);
    }

    #[test]
    fn nodes_that_disagree_on_the_version_are_noticed() {
        let (first, second) = (
            head(206, &[TAG, FIRST]),
            head(206, &[("etag", "\"b\""), SECOND]),
        );
        assert_eq!(advice(&first, Some(&second), HERE), [Advice::Inconsistent]);
    }

    #[test]
    fn across_origins_headers_that_cannot_be_read_are_to_be_exposed() {
        let date = ("last-modified", "Mon, 01 Jan 2026 00:00:00 GMT");
        let first = head(206, &[date, ("content-length", "4096")]);
        let second = head(206, &[date, ("content-length", "1024")]);
        let diagnosis = diagnose(URL, &first, Some(&second), ELSEWHERE);
        assert!(diagnosis.parallel);
        assert_eq!(diagnosis.advice, [Advice::Expose]);
        let lines = Advice::Expose.headers(URL, ELSEWHERE);
        assert!(
            lines[0].starts_with("Access-Control-Expose-Headers: ") && lines[0].contains("ETag")
        );
    }

    #[test]
    fn a_page_that_sends_credentials_must_be_named() {
        let page = Page {
            credentials: true,
            headers: "authorization",
            ..ELSEWHERE
        };
        let lines = Advice::Cors.headers(URL, page);
        assert_eq!(lines[0], "Access-Control-Allow-Origin: https://a.example");
        assert_eq!(lines[1], "Access-Control-Allow-Credentials: true");
        assert_eq!(lines[2], "Access-Control-Allow-Headers: authorization");
        assert_eq!(
            Advice::Cors.headers(URL, ELSEWHERE)[0],
            "Access-Control-Allow-Origin: *"
        );
    }

    #[test]
    fn a_refused_request_is_no_verdict_on_ranges() {
        assert_eq!(advice(&head(403, &[]), None, HERE), [Advice::Status]);
    }

    #[test]
    fn what_keeps_a_page_from_reading_depends_on_where_the_server_is() {
        let advice = |reach, page| unreadable(URL, reach, page).advice;
        assert_eq!(advice(Reach::Nowhere, ELSEWHERE), [Advice::Unreachable]);
        assert_eq!(advice(Reach::Opaque, ELSEWHERE), [Advice::Cors]);
        assert_eq!(advice(Reach::Readable, HERE), [Advice::Encoding]);
    }

    #[test]
    fn a_server_that_the_browser_does_not_ask_is_not_what_lacks_something() {
        let policy = unreadable(URL, Reach::Barred(Barrier::Policy), ELSEWHERE);
        assert_eq!(
            (policy.reachable, policy.advice),
            (false, vec![Advice::Policy])
        );
        let lines = Advice::Policy.headers(URL, ELSEWHERE);
        assert_eq!(lines, ["connect-src https://a.example"]);
        let mixed = unreadable(URL, Reach::Barred(Barrier::MixedContent), ELSEWHERE);
        assert_eq!(mixed.advice, [Advice::MixedContent]);
    }

    #[test]
    fn an_empty_file_lacks_nothing() {
        let empty = head(416, &[("content-range", "bytes */0")]);
        let diagnosis = diagnose(URL, &empty, None, HERE);
        assert_eq!(
            (diagnosis.identity.size, diagnosis.advice),
            (Some(0), vec![])
        );
    }
}
