//! The state machine of one download: events in by `handle_*`, actions out by `poll_action`.
//!
//! All transitions are here. The machine never waits, sleeps or looks at a clock: the shell tells
//! it what happened and when, and does what it is told.
//!
//! ```text
//! Paused ──resume──▶ Running ──every byte there──▶ Stopping(Finish) ──saved──▶ Complete
//!   ▲                │  │ ▲
//!   │                │  └─┴── retry, takeover, restart: see `orders`
//!   └──saved── Stopping(Pause) ◀──pause── Running ──an error──▶ Stopping(Fail) ──saved──▶ Failed
//! any ──remove──▶ Removing ──erased──▶ Removed          Failed ──resume──▶ Running
//! ```

mod action;
mod connection;
mod orders;
mod snapshot;
mod stopping;
mod storing;
mod supply;

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use super::error::{Change, Error, Evidence};
use super::options::{OnChanged, Options};
use super::parts::Parts;
use super::ranges::RangeSet;
use super::rate::Meter;
use super::record::Record;
use super::resource::{Identity, Sameness};
use super::response::{self, Answer, Head, Mismatch, Refusal, Unresumable};
use super::retry::{Cause, Retry};
use super::{Moment, Time};

pub use action::{Action, ConnectionId, StoreFailure};
pub use snapshot::{Segment, Snapshot, State};
pub use supply::{Edition, Supply};

use connection::{Connection, Stage};
use stopping::Stop;
use storing::Storing;

/// A connection that has brought this much was worth having: when it is cut, the next one is
/// opened at once.
const WORTHWHILE: u64 = 64 << 10;

/// The pause between tries while the browser says that it is offline.
const OFFLINE: Duration = Duration::from_secs(5);

/// How often the file may turn out to be another one before even a caller who wants a restart is
/// told instead.
const RESTARTS: u32 = 3;

/// The seconds over which the rate of the whole download is taken.
const SPAN: f64 = 4.0;

#[derive(Debug)]
enum Phase {
    Paused,
    Running,
    /// Nothing is fetched any more, and what was received is being saved.
    Stopping(Stop),
    Complete,
    Failed(Error),
    /// What is stored cannot be understood; it is left as it is until someone removes it.
    Unreadable(Error),
    Removing,
    Removed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start, or go on.
    Resume,
    Pause,
    Remove,
    Offline,
    Online,
}

#[derive(Debug)]
pub struct Download {
    url: String,
    options: Options,
    created: u64,
    phase: Phase,
    identity: Identity,
    media_type: Option<String>,
    filename: Option<String>,
    unresumable: Option<Unresumable>,
    /// It was running when its page went away, and nobody has resumed it since.
    interrupted: bool,

    /// Bytes that are in memory or durable.
    written: RangeSet,
    durable: RangeSet,
    parts: Parts,
    storing: Storing,
    /// The stored record no longer says what it should.
    record_stale: bool,
    /// Everything stored is to be forgotten before the next request.
    erase: bool,
    /// How often fetched bytes have been thrown away.
    generation: u32,

    connections: Vec<Connection>,
    next_connection: ConnectionId,
    retry: Retry,
    /// No request before this time.
    gate: Option<Time>,
    offline: bool,
    /// An answer has been accepted since the download last started.
    answered: bool,
    /// An answer of this file came without the validators to prove it.
    unproven: bool,
    restarts: u32,
    /// The size a whole body announces; only its end tells the truth.
    announced: Option<u64>,
    /// What a request costs before its first byte.
    setup: Option<Duration>,
    probing: Option<Cause>,
    /// Requests in a row that failed although the server can be reached.
    suspicions: u32,

    meter: Meter,
    actions: VecDeque<Action>,
    reporting: snapshot::Reporting,
}

impl Download {
    /// A download of which nothing is stored yet. It waits for `Command::Resume`.
    pub fn new(url: String, options: Options, created: u64) -> Self {
        let record = Record {
            url,
            options,
            created,
            ..Record::default()
        };
        Self::restore(record, &RangeSet::new())
    }

