//! Bytes as the simulation knows them: not their values, but which version of the file each
//! offset is from. A file is right when all of it carries one version.

use std::collections::BTreeMap;
use std::ops::Range;

use rangeload::core::digest::{Digest, Hasher};
use rangeload::core::pieces::Pieces;
use rangeload::core::ranges::RangeSet;

/// The content of a file: two versions differ at every offset.
pub(crate) type Version = u32;

/// Bytes that are no file's: of an answer that may not be taken.
pub(crate) const GARBAGE: Version = u32::MAX;

/// Set for bytes of a version that are wrong, where nothing but a digest could tell.
const ROTTEN: Version = 1 << 30;

pub(crate) fn rotten(version: Version) -> Version {
    version | ROTTEN
}

/// The version of which bytes are, right or wrong.
pub(crate) fn sound(version: Version) -> Version {
    version & !ROTTEN
}

/// Bytes to hash: each version has its own at every offset.
pub(crate) fn bytes(version: Version, len: u64) -> Vec<u8> {
    vec![(version ^ (version >> 24)) as u8; len as usize]
}

/// What a whole file of a version hashes to, or a piece of it.
pub(crate) fn digest(version: Version, size: u64) -> Digest {
    digest_of(&bytes(version, size))
}

pub(crate) fn digest_of(bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::sha256();
    hasher.update(bytes);
    hasher.finish()
}

/// What the pieces of a file of a version hash to.
pub(crate) fn pieces(version: Version, size: u64, length: u64) -> Option<Pieces> {
    let mut text = format!("{size} {length}");
    for start in (0..size).step_by(length as usize) {
        let digest = digest(version, length.min(size - start));
        text.push_str(&format!(" {digest}"));
    }
    Pieces::parse(&text)
}

/// Versions by offset, as stretches that touch only where the version differs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags {
    stretches: BTreeMap<u64, (u64, Version)>,
}

impl Tags {
    /// Whatever was there is replaced.
    pub(crate) fn put(&mut self, range: Range<u64>, version: Version) {
        if range.is_empty() {
            return;
        }
        self.cut(range.start);
        self.cut(range.end);
        let inside = self.stretches.range(range.clone());
        for start in inside.map(|(start, _)| *start).collect::<Vec<_>>() {
            self.stretches.remove(&start);
        }
        let mut merged = range;
        if let Some((&start, &(end, theirs))) = self.stretches.range(..merged.start).next_back()
            && end == merged.start
            && theirs == version
        {
            merged.start = start;
        }
        if let Some(&(end, theirs)) = self.stretches.get(&merged.end)
            && theirs == version
        {
            self.stretches.remove(&merged.end);
            merged.end = end;
        }
        self.stretches.insert(merged.start, (merged.end, version));
    }

    /// The stretches that lie in a range, cut to it, in order.
    pub(crate) fn within(
        &self,
        range: &Range<u64>,
    ) -> impl Iterator<Item = (Range<u64>, Version)> + '_ {
        let (from, to) = (range.start, range.end);
        let before = self.stretches.range(..from).next_back();
        let before = before.filter(move |(_, (end, _))| *end > from);
        let inside = self.stretches.range(from..to.max(from));
        before
            .into_iter()
            .chain(inside)
            .map(move |(&start, &(end, version))| (start.max(from)..end.min(to), version))
    }

    /// Whether no offset of the range is missing, whatever the versions.
    pub(crate) fn covers(&self, range: &Range<u64>) -> bool {
        let there: u64 = self.within(range).map(|(r, _)| r.end - r.start).sum();
        there == range.end.saturating_sub(range.start)
    }

    /// What can be hashed of a range that is all there.
    pub(crate) fn bytes(&self, range: &Range<u64>) -> Option<Vec<u8>> {
        let stretches = self.within(range);
        let bytes = stretches.flat_map(|(r, version)| bytes(version, r.end - r.start));
        self.covers(range).then(|| bytes.collect())
    }

    /// Whatever lies elsewhere is gone.
    pub(crate) fn keep(&mut self, kept: &RangeSet) {
        let stretches = kept
            .iter()
            .flat_map(|range| self.within(&range).collect::<Vec<_>>());
        let stretches = stretches.map(|(range, version)| (range.start, (range.end, version)));
        self.stretches = stretches.collect();
    }

    /// The one version of a range that is all there.
    pub(crate) fn version(&self, range: &Range<u64>) -> Option<Version> {
        let mut within = self.within(range);
        let (first, version) = within.next()?;
        (first == *range && within.next().is_none()).then_some(version)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Range<u64>, Version)> + '_ {
        self.stretches
            .iter()
            .map(|(&start, &(end, version))| (start..end, version))
    }

    /// Makes `at` a border between stretches.
    fn cut(&mut self, at: u64) {
        let before = self.stretches.range_mut(..at).next_back();
        if let Some((_, stretch)) = before
            && stretch.0 > at
        {
            let rest = *stretch;
            stretch.0 = at;
            self.stretches.insert(at, rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_later_replaces_what_was_there() {
        let mut tags = Tags::default();
        tags.put(0..10, 1);
        tags.put(4..6, 2);
        let all: Vec<_> = tags.within(&(2..8)).collect();
        assert_eq!(all, [(2..4, 1), (4..6, 2), (6..8, 1)]);
        assert_eq!(tags.version(&(0..10)), None);
        tags.put(4..6, 1);
        assert_eq!(tags.version(&(0..10)), Some(1));
    }

    #[test]
    fn a_hole_is_not_covered() {
        let mut tags = Tags::default();
        tags.put(0..4, 1);
        tags.put(5..9, 1);
        assert!(tags.covers(&(5..9)) && !tags.covers(&(3..6)));
        assert_eq!(tags.version(&(0..9)), None);
    }
}
