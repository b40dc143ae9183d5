//! Who fetches what next. Pure functions of what is missing and of how the connections do.
//!
//! A piece is what its connection can fetch until all of them are done: a request costs its
//! set-up, so there are few. Where the rates were misjudged or have changed, an idle connection
//! takes over part of the piece that would finish last, and at the very end fetches it once more.

use std::ops::Range;
use std::time::Duration;

/// Smaller pieces are not worth a request while there is unassigned work, in bytes, unless it is
/// to be brief.
pub const LEAST_PIECE: u64 = 4 << 20;

/// Smaller shares, of what is missing or of another connection's piece, are never worth a request,
/// in bytes.
pub const LEAST_TAKEOVER: u64 = 128 << 10;

/// How many seconds a brief request is to last at least. Whatever else is wanted of the host waits
/// for it to end.
const BRIEF: f64 = 2.0;

/// How many seconds any request is to last at most where others wait for it.
const TURN: f64 = 20.0;

/// So many times its set-up is enough for one request of many.
const BRIEFLY_WORTHWHILE: f64 = 20.0;

/// How much sooner than its owner a second request must be done with a piece to be sent.
const DUPLICATE: f64 = 2.0;

/// The next piece for a free connection: from the start of the largest gap on, about `share`
/// bytes.
pub fn piece(gaps: impl Iterator<Item = Range<u64>>, share: u64) -> Option<Range<u64>> {
    let gap = gaps.max_by_key(len)?;
    let share = share.max(LEAST_TAKEOVER);
    // A crumb left behind would cost a request of its own.
    if len(&gap) <= share.saturating_add(share / 4) {
        return Some(gap);
    }
    Some(gap.start..gap.start + share)
}

/// The longest piece of a brief request, of a connection that brings so many bytes per second.
pub fn brief(rate: Option<f64>, setup: Duration) -> u64 {
    lasting(
        rate,
        (setup.as_secs_f64() * BRIEFLY_WORTHWHILE).clamp(BRIEF, TURN),
    )
}

/// The longest piece where others wait for the host's connections.
pub fn turn(rate: Option<f64>) -> u64 {
    lasting(rate, TURN)
}

fn lasting(rate: Option<f64>, seconds: f64) -> u64 {
    let piece = rate.map(|rate| (rate * seconds) as u64);
    piece.map_or(LEAST_PIECE, |piece| piece.max(LEAST_TAKEOVER))
}

/// What one connection has still to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// The bytes of its piece that have not arrived.
    pub left: Range<u64>,
    /// Bytes per second; `None` while it is too young to tell.
    pub rate: Option<f64>,
    /// Another connection fetches the same bytes.
    pub shared: bool,
}

/// What another request would be like.
#[derive(Clone, Copy, Debug)]
pub struct Bid {
    /// Bytes per second.
    pub rate: f64,
    /// What it costs before its first byte.
    pub setup: Duration,
}

#[derive(Debug, PartialEq)]
pub enum Takeover {
    /// The connection of this index keeps what lies before the offset.
    Split { index: usize, at: u64 },
    /// All that the connection of this index has left is fetched once more.
    Duplicate { index: usize },
}

/// Which piece to take over, and how: the one that would finish last, cut so that both halves
/// finish together. `None` where waiting is quicker than another request.
pub fn takeover(work: &[Work], bid: Bid) -> Option<Takeover> {
    let setup = bid.setup.as_secs_f64();
    let bidden = bid.rate.max(1.0);
    let open = |w: &&(usize, &Work)| !w.1.shared && !w.1.left.is_empty();
    let seconds = |w: &Work| len(&w.left) as f64 / w.rate.unwrap_or(bidden).max(1.0);
    let work: Vec<_> = work.iter().enumerate().collect();
    let last = |a: &&(usize, &Work), b: &&(usize, &Work)| seconds(a.1).total_cmp(&seconds(b.1));
    let &(index, slowest) = work.iter().filter(open).max_by(last)?;

    // One that has just begun is thought to be like the others.
    let rate = slowest.rate.unwrap_or(bidden).max(1.0);
    let left = len(&slowest.left) as f64;
    // The owner goes on during the set-up; after it, each takes a share by its rate.
    let together = (left + bidden * setup) / (rate + bidden);
    let keep = ((rate * together) as u64).max(LEAST_TAKEOVER);
    let taken = len(&slowest.left).saturating_sub(keep);
    if taken >= LEAST_TAKEOVER && left / rate - together > setup {
        let at = slowest.left.start + keep;
        return Some(Takeover::Split { index, at });
    }
    let alone = setup + left / bidden;
    let slow = slowest.rate.is_some() && left / rate > DUPLICATE * alone;
    slow.then_some(Takeover::Duplicate { index })
}

