//! What the outside sees of a download, and how often.

use std::time::Duration;

use super::connection::{Connection, Stage};
use super::failing::UNREADABLE;
use super::phase::{Phase, Stop};
use super::source::Source;
use super::{Action, Download, SourceIndex};
use crate::core::Time;
use crate::core::error::{Barrier, Error};
use crate::core::filename;
use crate::core::ranges::OPEN;
use crate::core::tier::Tier;

/// At most ten reports a second, besides those of a new state.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// While nothing comes, until the rate that was told last is seen to be over.
const REPORT_SILENCE_EVERY: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Connecting,
    Downloading,
    /// For the network, or for the time a server asked for.
    Waiting,
    Paused,
    /// The stored bytes are being compared with the file's digest.
    Verifying,
    Complete,
    Failed,
    Removed,
}

impl State {
    const ALL: [Self; 8] = [
        Self::Connecting,
        Self::Downloading,
        Self::Waiting,
        Self::Paused,
        Self::Verifying,
        Self::Complete,
        Self::Failed,
        Self::Removed,
    ];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Downloading => "downloading",
            Self::Waiting => "waiting",
            Self::Paused => "paused",
            Self::Verifying => "verifying",
            Self::Complete => "complete",
            Self::Failed => "failed",
            Self::Removed => "removed",
        }
    }

    /// Nothing happens to it unless somebody wants it.
    pub fn is_at_rest(self) -> bool {
        matches!(
            self,
            Self::Paused | Self::Complete | Self::Failed | Self::Removed
        )
    }
}

/// A stretch of the file: `received` bytes from `start` on are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub start: u64,
    /// The offset after the last byte; the size so far where the size is not known.
    pub end: u64,
    pub received: u64,
    /// Where it comes from; `None` for bytes at rest, which may be from several sources.
    pub source: Option<SourceIndex>,
    pub active: bool,
}

/// What a download waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// When the next request is sent, at the latest; `None` while the caller is asked for an
    /// address.
    pub until: Option<Time>,
    /// What failed last, unless a server asked to be left alone without failing.
    pub failure: Option<Error>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub state: State,
    /// In that state alone.
    pub waiting: Option<Waiting>,
    pub url: String,
    pub filename: String,
    pub media_type: String,
    pub size: Option<u64>,
    /// The validators of the file, as sent.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub interrupted: bool,
    /// The error is that of an earlier page.
    pub failed_before: bool,
    /// The error is why it could not be removed.
    pub unremoved: bool,
    /// Why it starts from the first byte after an interruption, if it does.
    pub unresumable: Option<&'static str>,
    pub tier: Tier,
    /// When it was first asked for, in milliseconds since the Unix epoch.
    pub created: u64,
    pub received: u64,
    pub bytes_per_second: f64,
    pub seconds_left: Option<f64>,
    pub connections: usize,
    pub segments: Vec<Segment>,
    pub error: Option<Error>,
}

#[derive(Debug, Default)]
pub(super) struct Reporting {
    state: Option<State>,
    received: u64,
    connections: usize,
    /// Bytes per second.
    rate: f64,
    at: Time,
}

impl Download {
    pub fn state(&self) -> State {
        match &self.phase {
            Phase::Paused => State::Paused,
            Phase::Running if self.connections.is_empty() && self.is_held_up() => State::Waiting,
            Phase::Stopping(Stop::Finish) if self.verified.is_some() => State::Verifying,
            Phase::Stopping(Stop::Fail(Error::Integrity { .. })) => State::Verifying,
            Phase::Running | Phase::Stopping(_)
                if !self.sources.list.iter().any(|s| s.answered) =>
            {
                State::Connecting
            }
            // Bytes are still being saved: neither at rest nor over yet.
            Phase::Running | Phase::Stopping(Stop::Pause | Stop::Finish) => State::Downloading,
            Phase::Stopping(Stop::Fail(_)) => State::Downloading,
            Phase::Removing => State::Paused,
            Phase::Verifying(_) => State::Verifying,
            Phase::Complete => State::Complete,
            Phase::Failed(_) | Phase::Unreadable(_) => State::Failed,
            Phase::Removed => State::Removed,
        }
    }

    /// Others may be ready that cannot be asked before it.
    fn is_held_up(&self) -> bool {
        let held_up = |s: &Source| s.gate.is_some() || s.refreshing.is_some();
        self.sources.alive().any(held_up)
    }

    /// For the source that is asked next.
    fn waiting(&self) -> Option<Waiting> {
        let until = |source: &&Source| source.gate.map_or(Time::MAX, |gate| gate.until);
        let next = self.sources.alive().min_by_key(until)?;
        Some(Waiting {
            until: next.gate.map(|gate| gate.until),
            failure: match next.refreshing {
                Some(UNREADABLE) => Some(Error::Blocked(Barrier::Cors)),
                Some(status) => Some(Error::Http { status }),
                None => next.failure.clone(),
            },
        })
    }