    /// Goes on with a record; `stored` are the bytes the store really has.
    pub fn restore(record: Record, stored: &RangeSet) -> Self {
        let durable = record.stored.intersection(stored);
        let complete = record.is_complete() && durable == record.stored;
        Self {
            url: record.url,
            options: record.options,
            created: record.created,
            phase: if complete {
                Phase::Complete
            } else {
                Phase::Paused
            },
            identity: record.identity,
            media_type: record.media_type,
            filename: record.filename,
            unresumable: record.unresumable,
            interrupted: record.running && !complete,
            written: durable.clone(),
            durable,
            parts: Parts::default(),
            storing: Storing::Idle,
            record_stale: false,
            erase: false,
            generation: 0,
            connections: Vec::new(),
            next_connection: 0,
            retry: Retry::default(),
            gate: None,
            offline: false,
            answered: false,
            unproven: false,
            restarts: 0,
            announced: None,
            setup: None,
            probing: None,
            suspicions: 0,
            meter: Meter::new(Time::ZERO, SPAN),
            actions: VecDeque::new(),
            reporting: snapshot::Reporting::default(),
        }
    }

    /// A stored download whose record cannot be read.
    pub fn unreadable(url: String, why: String) -> Self {
        let mut download = Self::new(url, Options::default(), 0);
        download.phase = Phase::Unreadable(Error::Storage(why));
        download
    }

    /// What to do next; to be called until there is nothing.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// Nothing is under way and nothing waits to be saved: the machine may be put away and
    /// restored from its record.
    pub fn is_at_rest(&self) -> bool {
        let resting = !matches!(
            self.phase,
            Phase::Running | Phase::Stopping(_) | Phase::Removing
        );
        resting && self.parts.held() == 0 && matches!(self.storing, Storing::Idle)
    }

    /// When `handle_timeout` is to be called if nothing else happens before.
    pub fn poll_timeout(&self, now: Time) -> Option<Time> {
        let spare = self.has_spare();
        let deadlines = self.connections.iter().filter_map(|c| c.deadline(spare));
        deadlines
            .chain(self.gate.filter(|_| matches!(self.phase, Phase::Running)))
            .chain(self.commit_due(now))
            .chain(self.report_due())
            .min()
    }

    pub fn handle_command(&mut self, at: Moment, command: Command) {
        match (command, &self.phase) {
            (Command::Remove, Phase::Removing | Phase::Removed) => {}
            (Command::Remove, _) => self.remove(),
            (Command::Resume, Phase::Paused | Phase::Failed(_) | Phase::Stopping(Stop::Pause)) => {
                self.start(at.now);
            }
            (Command::Pause, Phase::Running) => self.stop(Stop::Pause),
            (Command::Offline, _) => self.offline = true,
            (Command::Online, _) => {
                self.offline = false;
                self.gate = None;
                self.retry.progress();
            }
            (Command::Resume | Command::Pause, _) => {}
        }
        self.advance(at);
    }

