//! The state machine of one download: events in by `handle_*`, actions out by `poll_action`.
//!
//! All events are here, and what each leads to. The machine never waits, sleeps or looks at a
//! clock: the shell tells it what happened and when, and does what it is told.
//!
//! Which phase follows which is written down in `phase`.

mod action;
mod answer;
mod beginning;
mod changing;
mod connection;
mod failing;
mod length;
mod mending;
mod orders;
mod phase;
mod probing;
mod proving;
mod reading;
mod roster;
mod snapshot;
mod source;
mod stopping;
mod storing;
mod supply;
#[cfg(test)]
mod tests;
mod verifying;

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use super::digest::Digest;
use super::options::Options;
use super::parts::Parts;
use super::ranges::RangeSet;
use super::rate::Meter;
use super::resource::Identity;
use super::response::{Head, Unresumable};
use super::retry::Cause;
use super::tier::Tier;
use super::{Moment, Time};

pub use action::{Action, ConnectionId, Reach, SourceIndex, StoreFailure, mirror_of_source};
pub use snapshot::{Segment, Snapshot, State, Waiting};
pub use supply::{Edition, Supply};

use connection::Connection;
use mending::Mend;
use phase::{Phase, Stop};
use source::Sources;
use storing::Storing;

/// A timer this late means that nothing ran meanwhile: the tab was frozen, or its machine slept.
const JUMP: Duration = Duration::from_secs(10);

/// Connections silent for longer do not outlive a sleep.
const DROWSY: Duration = Duration::from_secs(1);

/// The seconds over which the rate of the whole download is taken.
const SPAN: f64 = 4.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start, or go on.
    Resume,
    Pause,
    Remove,
    Offline,
    Online,
    /// The page was frozen or its machine suspended, and goes on now.
    Woken,
    /// The page needs a connection to a host for something else: browsers allow few, and let wait
    /// what is asked for last.
    Yield,
}

/// The file begun with, as far as it is known. All of this is forgotten together.
#[derive(Debug, Default)]
struct RemoteFile {
    identity: Identity,
    /// The size is only where a body ends, which may be a coding of the file, or less of it than
    /// there is. What follows a later offset has not been seen to end there too.
    presumed: bool,
    /// The source whose words the identity is in.
    speaker: Option<SourceIndex>,
    /// What it has brought itself: with that the others are compared.
    spoken: RangeSet,
    /// The speaker has answered for this file without the validators to prove it.
    unproven: bool,
    /// How sources described the same file that spoke before this one did.
    former: Vec<Identity>,
}

/// The file comes as one body, from its first byte on, and cannot be resumed anywhere else.
#[derive(Debug)]
struct Stream {
    why: Unresumable,
    /// The size that the body announces; only its end tells the truth.
    announced: Option<u64>,
}

#[derive(Debug)]
pub struct Download {
    url: String,
    options: Options,
    created: u64,
    phase: Phase,
    file: RemoteFile,
    media_type: Option<String>,
    filename: Option<String>,
    stream: Option<Stream>,
    /// Why the last answer was a stream: a page is told so while the next one is waited for.
    last_stream: Option<Unresumable>,
    /// What the server says the file's digest is.
    digest: Option<Digest>,
    /// The digest that the stored file was found to have.
    verified: Option<Digest>,
    tier: Tier,
    /// It was running when its page went away, and nobody has resumed it since.
    interrupted: bool,
    /// It failed before this page came, and nobody has resumed it since.
    failed_before: bool,
    /// It failed because it could not be removed, and nobody has resumed it since.
    unremoved: bool,
    /// Its bytes, or some of them, are those of an earlier page.
    inherited: bool,

    /// Bytes that are in memory or durable.
    written: RangeSet,
    durable: RangeSet,
    parts: Parts,
    storing: Storing,
    /// The stored record no longer says what it should.
    record_stale: bool,
    /// What is stored and not among the bytes written is to be forgotten before the next request.
    discard: bool,
    /// How often fetched bytes have been thrown away.
    generation: u32,
    /// Whose turn it is to replace pieces that were wrong.
    mender: Option<SourceIndex>,
    mend: Option<Mend>,

