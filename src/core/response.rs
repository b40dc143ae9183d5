//! What the head of an answer is worth: may its bytes be stored, and where?
//!
//! Nothing of a body is taken before the head has passed here: status, range, total, length,
//! encoding and, against the identity begun with, the validators.

mod mismatch;
mod unresumable;

use std::ops::Range;
use std::time::Duration;

pub use mismatch::Mismatch;
pub use unresumable::Unresumable;

use super::Time;
use super::digest::Digest;
use super::headers::{self, ContentRange, ETag};
use super::http_date;
use super::ranges::{EVERYTHING, OPEN};
use super::resource::{Identity, MOST};

/// A server that asks for more is asked again after this long: it may have meant a date.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Dates before 1980-01-02 are none of a file: builds and archives put the epoch of Unix or DOS
/// where they have no date, and then all their files have it.
const FIRST_DATE: Duration = Duration::from_secs(315_619_200);

/// Two clocks that are both right differ by less, and so long may an answer be under way.
const NEAR: Duration = Duration::from_secs(5);

/// The head of an answer, parsed; a header that is absent, unreadable or nonsense is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    pub status: u16,
    /// Present but not understood is an error: it cannot be told from one that lies.
    pub content_range: Option<Result<ContentRange, headers::MalformedContentRange>>,
    pub content_length: Option<u64>,
    pub media_type: Option<String>,
    pub encoded: bool,
    pub etag: Option<ETag>,
    pub last_modified: Option<String>,
    /// The name of Content-Disposition as sent: untrusted.
    pub filename: Option<String>,
    /// What the whole file hashes to (Repr-Digest, RFC 9530 §3).
    pub digest: Option<Digest>,
    /// How long the server asks to be left alone.
    pub wait: Option<Duration>,
}

impl Head {
    /// Reads the headers that matter through `get`, which gives a field's value by its name.
    pub fn parse(status: u16, now: Time, get: impl Fn(&'static str) -> Option<String>) -> Self {
        let parsed = |name| get(name).filter(|value| !value.trim().is_empty());
        // With an error it is the error that they describe: so the 416 for an empty file.
        let succeeded = (200..300).contains(&status);
        let of_the_file = |name| parsed(name).filter(|_| succeeded);
        let retry_after = parsed("retry-after").and_then(|v| headers::retry_after(&v));
        let rate_limit = || parsed("ratelimit").and_then(|v| headers::rate_limit_reset(&v));
        Self {
            status,
            content_range: parsed("content-range").map(|v| headers::content_range(&v)),
            content_length: parsed("content-length").and_then(|v| headers::content_length(&v)),
            media_type: of_the_file("content-type").map(|v| headers::media_type(&v)),
            encoded: !headers::is_identity_encoding(parsed("content-encoding").as_deref()),
            etag: parsed("etag").and_then(|v| ETag::parse(&v)),
            last_modified: parsed("last-modified")
                .map(|v| v.trim().to_owned())
                .filter(|date| tells_versions_apart(date, parsed("date").as_deref(), now)),
            filename: parsed("content-disposition")
                .and_then(|v| headers::content_disposition_filename(&v)),
            digest: of_the_file("repr-digest").and_then(|v| Digest::parse(&v)),
            wait: retry_after
                // Both dates are by the server's clock, where its own can be read.
                .map(|r| {
                    r.wait(
                        parsed("date")
                            .and_then(|v| http_date::parse(&v))
                            .unwrap_or(now),
                    )
                })
                .or_else(rate_limit)
                .map(|wait| wait.min(LONGEST_WAIT)),
        }
    }

    /// Whether Content-Range names the size.
    pub fn tells_total(&self) -> bool {
        let range = &self.content_range;
        matches!(range, Some(Ok(ContentRange::Bytes { total: Some(_), .. })))
    }

    fn identity(&self, size: Option<u64>) -> Identity {
        Identity {
            size,
            etag: self.etag.clone(),
            last_modified: self.last_modified.clone(),
        }
    }
}

/// What is no date at all may be the same for every file. And within the second that a date stands
/// for the file may change once more: it does not tell two versions apart then (RFC 9110
/// §8.8.2.2). Some servers send it for every file.
///
/// Cross-origin the time of the answer cannot be read; this machine's is near it, if it is right.
fn tells_versions_apart(date: &str, answered: Option<&str>, now: Time) -> bool {
    let Some(date) = http_date::parse(date).filter(|date| *date >= FIRST_DATE) else {
        return false;
    };
    match answered.and_then(http_date::parse) {
        Some(answered) => answered > date,
        None => now.abs_diff(date) > NEAR,
    }
}

/// An answer whose body may be taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The body is these bytes of the file.
    Part {
        range: Range<u64>,
        remote: Identity,
        total: Total,
    },
    /// The body is the whole file, and only a whole one can be had.
    Whole { why: Unresumable, remote: Identity },
    /// The file has no bytes.
    Empty { remote: Identity },
}

/// What an answer says of how long the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// Content-Range names the complete length (RFC 9110 §14.4).
    Named(u64),
    /// All the rest was asked for, and only where this body ends says it: that is wrong where a
    /// coding of the body is hidden, or where the server sends less than it was asked for.
    BodyEnd(u64),
    /// A range with an end was asked for, and nothing says more.
    Unsaid,
}

impl Total {
    pub fn size(self) -> Option<u64> {
        match self {
            Self::Named(size) | Self::BodyEnd(size) => Some(size),
            Self::Unsaid => None,
        }
    }
}

