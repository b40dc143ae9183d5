//! One run: the machine, its shell, and everything that can happen to them.

use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Range;
use std::time::Duration;

use rangeload::core::download::{Action, Command, ConnectionId, Download, State, StoreFailure};
use rangeload::core::error::Error;
use rangeload::core::options::{OnChanged, Options};
use rangeload::core::record::Record;
use rangeload::core::response::Head;
use rangeload::core::tier::Tier;
use rangeload::core::{Moment, Time};

use super::random::Random;
use super::server::{Answer, Fate, Server};
use super::store::{Store, Version};

enum Event {
    Response(ConnectionId, Result<Box<Answer>, ()>),
    Bytes(ConnectionId, u64),
    End(ConnectionId),
    Failure(ConnectionId),
    Compared(ConnectionId, bool),
    Committed,
    Erased,
    Probed,
    Command(Command),
    Kill,
}

/// A connection as the network sees it.
struct Wire {
    asked: Range<u64>,
    body: Range<u64>,
    fate: Fate,
    version: Version,
    /// Bytes of the body handed over so far.
    sent: u64,
    rate: f64,
    /// The last chunk, until the machine says what of it to keep.
    chunk: Range<u64>,
}

pub(crate) struct World {
    pub(crate) trace: Vec<String>,
    seed: u64,
    now: Time,
    random: Random,
    server: Server,
    store: Store,
    machine: Download,
    wires: BTreeMap<ConnectionId, Wire>,
    queue: BinaryHeap<(std::cmp::Reverse<(Time, u64)>, usize)>,
    events: Vec<Option<Event>>,
    committing: Option<(Vec<rangeload::core::save::Save>, String)>,
    erasing: Option<Option<String>>,
    /// Events of an earlier life of the machine are for nobody.
    options: Options,
    tier: Tier,
    /// How many bytes the store takes before it refuses one write.
    room: Option<u64>,
    kills: u64,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let server = Server::new(&mut random);
        let options = Options {
            connections: random.pick(&[None, Some(1), Some(2), Some(16)]),
            on_changed: random.pick(&[OnChanged::Fail, OnChanged::Restart]),
            ..Options::default()
        };
        let tier = random.pick(&[Tier::Opfs, Tier::IndexedDb]);
        let room = random.chance(0.2).then(|| random.below(server.size + 1));
        let kills = random.pick(&[0, 0, 1, 5]);
        let mut world = Self {
            trace: Vec::new(),
            seed,
            now: Duration::from_secs(1_700_000_000),
            random,
            server,
            store: Store::new(tier.policy()),
            machine: Download::new("https://example.org/f".into(), options.clone(), 0)
                .kept_in(tier),
            wires: BTreeMap::new(),
            queue: BinaryHeap::new(),
            events: Vec::new(),
            committing: None,
            erasing: None,
            options,
            tier,
            room,
            kills,
        };
        world.note(|w| format!("{:?} {:?}", w.server, w.options));
        world.after(0.0, Event::Command(Command::Resume));
        world.plan_disturbance();
        world
    }

    /// Runs to the end, which is a right file or an error that the faults explain.
    pub(crate) fn run(mut self) -> Self {
        for _ in 0..200_000 {
            self.perform();
            self.check();
            match self.machine.state() {
                // Room has been made.
                State::Failed if self.ran_out_of_room() => {
                    self.after(1.0, Event::Command(Command::Resume));
                }
                State::Complete | State::Failed if self.machine.is_at_rest() => {
                    self.conclude();
                    return self;
                }
                _ => {}
            }
            self.step();
        }
        panic!("seed {}: no end in sight", self.seed);
    }

    /// Something that happens to the page: a kill, a pause, a lost network.
    fn plan_disturbance(&mut self) {
        let at = self.random.unit() * 5.0;
        match self.random.below(6) {
            0 => {
                self.after(at, Event::Command(Command::Pause));
                self.after(at + 1.0, Event::Command(Command::Resume));
            }
            1 => {
                self.after(at, Event::Command(Command::Offline));
                self.after(at + 3.0, Event::Command(Command::Online));
            }
            _ if self.kills > 0 => self.after(at, Event::Kill),
            _ => {}
        }
    }

    fn after(&mut self, seconds: f64, event: Event) {
        let at = self.now + Duration::from_secs_f64(seconds);
        let index = self.events.len();
        self.events.push(Some(event));
        self.queue
            .push((std::cmp::Reverse((at, index as u64)), index));
    }

    fn moment(&mut self) -> Moment {
        Moment {
            now: self.now,
            chance: self.random.unit(),
        }
    }

    /// Goes to the next thing that happens, be it an event or the machine's own timer.
    fn step(&mut self) {
        let next = self.queue.peek().map(|(key, _)| key.0.0);
        let timer = self.machine.poll_timeout(self.now);
        match (next, timer) {
            (Some(next), timer) if timer.is_none_or(|timer| next <= timer) => {
                self.now = self.now.max(next);
                let (_, index) = self.queue.pop().expect("it was there");
                if let Some(event) = self.events[index].take() {
                    self.deliver(event);
                }
            }
            (_, Some(timer)) => {
                self.now = self.now.max(timer);
                let at = self.moment();
                self.machine.handle_timeout(at);
            }
            (_, None) => panic!("seed {}: nothing will ever happen again", self.seed),
        }
    }

    fn deliver(&mut self, event: Event) {
        let at = self.moment();
        match event {
            Event::Response(id, Ok(answer)) => {
                if let Some(wire) = self.wires.get_mut(&id) {
                    wire.body = answer.body;
                    wire.fate = answer.fate;
                    wire.version = answer.version;
                    self.note(|_| format!("{id} answers {:?}", answer.head));
                    let head: Head = answer.head;
                    self.machine.handle_response(at, id, &head);
                }
            }
            Event::Response(id, Err(())) | Event::Failure(id) => {
                self.note(|_| format!("{id} fails"));
                self.machine.handle_failure(at, id, "reset".into());
            }
            Event::Bytes(id, len) => self.machine.handle_bytes(at, id, len),
            Event::End(id) => {
                self.note(|_| format!("{id} ends"));
                self.machine.handle_end(at, id);
            }
            Event::Compared(id, same) => self.machine.handle_compared(at, id, Ok(same)),
            Event::Committed => {
                if let Some((saves, record)) = self.committing.take() {
                    self.store.commit(&saves, record);
                    self.machine.handle_committed(at, Ok(()));
                }
            }
            Event::Erased => {
                if let Some(record) = self.erasing.take() {
                    self.store.erase(record);
                    self.machine.handle_erased(at, Ok(()));
                }
            }
            Event::Probed => self.machine.handle_probed(at, false),
            Event::Command(command) => {
                self.note(|_| format!("{command:?}"));
                self.machine.handle_command(at, command);
            }
            Event::Kill => self.kill(),
        }
    }

    /// The page is gone, and a new one takes up what is stored.
    fn kill(&mut self) {
        self.note(|_| "killed".into());
        self.kills -= 1;
        self.queue.clear();
        self.events.clear();
        self.wires.clear();
        self.committing = None;
        self.erasing = None;
        self.store.crash();
        let options = self.options.clone();
        self.machine = match &self.store.record {
            Some(text) => {
                let record = Record::decode(text).expect("a record of this version");
                Download::restore(record, &self.store.stored())
            }
            None => Download::new("https://example.org/f".into(), options, 0).kept_in(self.tier),
        };
        self.after(0.1, Event::Command(Command::Resume));
        self.plan_disturbance();
    }

    fn perform(&mut self) {
        while let Some(action) = self.machine.poll_action() {
            if !matches!(
                action,
                Action::Read { .. } | Action::Write { .. } | Action::Report
            ) {
                self.note(|_| format!("{action:?}"));
            }
            match action {
                Action::Open { connection, range } => self.open(connection, range),
                Action::Compare { connection, range } => self.compare(connection, &range),
                Action::Read { connection, limit } => self.read(connection, limit),
                Action::Write {
                    connection,
                    part,
                    at,
                    skip,
                    len,
                } => {
                    let wire = &self.wires[&connection];
                    let bytes = wire.chunk.start + skip..wire.chunk.start + skip + len;
                    assert!(bytes.end <= wire.chunk.end, "more than was read");
                    assert_eq!(bytes.start, at, "bytes belong to one offset");
                    let version = wire.version;
                    match self.room.map(|room| room.checked_sub(len)) {
                        Some(None) => {
                            self.note(|_| format!("no room for {bytes:?}"));
                            self.room = None;
                            let at = self.moment();
                            let failure = StoreFailure::Quota;
                            self.machine.handle_unwritten(at, part, bytes, failure);
                        }
                        room => {
                            self.room = room.flatten();
                            self.store.append(part, bytes, version);
                        }
                    }
                }
                Action::Close { connection } => {
                    self.wires.remove(&connection);
                }
                Action::Commit { saves, record } => {
                    assert!(self.committing.is_none() && self.erasing.is_none());
                    self.committing = Some((saves, record));
                    let took = self.random.unit() * 0.2;
                    self.after(took, Event::Committed);
                }
                Action::Erase { record } => {
                    assert!(self.committing.is_none() && self.erasing.is_none());
                    self.erasing = Some(record);
                    self.after(0.05, Event::Erased);
                }
                Action::Probe => self.after(0.05, Event::Probed),
                Action::Report => {}
            }
        }
    }

    fn open(&mut self, id: ConnectionId, asked: Range<u64>) {
        let answer = self.server.answer(&asked, &mut self.random).map(Box::new);
        // A server that misbehaves for ever proves nothing but that errors are errors.
        if self.random.chance(0.01) {
            self.server.calm();
        }
        let rate = 10f64.powf(5.0 + 2.5 * self.random.unit());
        let wire = Wire {
            asked,
            body: 0..0,
            fate: Fate::Whole,
            version: 0,
            sent: 0,
            rate,
            chunk: 0..0,
        };
        self.wires.insert(id, wire);
        let delay = 0.01 + self.random.unit() * 0.3;
        self.after(delay, Event::Response(id, answer));
    }

    /// How many bytes of the body come before it ends in its way.
    fn sendable(wire: &Wire) -> u64 {
        let len = wire.body.end - wire.body.start;
        match wire.fate {
            Fate::Whole => len,
            Fate::Cut(at) | Fate::Stall(at) => at,
            Fate::Short(missing) => len - missing,
        }
    }

    fn read(&mut self, id: ConnectionId, limit: u64) {
        assert!(limit > 0, "a read of nothing");
        let most = 1 + self.random.below(1 << 20);
        let Some(wire) = self.wires.get_mut(&id) else {
            panic!("a read from a closed connection");
        };
        let left = Self::sendable(wire) - wire.sent;
        let len = left.min(limit).min(most);
        if len > 0 {
            let start = wire.body.start + wire.sent;
            wire.chunk = start..start + len;
            wire.sent += len;
            let took = len as f64 / wire.rate;
            self.after(took, Event::Bytes(id, len));
            return;
        }
        match wire.fate {
            Fate::Stall(_) => {}
            Fate::Cut(_) => self.after(0.01, Event::Failure(id)),
            Fate::Whole | Fate::Short(_) => self.after(0.01, Event::End(id)),
        }
    }

    fn compare(&mut self, id: ConnectionId, range: &Range<u64>) {
        let Some(wire) = self.wires.get_mut(&id) else {
            panic!("a comparison with a closed connection");
        };
        assert_eq!(range.start, wire.asked.start);
        let len = range.end - range.start;
        if Self::sendable(wire) < len {
            self.after(0.02, Event::Failure(id));
            return;
        }
        wire.sent = len;
        let same = self.store.versions(range) == [wire.version];
        self.after(0.02, Event::Compared(id, same));
    }

    fn check(&self) {
        self.store.check();
        let limit = self.options.connections.unwrap_or(6);
        assert!(self.wires.len() <= limit.max(2), "too many connections");
        assert!(
            self.store.held() <= self.tier.policy().most_unsaved(limit),
            "{} bytes in memory",
            self.store.held()
        );
    }

    fn ran_out_of_room(&self) -> bool {
        let error = self.machine.snapshot(self.now).error;
        self.machine.is_at_rest() && matches!(error, Some(Error::Quota { .. }))
    }

    fn conclude(&mut self) {
        let end = self.machine.snapshot(self.now);
        self.note(|_| format!("ends {:?} {:?}", end.state, end.error));
        match end.error {
            None => {
                let size = end.size.expect("a complete file has a size");
                let whole = 0..size;
                assert!(self.store.stored().covers(&whole), "bytes are missing");
                let versions = self.store.versions(&whole);
                assert!(versions.len() <= 1, "bytes of versions {versions:?}");
                let grown = u64::from(versions == [1] && self.server.resize);
                assert!(size == self.server.size + grown || self.server.changes());
            }
            Some(Error::Changed(_)) => {
                assert!(
                    self.server.changes() || self.server.faults > 0.0,
                    "nothing has changed"
                );
            }
            Some(Error::Network(_) | Error::Mismatch(_) | Error::Http { .. }) => {}
            Some(error) => panic!("seed {}: {error:?} has no reason", self.seed),
        }
    }

    fn note(&mut self, line: impl FnOnce(&Self) -> String) {
        if std::env::var_os("RANGELOAD_SEED").is_some() {
            let line = format!("{:9.3} {}", (self.now.as_secs_f64()) % 1e5, line(self));
            eprintln!("{line}");
            self.trace.push(line);
        }
    }
}
