//! Who may read, and what becomes of the bytes: each is written once, whoever brings it.

use std::ops::Range;
use std::time::Duration;

use super::action::{Action, ConnectionId, SourceIndex};
use super::connection::{Connection, Stage, Word};
use super::length::FAR_TOO_MUCH;
use super::proving::CHECK;
use super::{Download, Moment, SPAN, Time};
use crate::core::error::Error;
use crate::core::rate::Meter;
use crate::core::response::Mismatch;
use crate::core::retry::Cause;
use crate::core::schedule;

/// The most one read may bring, in bytes: it is reserved until the bytes are there.
pub(super) const READ: u64 = 1 << 20;

/// A connection that brings so many bytes per second, or of which more lies ready, hands them over
/// in no smaller lots than this: otherwise the browser is busier with the handing over, and with
/// each write, than with the bytes.
const SWIFT: f64 = 32e6;
const LOT: u64 = 256 << 10;

/// After so long without a byte and without a request, the rate is taken anew.
const PAUSE: Duration = Duration::from_secs(4);

impl Download {
    /// Bytes of a body have come.
    pub(super) fn arrived(&mut self, now: Time, id: ConnectionId, len: u64) {
        match self.find(id).map(|connection| connection.stage) {
            Some(Stage::Ending) => self.exceed(id),
            _ => self.receive(now, id, len),
        }
    }

