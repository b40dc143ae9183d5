//! A set of ranges is a set of offsets.

use std::collections::BTreeSet;
use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use rangeload::core::ranges::RangeSet;

use crate::config;

/// Small enough that ranges overlap and touch often.
const END: u64 = 48;

#[derive(Clone, Debug)]
enum Step {
    Insert(Range<u64>),
    Remove(Range<u64>),
}

/// Empty and reversed ones too.
fn range() -> impl Strategy<Value = Range<u64>> {
    (0..END, 0..END).prop_map(|(start, end)| start..end)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => range().prop_map(Step::Insert),
        1 => range().prop_map(Step::Remove),
    ];
    vec(step, 0..24)
}

fn build(steps: &[Step]) -> (RangeSet, BTreeSet<u64>) {
    let (mut set, mut model) = (RangeSet::new(), BTreeSet::new());
    for step in steps {
        match step.clone() {
            Step::Insert(range) => {
                set.insert(range.clone());
                model.extend(range);
            }
            Step::Remove(range) => {
                set.remove(&range);
                model.retain(|offset| !range.contains(offset));
            }
        }
    }
    (set, model)
}

fn offsets(ranges: impl Iterator<Item = Range<u64>>) -> Vec<u64> {
    ranges.flatten().collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_set_of_ranges_holds_the_offsets_put_in_and_not_taken_out(steps in steps()) {
        let (set, model) = build(&steps);
        prop_assert_eq!(offsets(set.iter()), Vec::from_iter(model.iter().copied()));
        prop_assert_eq!(set.len(), model.len() as u64);
        prop_assert_eq!(set.is_empty(), model.is_empty());
        prop_assert_eq!(set.end(), model.last().map_or(0, |last| last + 1));
    }

    #[test]
    fn its_ranges_are_sorted_and_never_empty_and_never_touch(steps in steps()) {
        let ranges = Vec::from_iter(build(&steps).0.iter());
        prop_assert!(ranges.iter().all(|range| range.start < range.end));
        prop_assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start));
    }

    #[test]
    fn gaps_are_what_is_missing_in_order(steps in steps(), within in range()) {
        let (set, model) = build(&steps);
        let missing = within.clone().filter(|offset| !model.contains(offset));
        prop_assert_eq!(offsets(set.gaps(within)), Vec::from_iter(missing));
    }

    #[test]
    fn a_range_is_covered_if_each_of_its_offsets_is_held(steps in steps(), range in range()) {
        let (set, model) = build(&steps);
        let covered = range.clone().all(|offset| model.contains(&offset));
        prop_assert_eq!(set.covers(&range), covered);
    }

    #[test]
    fn an_offset_lies_in_the_range_that_contains_it(steps in steps(), offset in 0..END) {
        let (set, model) = build(&steps);
        let found = set.containing(offset);
        prop_assert_eq!(found.is_some(), model.contains(&offset));
        prop_assert!(found.is_none_or(|range| range.contains(&offset)));
    }

    #[test]
    fn an_intersection_holds_what_both_hold(ours in steps(), theirs in steps()) {
        let ((a, ours), (b, theirs)) = (build(&ours), build(&theirs));
        let both = Vec::from_iter(ours.intersection(&theirs).copied());
        prop_assert_eq!(offsets(a.intersection(&b).iter()), both);
        prop_assert_eq!(a.intersection(&b), b.intersection(&a));
    }
}
