//! Who fetches what next. Pure functions of what is missing and of how the connections do.
//!
//! Sizes follow guided self-scheduling (Polychronopoulos and Kuck, 1987): large pieces while much
//! is left, so that requests cost little; smaller ones towards the end, so that the connections
//! finish together. When nothing is left to give out, an idle connection takes over part of the
//! piece that would finish last.

use std::ops::Range;
use std::time::Duration;

/// Smaller pieces are not worth a request while there is unassigned work, in bytes.
pub const LEAST_PIECE: u64 = 1 << 20;

/// Smaller shares of another connection's piece are not worth a request, in bytes.
pub const LEAST_TAKEOVER: u64 = 128 << 10;

/// The next piece for a free connection: a share of the largest gap, from its start.
///
/// `connections` is how many share the work.
pub fn share(gaps: impl Iterator<Item = Range<u64>>, connections: usize) -> Option<Range<u64>> {
    let mut left = 0;
    let mut largest: Option<Range<u64>> = None;
    for gap in gaps {
        left += len(&gap);
        if largest.as_ref().is_none_or(|l| len(&gap) > len(l)) {
            largest = Some(gap);
        }
    }
    let gap = largest?;
    if connections <= 1 {
        return Some(gap);
    }
    let share = (left / (2 * connections as u64)).max(LEAST_PIECE);
    // A crumb left behind would cost a request of its own.
    let size = if len(&gap) < share + LEAST_PIECE / 2 {
        len(&gap)
    } else {
        share
    };
    Some(gap.start..gap.start + size)
}

/// What one connection has still to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// The bytes of its piece that have not arrived.
    pub left: Range<u64>,
    /// Bytes per second; `None` while it is too young to tell.
    pub rate: Option<f64>,
}

/// Which piece to take over, and from which offset on: the one that would finish last, cut so
/// that both halves finish together. `None` where waiting is quicker than another request.
///
/// `setup` is what a request costs before its first byte.
pub fn takeover(work: &[Work], setup: Duration) -> Option<(usize, u64)> {
    let known: Vec<f64> = work.iter().filter_map(|w| w.rate).collect();
    // Nothing measured yet: any positive rate gives the same ratio everywhere.
    let typical = match known.len() {
        0 => 1.0,
        n => (known.iter().sum::<f64>() / n as f64).max(1.0),
    };
    let setup = setup.as_secs_f64();
    let seconds = |w: &Work| len(&w.left) as f64 / w.rate.unwrap_or(typical).max(1.0);
    let (index, slowest) = work
        .iter()
        .enumerate()
        .filter(|(_, w)| len(&w.left) >= 2 * LEAST_TAKEOVER)
        .max_by(|(_, a), (_, b)| seconds(a).total_cmp(&seconds(b)))?;

    let rate = slowest.rate.unwrap_or(typical);
    let left = len(&slowest.left) as f64;
    if !known.is_empty() && seconds(slowest) < 2.0 * setup {
        return None;
    }
    // The owner goes on during the setup; after it, each takes a share by its rate.
    let during_setup = if known.is_empty() { 0.0 } else { rate * setup };
    let keep = during_setup + (left - during_setup) * rate / (rate + typical);
    let most = len(&slowest.left) - LEAST_TAKEOVER;
    let keep = (keep as u64).min(most);
    Some((index, slowest.left.start + keep))
}

fn len(range: &Range<u64>) -> u64 {
    range.end.saturating_sub(range.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;
    const SETUP: Duration = Duration::from_millis(50);

    fn work(left: Range<u64>, rate: impl Into<Option<f64>>) -> Work {
        Work {
            left,
            rate: rate.into(),
        }
    }

    #[test]
    fn pieces_shrink_as_the_work_does() {
        let mut gap = 0..256 * MIB;
        let mut sizes = Vec::new();
        while let Some(piece) = share([gap.clone()].into_iter().filter(|g| !g.is_empty()), 6) {
            assert_eq!(piece.start, gap.start);
            sizes.push(len(&piece));
            gap.start = piece.end;
        }
        assert!(sizes.is_sorted_by(|a, b| a >= b) || sizes.iter().rev().nth(1) >= Some(&MIB));
        assert_eq!(sizes.iter().sum::<u64>(), 256 * MIB);
        assert!(sizes[0] > 20 * MIB && sizes.len() < 60, "{sizes:?}");
    }

    #[test]
    fn the_largest_gap_is_served_first() {
        let gaps = [0..5 * MIB, 10 * MIB..30 * MIB, 40 * MIB..41 * MIB];
        let piece = share(gaps.into_iter(), 2);
        assert_eq!(piece.map(|p| p.start), Some(10 * MIB));
    }

    #[test]
    fn no_crumbs_are_left_behind() {
        let gap = 0..MIB + 1;
        assert_eq!(share([gap.clone()].into_iter(), 6), Some(gap));
        assert_eq!(share(std::iter::empty(), 6), None);
    }

    #[test]
    fn equal_connections_split_the_last_piece_in_half() {
        let work = [work(0..MIB, 1e6), work(5 * MIB..9 * MIB, 1e6)];
        let (index, at) = takeover(&work, Duration::ZERO).unwrap();
        assert_eq!((index, at), (1, 7 * MIB));
    }

    #[test]
    fn a_slow_connection_keeps_what_it_can_finish_in_time() {
        let work = [work(0..10 * MIB, 1e5), work(20 * MIB..21 * MIB, 1.9e6)];
        let (index, at) = takeover(&work, SETUP).unwrap();
        assert_eq!(index, 0);
        assert!(at < 2 * MIB, "keeps {at}");
    }

    #[test]
    fn a_silent_connection_loses_nearly_everything() {
        let (_, at) = takeover(&[work(0..10 * MIB, 0.0), work(0..0, 1e6)], SETUP).unwrap();
        assert!(at < 1024);
    }

    #[test]
    fn nothing_is_taken_over_that_is_done_sooner_than_a_request() {
        assert_eq!(takeover(&[work(0..MIB, 100e6)], SETUP), None);
        assert_eq!(takeover(&[work(0..LEAST_TAKEOVER, 1e3)], SETUP), None);
        assert_eq!(takeover(&[], SETUP), None);
    }

    #[test]
    fn connections_without_a_rate_are_cut_in_the_middle() {
        let (_, at) = takeover(&[work(0..8 * MIB, None)], SETUP).unwrap();
        assert_eq!(at, 4 * MIB);
    }
}
