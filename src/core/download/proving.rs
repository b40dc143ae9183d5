//! Which stored bytes prove that a source has the file begun with, and which sources have yet to
//! prove it.

use std::ops::Range;
use std::time::Duration;

use super::action::{ConnectionId, SourceIndex, StoreFailure};
use super::connection::{Connection, Stage, Word};
use super::orders::Order;
use super::storing::Storing;
use super::{Download, Time};
use crate::core::error::{Change, Evidence};
use crate::core::ranges::RangeSet;

/// How many stored bytes are compared where nothing else proves identity.
pub(super) const CHECK: u64 = 64 << 10;

/// A server that asks to be left alone for longer is replaced, where it alone could go on.
const LONG: Duration = Duration::from_secs(60);

impl Download {
    /// One answer cannot mix two versions of a file; several, of which none can be told from an
    /// answer of another version, could, and a comparison of 64 KiB proves little of gigabytes.
    /// So what has no validators is fetched by as few requests as possible.
    pub(super) fn is_single(&self) -> bool {
        let speaker = self
            .file
            .speaker
            .filter(|_| self.file.identity.size.is_some());
        let unprovable = speaker.is_some_and(|speaker| !self.is_trusted(speaker));
        self.is_stream() || unprovable
    }

    /// Whether the head of an answer proves that its bytes may be joined to the others.
    pub(super) fn is_trusted(&self, index: SourceIndex) -> bool {
        if self.file.speaker == Some(index) {
            return self.file.identity.is_provable() && !self.file.unproven;
        }
        let source = self.sources.get(index);
        source.is_some_and(|source| source.proven.is_some())
    }

    /// A source is not used yet because there is nothing with which to compare its bytes.
    pub(super) fn awaits_proof(&self) -> bool {
        let mut sources = (0..self.sources.list.len())
            .filter(|index| self.is_ready(*index) && !self.is_trusted(*index));
        !self.is_single() && self.proof().is_none() && sources.next().is_some()
    }

    /// The first gap, together with the stored bytes before it, to compare.
    pub(super) fn next_checked(&mut self, size: u64) -> Option<Order> {
        let source = self.file.speaker.filter(|_| self.connections.is_empty())?;
        if !self.is_ready(source) {
            return None;
        }
        let piece = self.written.gaps(0..size).next()?;
        let before = piece.start.checked_sub(1);
        let Some(stored) = before.and_then(|offset| self.written.containing(offset)) else {
            self.changed(Change {
                stored: self.file.identity.clone(),
                remote: self.file.identity.clone(),
                evidence: Evidence::Unprovable,
            });
            return None;
        };
        let check = stored.start.max(piece.start.saturating_sub(CHECK))..piece.start;
        // Until they are durable they cannot be read back; the commit is on its way.
        self.durable.covers(&check).then_some(Order {
            check: Some(check),
            // Where nothing else is readable, the length of what is left tells the size.
            open_ended: piece.end == size,
            ..Order::of(source, piece)
        })
    }

    /// The last bytes there are, to compare: whether the file ends with them has not been seen.
    pub(super) fn next_confirmation(&mut self, size: u64) -> Option<Order> {
        if !self.connections.is_empty() {
            return None;
        }
        let speaker = self.file.speaker.filter(|index| self.is_ready(*index));
        let source = speaker.or_else(|| self.first_ready())?;
        // From the first byte on, less than the file may look like the file again.
        let from = size.saturating_sub(CHECK).max(u64::from(size > 1));
        // Until they are durable they cannot be read back; the commit is on its way.
        self.durable.covers(&(from..size)).then_some(Order {
            check: Some(from..size),
            // The file may go on: its end is to be seen.
            open_ended: true,
            ..Order::of(source, size..size)
        })
    }

    /// The first request to a mirror: it must have the bytes that are there already.
    pub(super) fn next_proof(&mut self, size: u64, source: SourceIndex) -> Option<Order> {
        if self.count_of(source) > 0 {
            return None;
        }
        let check = self.proof()?;
        let assigned = self.assigned();
        // Best are bytes after which there is a gap: the same request then goes on with it.
        let open =
            |range: &Range<u64>| range.end < size && assigned.containing(range.end).is_none();
        let mut before_gaps = self.durable.iter().filter(open);
        let check = before_gaps.find_map(|range| tail(&range)).unwrap_or(check);
        Some(Order {
            check: Some(check.clone()),
            open_ended: true,
            ..Order::of(source, check.end..check.end)
        })
    }

