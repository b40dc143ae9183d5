//! A file of which some bytes are wrong: these are thrown away and fetched anew.
//!
//! Where the pieces that are wrong are known, each time from another source, as it is not known
//! which one they came from; otherwise all that came from mirrors, from the URL.

use std::ops::Range;

use super::Download;
use super::action::{PRIMARY, SourceIndex};
use super::phase::{Phase, Stop};
use super::proving::tail;
use crate::core::error::Error;
use crate::core::ranges::RangeSet;

/// What readers may have been given that was wrong.
#[derive(Debug)]
pub(super) struct Mend {
    /// Editions before this one have had wrong bytes.
    generation: u32,
    /// The first of them.
    from: u64,
    error: Error,
}

impl Download {
    /// Fetches these pieces again, or ends with the error: where every source has had its turn,
    /// and where no part of the file can be asked for.
    pub(super) fn mend(&mut self, bad: &RangeSet, error: Error) {
        let first = bad.iter().next().map(|piece| piece.start);
        let first = first.filter(|_| !self.is_single());
        let (Some(first), Some(next)) = (first, self.next_mender()) else {
            return self.wind_down(Stop::Fail(error));
        };
        for piece in bad.iter() {
            self.written.remove(&piece);
        }
        self.mender = Some(next);
        self.fetch_anew(first, error);
        // With too few bytes to compare, a source that has to prove itself can only send all.
        let comparable = |range: Range<u64>| tail(&range).is_some();
        if !self.is_trusted(next) && !self.written.iter().any(comparable) {
            self.written = RangeSet::new();
        }
    }

    /// Gives up the mirrors, whose bytes were but compared in places, and all that they have
    /// brought. Whether there are any: the file that the URL alone has brought is its own.
    pub(super) fn renounce_mirrors(&mut self, error: &Error) -> bool {
        let kept = self.written.intersection(&self.file.spoken);
        let size = self.file.identity.size.unwrap_or_default();
        let lost = kept.gaps(0..size).next();
        // What an earlier page has stored may be of whom it will, and is not given up unasked.
        let heard = self.file.speaker == Some(PRIMARY) && self.sources.is_alive(PRIMARY);
        let known = heard && !self.inherited;
        let Some(lost) = lost.filter(|_| known && !self.is_single()) else {
            return false;
        };
        self.written = kept;
        for mirror in PRIMARY + 1..self.sources.list.len() {
            self.drop_source(mirror, error.clone());
        }
        self.fetch_anew(lost.start, error.clone());
        true
    }

    /// What is not among the bytes written any more; `first` is the first of them.
    fn fetch_anew(&mut self, first: u64, error: Error) {
        self.discard = true;
        self.generation += 1;
        let earlier = self.mend.as_ref().map_or(first, |mend| mend.from);
        self.mend = Some(Mend {
            generation: self.generation,
            from: first.min(earlier),
            error,
        });
        self.phase = Phase::Running;
    }

    fn next_mender(&self) -> Option<SourceIndex> {
        let first = self.mender.map_or(0, |last| last + 1);
        (first..self.sources.list.len()).find(|index| self.sources.is_alive(*index))
    }

    /// Whether it is the source's turn. Where that of another is cut short, it is everyone's.
    pub(super) fn has_turn(&self, index: SourceIndex) -> bool {
        let mender = self.mender.filter(|mender| self.sources.is_alive(*mender));
        mender.is_none_or(|mender| mender == index)
    }

    /// Why a reader who has begun with that edition, and has every byte before `from`, cannot go
    /// on: some of these were wrong.
    pub(super) fn misled(&self, generation: u32, from: u64) -> Option<Error> {
        let mend = self.mend.as_ref()?;
        let has_wrong_bytes = generation < mend.generation && from > mend.from;
        has_wrong_bytes.then(|| mend.error.clone())
    }
}
