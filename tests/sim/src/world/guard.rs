//! What must hold after every event, whatever happened.

use std::ops::Range;
use std::time::Duration;

use rangeload::core::Time;
use rangeload::core::digest::Digest;
use rangeload::core::download::{Command, State};
use rangeload::core::error::Error;

use super::{Planned, World};
use crate::tags::{self, Version};
use crate::user::Happening;

/// The connections of a download whose caller names no number: what browsers allow to one
/// HTTP/1.1 host.
const CONNECTIONS: usize = 6;

/// More events than this at one instant are a loop.
const AT_ONCE: u32 = 5_000;

/// More actions than this for one event are a loop.
const ACTIONS: u32 = 1_000;

/// The longest that a download waits of its own accord; servers here ask for less.
const WAIT: Duration = Duration::from_secs(30);

/// More requests than this without a byte that is new are a loop.
const REQUESTS: u32 = 2_000;

/// More orders than this in a row to save what is saved already are a loop.
const IDLE: u32 = 20;

/// More events than any run needs.
const EVENTS: u64 = 2_000_000;

/// Counts what shows that a run does not get anywhere.
pub(super) struct Guard {
    now: Time,
    at_once: u32,
    actions: u32,
    /// Timers in a row that left another one that was due already.
    overdue: u32,
    progress: Time,
    requests: u32,
    idle: u32,
    stuck: Duration,
    /// The most bytes that were there, and of which version of the file.
    best: (u64, Version),
    events: u64,
    reports: u64,
}

impl Guard {
    pub(super) fn new(now: Time, stuck: Duration) -> Self {
        Self {
            now,
            at_once: 0,
            actions: 0,
            overdue: 0,
            progress: now,
            requests: 0,
            idle: 0,
            stuck,
            best: (0, 0),
            events: 0,
            reports: 0,
        }
    }

    pub(super) fn events(&self) -> u64 {
        self.events
    }

    pub(super) fn event(&mut self, now: Time) {
        self.events += 1;
        self.actions = 0;
        self.at_once = if now > self.now { 0 } else { self.at_once + 1 };
        self.now = now;
        assert!(
            self.at_once < AT_ONCE,
            "events without end, and no time passes"
        );
        assert!(self.events < EVENTS, "no end in sight");
    }

    pub(super) fn action(&mut self) {
        self.actions += 1;
        assert!(self.actions < ACTIONS, "actions without end");
    }

    pub(super) fn woken(&mut self, next: Option<Time>) {
        let overdue = next.is_some_and(|next| next <= self.now);
        self.overdue = if overdue { self.overdue + 1 } else { 0 };
        assert!(self.overdue < 100, "a timer is due for ever");
    }

    /// Something has happened from outside: all is to be judged anew.
    pub(super) fn start(&mut self, now: Time) {
        self.progress = now;
        self.requests = 0;
        self.idle = 0;
        self.best.0 = 0;
    }

    pub(super) fn commit(&mut self, changes: bool) {
        self.idle = if changes { 0 } else { self.idle + 1 };
        assert!(self.idle < IDLE, "orders to save what is saved already");
    }

    /// Bytes that are fetched again are no progress, unless they are another file's.
    pub(super) fn written(&mut self, bytes: u64, version: Version) {
        if bytes > self.best.0 || version != self.best.1 {
            self.best = (bytes, version);
            self.progress = self.now;
            self.requests = 0;
        }
    }

    pub(super) fn request(&mut self) {
        self.requests += 1;
        assert!(
            self.requests < REQUESTS,
            "requests without end, and nothing comes of them"
        );
    }
}

impl World {
    pub(super) fn check(&mut self) {
        let is_asked = |planned: &Planned| matches!(planned, Planned::Refreshed(_));
        // The caller takes as long as it takes.
        if self.machine.state() == State::Waiting && !self.agenda.iter().any(is_asked) {
            let timer = self.machine.poll_timeout(self.now);
            assert!(
                timer.is_some_and(|timer| timer <= self.now + WAIT),
                "waits for longer than it may: {timer:?}"
            );
        }
        // The driver closes the store then, and what was not saved is gone.
        if self.machine.state() == State::Failed && self.machine.is_at_rest() {
            self.store.reload();
        }
        let paused = self.machine.state() == State::Paused && !self.is_storing();
        assert!(
            !paused || self.store.held() == 0,
            "paused, and {} bytes are not saved",
            self.store.held()
        );
        let sources = self.network.sources();
        let each = self.options.connections.unwrap_or(CONNECTIONS);
        for source in 0..sources {
            let open = self.network.open_requests_to(source);
            assert!(
                open <= each,
                "{open} connections to source {source}, and {each} are allowed"
            );
        }
        let most = self.options.connections.unwrap_or(CONNECTIONS * sources);
        let open = self.network.open_requests();
        assert!(open <= most, "{open} connections, and {most} are allowed");
        let held = self.store.held();
        assert!(
            held <= self.tier.policy().most_unsaved(most),
            "{held} bytes at risk with {most} connections"
        );
        if !self.network.is_up() || !self.is_running() || self.is_storing() {
            self.guard.progress = self.now;
        }
        assert!(
            self.now <= self.guard.progress + self.guard.stuck,
            "stuck: nothing keeps it from going on"
        );
    }