    fn receive(&mut self, now: Time, id: ConnectionId, len: u64) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        let source = connection.source;
        // Another connection may have taken over the far bytes while these were on their way.
        let wanted = len.min(connection.left().end - connection.position);
        let start = connection.position;
        let opened = connection.opened;
        connection.received(now, wanted);
        let rate = connection.rate(now);
        if connection.is_outpaced() {
            self.outpaced = Some(now);
        }
        self.shorten(now, id);
        let Some(connection) = self.connection(id) else {
            return;
        };
        let done = connection.left().is_empty();
        // What nobody could bring says nothing of how fast it comes.
        if opened > self.heard + PAUSE {
            self.meter = Meter::new(opened, SPAN);
        }
        self.heard = now;
        // Or it may have brought the near ones itself.
        let all = start..start + wanted;
        let fresh = self.written.gaps(all.clone()).next();
        // A part has no holes: it ends where bytes are left out, before or after the others.
        if fresh.as_ref().is_none_or(|fresh| fresh.start > all.start) {
            self.seal(id);
        }
        if let Some(fresh) = fresh {
            self.write(now, id, &fresh, fresh.start - all.start);
            if self.file.speaker == Some(source) {
                self.file.spoken.insert(fresh.clone());
            }
            if fresh.end < all.end {
                self.seal(id);
            }
        }
        let streaming = self.is_stream();
        if let Some(stream) = &mut self.stream {
            // The browser decodes what comes, and the length was that of the coded bytes.
            stream.announced = stream.announced.filter(|size| start + wanted <= *size);
        }
        let speaks = self.file.speaker == Some(source);
        if let Some(source) = self.sources.get_mut(source) {
            source.saw(rate);
            if !speaks {
                source.brought(wanted);
            }
            // A stream that starts from the first byte each time gets nowhere by itself.
            if !streaming {
                source.retry.progress();
            }
        }
        self.observe(now, source, len);
        if done || self.is_part_full(id) {
            self.seal(id);
        }
        match (done, wanted == len) {
            (false, _) => {}
            (true, true) => self.end_piece(now, id),
            // Bytes that were not wanted are gone: the body is no longer where its piece ends.
            (true, false) => self.close(id),
        }
        self.replace_if_slow(now, id);
    }

    /// A body has ended: where it should, or too soon.
    pub(super) fn ended(&mut self, at: Moment, id: ConnectionId) {
        let streaming = self.is_stream();
        let announced = self.announced();
        let Some(connection) = self.connection(id) else {
            return;
        };
        let position = connection.position;
        let end = if streaming {
            announced.unwrap_or(position)
        } else {
            connection.piece.end
        };
        if position < end {
            let missing = end - position;
            self.lose(at, id, Cause::Mismatch(Mismatch::Short { missing }));
        } else {
            self.close(id);
            if streaming {
                self.file.identity.size = Some(position);
                self.record_stale = true;
            }
        }
    }

    /// The piece is done: its body goes on with bytes that nobody fetches, is to end here, or is of
    /// no more use.
    pub(super) fn end_piece(&mut self, now: Time, id: ConnectionId) {
        if self.run_on(now, id) {
            return;
        }
        match self.is_at_its_end(id) {
            true => self.await_end(id),
            false => self.close(id),
        }
    }

    /// Nothing but Content-Length says that the body ends here.
    fn is_at_its_end(&self, id: ConnectionId) -> bool {
        let at_end = |c: &Connection| c.word == Word::Presumes && c.position == c.asked.end;
        self.file.presumed && self.find(id).is_some_and(at_end)
    }

    fn await_end(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connection(id) {
            connection.stage = Stage::Ending;
        }
    }

    /// The body goes on after what Content-Length promised. That counts the bytes that were sent:
    /// only where the browser decodes them are there more.
    pub(super) fn exceed(&mut self, id: ConnectionId) {
        let Some(index) = self.find(id).map(|connection| connection.source) else {
            return;
        };
        if self.file.speaker == Some(index) && self.may_begin_again() {
            self.fetch_plainly(index);
        } else {
            self.begin_again();
            self.drop_source(index, Error::Mismatch(Mismatch::Encoded));
        }
    }

    /// Whether a request without Range has not been tried yet.
    pub(super) fn may_drop_range(&self, index: SourceIndex) -> bool {
        let plain = self.sources.get(index).is_none_or(|source| source.plain);
        !plain && self.may_begin_again()
    }

    /// The source compresses what it sends, or sends a piece at a time, and hides it. A request
    /// without Range gets the file.
    pub(super) fn fetch_plainly(&mut self, index: SourceIndex) {
        self.restart();
        if let Some(source) = self.sources.get_mut(index) {
            source.retry.forgive();
            source.plain = true;
            source.guessed = false;
        }
    }

    /// A connection much slower than its peers loses what it has left to a new one.
    fn replace_if_slow(&mut self, now: Time, id: ConnectionId) {
        let Some(connection) = self.find(id).filter(|c| c.twin.is_none()) else {
            return;
        };
        let index = connection.source;
        let setup = self.surroundings(index).setup;
        let Some(lags) = connection.lags(now, self.rate_of_peers(now, connection), setup) else {
            return;
        };
        let worthwhile = lags && connection.has_long_to_go(now, setup);
        let connection = self.connection(id);
        let gained = connection.is_some_and(|c| std::mem::take(&mut c.replaces)) && !lags;
        let Some(source) = self.sources.get_mut(index) else {
            return;
        };
        if gained {
            source.gained();
        }
        if worthwhile && source.may_replace(now) {
            source.replace(now);
            self.close(id);
        }
    }

    /// What the other connections of its source bring, in the mean, in bytes per second.
    fn rate_of_peers(&self, now: Time, connection: &Connection) -> f64 {
        let of_it = |c: &&Connection| c.source == connection.source && c.id != connection.id;
        let peers = self.connections.iter().filter(of_it);
        let rates: Vec<f64> = peers.filter_map(|c| c.rate(now)).collect();
        rates.iter().sum::<f64>() / rates.len().max(1) as f64
    }

    fn write(&mut self, now: Time, id: ConnectionId, fresh: &Range<u64>, skip: u64) {
        let (at, len) = (fresh.start, fresh.end - fresh.start);
        let Some(connection) = self.connection(id) else {
            return;
        };
        let part = *connection.part.get_or_insert(at);
        if part == at {
            self.parts.begin(part);
        }
        self.actions.push_back(Action::Write {
            connection: id,
            part,
            at,
            skip,
            len,
        });
        self.parts.append(part, len, now);
        self.written.insert(fresh.clone());
        self.meter.record(now, len);
        // A mirror can be compared with it only once it is durable.
        if self.awaits_proof() && self.parts.longest() - self.parts.room(part) >= CHECK {
            self.seal(id);
        }
    }

    fn observe(&mut self, now: Time, source: usize, bytes: u64) {
        let flowing = self.flowing(source);
        let setup = self.surroundings(source).setup;
        if let Some(origin) = self.sources.origin_mut(source) {
            origin.received(bytes);
            origin.observe(now, flowing, setup);
        }
    }

    fn is_part_full(&self, id: ConnectionId) -> bool {
        let part = self.find(id).and_then(|connection| connection.part);
        part.is_some_and(|part| self.parts.room(part) == 0)
    }

    /// The piece is done, but the body goes on: with bytes that nobody fetches?
    pub(super) fn run_on(&mut self, now: Time, id: ConnectionId) -> bool {
        let Some(connection) = self.connection(id) else {
            return false;
        };
        let rest = connection.position..connection.asked.end;
        let (source, delivered) = (connection.source, connection.delivered());
        let next = self.assigned().gaps(rest.clone()).next();
        let Some(gap) = next.filter(|gap| gap.start == rest.start) else {
            return false;
        };
        let excessive = delivered > 0 && self.enough_of(now, id, FAR_TOO_MUCH).is_some();
        if excessive || delivered >= self.longest(now, source) {
            return false;
        }
        let share = self.share_of(now, id);
        let more = schedule::piece([gap].into_iter(), share);
        match (more, self.connection(id)) {
            (Some(more), Some(connection)) => {
                connection.piece.end = more.end;
                true
            }
            _ => false,
        }
    }

    /// Lets connections read as far as the store allows: received bytes wait there to be durable.
    pub(super) fn grant_reads(&mut self, now: Time) {
        let sharing = self.limit().max(self.connections.len());
        let granted: u64 = self.connections.iter().filter_map(|c| c.reading).sum();
        let mut free = self.parts.allowance(sharing).saturating_sub(granted);
        let mut waiting = Vec::new();
        for connection in &mut self.connections {
            if connection.reading.is_some() {
                continue;
            }
            if connection.stage == Stage::Ending {
                connection.read(now, 1);
                self.actions.push_back(Action::Read {
                    connection: connection.id,
                    limit: 1,
                    least: 1,
                });
            }
            if connection.stage != Stage::Body {
                continue;
            }
            let left = connection.left();
            let parts = &self.parts;
            let room = connection
                .part
                .map_or(parts.longest(), |part| parts.room(part));
            let limit = READ.min(left.end - left.start).min(room);
            if limit <= free && limit > 0 {
                free -= limit;
                let swift = connection.rate(now).is_some_and(|rate| rate >= SWIFT);
                let swift = swift || connection.has_more_at_once();
                connection.read(now, limit);
                self.actions.push_back(Action::Read {
                    connection: connection.id,
                    limit,
                    least: if swift { LOT.min(limit) } else { 1 },
                });
            } else if limit > 0 {
                waiting.push(connection.source);
            }
        }
        // What the store holds up would not come sooner over more connections.
        for source in waiting {
            if let Some(origin) = self.sources.origin_mut(source) {
                origin.interrupt();
            }
        }
    }
}