/// An answer whose body is worth nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    Status {
        status: u16,
        wait: Option<Duration>,
    },
    /// The file ends before the range asked for: it is not the one begun with.
    Shrunk {
        size: u64,
    },
    Mismatch(Mismatch),
}

/// Judges an answer to a request for `asked`; an end of `OPEN` stands for "to the end".
pub fn judge(head: &Head, asked: &Range<u64>) -> Result<Answer, Refusal> {
    match head.status {
        206 => partial(head, asked),
        // What a proxy has changed on the way is what there is to be had (RFC 9110 §15.3.4).
        200 | 203 => whole(head, asked),
        416 => unsatisfied(head, asked),
        status => Err(Refusal::Status {
            status,
            wait: head.wait,
        }),
    }
}

fn partial(head: &Head, asked: &Range<u64>) -> Result<Answer, Refusal> {
    use Refusal::Mismatch as Bad;
    if is_multipart(head) {
        return Err(Bad(Mismatch::Multipart));
    }
    if head.encoded {
        // The coding of a part is a stream too, and of that the end is not the file's.
        return match &head.content_range {
            Some(Ok(ContentRange::Bytes { range, total }))
                if range.start == 0 && Some(range.end) == *total =>
            {
                stream(head, asked, Unresumable::Encoded, Mismatch::Encoded)
            }
            _ => Err(Bad(Mismatch::Encoded)),
        };
    }
    let open = asked.end == OPEN;
    let (range, total) = match &head.content_range {
        // What has no end yet is sent as it comes.
        Some(Ok(ContentRange::Bytes { range, total: None }))
            if open && head.content_length.is_none() && range.end > MOST =>
        {
            return stream(head, asked, Unresumable::UnknownLength, Mismatch::NoRange);
        }
        Some(Ok(ContentRange::Bytes { range, total })) => {
            let total = match total {
                Some(total) => Total::Named(*total),
                None if open => Total::BodyEnd(range.end),
                None => Total::Unsaid,
            };
            (range.clone(), total)
        }
        Some(_) => return Err(Bad(Mismatch::MalformedContentRange)),
        // Cross-origin, Content-Range is readable only where the server exposes it, but
        // Content-Length always is, and a body as long as the range asked for speaks for itself.
        None => match (head.content_length, asked.end) {
            // No part is empty: such a length is not that of what was asked for.
            (Some(0), OPEN) => return Err(Bad(Mismatch::NoRange)),
            (Some(len), OPEN) => {
                let end = asked.start.saturating_add(len);
                (asked.start..end, Total::BodyEnd(end))
            }
            (Some(len), end) if len == end - asked.start => (asked.clone(), Total::Unsaid),
            (Some(got), end) => {
                let expected = end - asked.start;
                return Err(Bad(Mismatch::OtherLength { expected, got }));
            }
            // Where such a body ends the file may go on.
            (None, _) => return Err(Bad(Mismatch::NoRange)),
        },
    };
    if total.size().unwrap_or(range.end) > MOST {
        return Err(Bad(Mismatch::MalformedContentRange));
    }
    if range.start != asked.start {
        let asked = asked.clone();
        return Err(Bad(Mismatch::OtherRange { asked, got: range }));
    }
    let expected = range.end - range.start;
    match head.content_length {
        Some(got) if got != expected => Err(Bad(Mismatch::OtherLength { expected, got })),
        _ => Ok(Answer::Part {
            remote: head.identity(total.size()),
            // Some servers look only at where a range starts: what follows it is not read.
            range: range.start..range.end.min(asked.end),
            total,
        }),
    }
}

fn whole(head: &Head, asked: &Range<u64>) -> Result<Answer, Refusal> {
    let why = if head.encoded {
        Unresumable::Encoded
    } else {
        Unresumable::NoRanges
    };
    stream(head, asked, why, Mismatch::RangeIgnored)
}

/// A body without a usable range is the file only if all of it was asked for.
fn stream(
    head: &Head,
    asked: &Range<u64>,
    why: Unresumable,
    otherwise: Mismatch,
) -> Result<Answer, Refusal> {
    if *asked != EVERYTHING {
        return Err(Refusal::Mismatch(otherwise));
    }
    // The length of a compressed body is not that of the file.
    let size = head
        .content_length
        .filter(|size| !head.encoded && *size <= MOST);
    Ok(Answer::Whole {
        why,
        remote: head.identity(size),
    })
}

fn unsatisfied(head: &Head, asked: &Range<u64>) -> Result<Answer, Refusal> {
    let size = match head.content_range {
        Some(Ok(ContentRange::Unsatisfied { total })) => Some(total),
        _ => None,
    };
    match size {
        // "bytes=0-" is satisfiable unless there are no bytes (RFC 9110 §14.1.2).
        Some(0) if asked.start == 0 => Ok(Answer::Empty {
            remote: head.identity(Some(0)),
        }),
        Some(size) if size <= asked.start => Err(Refusal::Shrunk { size }),
        Some(_) => Err(Refusal::Mismatch(Mismatch::Unsatisfied)),
        None => Err(Refusal::Mismatch(Mismatch::Beyond)),
    }
}

fn is_multipart(head: &Head) -> bool {
    let media_type = head.media_type.as_deref().unwrap_or_default();
    media_type.starts_with("multipart/byteranges")
}
