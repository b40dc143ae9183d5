//! The knobs of a synthetic file, as values that cannot be misunderstood, and what they say about
//! one request. The crate's page has the table.

mod parse;

use std::ops::Range;
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::HeaderValue;

use crate::quantity;

/// The largest file there is.
const LARGEST: u64 = 1 << 40;

/// The size of a file, up to [`LARGEST`].
pub(crate) fn size(text: &str) -> Option<u64> {
    quantity::parse(text).filter(|size| *size <= LARGEST)
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Knobs {
    pub(crate) seed: u64,
    pub(crate) rate: Option<u64>,
    pub(crate) shared: Option<u64>,
    pub(crate) slow: Option<Slow>,
    pub(crate) validators: Validators,
    pub(crate) weak_varies: bool,
    pub(crate) etag_after: Option<u64>,
    pub(crate) content_after: Option<u64>,
    pub(crate) size_after: Option<(u64, u64)>,
    pub(crate) rot: Range<u64>,
    pub(crate) redirect: u64,
    pub(crate) redirect_to_other: bool,
    pub(crate) length_unknown: bool,
    pub(crate) cors: Cors,
    pub(crate) disposition: Option<HeaderValue>,
    pub(crate) content_type: Option<HeaderValue>,
    skip: u64,
    times: Option<u64>,
    faults: Faults,
}

/// What goes wrong only for the requests that `skip` and `times` choose.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) delay: Duration,
    pub(crate) cut: Option<u64>,
    pub(crate) stall: Option<u64>,
    pub(crate) ranges: Ranges,
    pub(crate) content_range: ContentRange,
    pub(crate) length: Length,
    pub(crate) status: Option<StatusCode>,
    pub(crate) retry_after: Option<RetryAfter>,
    pub(crate) gzip: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Slow {
    pub(crate) every: u64,
    pub(crate) rate: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Validators {
    #[default]
    Strong,
    Date,
    Weak,
    WeakOnly,
    None,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Cors {
    #[default]
    Exposed,
    NotExposed,
    None,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Ranges {
    #[default]
    Honour,
    Ignore,
    Claim,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum ContentRange {
    #[default]
    Right,
    Shifted,
    Lies,
    Total,
    Missing,
    Garbage,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Length {
    #[default]
    Right,
    Short(u64),
    Long(u64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RetryAfter {
    Seconds(u64),
    Date(Duration),
}

impl Knobs {
    /// The faults that request `n` meets; the first is 0.
    pub(crate) fn faults(&self, n: u64) -> Faults {
        let met = n
            .checked_sub(self.skip)
            .is_some_and(|n| self.times.is_none_or(|times| n < times));
        if met {
            self.faults.clone()
        } else {
            Faults::default()
        }
    }

    /// What request `n` is held to, in bytes per second; the first is 0.
    pub(crate) fn rate(&self, n: u64) -> Option<u64> {
        match self.slow {
            Some(slow) if (n + 1).is_multiple_of(slow.every) => Some(slow.rate),
            _ => self.rate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_begin_after_the_skipped_requests_and_last_for_the_given_times() {
        let Ok(knobs) = Knobs::parse("cut=5&skip=2&times=3") else {
            panic!("refused");
        };
        let met: Vec<_> = (0..7).map(|n| knobs.faults(n).cut.is_some()).collect();
        assert_eq!(met, [false, false, true, true, true, false, false]);
    }

    #[test]
    fn every_ith_request_gets_the_other_rate() {
        let Ok(knobs) = Knobs::parse("rate=9&slow=3:1") else {
            panic!("refused");
        };
        let rates: Vec<_> = (0..6).filter_map(|n| knobs.rate(n)).collect();
        assert_eq!(rates, [9, 9, 1, 9, 9, 1]);
    }
}