    connections: Vec<Connection>,
    next_connection: ConnectionId,
    sources: Sources,
    /// Since when the browser says that there is no network.
    offline: Option<Time>,
    /// When any connection last brought bytes.
    heard: Time,
    /// When a body last came faster than it was read.
    outpaced: Option<Time>,
    /// When the shell was to call back.
    due: Option<Time>,
    restarts: u32,

    meter: Meter,
    actions: VecDeque<Action>,
    reporting: snapshot::Reporting,
}

impl Download {
    /// What to do next; to be called until there is nothing.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// The bytes that the record may claim.
    pub fn durable(&self) -> &RangeSet {
        &self.durable
    }

    /// The URL it is fetched from; empty where only the id of the download is known.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// It was running when its page went away, and nobody has resumed it since.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Nothing is under way and nothing waits to be saved: the machine may be put away and
    /// restored from its record.
    pub fn is_at_rest(&self) -> bool {
        let resting = !matches!(
            self.phase,
            Phase::Running | Phase::Stopping(_) | Phase::Verifying(_) | Phase::Removing
        );
        resting && self.parts.held() == 0 && matches!(self.storing, Storing::Idle)
    }

    /// Whether a start writes nothing: what is stored is all of it, or cannot be understood and
    /// must not be touched but by `Command::Remove`.
    pub fn takes_nothing(&self) -> bool {
        matches!(self.phase, Phase::Complete | Phase::Unreadable(_))
    }

    /// When `handle_timeout` is to be called if nothing else happens before.
    pub fn poll_timeout(&self, now: Time) -> Option<Time> {
        let deadlines = self.connections.iter().filter_map(|c| self.deadline(c));
        let sources = self.sources.alive().flat_map(|source| {
            let probed = source.probing.as_ref().map(|(_, until)| *until);
            let gate = source.gate.map(|gate| gate.until);
            [probed, gate].into_iter().flatten()
        });
        let running = matches!(self.phase, Phase::Running);
        deadlines
            .chain(sources.filter(|_| running))
            .chain(self.commit_due(now))
            .chain(self.report_due())
            .min()
    }

    pub fn handle_command(&mut self, at: Moment, command: Command) {
        self.enter(at.now);
        match (command, &self.phase) {
            (Command::Remove, Phase::Removing | Phase::Removed) => {}
            (Command::Remove, _) => self.remove(),
            (Command::Resume, Phase::Paused | Phase::Failed(_)) => self.start(at.now),
            (Command::Resume, Phase::Stopping(Stop::Pause | Stop::Fail(_))) => self.start(at.now),
            (Command::Pause, Phase::Running | Phase::Verifying(_)) => self.stop(Stop::Pause),
            // What is left to do may take long: all of it is read back.
            (Command::Pause, Phase::Stopping(Stop::Finish)) if !self.is_verified() => {
                self.wind_down(Stop::Pause);
            }
            (Command::Offline, _) => self.offline = self.offline.or(Some(at.now)),
            (Command::Online, _) => {
                // Connections of the network that was there before do not say that they are dead.
                if let Some(since) = self.offline.take() {
                    self.wake(at.now, at.now.saturating_sub(since));
                }
            }
            (Command::Woken, _) => self.wake(at.now, DROWSY),
            (Command::Yield, _) => self.yield_to_page(at.now),
            (Command::Resume | Command::Pause, _) => {}
        }
        self.advance(at);
    }

    /// The caller calls it otherwise by now; a file that is complete is not stored anew for that.
    pub fn rename(&mut self, filename: Option<String>) {
        if self.options.filename != filename {
            self.options.filename = filename;
            self.record_stale |= matches!(self.phase, Phase::Running);
            self.reporting = snapshot::Reporting::default();
        }
    }

