//! The machine's hands: each action becomes a call of the network or the store, each thing that
//! comes of it an event.

use std::ops::Range;

use rangeload::core::download::{Action, Command, ConnectionId, Reach, SourceIndex, StoreFailure};
use rangeload::core::record::Record;
use rangeload::core::tier::Policy;

use super::{Planned, World};
use crate::network::Event;
use crate::store::{Commit, Erasure, Extent};
use crate::tags::{Tags, Version, rotten};

impl World {
    /// Does everything the machine asks for.
    pub(super) fn perform(&mut self) {
        while let Some(action) = self.machine.poll_action() {
            self.guard.action();
            if !matches!(action, Action::Report | Action::Read { .. }) {
                self.note(|| format!("  {action:?}"));
            }
            let now = self.now;
            match action {
                Action::Open {
                    connection,
                    source,
                    range,
                    plain,
                    ..
                } => {
                    self.guard.request();
                    self.network.open(now, connection, source, range, plain);
                }
                Action::Read {
                    connection,
                    limit,
                    least,
                } => self.network.read(now, connection, limit, least),
                Action::Compare { connection, range } => self.compare(connection, &range),
                Action::Write {
                    connection,
                    part,
                    at,
                    skip,
                    len,
                } => self.write(connection, part, at, skip, len),
                Action::Close { connection } => self.close(connection),
                Action::Commit { saves, record } => {
                    assert!(!self.is_storing(), "two orders for the store at once");
                    let commit = Commit { saves, record };
                    self.store.check_order(&commit);
                    self.guard.commit(self.store.is_changed_by(&commit));
                    let record = Record::decode(&commit.record);
                    let failed = record.ok().and_then(|record| record.failed);
                    failed.iter().for_each(|error| self.justify(error));
                    self.committing = Some(commit);
                    let took = self.store_takes();
                    self.after(took, Planned::Committed);
                }
                Action::Discard { kept, record } => {
                    self.start_erasure(Erasure::Others { kept, record });
                    // A click meets such a moment so seldom that no campaign would see it.
                    if self.whims.0 > 0 && self.random.chance(0.1) {
                        self.command_after(0.0, Command::Remove);
                    }
                }
                Action::Erase => self.start_erasure(Erasure::All),
                Action::Load { range } => {
                    let took = self.store_takes();
                    let loaded = Planned::Loaded(range.start, range.end - range.start);
                    self.after(took, loaded);
                }
                Action::Refresh { .. } => {
                    let known = self.random.chance(0.7);
                    self.after(0.5, Planned::Refreshed(known));
                }
                Action::Probe { source } => self.after(0.05, Planned::Probed(source)),
                Action::Report => self.check_report(),
            }
        }
    }

    /// Hands an event of the network to the machine.
    pub(super) fn deliver(&mut self, event: Event) {
        let at = self.moment();
        if !matches!(event, Event::Bytes(..)) {
            self.note(|| format!("{event:?}"));
        }
        match event {
            Event::Head(id, head) => self.machine.handle_response(at, id, &head),
            Event::Bytes(id, len) => {
                self.machine.handle_bytes(at, id, len);
                self.perform();
                let version = self.network.site(0).file.version;
                self.guard.written(self.store.written(), version);
            }
            Event::End(id) => self.machine.handle_end(at, id),
            Event::Failure(id, words) => self.machine.handle_failure(at, id, words.to_owned()),
            Event::Exactly(id) => {
                let same = self.is_same(id);
                let same = self.read_failure().map_or(Ok(same), Err);
                self.note(|| format!("{id} compared: {same:?}"));
                self.machine.handle_compared(at, id, same);
            }
        }
    }

    /// What the store made of its order.
    pub(super) fn committed(&mut self) {
        let Some(commit) = self.committing.take() else {
            return;
        };
        let failure = self.store_failure();
        let some = self.random.below(commit.saves.len() as u64 + 1) as usize;
        let extent = match (&failure, self.random.chance(0.5)) {
            (None, _) => Extent::All,
            (Some(_), true) => Extent::Bytes,
            (Some(_), false) => Extent::Nothing,
        };
        self.note(|| format!("committed: {extent:?} {failure:?}"));
        self.store.commit(commit, extent, some);
        let at = self.moment();
        self.machine
            .handle_committed(at, failure.map_or(Ok(()), Err));
    }

    fn start_erasure(&mut self, erasure: Erasure) {
        assert!(!self.is_storing(), "two orders for the store at once");
        self.erasing = Some(erasure);
        let took = self.store_takes();
        self.after(took, Planned::Erased);
    }

    pub(super) fn erased(&mut self) {
        let Some(erasure) = self.erasing.take() else {
            return;
        };
        let failure = self.store_failure();
        self.note(|| format!("erased: {failure:?}"));
        if failure.is_none() {
            let mends = matches!(&erasure, Erasure::Others { .. }) && self.rot.is_some();
            self.store.erase(erasure);
            // What was wrong is fetched again: that is progress.
            if mends {
                self.guard.start(self.now);
            }
        }
        let at = self.moment();
        self.machine.handle_erased(at, failure.map_or(Ok(()), Err));
    }

    /// Stored bytes that were asked for, to be hashed.
    pub(super) fn loaded(&mut self, start: u64, len: u64) {
        let range = start..start + len;
        let failure = self.read_failure();
        self.note(|| format!("loaded: {range:?} {failure:?}"));
        let at = self.moment();
        let bytes = match failure {
            Some(failure) => Err(failure),
            // What was asked for may have been erased since.
            None => Ok(self.store.bytes(&range).unwrap_or_default()),
        };
        let bytes = bytes.as_deref().map_err(Clone::clone);
        self.machine.handle_loaded(at, start, bytes);
    }

