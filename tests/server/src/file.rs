//! A synthetic file: answers by RFC 9110, then does to the answer what the knobs say.

use std::ops::Range;
use std::time::SystemTime;

use hyper::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, HeaderValue, RETRY_AFTER,
};
use hyper::{HeaderMap, StatusCode};

use crate::answer::Answer;
use crate::body::{Plan, Stop};
use crate::knobs::{ContentRange, Faults, Knobs, Length, Ranges, RetryAfter};
use crate::range::ByteRange;
use crate::resource::Resource;
use crate::source::Source;

/// How far off a wrong Content-Range is.
const OFF: u64 = 1 << 10;

/// What request `n` gets; the first is 0. `range` is none where the method gives it no meaning.
pub(crate) fn answer(
    n: u64,
    resource: &Resource,
    knobs: &Knobs,
    request: &HeaderMap,
    range: Option<ByteRange>,
) -> Answer {
    let faults = knobs.faults(n);
    if let Some(status) = faults.status {
        return refusal(status, &faults);
    }
    let honoured =
        range.filter(|_| faults.ranges == Ranges::Honour && resource.permits_range(request));
    let mut answer = match honoured.map(|range| range.within(resource.size)) {
        None => whole(resource),
        Some(None) => return unsatisfiable(resource.size),
        Some(Some(range)) => part(range, resource.size, faults.content_range),
    };
    let headers = &mut answer.headers;
    if faults.ranges != Ranges::Ignore {
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    resource.show(headers);
    let binary = HeaderValue::from_static("application/octet-stream");
    headers.insert(CONTENT_TYPE, knobs.content_type.clone().unwrap_or(binary));
    if let Some(disposition) = &knobs.disposition {
        headers.insert(CONTENT_DISPOSITION, disposition.clone());
    }
    answer.send(n, resource.seed, knobs, &faults)
}

/// Status, Content-Range and offsets, before anything is said about the body.
struct Selected {
    status: StatusCode,
    headers: HeaderMap,
    range: Range<u64>,
}

fn whole(resource: &Resource) -> Selected {
    Selected {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        range: 0..resource.size,
    }
}

fn part(asked: Range<u64>, size: u64, fault: ContentRange) -> Selected {
    let range = match fault {
        ContentRange::Shifted => shifted(&asked),
        _ => asked,
    };
    let claim =
        |start: u64, end: u64, total: u64| Some(format!("bytes {start}-{}/{total}", end - 1));
    let text = match fault {
        ContentRange::Right | ContentRange::Shifted => claim(range.start, range.end, size),
        ContentRange::Lies if range.start >= OFF => claim(range.start - OFF, range.end - OFF, size),
        ContentRange::Lies => claim(range.start + OFF, range.end + OFF, size),
        ContentRange::Total => claim(range.start, range.end, size + OFF),
        ContentRange::Garbage => Some("bytes garbage".to_owned()),
        ContentRange::Missing => None,
    };
    let mut headers = HeaderMap::new();
    if let Some(Ok(text)) = text.map(HeaderValue::try_from) {
        headers.insert(CONTENT_RANGE, text);
    }
    Selected {
        status: StatusCode::PARTIAL_CONTENT,
        headers,
        range,
    }
}

/// Starts earlier, or at the beginning of a file later, and never becomes empty.
fn shifted(asked: &Range<u64>) -> Range<u64> {
    let start = match asked.start.checked_sub(OFF) {
        Some(earlier) => earlier,
        None => (asked.start + OFF).min(asked.end - 1),
    };
    start..asked.end
}

impl Selected {
    fn send(mut self, n: u64, seed: u64, knobs: &Knobs, faults: &Faults) -> Answer {
        let Range { start, end } = self.range;
        let sent = match faults.length {
            Length::Right => start..end,
            Length::Short(by) => start..end.saturating_sub(by).max(start),
            Length::Long(by) => start..end.saturating_add(by),
        };
        let unknown =
            knobs.length_unknown || faults.gzip || matches!(faults.length, Length::Long(_));
        if !unknown {
            self.headers.insert(CONTENT_LENGTH, (end - start).into());
        }
        if faults.gzip {
            self.headers
                .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let breaks_at_end = !unknown && sent.end < end;
        Answer {
            status: self.status,
            headers: self.headers,
            content_start: (!faults.gzip).then_some(start),
            plan: Plan {
                source: if faults.gzip {
                    Source::gzip(seed, sent)
                } else {
                    Source::content(seed, sent, knobs.rot.clone())
                },
                rate: knobs.rate(n),
                shared: None,
                gate: None,
                stop: stop(faults),
                breaks_at_end,
            },
        }
    }
}

/// Whichever comes first.
fn stop(faults: &Faults) -> Option<(u64, Stop)> {
    let cut = faults.cut.map(|after| (after, Stop::Cut));
    let stall = faults.stall.map(|after| (after, Stop::Stall));
    cut.into_iter().chain(stall).min()
}

fn unsatisfiable(size: u64) -> Answer {
    let mut answer = Answer::text(StatusCode::RANGE_NOT_SATISFIABLE, "no such range");
    if let Ok(total) = HeaderValue::try_from(format!("bytes */{size}")) {
        answer.headers.insert(CONTENT_RANGE, total);
    }
    answer
}

fn refusal(status: StatusCode, faults: &Faults) -> Answer {
    let mut answer = Answer::text(status, format!("{status}, as asked for"));
    let retry_after = faults.retry_after.map(|retry_after| match retry_after {
        RetryAfter::Seconds(seconds) => Ok(seconds.into()),
        RetryAfter::Date(ahead) => {
            HeaderValue::try_from(httpdate::fmt_http_date(SystemTime::now() + ahead))
        }
    });
    if let Some(Ok(retry_after)) = retry_after {
        answer.headers.insert(RETRY_AFTER, retry_after);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shifted_range_is_another_one_and_stays_inside() {
        assert_eq!(shifted(&(4096..8192)), 3072..8192);
        assert_eq!(shifted(&(0..8192)), 1024..8192);
        assert_eq!(shifted(&(0..100)), 99..100);
    }

    #[test]
    fn of_a_cut_and_a_stall_the_earlier_one_happens() {
        let faults = |cut, stall| Faults {
            cut,
            stall,
            ..Faults::default()
        };
        assert_eq!(stop(&faults(Some(5), Some(9))), Some((5, Stop::Cut)));
        assert_eq!(stop(&faults(Some(9), Some(5))), Some((5, Stop::Stall)));
        assert_eq!(stop(&faults(None, None)), None);
    }
}