    /// A mirror that has brought much is compared once more, as far on as can be: another version
    /// may be alike at the start. Where the digests of pieces are known, they say who is wrong.
    pub(super) fn next_comparison(&self, source: SourceIndex) -> Option<Order> {
        let known = self.sources.get(source)?;
        let same = |proven| self.file.identity.has_tag_of(proven);
        let doubtful = self.file.speaker != Some(source)
            && self.options.pieces.is_none()
            && !known.proven.as_ref().is_some_and(same);
        let comparing = |c: &Connection| c.source == source && c.check.is_some();
        if !doubtful || !known.is_to_be_compared() || self.connections.iter().any(comparing) {
            return None;
        }
        let known = self.durable.intersection(&self.file.spoken);
        let check = known.iter().rev().find_map(|range| tail(&range))?;
        let end = check.end;
        Some(Order {
            check: Some(check),
            ..Order::of(source, end..end)
        })
    }

    fn proof(&self) -> Option<Range<u64>> {
        self.durable.iter().find_map(|range| tail(&range))
    }

    /// Where only the speaker can go on, and it has asked to be left alone for long, another source
    /// may: whoever has the bytes that are stored.
    pub(super) fn replace_speaker(&mut self, now: Time) {
        let Some(speaker) = self.file.speaker.filter(|_| self.connections.is_empty()) else {
            return;
        };
        let gate = self.sources.get(speaker).and_then(|source| source.gate);
        let long = gate.is_some_and(|gate| gate.asked && gate.until > now + LONG);
        if long && !self.is_trusted(speaker) && self.has_other_ready(speaker) {
            self.file.speaker = None;
            self.file.unproven = false;
        }
    }

    /// No source is left that can prove to have the stored bytes, and none that soon will, while
    /// there is one to be asked for all of them.
    pub(super) fn is_at_a_loss(&self) -> bool {
        let of_use = |index| self.is_trusted(index) && !self.is_sent_away(index);
        let mut sources = 0..self.sources.list.len();
        self.connections.is_empty()
            && self.proof().is_none()
            && self.parts.held() == 0
            && matches!(self.storing, Storing::Idle)
            && !sources.clone().any(of_use)
            && sources.any(|index| self.is_ready(index))
    }

    /// It is gone, or has asked to be left alone.
    fn is_sent_away(&self, index: SourceIndex) -> bool {
        let source = self.sources.get(index).filter(|source| source.is_alive());
        source.is_none_or(|source| source.gate.is_some_and(|gate| gate.asked))
    }

    /// What a comparison of its first bytes with stored ones says of the answer.
    pub(super) fn compared(
        &mut self,
        now: Time,
        id: ConnectionId,
        same: Result<bool, StoreFailure>,
    ) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        match same {
            Ok(true) => self.confirm(now, id),
            Ok(false) => {
                let source = connection.source;
                let remote = connection.remote.clone();
                self.contradict(source, remote, Evidence::Content);
            }
            Err(failure) => self.break_off(failure),
        }
    }

    /// The answer's bytes are the file's.
    pub(super) fn confirm(&mut self, now: Time, id: ConnectionId) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        connection.stage = Stage::Body;
        connection.answered(now);
        if connection.word == Word::Confirms {
            self.file.presumed = false;
        }
        self.prove(now, id);
    }

    /// The connection's bytes are those of the file begun with.
    fn prove(&mut self, now: Time, id: ConnectionId) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        let (source, remote) = (connection.source, connection.remote.clone());
        let empty = connection.piece.is_empty();
        let compared = connection.check.is_some();
        self.accepted(source);
        match self.file.speaker {
            Some(speaker) if speaker == source => {}
            None => {
                self.file.speaker = Some(source);
                self.file.spoken = RangeSet::new();
                self.file.unproven = false;
                let former = std::mem::replace(&mut self.file.identity, remote);
                self.file.former.push(former);
                self.record_stale = true;
            }
            // Each of its answers would need a comparison: not worth it while others can prove.
            Some(_) if !remote.is_provable() => {
                self.contradict(source, remote, Evidence::Unprovable);
                return;
            }
            Some(_) => {
                if let Some(source) = self.sources.get_mut(source) {
                    source.proven = Some(remote);
                    if compared {
                        source.was_compared();
                    }
                }
            }
        }
        if empty {
            self.end_piece(now, id);
        }
    }
}

/// The last bytes of a stretch, where it has enough of them to be compared.
pub(super) fn tail(stretch: &Range<u64>) -> Option<Range<u64>> {
    let start = stretch.end.checked_sub(CHECK)?;
    (start >= stretch.start).then_some(start..stretch.end)
}