    pub fn snapshot(&self, now: Time) -> Snapshot {
        let size = self.file.identity.size.or(self.announced());
        let received = self.written.len();
        let state = self.state();
        let rate = self.rate_in(now, state);
        let left = size.map(|size| size.saturating_sub(received) as f64);
        Snapshot {
            state,
            waiting: match state {
                State::Waiting => self.waiting(),
                _ => None,
            },
            url: self.url.clone(),
            filename: self.name(),
            media_type: self.media_type().to_owned(),
            size,
            etag: self.file.identity.etag.as_ref().map(ToString::to_string),
            last_modified: self.file.identity.last_modified.clone(),
            interrupted: self.interrupted,
            failed_before: self.failed_before,
            unremoved: self.unremoved && matches!(self.phase, Phase::Failed(_)),
            unresumable: self.why_unresumable(),
            tier: self.tier,
            created: self.created,
            received,
            bytes_per_second: rate,
            seconds_left: left.filter(|_| rate >= 1.0).map(|left| left / rate),
            connections: self.connections.len(),
            segments: self.segments(),
            error: match &self.phase {
                Phase::Failed(error) | Phase::Unreadable(error) => Some(error.clone()),
                Phase::Removed => Some(Error::Removed),
                _ => None,
            },
        }
    }

    /// The size that a stream announces.
    pub(super) fn announced(&self) -> Option<u64> {
        self.stream.as_ref()?.announced
    }

    fn rate_in(&self, now: Time, state: State) -> f64 {
        match state {
            State::Downloading => self.meter.bytes_per_second(now),
            _ => 0.0,
        }
    }

    fn why_unresumable(&self) -> Option<&'static str> {
        let volatile = self.tier == Tier::Memory;
        let stream = self.stream.as_ref().map(|stream| stream.why);
        let why = stream.or(self.last_stream).map(|why| why.as_str());
        why.or(volatile.then_some("its bytes are only in the memory of this page"))
    }

    pub fn media_type(&self) -> &str {
        self.media_type
            .as_deref()
            .unwrap_or("application/octet-stream")
    }

    /// The size, once every byte is durable.
    pub fn complete_size(&self) -> Option<u64> {
        self.file
            .identity
            .size
            .filter(|_| matches!(self.phase, Phase::Complete))
    }

    fn name(&self) -> String {
        match (&self.options.filename, &self.filename) {
            (None, Some(sent)) => sent.clone(),
            (wanted, _) => filename::or_from_url(wanted.as_deref(), &self.url),
        }
    }

    fn segments(&self) -> Vec<Segment> {
        let mut at_rest = self.written.clone();
        let mut segments = Vec::new();
        let bodies = self.connections.iter().filter(|c| c.stage == Stage::Body);
        for connection in bodies.filter(|c| !self.is_behind_its_twin(c)) {
            let mut piece = connection.piece.clone();
            if let Some(twin) = connection.twin.and_then(|twin| self.find(twin)) {
                piece.start = piece.start.min(twin.piece.start);
            }
            at_rest.remove(&piece);
            let received = self
                .written
                .intersection(&[piece.clone()].into_iter().collect());
            segments.push(Segment {
                start: piece.start,
                end: match piece.end {
                    OPEN => self.announced().unwrap_or(connection.position),
                    end => end,
                },
                received: received.len(),
                source: Some(connection.source),
                active: true,
            });
        }
        segments.extend(at_rest.iter().map(|range| Segment {
            start: range.start,
            end: range.end,
            received: range.end - range.start,
            source: None,
            active: false,
        }));
        let mut ordered: Vec<Segment> = Vec::new();
        for segment in segments {
            let at = ordered.partition_point(|other| other.start <= segment.start);
            ordered.insert(at, segment);
        }
        ordered
    }

    /// Two that fetch the same bytes are shown as the one that is further.
    fn is_behind_its_twin(&self, connection: &Connection) -> bool {
        let twin = connection.twin.and_then(|twin| self.find(twin));
        let twin = twin.filter(|twin| twin.stage == Stage::Body);
        twin.is_some_and(|twin| (twin.position, twin.id) > (connection.position, connection.id))
    }

    /// When a report is owed for progress alone.
    pub(super) fn report_due(&self) -> Option<Time> {
        let seen = (self.reporting.received, self.reporting.connections);
        let news = seen != (self.written.len(), self.connections.len());
        let active = matches!(self.phase, Phase::Running | Phase::Stopping(_));
        let wait = match news {
            true => REPORT_EVERY,
            // It is news, too, that nothing comes.
            false if self.reporting.rate >= 1.0 => REPORT_SILENCE_EVERY,
            false => return None,
        };
        active.then_some(self.reporting.at + wait)
    }

    pub(super) fn report(&mut self, now: Time) {
        if matches!(self.phase, Phase::Removing) {
            // Until it is gone, or cannot be removed: and that is news in any case.
            self.reporting.state = None;
            return;
        }
        let state = Some(self.state());
        let due = self.report_due().is_some_and(|due| due <= now);
        if due || state != self.reporting.state {
            self.reporting = Reporting {
                state,
                received: self.written.len(),
                connections: self.connections.len(),
                rate: self.rate_in(now, self.state()),
                at: now,
            };
            self.actions.push_back(Action::Report);
        }
    }
}