    pub(super) fn refreshed(&mut self, known: bool) {
        self.note(|| format!("another URL is known: {known}"));
        let url = known.then(|| super::URL.to_owned());
        let at = self.moment();
        self.machine.handle_refreshed(at, url);
    }

    pub(super) fn probed(&mut self, source: SourceIndex) {
        let reach = match self.network.is_up() {
            false => Reach::Nowhere,
            true if self.network.site(source).foreign => Reach::Opaque,
            true => Reach::Readable,
        };
        self.note(|| format!("probed: {reach:?}"));
        let at = self.moment();
        self.machine.handle_probed(at, source, reach);
    }

    pub(super) fn is_storing(&self) -> bool {
        self.committing.is_some() || self.erasing.is_some()
    }

    fn compare(&mut self, id: ConnectionId, range: &Range<u64>) {
        let asked = self.network.asked(id).map(|asked| asked.start);
        assert_eq!(asked, Some(range.start), "the body begins elsewhere");
        assert!(
            self.store.is_durable(range),
            "{range:?} is to be compared and not stored"
        );
        self.compared.push((id, range.clone()));
        self.network
            .read_exactly(self.now, id, range.end - range.start);
    }

    /// Whether the bytes that came are the stored ones.
    fn is_same(&mut self, id: ConnectionId) -> bool {
        let Some(index) = self.compared.iter().position(|(of, _)| *of == id) else {
            panic!("connection {id} was not asked to compare anything");
        };
        let (_, range) = self.compared.swap_remove(index);
        let source = self.network.source(id);
        let chunk = self.network.take_chunk(id);
        chunk.is_some_and(|chunk| {
            chunk.bytes == range
                && chunk.genuine >= range.end
                && self.store.stretches(&range) == self.arriving(source, range, chunk.version)
        })
    }

    /// What comes of bytes that a source sends: some of its own may be wrong.
    fn arriving(
        &self,
        source: Option<SourceIndex>,
        bytes: Range<u64>,
        version: Version,
    ) -> Vec<(Range<u64>, Version)> {
        let mut arriving = Tags::default();
        arriving.put(bytes.clone(), version);
        if let Some(rot) = self.rot.as_ref().filter(|rot| Some(rot.source) == source) {
            arriving.put(
                rot.bytes.start.max(bytes.start)..rot.bytes.end.min(bytes.end),
                rotten(version),
            );
        }
        arriving.iter().collect()
    }

    fn write(&mut self, id: ConnectionId, part: u64, at: u64, skip: u64, len: u64) {
        let Some(chunk) = self.network.take_chunk(id) else {
            panic!("connection {id} has nothing to write");
        };
        let bytes = chunk.bytes.start + skip..chunk.bytes.start + skip + len;
        assert!(
            bytes.end <= chunk.bytes.end,
            "more is written than was read"
        );
        assert_eq!(
            bytes.start, at,
            "bytes are written where they do not belong"
        );
        assert!(
            bytes.end <= chunk.genuine && chunk.version != crate::tags::GARBAGE,
            "{bytes:?} are no bytes of the file"
        );
        // A file takes bytes as they come, and may refuse them then.
        let streams = matches!(self.tier.policy(), Policy::Stream { .. });
        match streams.then(|| self.store_failure()).flatten() {
            None => {
                let source = self.network.source(id);
                for (bytes, version) in self.arriving(source, bytes, chunk.version) {
                    self.store.append(part, bytes, version);
                }
            }
            Some(failure) => {
                self.note(|| format!("{bytes:?} are refused: {failure:?}"));
                let at = self.moment();
                self.machine.handle_unwritten(at, part, bytes, failure);
            }
        }
    }

    fn close(&mut self, id: ConnectionId) {
        self.compared.retain(|(of, _)| *of != id);
        let pending = self.network.close(self.now, id);
        // What was in the browser's queue by then still comes.
        if pending && self.random.chance(0.3) {
            let late = match self.random.below(3) {
                0 => Event::Bytes(id, 1 + self.random.below(1000)),
                1 => Event::End(id),
                _ => Event::Failure(id, "aborted"),
            };
            let after = self.random.pick(&[0.0, 0.01, 2.0]);
            self.after(after, Planned::Late(late));
        }
    }

    fn store_takes(&mut self) -> f64 {
        match self.random.chance(self.disk.hiccups) {
            true => self.random.between(1.0, 60.0),
            false => self.random.unit() * self.disk.latency,
        }
    }

    fn store_failure(&mut self) -> Option<StoreFailure> {
        self.strains().then(|| match self.random.chance(0.5) {
            true => {
                self.network.ledger.quota += 1;
                StoreFailure::Quota
            }
            false => self.breakdown(),
        })
    }

    /// Reading needs no room.
    fn read_failure(&mut self) -> Option<StoreFailure> {
        self.strains().then(|| self.breakdown())
    }

    fn strains(&mut self) -> bool {
        let strains = self.random.chance(self.disk.failures);
        self.network.ledger.faults += u64::from(strains);
        strains
    }

    fn breakdown(&mut self) -> StoreFailure {
        self.network.ledger.broken += 1;
        StoreFailure::Broken("the disk is gone".to_owned())
    }
}