    /// The head of an answer is there.
    pub fn handle_response(&mut self, at: Moment, id: ConnectionId, head: &Head) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        connection.answered(at.now);
        let asked = connection.asked.clone();
        let took = at.now.saturating_sub(connection.opened);
        self.setup = Some(self.setup.map_or(took, |setup| (setup * 3 + took) / 4));
        match response::judge(head, &asked) {
            Ok(Answer::Part { range, remote }) => self.accept_part(at, id, head, &range, remote),
            Ok(Answer::Whole { why, remote }) => self.accept_whole(id, head, why, remote),
            Ok(Answer::Empty { remote }) => self.accept_empty(head, remote),
            Err(Refusal::Shrunk { size }) => {
                let remote = Identity {
                    size: Some(size),
                    ..Identity::default()
                };
                self.changed(remote, Evidence::Validators);
            }
            Err(Refusal::Status { status, wait }) => {
                self.lose(at, id, Cause::Status { status, wait });
            }
            Err(Refusal::Mismatch(mismatch)) => self.lose(at, id, Cause::Mismatch(mismatch)),
        }
        self.advance(at);
    }

    /// The stored bytes asked for again are there: are they the same?
    pub fn handle_compared(
        &mut self,
        at: Moment,
        id: ConnectionId,
        same: Result<bool, StoreFailure>,
    ) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        match same {
            Ok(true) => {
                connection.stage = Stage::Body;
                connection.answered(at.now);
                self.accepted();
            }
            Ok(false) => self.changed(self.identity.clone(), Evidence::Content),
            Err(failure) => self.break_off(failure),
        }
        self.advance(at);
    }

    /// The bytes a `Read` asked for are there.
    pub fn handle_bytes(&mut self, at: Moment, id: ConnectionId, len: u64) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        connection.reading = None;
        // Another connection may have taken over the bytes while these were on their way.
        let wanted = len.min(connection.left().end.saturating_sub(connection.position));
        let start = connection.position;
        connection.received(at.now, wanted);
        let (end, done) = (connection.position, connection.left().is_empty());
        if wanted > 0 {
            let part = *connection.part.get_or_insert(start);
            if part == start {
                self.parts.begin(part);
            }
            self.actions.push_back(Action::Write {
                connection: id,
                part,
                at: start,
                skip: 0,
                len: wanted,
            });
            self.parts.append(part, wanted, at.now);
            self.written.insert(start..end);
            self.meter.record(at.now, wanted);
            // A stream that breaks off starts over: its bytes bring it no further.
            if self.unresumable.is_none() {
                self.retry.progress();
            }
        }
        if done || self.is_part_full(id) {
            self.seal(id);
        }
        // Bytes that were not wanted are gone: the body is no longer where its piece ends.
        let unbroken = wanted == len;
        if done && !(unbroken && self.run_on(id)) {
            self.close(id);
        }
        self.advance(at);
    }

    /// The body has ended, as if whole.
    pub fn handle_end(&mut self, at: Moment, id: ConnectionId) {
        let streaming = self.unresumable.is_some();
        let announced = self.announced;
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
                self.identity.size = Some(position);
                self.record_stale = true;
            }
        }
        self.advance(at);
    }

    /// A request got no answer, or its body broke off; the platform's words.
    pub fn handle_failure(&mut self, at: Moment, id: ConnectionId, words: String) {
        self.lose(at, id, Cause::Network(words));
        self.advance(at);
    }

    /// Whether the server answers a request whose answer the page cannot read.
    pub fn handle_probed(&mut self, at: Moment, reachable: bool) {
        let Some(cause) = self.probing.take() else {
            return;
        };
        self.suspicions = if reachable { self.suspicions + 1 } else { 0 };
        match self.suspicions {
            0 => self.strike(at, cause, self.retry.round()),
            // The connection may have broken by chance and the server be back: try once more.
            1 => {}
            _ => self.stop(Stop::Fail(Error::Blocked)),
        }
        self.advance(at);
    }

    pub fn handle_committed(&mut self, at: Moment, result: Result<(), StoreFailure>) {
        self.committed(at.now, result);
        self.advance(at);
    }

    pub fn handle_erased(&mut self, at: Moment, result: Result<(), StoreFailure>) {
        self.erased(result);
        self.advance(at);
    }

    pub fn handle_timeout(&mut self, at: Moment) {
        let spare = self.has_spare();
        let silent = self.connections.iter().filter(|connection| {
            let deadline = connection.deadline(spare);
            deadline.is_some_and(|deadline| deadline <= at.now)
        });
        for id in silent.map(|connection| connection.id).collect::<Vec<_>>() {
            self.lose(at, id, Cause::Silent);
        }
        self.advance(at);
    }

    /// Whatever happened: does it end the download, allow a commit, or make room for a request?
    fn advance(&mut self, at: Moment) {
        if matches!(self.phase, Phase::Running) && self.is_whole() {
            self.stop(Stop::Finish);
        }
        self.store(at.now);
        self.give_orders(at);
        self.grant_reads(at.now);
        self.report(at.now);
    }

    fn is_whole(&self) -> bool {
        self.identity
            .size
            .is_some_and(|size| self.written.covers(&(0..size)) && !self.erase)
    }

    fn start(&mut self, now: Time) {
        self.phase = Phase::Running;
        self.interrupted = false;
        self.answered = false;
        self.gate = None;
        self.retry = Retry::default();
        self.suspicions = 0;
        self.restarts = 0;
        self.unproven = false;
        self.meter = Meter::new(now, SPAN);
        self.record_stale = true;
        if self.unresumable.is_some() {
            self.begin_again();
        }
    }

    fn accept_part(
        &mut self,
        at: Moment,
        id: ConnectionId,
        head: &Head,
        range: &Range<u64>,
        mut remote: Identity,
    ) {
        remote.size = remote.size.or(self.identity.size);
        let sameness = if self.has_begun() {
            self.identity.compare(&remote)
        } else {
            self.identity = remote.clone();
            self.describe(head);
            Sameness::Same
        };
        let checked = self.connection(id).is_some_and(|c| c.check.is_some());
        match sameness {
            Sameness::Changed => self.changed(remote, Evidence::Validators),
            // The piece is asked for again, together with stored bytes to compare.
            Sameness::Unproven if !checked => {
                self.unproven = true;
                self.close(id);
            }
            Sameness::Unproven | Sameness::Same => self.admit(at, id, range),
        }
    }

    /// The answer is of the file begun with, as far as its head can tell.
    fn admit(&mut self, at: Moment, id: ConnectionId, range: &Range<u64>) {
        let first = self.first_share();
        let Some(connection) = self.connection(id) else {
            return;
        };
        // The server may send less than was asked for, and the first request asks for everything.
        let open = connection.asked.end == u64::MAX;
        let wanted = first.filter(|_| open).unwrap_or(connection.piece.end);
        connection.piece.end = wanted.min(connection.piece.end).min(range.end);
        connection.asked.end = range.end;
        if let Some(check) = connection.check.clone() {
            connection.stage = Stage::Checking;
            self.actions.push_back(Action::Compare {
                connection: id,
                range: check,
            });
        } else {
            connection.stage = Stage::Body;
            connection.answered(at.now);
            self.accepted();
        }
    }

    fn accept_whole(&mut self, id: ConnectionId, head: &Head, why: Unresumable, remote: Identity) {
        self.announced = remote.size;
        self.identity = Identity {
            size: None,
            ..remote
        };
        self.unresumable = Some(why);
        self.describe(head);
        if let Some(connection) = self.connection(id) {
            connection.stage = Stage::Body;
        }
        self.accepted();
    }

    fn accept_empty(&mut self, head: &Head, remote: Identity) {
        if self.has_begun() {
            self.changed(remote, Evidence::Validators);
        } else {
            self.identity = remote;
            self.describe(head);
        }
    }

    /// Whether an identity has been taken on, with which answers must agree.
    fn has_begun(&self) -> bool {
        self.identity.size.is_some()
    }

    fn describe(&mut self, head: &Head) {
        self.media_type = head.media_type.clone();
        self.filename = head.filename.as_deref().map(super::filename::sanitize);
        self.record_stale = true;
    }

    fn accepted(&mut self) {
        self.answered = true;
        self.suspicions = 0;
    }

    /// A request has ended without all of its bytes.
    fn lose(&mut self, at: Moment, id: ConnectionId, cause: Cause) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        let (round, mut delivered) = (connection.round, connection.delivered());
        self.close(id);
        if self.unresumable.is_some() {
            self.begin_again();
            delivered = 0;
        }
        match cause {
            // No try is spent while the browser says that there is no network. It may be wrong,
            // so another one is made without waiting for it to say otherwise.
            Cause::Network(_) | Cause::Silent if self.offline => {
                self.gate = Some(at.now + OFFLINE);
            }
            Cause::Network(_) if !self.answered => {
                self.probing = Some(cause);
                self.actions.push_back(Action::Probe);
            }
            Cause::Network(_) | Cause::Silent if delivered >= WORTHWHILE => {}
            cause => self.strike(at, cause, round),
        }
    }

    fn strike(&mut self, at: Moment, cause: Cause, round: u32) {
        match self.retry.failure(cause, round, at.chance) {
            Ok(wait) => self.gate = self.gate.max(Some(at.now + wait)),
            Err(error) => self.stop(Stop::Fail(error)),
        }
    }

    /// The remote file is another one: its bytes must never join the stored ones.
    fn changed(&mut self, remote: Identity, evidence: Evidence) {
        self.restarts += 1;
        if self.options.on_changed == OnChanged::Restart && self.restarts <= RESTARTS {
            self.begin_again();
            return;
        }
        let stored = self.identity.clone();
        let change = Change {
            stored,
            remote,
            evidence,
        };
        self.stop(Stop::Fail(Error::Changed(Box::new(change))));
    }

    /// Everything fetched so far is of no use: forget it and start from the first byte.
    fn begin_again(&mut self) {
        self.close_all();
        self.parts.clear();
        self.erase = !self.written.is_empty();
        self.generation += u32::from(self.erase);
        self.written = RangeSet::new();
        self.identity = Identity::default();
        self.unresumable = None;
        self.unproven = false;
        self.announced = None;
        self.record_stale = true;
    }

    fn connection(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.connections.iter_mut().find(|c| c.id == id)
    }

    fn is_part_full(&mut self, id: ConnectionId) -> bool {
        let part = self.connection(id).and_then(|connection| connection.part);
        part.is_some_and(|part| self.parts.room(part) == 0)
    }

    /// The part its bytes went to will not grow any more.
    fn seal(&mut self, id: ConnectionId) {
        let part = self
            .connection(id)
            .and_then(|connection| connection.part.take());
        if let Some(part) = part {
            self.parts.seal(part);
        }
    }

    fn close(&mut self, id: ConnectionId) {
        self.seal(id);
        if let Some(index) = self.connections.iter().position(|c| c.id == id) {
            self.connections.swap_remove(index);
            self.actions.push_back(Action::Close { connection: id });
        }
    }

    fn close_all(&mut self) {
        while let Some(connection) = self.connections.first() {
            self.close(connection.id);
        }
    }
}
