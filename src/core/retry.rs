//! Which failure is worth another try, and when.

use std::fmt;
use std::time::Duration;

use super::error::Error;
use super::response::Mismatch;

/// The first pause is up to this long; each further one up to twice the one before.
const BASE: Duration = Duration::from_millis(500);
const CAP: Duration = Duration::from_secs(30);

/// Failures in a row until what has not brought a byte yet is given up. With full jitter that is
/// half a minute on average: who waits for a wrong address shall be told soon.
const STRIKES: u32 = 8;

/// The same once bytes have come, with none since: five minutes on average. A router or a server
/// that restarts is back by then, and perhaps nobody is there to resume.
const PATIENT_STRIKES: u32 = 26;

/// The same while the server says that it is too busy: two minutes on average. A limit per minute
/// is over by then, and how long it lasts may not be readable.
const BUSY_STRIKES: u32 = 16;

/// A server that contradicts itself seldom stops: a node of a CDN may, and is given these tries.
const MISMATCH_STRIKES: u32 = 3;

/// What ended a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// No answer, or a cut connection; the platform's words.
    Network(String),
    /// The connection stayed open and nothing came.
    Silent,
    Status {
        status: u16,
        wait: Option<Duration>,
    },
    /// A status that would be final if others of its kind were not being answered.
    OneTooMany {
        status: u16,
    },
    Mismatch(Mismatch),
}

impl Cause {
    /// Another try cannot mend it.
    pub fn is_final(&self) -> bool {
        match self {
            // Some say so to who asks too often.
            Self::Status { status: 403, wait } => wait.is_none(),
            Self::Status { status, .. } => !is_transient(*status),
            _ => false,
        }
    }

    pub fn into_error(self) -> Error {
        match self {
            Self::Status { status, .. } | Self::OneTooMany { status } => Error::Http { status },
            Self::Mismatch(mismatch) => Error::Mismatch(mismatch),
            cause => Error::Network(cause.to_string()),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(words) => f.write_str(words),
            Self::Silent => f.write_str("the connection went silent"),
            Self::Status { status, .. } | Self::OneTooMany { status } => {
                write!(f, "status {status}")
            }
            Self::Mismatch(mismatch) => mismatch.fmt(f),
        }
    }
}

/// Statuses that time can mend (RFC 9110 §15, RFC 6585 §4, RFC 8470 §5.2).
fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599) && !matches!(status, 501 | 505)
}

/// Failures in a row. Requests that were under way together fail together and count once.
#[derive(Clone, Debug, Default)]
pub struct Retry {
    strikes: u32,
    /// How many of these were contradictions.
    mismatches: u32,
    round: u32,
    /// Bytes have come, so it is the right address and they may come again.
    proven: bool,
}

impl Retry {
    /// Stamped on each request when it is opened, and handed back when it fails.
    pub fn round(&self) -> u32 {
        self.round
    }

    /// Failures in a row so far.
    pub fn strikes(&self) -> u32 {
        self.strikes
    }

    pub fn is_struck(&self) -> bool {
        self.strikes > 0
    }

    /// Bytes have arrived: what failed before is over.
    pub fn progress(&mut self) {
        self.proven = true;
        self.forgive();
    }

    /// What failed before says nothing about what comes.
    pub fn forgive(&mut self) {
        self.strikes = 0;
        self.mismatches = 0;
    }

    /// A request has failed: how long to wait until the next, or the error that ends it all.
    ///
    /// `chance` in `0.0..1.0` spreads the clients of a server that comes back (full jitter).
    pub fn failure(&mut self, cause: Cause, round: u32, chance: f64) -> Result<Duration, Error> {
        if round == self.round {
            self.strikes += 1;
            self.mismatches += u32::from(matches!(cause, Cause::Mismatch(_)));
            self.round = self.round.wrapping_add(1);
        }
        let contradictory =
            matches!(cause, Cause::Mismatch(_)) && self.mismatches >= MISMATCH_STRIKES;
        let limit = match cause {
            _ if self.proven => PATIENT_STRIKES,
            Cause::Status {
                status: 429 | 503, ..
            } => BUSY_STRIKES,
            _ => STRIKES,
        };
        if cause.is_final() || contradictory || self.strikes >= limit {
            return Err(cause.into_error());
        }
        let asked = match cause {
            Cause::Status { wait, .. } => wait.unwrap_or_default(),
            _ => Duration::ZERO,
        };
        let most = BASE
            .saturating_mul(1 << (self.strikes.max(1) - 1).min(16))
            .min(CAP);
        let jittered = most.as_secs_f64() * chance.clamp(0.0, 1.0);
        Ok(asked.max(Duration::from_micros((jittered * 1e6) as u64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network() -> Cause {
        Cause::Network("reset".into())
    }

    #[test]
    fn pauses_double_up_to_a_cap_and_then_the_last_cause_is_named() {
        let mut retry = Retry::default();
        let mut waits = Vec::new();
        let error = loop {
            match retry.failure(network(), retry.round(), 1.0) {
                Ok(wait) => waits.push(wait.as_millis()),
                Err(error) => break error,
            }
        };
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000]);
        assert_eq!(error, Error::Network("reset".into()));
    }

    #[test]
    fn what_has_brought_bytes_is_waited_for_while_a_router_restarts() {
        let mut retry = Retry::default();
        retry.progress();
        let mut waited = Duration::ZERO;
        while let Ok(wait) = retry.failure(network(), retry.round(), 0.5) {
            waited += wait;
        }
        assert_eq!(waited.as_secs(), 300);
    }

    #[test]
    fn no_jitter_waits_not_at_all() {
        let mut retry = Retry::default();
        assert_eq!(retry.failure(network(), 0, 0.0), Ok(Duration::ZERO));
    }

    #[test]
    fn requests_that_fail_together_count_once() {
        let mut retry = Retry::default();
        let round = retry.round();
        for _ in 0..50 {
            assert!(retry.failure(network(), round, 1.0).is_ok());
        }
    }

    #[test]
    fn the_server_may_ask_for_more_time_but_not_for_less() {
        let busy = |wait| Cause::Status {
            status: 503,
            wait: Some(Duration::from_secs(wait)),
        };
        let mut retry = Retry::default();
        let wait = |retry: &mut Retry, secs| retry.failure(busy(secs), retry.round(), 1.0);
        assert_eq!(wait(&mut retry, 90), Ok(Duration::from_secs(90)));
        assert_eq!(wait(&mut retry, 0), Ok(Duration::from_secs(1)));
    }

    #[test]
    fn a_status_that_cannot_get_better_fails_at_once() {
        for status in [204, 301, 400, 401, 403, 404, 410, 501] {
            let cause = Cause::Status { status, wait: None };
            let failure = Retry::default().failure(cause, 0, 1.0);
            assert_eq!(failure, Err(Error::Http { status }));
        }
    }

    #[test]
    fn a_contradiction_is_tried_again_but_not_for_long() {
        let mut retry = Retry::default();
        let mut tries = 0;
        while retry
            .failure(Cause::Mismatch(Mismatch::NoRange), retry.round(), 1.0)
            .is_ok()
        {
            tries += 1;
        }
        assert_eq!(tries, 2);
    }

    #[test]
    fn bytes_that_arrive_start_the_count_anew() {
        let mut retry = Retry::default();
        for _ in 0..100 {
            assert!(retry.failure(network(), retry.round(), 1.0).is_ok());
            retry.progress();
        }
    }
}
