//! Pieces come from what is missing, and a piece that is taken over is given up by its owner.

use std::ops::Range;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rangeload::core::ranges::RangeSet;
use rangeload::core::schedule::{Bid, LEAST_TAKEOVER, Takeover, Work, piece, takeover};

use crate::config;

const MOST: u64 = (1 << 53) - 1;

fn size() -> impl Strategy<Value = u64> {
    prop_oneof![1..16_u64 << 20, 1..=MOST]
}

/// What is missing of a file of which some ranges are there.
fn gaps() -> impl Strategy<Value = Vec<Range<u64>>> {
    (size(), vec((any::<u64>(), any::<u64>()), 0..8)).prop_map(|(size, there)| {
        let there: RangeSet = there.into_iter().map(|(a, b)| a % size..b % size).collect();
        there.gaps(0..size).collect()
    })
}

fn work() -> impl Strategy<Value = Work> {
    let rate = prop_oneof![Just(0.0), 0.0..1e9, 0.0..1e3];
    let left = (0..MOST / 2, prop_oneof![0..4_u64 << 20, 0..MOST / 2]);
    let work = (left, option::of(rate), any::<bool>());
    work.prop_map(|((start, len), rate, shared)| Work {
        left: start..start + len,
        rate,
        shared,
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_piece_is_the_beginning_of_the_largest_gap(gaps in gaps(), share in any::<u64>()) {
        let len = |range: &Range<u64>| range.end - range.start;
        match piece(gaps.iter().cloned(), share) {
            None => prop_assert!(gaps.is_empty()),
            Some(piece) => {
                prop_assert!(piece.start < piece.end);
                let gap = gaps.iter().find(|gap| gap.start == piece.start);
                prop_assert!(gap.is_some_and(|gap| piece.end <= gap.end), "{piece:?}");
                prop_assert_eq!(gap.map(len), gaps.iter().map(len).max());
            }
        }
    }

    /// However few bytes a share has, in the end nothing is missing.
    #[test]
    fn pieces_come_to_an_end_and_to_the_whole(gaps in gaps(), connections in 1..40_u64) {
        let mut missing = RangeSet::from_iter(gaps);
        let mut pieces = 0;
        while let Some(piece) = piece(missing.iter(), missing.len() / (2 * connections)) {
            prop_assert!(missing.covers(&piece));
            missing.remove(&piece);
            pieces += 1;
            prop_assert!(pieces < 10_000);
        }
        prop_assert!(missing.is_empty());
    }

    #[test]
    fn a_takeover_leaves_something_to_both(
        work in vec(work(), 0..8), rate in 0.0..1e9, setup in 0..60_000_u64
    ) {
        let setup = Duration::from_millis(setup);
        match takeover(&work, Bid { rate, setup }) {
            Some(Takeover::Split { index, at }) => {
                let left = &work[index].left;
                prop_assert!(left.start + LEAST_TAKEOVER <= at, "{at} of {left:?}");
                prop_assert!(at + LEAST_TAKEOVER <= left.end, "{at} of {left:?}");
                prop_assert!(!work[index].shared);
            }
            Some(Takeover::Duplicate { index }) => {
                prop_assert!(!work[index].shared && !work[index].left.is_empty());
            }
            None => {}
        }
    }
}
