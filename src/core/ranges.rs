//! A set of byte offsets, kept as sorted, disjoint, non-touching half-open ranges.
//!
//! What is stored, what is asked for and what is missing are all values of this type. It never
//! holds an empty range, so two equal sets always compare equal.

use std::fmt;
use std::ops::Range;

/// The end of a range that goes on to wherever the file ends: `5..OPEN` is `bytes=5-` (RFC 9110
/// §14.1.2).
pub const OPEN: u64 = u64::MAX;

/// The whole file, however long it is.
pub const EVERYTHING: Range<u64> = 0..OPEN;

#[derive(Clone, Default, PartialEq, Eq)]
pub struct RangeSet {
    ranges: Vec<Range<u64>>,
}

impl RangeSet {
    pub const fn new() -> Self {
        Self { ranges: Vec::new() }
    }

    /// Adds every offset of `range`; an empty or reversed range adds nothing.
    pub fn insert(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        // Everything from `first` up to `last` overlaps or touches the new range and melts into it.
        let first = self.ranges.partition_point(|r| r.end < range.start);
        let last = self.ranges.partition_point(|r| r.start <= range.end);
        let merged = match self.ranges.get(first..last) {
            Some([only]) => range.start.min(only.start)..range.end.max(only.end),
            Some([head, .., tail]) => range.start.min(head.start)..range.end.max(tail.end),
            _ => range,
        };
        self.ranges.splice(first..last, [merged]);
    }

    /// Takes every offset of `range` out.
    pub fn remove(&mut self, range: &Range<u64>) {
        if range.is_empty() {
            return;
        }
        let first = self.ranges.partition_point(|r| r.end <= range.start);
        let last = self.ranges.partition_point(|r| r.start < range.end);
        let Some(overlapping) = self.ranges.get(first..last).filter(|o| !o.is_empty()) else {
            return;
        };
        let before = overlapping[0].start..range.start;
        let after = range.end..overlapping[overlapping.len() - 1].end;
        let left_over = [before, after].into_iter().filter(|r| !r.is_empty());
        self.ranges.splice(first..last, left_over);
    }

    /// The range of the set in which `offset` lies.
    pub fn containing(&self, offset: u64) -> Option<&Range<u64>> {
        let index = self.ranges.partition_point(|r| r.end <= offset);
        self.ranges.get(index).filter(|r| r.start <= offset)
    }

    /// Whether every offset of `range` is in the set; an empty range always is.
    pub fn covers(&self, range: &Range<u64>) -> bool {
        range.is_empty()
            || self
                .containing(range.start)
                .is_some_and(|r| r.end >= range.end)
    }

    /// How many offsets are in the set.
    pub fn len(&self) -> u64 {
        self.ranges.iter().map(|r| r.end - r.start).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The offset after the last one of the set.
    pub fn end(&self) -> u64 {
        self.ranges.last().map_or(0, |r| r.end)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Range<u64>> + '_ {
        self.ranges.iter().cloned()
    }

    /// What `within` has and the set has not, in order.
    pub fn gaps(&self, within: Range<u64>) -> impl Iterator<Item = Range<u64>> + '_ {
        let mut at = within.start;
        let first = self.ranges.partition_point(|r| r.end <= within.start);
        let end = within.end;
        let starts = self.ranges[first..].iter().map(|r| (r.start, r.end));
        starts
            .chain([(u64::MAX, u64::MAX)])
            .filter_map(move |(start, next)| {
                let gap = at..start.min(end);
                at = at.max(next);
                (!gap.is_empty()).then_some(gap)
            })
    }

    /// The offsets that are in both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        self.ranges
            .iter()
            .flat_map(|range| other.within(range))
            .collect()
    }

    /// What is there of `range`, in ascending order.
    pub fn within(&self, range: &Range<u64>) -> impl Iterator<Item = Range<u64>> + '_ {
        let Range { start, end } = *range;
        let first = self.ranges.partition_point(|r| r.end <= start);
        let reaching = self.ranges[first..].iter();
        reaching
            .take_while(move |r| r.start < end)
            .map(move |r| r.start.max(start)..r.end.min(end))
    }
}

impl Extend<Range<u64>> for RangeSet {
    fn extend<T: IntoIterator<Item = Range<u64>>>(&mut self, ranges: T) {
        for range in ranges {
            self.insert(range);
        }
    }
}

impl FromIterator<Range<u64>> for RangeSet {
    fn from_iter<T: IntoIterator<Item = Range<u64>>>(ranges: T) -> Self {
        let mut set = Self::new();
        set.extend(ranges);
        set
    }
}

impl fmt::Debug for RangeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.ranges).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set<const N: usize>(ranges: [Range<u64>; N]) -> RangeSet {
        ranges.into_iter().collect()
    }

    #[test]
    fn touching_ranges_become_one() {
        assert_eq!(set([0..5, 5..9]), set([0..9]));
        assert_eq!(set([5..9, 0..5]), set([0..9]));
        assert_eq!(set([0..2, 4..6, 8..9, 1..8]), set([0..9]));
    }

    #[test]
    fn an_empty_range_changes_nothing() {
        let mut ranges = set([2..4]);
        ranges.insert(9..9);
        ranges.remove(&(3..3));
        assert_eq!(ranges, set([2..4]));
    }

    #[test]
    fn removing_the_middle_leaves_both_ends() {
        let mut ranges = set([0..10]);
        ranges.remove(&(3..7));
        assert_eq!(ranges, set([0..3, 7..10]));
        ranges.remove(&(0..100));
        assert!(ranges.is_empty());
    }

    #[test]
    fn gaps_are_what_is_missing_inside_the_window() {
        let ranges = set([2..4, 6..8]);
        let gaps = |within| ranges.gaps(within).collect::<Vec<_>>();
        assert_eq!(gaps(0..10), [0..2, 4..6, 8..10]);
        assert_eq!(gaps(3..7), [4..6]);
        assert_eq!(gaps(2..4), []);
        assert_eq!(gaps(5..5), []);
        assert_eq!(set([]).gaps(0..u64::MAX).collect::<Vec<_>>(), [0..u64::MAX]);
    }

    #[test]
    fn an_empty_range_is_covered_by_anything() {
        assert!(set([]).covers(&(7..7)));
        assert!(!set([0..7]).covers(&(6..8)));
    }
}
