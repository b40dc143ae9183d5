//! The ledger of bytes that are received and not yet durable, and what the next commit saves.
//!
//! Every connection appends to a part of its own. Where parts are kept in memory, a full one, or
//! one whose connection has ended, is sealed and saved at once; a part that grows slowly is saved
//! piece by piece, so that a crash costs a second of the transfer and not the whole part. Where
//! bytes are written as they come, one commit saves them all, and waits until it is worth it.

use std::time::Duration;

use super::Time;
use super::save::Save;
use super::tier::Policy;
use super::vec_map::VecMap;

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

impl Part {
    fn unsaved(&self) -> u64 {
        self.end - self.saved
    }

    fn is_aged(&self, now: Time) -> bool {
        self.unsaved_since
            .is_some_and(|since| since + SAVE_AFTER <= now)
    }
}

#[derive(Debug)]
pub struct Parts {
    policy: Policy,
    parts: VecMap<u64, Part>,
    committing: Vec<Save>,
}

impl Parts {
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            parts: VecMap::default(),
            committing: Vec::new(),
        }
    }

    /// How many more bytes may be received before some are durable, while so many connections
    /// share the work.
    pub fn allowance(&self, connections: usize) -> u64 {
        let most = self.policy.most_unsaved(connections);
        most.saturating_sub(self.held())
    }

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
        let longest = self.policy.longest_part();
        match self.parts.get(&start) {
            Some(part) if !part.sealed => longest.saturating_sub(part.end - start),
            _ => 0,
        }
    }

    /// How many bytes a part takes that has not begun.
    pub fn longest(&self) -> u64 {
        self.policy.longest_part()
    }

    pub fn append(&mut self, start: u64, len: u64, now: Time) {
        if let Some(part) = self.parts.get_mut(&start) {
            part.end += len;
            part.unsaved_since.get_or_insert(now);
        }
    }

    /// The part's last bytes, from `end` on, were not taken after all.
    pub fn cut(&mut self, start: u64, end: u64) {
        if let Some(part) = self.parts.get_mut(&start) {
            part.end = end;
            if part.unsaved() == 0 {
                part.unsaved_since = None;
            }
            if end == start {
                self.parts.remove(&start);
            }
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

    /// Bytes that would be lost by a crash; where parts are kept in memory, with them the bytes of
    /// parts that are only half saved.
    pub fn held(&self) -> u64 {
        match self.policy {
            Policy::Parts { .. } => self.parts.iter().map(|(start, p)| p.end - start).sum(),
            Policy::Stream { .. } => self.unsaved(),
        }
    }

    /// Bytes that no commit has saved.
    pub fn unsaved(&self) -> u64 {
        self.parts.values().map(Part::unsaved).sum()
    }

    /// When the next commit is worth its price: at once for a sealed part or a checkpoint's bytes,
    /// later for what grows slowly.
    pub fn due(&self, now: Time) -> Option<Time> {
        let aged = self.parts.values().filter_map(|part| part.unsaved_since);
        let aged = aged.min().map(|since| since + SAVE_AFTER);
        let at_once = match self.policy {
            Policy::Parts { .. } => self.parts.values().any(|part| part.sealed),
            Policy::Stream { checkpoint, .. } => self.held() >= checkpoint,
        };
        if at_once { Some(now) } else { aged }
    }

    /// Starts a commit: what it saves, which is every byte if that is asked for. One at a time;
    /// `settle` or `abandon` ends it.
    pub fn commit(&mut self, now: Time, everything: bool) -> &[Save] {
        let streams = matches!(self.policy, Policy::Stream { .. });
        let due = self.parts.iter().filter(|(_, part)| {
            let asked_for = (streams || everything) && part.unsaved() > 0;
            asked_for || !streams && (part.sealed || part.is_aged(now))
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

    /// The commit has succeeded: what it saves is durable.
    pub fn settle(&mut self, now: Time) {
        for save in std::mem::take(&mut self.committing) {
            let Some(part) = self.parts.get_mut(&save.part.start) else {
                continue;
            };
            part.saved = save.part.end;
            part.pieces += 1;
            part.unsaved_since = (part.unsaved() > 0).then_some(now);
            // One that was sealed meanwhile is still in memory, in pieces.
            let streams = matches!(self.policy, Policy::Stream { .. });
            if save.sealed || (streams && part.sealed && part.unsaved() == 0) {
                self.parts.remove(&save.part.start);
            }
        }
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
    use std::ops::Range;

    use super::*;

    const NOW: Time = Time::from_secs(100);

    const LONGEST: u64 = 100;

    fn in_memory() -> Parts {
        Parts::new(Policy::Parts { longest: LONGEST })
    }

    fn in_a_file() -> Parts {
        Parts::new(Policy::Stream {
            checkpoint: 20,
            unsaved: 50,
        })
    }

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
        let mut parts = in_memory();
        parts.begin(10);
        parts.append(10, 5, NOW);
        parts.seal(10);
        assert_eq!(parts.due(NOW), Some(NOW));
        assert_eq!(parts.commit(NOW, false), [save(10..15, 10, false, true)]);
        parts.settle(NOW);
        assert_eq!(parts.held(), 0);
    }

    #[test]
    fn a_slow_part_is_saved_each_second_and_whole_in_the_end() {
        let mut parts = in_memory();
        parts.begin(0);
        parts.append(0, 5, NOW);
        assert_eq!(parts.due(NOW), Some(NOW + SAVE_AFTER));
        assert_eq!(parts.commit(NOW, false), []);
        let later = NOW + SAVE_AFTER;
        assert_eq!(parts.commit(later, false), [save(0..5, 0, false, false)]);
        parts.append(0, 3, later);
        parts.settle(later);
        parts.seal(0);
        assert_eq!(parts.commit(later, false), [save(0..8, 5, true, true)]);
        assert_eq!(parts.held(), 8);
        parts.settle(later);
        assert_eq!(parts.held(), 0);
    }

    #[test]
    fn a_part_that_grows_is_saved_before_it_is_due_where_all_is_asked_for() {
        let mut parts = in_memory();
        parts.begin(0);
        parts.append(0, 5, NOW);
        assert_eq!(parts.unsaved(), 5);
        assert_eq!(parts.commit(NOW, true), [save(0..5, 0, false, false)]);
        parts.settle(NOW);
        assert_eq!((parts.unsaved(), parts.held()), (0, 5));
        assert_eq!(parts.commit(NOW, true), []);
    }

    #[test]
    fn one_saved_piece_that_is_the_whole_part_is_not_written_again() {
        let mut parts = in_memory();
        parts.begin(0);
        parts.append(0, 5, NOW);
        parts.commit(NOW + SAVE_AFTER, false);
        parts.settle(NOW + SAVE_AFTER);
        parts.seal(0);
        assert_eq!(
            parts.commit(NOW + SAVE_AFTER, false),
            [save(0..5, 5, false, true)]
        );
    }

    #[test]
    fn a_part_that_is_sealed_while_it_is_being_saved_is_saved_again() {
        let mut parts = in_memory();
        parts.begin(0);
        parts.append(0, 5, NOW);
        parts.commit(NOW + SAVE_AFTER, false);
        parts.append(0, 2, NOW);
        parts.seal(0);
        parts.settle(NOW);
        assert_eq!(parts.held(), 7);
        assert_eq!(parts.commit(NOW, false), [save(0..7, 5, true, true)]);
    }

    #[test]
    fn a_failed_commit_keeps_every_byte_for_the_next() {
        let mut parts = in_memory();
        parts.begin(0);
        parts.append(0, LONGEST, NOW);
        assert_eq!(parts.room(0), 0);
        parts.seal(0);
        let first = parts.commit(NOW, false).to_vec();
        parts.abandon();
        assert_eq!(parts.held(), LONGEST);
        assert_eq!(parts.commit(NOW, false), first);
    }

    #[test]
    fn a_part_without_bytes_is_never_saved() {
        let mut parts = in_memory();
        parts.begin(3);
        parts.seal(3);
        parts.begin(4);
        parts.seal_all();
        assert_eq!(parts.due(NOW), None);
    }

    #[test]
    fn a_file_is_saved_when_enough_has_been_written_and_not_for_each_part_that_ends() {
        let mut parts = in_a_file();
        parts.begin(0);
        parts.append(0, 10, NOW);
        parts.seal(0);
        assert_eq!(parts.due(NOW), Some(NOW + SAVE_AFTER));
        parts.begin(500);
        parts.append(500, 10, NOW);
        assert_eq!(parts.due(NOW), Some(NOW));
        let both = [
            save(0..10, 0, false, true),
            save(500..510, 500, false, false),
        ];
        assert_eq!(parts.commit(NOW, false), both);
    }

    #[test]
    fn bytes_written_while_a_file_is_being_saved_wait_for_the_next_commit() {
        let mut parts = in_a_file();
        parts.begin(0);
        parts.append(0, 20, NOW);
        parts.commit(NOW, false);
        parts.append(0, 20, NOW);
        assert_eq!(parts.allowance(1), 10);
        parts.settle(NOW);
        assert_eq!((parts.held(), parts.allowance(1)), (20, 30));
        assert_eq!(parts.commit(NOW, false), [save(0..40, 20, false, false)]);
    }

    #[test]
    fn what_a_file_has_is_held_no_more() {
        let mut parts = in_a_file();
        parts.begin(0);
        parts.append(0, 20, NOW);
        parts.commit(NOW, false);
        parts.seal(0);
        parts.settle(NOW);
        assert_eq!((parts.held(), parts.due(NOW)), (0, None));
        assert_eq!(parts.commit(NOW + SAVE_AFTER, false), []);
    }

    #[test]
    fn bytes_that_were_not_taken_are_not_saved() {
        for mut parts in [in_memory(), in_a_file()] {
            parts.begin(0);
            parts.append(0, 5, NOW);
            parts.append(0, 5, NOW);
            parts.cut(0, 5);
            parts.seal_all();
            assert_eq!(parts.commit(NOW, false), [save(0..5, 0, false, true)]);
        }
        let mut parts = in_a_file();
        parts.begin(0);
        parts.append(0, 5, NOW);
        parts.cut(0, 0);
        assert_eq!(parts.due(NOW), None);
        assert_eq!(parts.commit(NOW, false), []);
    }
}
