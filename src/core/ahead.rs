//! How much may be asked for before it has come: what a page can take in, and what a crash may
//! cost, against what each request costs.

use std::time::Duration;

use super::schedule::LEAST_PIECE;
use super::tier::PART;

/// From this rate on, in bytes per second, the network may be faster than the store.
const FAST: f64 = 64e6;

/// From this rate on it may be as well, where the store is a card or a busy disk.
const SLOW: f64 = 16e6;

/// How much may be asked for at a time of a network that is faster than what takes the bytes, by
/// all connections together, in bytes. Some browsers take in a body as fast as it comes, however
/// slowly it is read: what was asked for is what waits in memory, and what is lost in a crash. Yet
/// each request costs some milliseconds.
pub const AHEAD: u64 = 4 * PART;

/// What a crash may cost there, in bytes: what was asked for, and what has come and is unsaved. Of
/// two connections each may have a part that is unsaved; others are no reason for more.
const AT_RISK: u64 = AHEAD + 2 * PART;

/// How much a connection that is alone may be asked for: a crash may cost it less than several.
const AHEAD_ALONE: u64 = 3 * PART;

/// All that may be asked for between the two rates, where it is rather the network that is slow:
/// fewer requests.
const FAR_AHEAD: u64 = 16 * PART;

/// While nothing is measured, a server that answers so soon is thought to be as fast.
const NEAR: Duration = Duration::from_millis(100);

/// So long no browser takes by itself to begin with a request: few are to be made then.
const DISTANT: Duration = Duration::from_secs(1);

/// A request is worth it that takes so many times as long as its set-up.
const WORTHWHILE: u32 = 50;

/// What lies ready is enough if it lasts so many times as long as a new request's set-up.
const ENOUGH: u32 = 2;

/// What is known of how fast bytes come, in bytes per second.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub connections: usize,
    /// Over all of them; `None` while nothing is measured.
    pub all: Option<f64>,
    /// Over one of them.
    pub each: f64,
    /// What a request usually costs before its first byte; `None` while none has been answered.
    pub setup: Option<Duration>,
    /// What it costs at least, as far as that is known.
    pub least_setup: Duration,
    /// A moment ago bodies came faster than they were read: it is not the network that is slow.
    pub outpaced: bool,
}

/// What may be asked for before it has come, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// By one connection.
    pub each: u64,
    /// By all of them, with what has come and is unsaved.
    pub all: u64,
}

impl Ahead {
    pub const UNBOUNDED: Self = Self {
        each: u64::MAX,
        all: u64::MAX,
    };
}

/// How much one of the connections may be asked for at a time, and how much all of them together.
pub fn most_ahead(pace: Pace) -> Ahead {
    let is_within = |limit| pace.setup.is_none_or(|setup| setup < limit);
    let connections = pace.connections.max(1) as u64;
    let fast = match pace.all {
        None => is_within(NEAR),
        Some(all) => all >= FAST || pace.outpaced,
    };
    let each = match pace.all {
        _ if fast => AHEAD_ALONE.min(AHEAD / connections),
        Some(all) if all >= SLOW && is_within(DISTANT) => FAR_AHEAD / connections,
        _ => return Ahead::UNBOUNDED,
    };
    let lasts = |all| {
        let bytes = |setup: Duration| all * (setup * ENOUGH).as_secs_f64();
        pace.setup.is_none_or(|setup| bytes(setup) < AHEAD as f64)
    };
    let worthwhile = match pace.all {
        // Nobody waits for a new request meanwhile.
        Some(all) if pace.outpaced && lasts(all) => 0,
        Some(_) => (pace.each * (pace.least_setup * WORTHWHILE).as_secs_f64()) as u64,
        None => 0,
    };
    let each = each.max(LEAST_PIECE).max(worthwhile);
    let all = match fast {
        true => AT_RISK.max(worthwhile.saturating_mul(connections)),
        false => u64::MAX,
    };
    Ahead { each, all }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn pace(rate: f64, millis: u64) -> Pace {
        Pace {
            connections: 2,
            all: Some(2.0 * rate),
            each: rate,
            setup: Some(Duration::from_millis(millis)),
            least_setup: Duration::from_millis(millis),
            outpaced: false,
        }
    }

    fn each(pace: Pace) -> u64 {
        most_ahead(pace).each
    }

    #[test]
    fn what_is_asked_for_at_a_time_is_bounded_where_bytes_come_fast() {
        assert_eq!(most_ahead(pace(5e6, 2)), Ahead::UNBOUNDED);
        assert_eq!(each(pace(20e6, 1)), FAR_AHEAD / 2);
        assert_eq!(most_ahead(pace(20e6, 2000)), Ahead::UNBOUNDED);
        assert_eq!(each(pace(100e6, 1)), 16 * MIB);
        // Set-ups that cost much are worth more.
        assert_eq!(each(pace(100e6, 200)), 1_000_000_000);
        let shared = |connections| {
            let pace = pace(100e6, 1);
            each(Pace {
                connections,
                ..pace
            })
        };
        assert_eq!([0, 1, 4].map(shared), [24, 24, 8].map(|m| m * MIB));
    }

    #[test]
    fn what_is_asked_for_of_a_fast_network_in_all_does_not_grow_with_the_connections() {
        let all = |rate, connections| {
            let pace = pace(rate, 1);
            most_ahead(Pace {
                connections,
                ..pace
            })
            .all
        };
        assert_eq!(
            [1, 6].map(|connections| all(100e6, connections)),
            [AT_RISK; 2]
        );
        assert_eq!(all(20e6, 2), u64::MAX);
    }

    #[test]
    fn what_is_asked_for_at_a_time_is_bounded_where_they_come_faster_than_they_are_read() {
        for rate in [5e6, 20e6] {
            let outpaced = true;
            let pace = pace(rate, 2);
            assert_eq!(each(Pace { outpaced, ..pace }), 16 * MIB);
        }
        let costly = |rate, millis| Pace {
            outpaced: true,
            ..pace(rate, millis)
        };
        assert_eq!(each(costly(500e6, 10)), 16 * MIB);
        assert_eq!(each(costly(500e6, 30)), 750_000_000);
        assert_eq!(each(costly(0.0, 200)), 16 * MIB);
        assert_eq!(each(costly(50e6, 150)), 16 * MIB);
        assert_eq!(each(costly(50e6, 200)), 500_000_000);
    }

    #[test]
    fn while_nothing_is_measured_a_server_is_as_fast_as_it_answers() {
        let unmeasured = |setup: Option<u64>| Pace {
            all: None,
            setup: setup.map(Duration::from_millis),
            ..pace(0.0, 0)
        };
        assert_eq!(each(unmeasured(Some(2))), 16 * MIB);
        assert_eq!(each(unmeasured(Some(200))), u64::MAX);
        assert_eq!(each(unmeasured(None)), 16 * MIB);
    }
}