    /// What the page shows adds up. Looked at now and then: it is the same code each time.
    pub(super) fn check_report(&mut self) {
        self.guard.reports += 1;
        if self.guard.reports % 8 != 1 {
            return;
        }
        let snapshot = self.machine.snapshot(self.now);
        let mut end = 0;
        let mut received = 0;
        // A connection that has lost all of its piece is about to be closed.
        let segments = snapshot.segments.iter();
        for segment in segments.filter(|segment| segment.start < segment.end) {
            assert!(
                segment.start >= end && segment.end >= segment.start,
                "segments overlap: {:?}",
                snapshot.segments
            );
            assert!(
                segment.received <= segment.end - segment.start,
                "a segment has more than its length: {segment:?}"
            );
            end = segment.end;
            received += segment.received;
        }
        assert_eq!(received, snapshot.received, "segments do not add up");
        assert!(snapshot.size.is_none_or(|size| received <= size));
        assert!(snapshot.bytes_per_second.is_finite() && snapshot.bytes_per_second >= 0.0);
    }

    /// Nothing is under way: no request, no order, no timer.
    pub(super) fn is_quiet(&self) -> bool {
        !self.is_running()
            && self.machine.is_at_rest()
            && !self
                .agenda
                .iter()
                .any(|planned| planned.is_of_this_life() && !matches!(planned, Planned::Late(_)))
    }

    /// What a failure says must have happened.
    pub(super) fn justify(&self, error: &Error) {
        let ledger = &self.network.ledger;
        if let Err(why) = ledger.justify_with(&self.network.mirrors, error) {
            panic!("{error:?} is not justified: {why}; {ledger:?}");
        }
    }

    /// Whether the run has come to its end; if the download only rests, the user goes on.
    pub(super) fn is_over(&mut self) -> bool {
        let state = self.machine.state();
        let broken = state == State::Failed && !self.is_storing();
        if !self.is_quiet() && !broken {
            return false;
        }
        self.check_rest();
        match state {
            State::Complete => {
                self.check_file();
                true
            }
            State::Removed => {
                assert!(
                    self.store.is_empty(),
                    "something is left of a removed download"
                );
                true
            }
            // One that is inherited was justified when it was recorded, and is tried again.
            State::Failed if !self.inherited => {
                let error = self.machine.snapshot(self.now).error;
                let Some(error) = error else {
                    panic!("a failure without an error");
                };
                self.justify(&error);
                if let Error::Integrity { actual, piece, .. } = &error {
                    let stored = self.digest_of_stored(piece.as_ref());
                    assert_eq!(stored.as_ref(), Some(actual), "it was hashed wrongly");
                }
                let again = self.patience > 0 && error.is_retryable();
                if again && !self.will_resume() {
                    self.patience -= 1;
                    self.note(|| format!("{error:?}, and the user tries again"));
                    self.command_after(2.0, Command::Resume);
                }
                !again
            }
            _ => {
                if !self.will_resume() {
                    self.command_after(1.0, Command::Resume);
                }
                false
            }
        }
    }

    fn will_resume(&self) -> bool {
        self.agenda.iter().any(|planned| {
            matches!(
                planned,
                Planned::Happening(
                    Happening::Command(Command::Resume | Command::Remove) | Happening::Kill
                )
            )
        })
    }

    fn check_rest(&self) {
        assert_eq!(self.network.open_requests(), 0, "requests are left at rest");
        assert!(!self.is_storing(), "an order is left at rest");
        assert_eq!(
            self.machine.poll_timeout(self.now),
            None,
            "a timer is left at rest"
        );
    }

    /// Of a piece, or of the whole file.
    fn digest_of_stored(&self, piece: Option<&Range<u64>>) -> Option<Digest> {
        let size = self.machine.snapshot(self.now).size?;
        let bytes = self.store.bytes(piece.unwrap_or(&(0..size)))?;
        Some(tags::digest_of(&bytes))
    }

    fn check_promises(&self) {
        if let Some(promised) = &self.options.digest {
            let stored = self.digest_of_stored(None);
            assert_eq!(stored.as_ref(), Some(promised), "the promise was not kept");
            return;
        }
        let mut at = 0;
        while let Some((piece, promised)) = self.options.pieces.as_ref().and_then(|p| p.at(at)) {
            let stored = self.digest_of_stored(Some(&piece));
            assert_eq!(
                stored.as_ref(),
                Some(promised),
                "{piece:?} is not as promised"
            );
            at = piece.end;
        }
    }

    fn check_file(&mut self) {
        self.check_promises();
        let snapshot = self.machine.snapshot(self.now);
        let Some(size) = snapshot.size else {
            panic!("a complete file without a size");
        };
        let version = self.store.version(&(0..size));
        assert!(
            version.is_some() || size == 0,
            "of {size} bytes are stored: {:?}",
            self.store.stored()
        );
        assert!(
            self.network.is_genuine(size, version),
            "version {version:?} of {size} bytes is no file of these sources"
        );
        let record = self.store.record();
        assert!(
            record.is_some_and(|record| record.is_complete()),
            "the record of a complete file is not of one"
        );
    }
}