fn len(range: &Range<u64>) -> u64 {
    range.end.saturating_sub(range.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn work(left: Range<u64>, rate: impl Into<Option<f64>>) -> Work {
        Work {
            left,
            rate: rate.into(),
            shared: false,
        }
    }

    fn bid(rate: f64) -> Bid {
        let setup = Duration::from_millis(50);
        Bid { rate, setup }
    }

    fn split(work: &[Work], bid: Bid) -> (usize, u64) {
        match takeover(work, bid) {
            Some(Takeover::Split { index, at }) => (index, at),
            other => panic!("no split but {other:?}"),
        }
    }

    #[test]
    fn the_largest_gap_is_served_first() {
        let gaps = [0..5 * MIB, 10 * MIB..30 * MIB, 40 * MIB..41 * MIB];
        let piece = piece(gaps.into_iter(), 8 * MIB);
        assert_eq!(piece, Some(10 * MIB..18 * MIB));
    }

    #[test]
    fn no_crumbs_are_left_behind() {
        let gap = 0..9 * MIB;
        assert_eq!(piece([gap.clone()].into_iter(), 8 * MIB), Some(gap));
        assert_eq!(piece(std::iter::empty(), MIB), None);
    }

    #[test]
    fn a_small_share_is_no_tiny_piece() {
        let piece = piece([0..100 * MIB].into_iter(), 1);
        assert_eq!(piece, Some(0..LEAST_TAKEOVER));
    }

    #[test]
    fn a_brief_request_lasts_as_long_as_it_is_worth_it_and_no_longer() {
        let of = |rate, millis| brief(rate, Duration::from_millis(millis));
        assert_eq!(of(Some(1e6), 20), 2_000_000);
        assert_eq!(of(Some(1e6), 500), 10_000_000);
        assert_eq!(of(Some(1e6), 3000), 20_000_000);
        // One that brings nothing is still asked for something.
        assert_eq!(of(Some(0.0), 20), LEAST_TAKEOVER);
        assert_eq!(of(None, 20), LEAST_PIECE);
        assert_eq!(turn(Some(1e6)), 20_000_000);
    }

    #[test]
    fn equal_connections_split_the_last_piece_in_half() {
        let work = [work(0..MIB, 1e6), work(50 * MIB..90 * MIB, 1e6)];
        let setup = Duration::ZERO;
        let bid = Bid { rate: 1e6, setup };
        assert_eq!(split(&work, bid), (1, 70 * MIB));
    }

    #[test]
    fn the_owner_keeps_what_it_fetches_during_the_set_up() {
        let (_, at) = split(&[work(0..10_000_000, 1e6)], bid(1e6));
        assert_eq!(at, 5_025_000);
    }

    #[test]
    fn a_slow_connection_keeps_what_it_can_finish_in_time() {
        let work = [work(0..100 * MIB, 1e5), work(200 * MIB..201 * MIB, 1.9e6)];
        let (index, at) = split(&work, bid(1.9e6));
        assert_eq!(index, 0);
        assert!(at < 6 * MIB, "keeps {at}");
    }

    #[test]
    fn nothing_is_taken_over_that_is_done_sooner_than_a_request() {
        assert_eq!(takeover(&[work(0..MIB, 100e6)], bid(100e6)), None);
        assert_eq!(takeover(&[], bid(1e6)), None);
    }

    #[test]
    fn what_a_slow_connection_has_left_at_the_end_is_fetched_once_more() {
        let slow = work(0..100_000, 1e4);
        let duplicate = takeover(&[work(MIB..MIB, 1e6), slow.clone()], bid(1e6));
        assert_eq!(duplicate, Some(Takeover::Duplicate { index: 1 }));
        let shared = Work {
            shared: true,
            ..slow
        };
        assert_eq!(takeover(&[shared], bid(1e6)), None);
    }

    #[test]
    fn a_silent_connection_loses_nearly_everything() {
        let (_, at) = split(&[work(0..10 * MIB, 0.0)], bid(1e6));
        assert_eq!(at, LEAST_TAKEOVER);
    }

    #[test]
    fn a_slow_source_takes_nothing_from_a_fast_one() {
        let fast = [work(0..10 * MIB, 10e6)];
        assert_eq!(takeover(&fast, bid(1e3)), None);
    }

    #[test]
    fn one_that_has_just_begun_is_shared_but_not_fetched_twice() {
        let (_, at) = split(&[work(0..80_000_000, None)], bid(1e6));
        assert_eq!(at, 40_025_000);
        let last = work(0..200_000, None);
        assert_eq!(takeover(&[last], bid(10e6)), None);
    }
}