    /// The head of an answer is there.
    pub fn handle_response(&mut self, at: Moment, id: ConnectionId, head: &Head) {
        self.enter(at.now);
        self.responded(at, id, head);
        self.advance(at);
    }

    /// The stored bytes asked for again are there: are they the same?
    pub fn handle_compared(
        &mut self,
        at: Moment,
        id: ConnectionId,
        same: Result<bool, StoreFailure>,
    ) {
        self.enter(at.now);
        self.compared(at.now, id, same);
        self.advance(at);
    }

    /// The bytes a `Read` asked for are there.
    pub fn handle_bytes(&mut self, at: Moment, id: ConnectionId, len: u64) {
        self.enter(at.now);
        self.arrived(at.now, id, len);
        self.advance(at);
    }

    /// The store did not take the bytes of a `Write`; to be told before the next action is polled.
    pub fn handle_unwritten(
        &mut self,
        at: Moment,
        part: u64,
        bytes: Range<u64>,
        failure: StoreFailure,
    ) {
        self.enter(at.now);
        self.unwrite(part, &bytes);
        self.give_up(failure);
        self.advance(at);
    }

    /// The store cannot be used at all: what is stored stays as it is.
    pub fn handle_unusable(&mut self, at: Moment, failure: StoreFailure) {
        self.enter(at.now);
        self.break_off(failure);
        self.advance(at);
    }

    /// The body has ended, as if whole.
    pub fn handle_end(&mut self, at: Moment, id: ConnectionId) {
        self.enter(at.now);
        self.ended(at, id);
        self.advance(at);
    }

    /// A request got no answer, or its body broke off; the platform's words.
    pub fn handle_failure(&mut self, at: Moment, id: ConnectionId, words: String) {
        self.enter(at.now);
        self.lose(at, id, Cause::Network(words));
        self.advance(at);
    }

    /// What became of a `Probe`.
    pub fn handle_probed(&mut self, at: Moment, source: SourceIndex, reach: Reach) {
        self.enter(at.now);
        self.probed(at, source, reach);
        self.advance(at);
    }

    /// The caller's answer to `Refresh`: another URL of the file, or none.
    pub fn handle_refreshed(&mut self, at: Moment, url: Option<String>) {
        self.enter(at.now);
        self.refreshed(at, url);
        self.advance(at);
    }

    /// The stored bytes that a `Load` asked for, or some of them; `start` is its first offset.
    pub fn handle_loaded(&mut self, at: Moment, start: u64, bytes: Result<&[u8], StoreFailure>) {
        self.enter(at.now);
        self.loaded(start, bytes);
        self.advance(at);
    }

    pub fn handle_committed(&mut self, at: Moment, result: Result<(), StoreFailure>) {
        self.enter(at.now);
        self.committed(at.now, result);
        self.advance(at);
    }

    pub fn handle_erased(&mut self, at: Moment, result: Result<(), StoreFailure>) {
        self.enter(at.now);
        self.erased(result);
        self.advance(at);
    }

    pub fn handle_timeout(&mut self, at: Moment) {
        self.enter(at.now);
        self.expire(at);
        self.advance(at);
    }

    /// Nothing ran for a while although it should have: what the connections were doing is over.
    fn enter(&mut self, now: Time) {
        if self.due.is_some_and(|due| now >= due + JUMP) {
            self.wake(now, JUMP);
        }
        self.due = None;
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
        self.due = self.poll_timeout(at.now);
    }

    fn is_stream(&self) -> bool {
        self.stream.is_some()
    }

    fn is_whole(&self) -> bool {
        self.has_every_byte() && !self.discard && !self.file.presumed
    }

    /// As far as is known how many there are.
    fn has_every_byte(&self) -> bool {
        let covered = |size| self.written.covers(&(0..size));
        self.file.identity.size.is_some_and(covered)
    }
}
