//! The ledger of bytes that are in memory and not yet durable, and what the next commit saves.
//!
//! Every connection appends to a part of its own. A full part, or one whose connection has ended,
//! is sealed and saved at once; a part that grows slowly is saved piece by piece, so that a crash
//! costs a second of the transfer and not the whole part.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use super::Time;
use super::save::Save;

/// The longest part, in bytes: large enough that a store is fast, small enough to hold in memory.
pub const PART: u64 = 8 << 20;

/// How long received bytes may stay unsaved in a part that still grows.
pub const SAVE_AFTER: Duration = Duration::from_secs(1);

#[derive(Debug)]
struct Part {
    end: u64,
    /// Everything before this offset is durable.
    saved: u64,
    /// How many commits have saved some of it.
    pieces: u32,
    sealed: bool,
    unsaved_since: Option<Time>,
}

#[derive(Debug, Default)]
pub struct Parts {
    parts: BTreeMap<u64, Part>,
    committing: Vec<Save>,
}

impl Parts {
    /// A new part that begins at `start`.
    pub fn begin(&mut self, start: u64) {
        let part = Part {
            end: start,
            saved: start,
            pieces: 0,
            sealed: false,
            unsaved_since: None,
        };
        self.parts.insert(start, part);
    }

    /// How many more bytes the part takes; none once it is sealed.
    pub fn room(&self, start: u64) -> u64 {
        match self.parts.get(&start) {
            Some(part) if !part.sealed => (start + PART).saturating_sub(part.end),
            _ => 0,
        }
    }

    pub fn append(&mut self, start: u64, len: u64, now: Time) {
        if let Some(part) = self.parts.get_mut(&start) {
            part.end += len;
            part.unsaved_since.get_or_insert(now);
        }
    }

    /// The part will not grow any more; one that holds nothing is forgotten.
    pub fn seal(&mut self, start: u64) {
        if let Some(part) = self.parts.get_mut(&start) {
            part.sealed = true;
            if part.end == start {
                self.parts.remove(&start);
            }
        }
    }

    pub fn seal_all(&mut self) {
        self.parts.retain(|start, part| part.end > *start);
        self.parts.values_mut().for_each(|part| part.sealed = true);
    }

    /// Bytes held in memory.
    pub fn held(&self) -> u64 {
        let lengths = self.parts.iter().map(|(start, part)| part.end - start);
        lengths.sum()
    }

    pub fn is_committing(&self) -> bool {
        !self.committing.is_empty()
    }

    /// When the next commit is worth its price: now for a sealed part, later for one that grows.
    pub fn due(&self, now: Time) -> Option<Time> {
        let due = self.parts.values().filter_map(|part| {
            let aged = part.unsaved_since.map(|since| since + SAVE_AFTER);
            if part.sealed { Some(now) } else { aged }
        });
        due.min()
    }

    /// Starts a commit: what it saves. One at a time; `settle` or `abandon` ends it.
    pub fn commit(&mut self, now: Time) -> &[Save] {
        let due = self.parts.iter().filter(|(_, part)| {
            part.sealed || part.unsaved_since.is_some_and(|s| s + SAVE_AFTER <= now)
        });
        self.committing = due
            .map(|(&start, part)| Save {
                part: start..part.end,
                from: part.saved,
                whole: part.sealed && part.pieces > 0 && (part.saved < part.end || part.pieces > 1),
                sealed: part.sealed,
            })
            .collect();
        &self.committing
    }

    /// The commit has succeeded: the ranges that are durable now.
    pub fn settle(&mut self, now: Time) -> Vec<Range<u64>> {
        let saves = std::mem::take(&mut self.committing);
        for save in &saves {
            if save.sealed {
                self.parts.remove(&save.part.start);
            } else if let Some(part) = self.parts.get_mut(&save.part.start) {
                part.saved = save.part.end;
                part.pieces += 1;
                part.unsaved_since = (part.end > part.saved).then_some(now);
            }
        }
        saves.into_iter().map(|save| save.part).collect()
    }

    /// The commit has failed: all its bytes are still in memory and wait for the next one.
    pub fn abandon(&mut self) {
        self.committing.clear();
    }

    pub fn clear(&mut self) {
        self.parts.clear();
        self.committing.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_secs(100);

    fn save(part: Range<u64>, from: u64, whole: bool, sealed: bool) -> Save {
        Save {
            part,
            from,
            whole,
            sealed,
        }
    }

    #[test]
    fn a_part_sealed_in_one_go_is_saved_as_it_is() {
        let mut parts = Parts::default();
        parts.begin(10);
        parts.append(10, 5, NOW);
        parts.seal(10);
        assert_eq!(parts.due(NOW), Some(NOW));
        assert_eq!(parts.commit(NOW), [save(10..15, 10, false, true)]);
        assert_eq!(parts.settle(NOW), [10..15]);
        assert_eq!(parts.held(), 0);
    }

    #[test]
    fn a_slow_part_is_saved_each_second_and_whole_in_the_end() {
        let mut parts = Parts::default();
        parts.begin(0);
        parts.append(0, 5, NOW);
        assert_eq!(parts.due(NOW), Some(NOW + SAVE_AFTER));
        assert_eq!(parts.commit(NOW), []);
        let later = NOW + SAVE_AFTER;
        assert_eq!(parts.commit(later), [save(0..5, 0, false, false)]);
        parts.append(0, 3, later);
        assert_eq!(parts.settle(later), [0..5]);
        parts.seal(0);
        assert_eq!(parts.commit(later), [save(0..8, 5, true, true)]);
        assert_eq!(parts.held(), 8);
        assert_eq!(parts.settle(later), [0..8]);
        assert_eq!(parts.held(), 0);
    }

    #[test]
    fn one_saved_piece_that_is_the_whole_part_is_not_written_again() {
        let mut parts = Parts::default();
        parts.begin(0);
        parts.append(0, 5, NOW);
        parts.commit(NOW + SAVE_AFTER);
        parts.settle(NOW + SAVE_AFTER);
        parts.seal(0);
        assert_eq!(parts.commit(NOW + SAVE_AFTER), [save(0..5, 5, false, true)]);
    }

    #[test]
    fn a_part_that_is_sealed_while_it_is_being_saved_is_saved_again() {
        let mut parts = Parts::default();
        parts.begin(0);
        parts.append(0, 5, NOW);
        parts.commit(NOW + SAVE_AFTER);
        parts.append(0, 2, NOW);
        parts.seal(0);
        assert_eq!(parts.settle(NOW), [0..5]);
        assert_eq!(parts.held(), 7);
        assert_eq!(parts.commit(NOW), [save(0..7, 5, true, true)]);
    }

    #[test]
    fn a_failed_commit_keeps_every_byte_for_the_next() {
        let mut parts = Parts::default();
        parts.begin(0);
        parts.append(0, PART, NOW);
        assert_eq!(parts.room(0), 0);
        parts.seal(0);
        let first = parts.commit(NOW).to_vec();
        parts.abandon();
        assert_eq!(parts.held(), PART);
        assert_eq!(parts.commit(NOW), first);
    }

    #[test]
    fn a_part_without_bytes_is_never_saved() {
        let mut parts = Parts::default();
        parts.begin(3);
        parts.seal(3);
        parts.begin(4);
        parts.seal_all();
        assert_eq!(parts.due(NOW), None);
    }
}
