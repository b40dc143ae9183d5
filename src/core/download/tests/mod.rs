//! Single transitions of the machine, event by event. Schedules of many are simulated elsewhere.

mod beginning;
mod changed;
mod mirrors;
mod pace;
mod presumed;
mod removal;
mod restored;
mod sharing;
mod unreachable;
mod waiting;

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::time::Duration;

use super::{
    Action, Command, ConnectionId, Download, Reach, State, StoreFailure, Supply, Unresumable,
    Waiting,
};
use crate::core::download::connection::{Connection, Stage};
use crate::core::error::{Barrier, Error};
use crate::core::options::{OnChanged, Options};
use crate::core::ranges::RangeSet;
use crate::core::record::Record;
use crate::core::response::Head;
use crate::core::tier::Tier;
use crate::core::{Moment, Time};

const MIB: u64 = 1 << 20;
const SIZE: u64 = 256 * MIB;
const URL: &str = "https://a.example/f";
const STRONG: [(&str, &str); 1] = [("etag", "\"a\"")];

/// A shell that does nothing by itself.
struct Bench {
    machine: Download,
    now: Time,
    actions: Vec<Action>,
    /// All actions so far.
    log: VecDeque<Action>,
    asked: BTreeMap<ConnectionId, Range<u64>>,
}

impl Bench {
    fn of(machine: Download) -> Self {
        let now = Duration::from_secs(1_700_000_000);
        Self {
            machine,
            now,
            actions: Vec::new(),
            log: VecDeque::new(),
            asked: BTreeMap::new(),
        }
    }

    fn new(options: Options) -> Self {
        Self::of(Download::new(URL.into(), options, 0))
    }

    /// A download of which these bytes are stored.
    fn stored(options: Options, stored: Range<u64>) -> Self {
        let mut record = Record {
            url: URL.into(),
            options,
            ..Record::default()
        };
        record.identity.size = Some(SIZE);
        record.identity.etag = crate::core::headers::ETag::parse("\"a\"");
        record.stored = [stored].into_iter().collect();
        Self::restored(record)
    }

    /// The next life of a download of which every byte is still there.
    fn restored(record: Record) -> Self {
        let stored = record.stored.clone();
        Self::of(Download::restore(record, &stored))
    }

    fn tell(&mut self, event: impl FnOnce(&mut Download, Moment)) {
        let at = Moment {
            now: self.now,
            chance: 1.0,
        };
        event(&mut self.machine, at);
        self.actions.clear();
        while let Some(action) = self.machine.poll_action() {
            self.log.push_back(action.clone());
            self.actions.push(action);
        }
        for (id, _, range) in self.opened() {
            self.asked.insert(id, range);
        }
    }

    fn pass(&mut self, millis: u64) {
        self.now += Duration::from_millis(millis);
    }

    fn command(&mut self, command: Command) {
        self.tell(|machine, at| machine.handle_command(at, command));
    }

    fn timeout(&mut self) {
        self.tell(|machine, at| machine.handle_timeout(at));
    }

    /// To the time the machine asked to be called at.
    fn wait(&mut self) {
        if let Some(due) = self.machine.poll_timeout(self.now) {
            self.now = self.now.max(due);
            self.timeout();
        }
    }

    fn answer(&mut self, id: ConnectionId, status: u16, fields: &[(&str, &str)]) {
        let get = |name: &'static str| {
            let field = fields.iter().find(|(field, _)| *field == name);
            field.map(|(_, value)| (*value).to_owned())
        };
        let head = Head::parse(status, self.now, get);
        self.tell(|machine, at| machine.handle_response(at, id, &head));
    }

    /// A right answer from a file of `SIZE` bytes.
    fn part(&mut self, id: ConnectionId, fields: &[(&str, &str)]) {
        let asked = &self.asked[&id];
        let length = (asked.end.min(SIZE) - asked.start).to_string();
        let mut all = vec![("content-length", length.as_str())];
        all.extend(fields);
        self.answer(id, 206, &all);
    }

    fn bytes(&mut self, id: ConnectionId, len: u64) {
        self.tell(|machine, at| machine.handle_bytes(at, id, len));
    }

    fn failure(&mut self, id: ConnectionId) {
        self.tell(|machine, at| machine.handle_failure(at, id, "reset".into()));
    }

    fn committed(&mut self) {
        self.tell(|machine, at| machine.handle_committed(at, Ok(())));
    }

    fn erased(&mut self) {
        self.tell(|machine, at| machine.handle_erased(at, Ok::<(), StoreFailure>(())));
    }

    fn opened(&self) -> Vec<(ConnectionId, usize, Range<u64>)> {
        let opened = self.actions.iter().filter_map(|action| match action {
            Action::Open {
                connection,
                source,
                range,
                ..
            } => Some((*connection, *source, range.clone())),
            _ => None,
        });
        opened.collect()
    }

    fn opening(&self) -> impl Iterator<Item = &Connection> {
        let connections = self.machine.connections.iter();
        connections.filter(|connection| connection.stage == Stage::Opening)
    }

    fn unanswered(&self) -> Option<ConnectionId> {
        self.opening().next().map(|connection| connection.id)
    }

    fn unanswered_by(&self, source: usize) -> ConnectionId {
        let connection = self.opening().find(|c| c.source == source);
        connection.expect("a request is under way").id
    }

    /// The first requests to the URL and to its mirror.
    fn first_of_both(&self) -> (ConnectionId, ConnectionId) {
        let opened = self.opened();
        let of = |wanted| opened.iter().find(|(_, source, _)| *source == wanted);
        (of(0).expect("the URL").0, of(1).expect("the mirror").0)
    }

    fn closed(&self) -> Vec<ConnectionId> {
        let closed = self.actions.iter().filter_map(|action| match action {
            Action::Close { connection } => Some(*connection),
            _ => None,
        });
        closed.collect()
    }

    fn written(&self) -> Vec<Range<u64>> {
        let written = self.actions.iter().filter_map(|action| match action {
            Action::Write { at, len, .. } => Some(*at..at + len),
            _ => None,
        });
        written.collect()
    }

    /// The last record that was to be saved.
    fn saved(&self) -> Record {
        let record = self.log.iter().rev().find_map(|action| match action {
            Action::Commit { record, .. } => Record::decode(record).ok(),
            _ => None,
        });
        record.expect("a record is saved")
    }

    /// Why the file comes as a stream, if it does.
    fn stream(&self) -> Option<Unresumable> {
        self.machine.stream.as_ref().map(|stream| stream.why)
    }

    fn error(&self) -> Option<Error> {
        self.machine.snapshot(self.now).error
    }
}

fn fixed(connections: usize) -> Options {
    Options {
        connections: Some(connections),
        ..Options::default()
    }
}

fn mirrored() -> Options {
    Options {
        mirrors: vec!["https://b.example/f".into()],
        ..Options::default()
    }
}

fn plain(bench: &Bench) -> Option<bool> {
    bench.actions.iter().find_map(|action| match action {
        Action::Open { plain, .. } => Some(*plain),
        _ => None,
    })
}
