//! What the outside sees of a download, and how often.

use std::time::Duration;

use super::connection::Stage;
use super::{Action, Download, Phase, Stop};
use crate::core::Time;
use crate::core::error::Error;
use crate::core::filename;

/// At most ten reports a second, besides those of a new state.
const REPORT_EVERY: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Connecting,
    Downloading,
    /// For the network, or for the time a server asked for.
    Waiting,
    Paused,
    Complete,
    Failed,
    Removed,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Downloading => "downloading",
            Self::Waiting => "waiting",
            Self::Paused => "paused",
            Self::Complete => "complete",
            Self::Failed => "failed",
            Self::Removed => "removed",
        }
    }
}

/// A stretch of the file: `received` bytes from `start` on are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub start: u64,
    /// The offset after the last byte; the size so far where the size is not known.
    pub end: u64,
    pub received: u64,
    pub active: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub state: State,
    pub url: String,
    pub filename: String,
    pub media_type: String,
    pub size: Option<u64>,
    /// The validators of the file, as sent.
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub interrupted: bool,
    /// Why it starts from the first byte after an interruption, if it does.
    pub unresumable: Option<&'static str>,
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
    at: Time,
}

impl Download {
    pub fn state(&self) -> State {
        match &self.phase {
            Phase::Paused => State::Paused,
            Phase::Running if self.connections.is_empty() && self.is_held_up() => State::Waiting,
            Phase::Running | Phase::Stopping(_) if !self.answered => State::Connecting,
            // Bytes are still being saved: neither at rest nor over yet.
            Phase::Running | Phase::Stopping(Stop::Pause | Stop::Finish) => State::Downloading,
            Phase::Stopping(Stop::Fail(_)) => State::Downloading,
            Phase::Removing => State::Paused,
            Phase::Complete => State::Complete,
            Phase::Failed(_) | Phase::Unreadable(_) => State::Failed,
            Phase::Removed => State::Removed,
        }
    }

    fn is_held_up(&self) -> bool {
        self.gate.is_some()
    }

    pub fn snapshot(&self, now: Time) -> Snapshot {
        let size = self.identity.size.or(self.announced);
        let received = self.written.len();
        let state = self.state();
        let rate = match state {
            State::Downloading => self.meter.bytes_per_second(now),
            _ => 0.0,
        };
        let left = size.map(|size| size.saturating_sub(received) as f64);
        Snapshot {
            state,
            url: self.url.clone(),
            filename: self.name(),
            media_type: self.media_type().to_owned(),
            size,
            etag: self.identity.etag.as_ref().map(ToString::to_string),
            last_modified: self.identity.last_modified.clone(),
            interrupted: self.interrupted,
            unresumable: self.unresumable.map(|why| why.as_str()),
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

    pub fn media_type(&self) -> &str {
        self.media_type
            .as_deref()
            .unwrap_or("application/octet-stream")
    }

    /// The size, once every byte is durable.
    pub fn complete_size(&self) -> Option<u64> {
        self.identity
            .size
            .filter(|_| matches!(self.phase, Phase::Complete))
    }

    fn name(&self) -> String {
        match (&self.options.filename, &self.filename) {
            (Some(wanted), _) => filename::sanitize(wanted),
            (None, Some(sent)) => sent.clone(),
            (None, None) => filename::from_url(&self.url),
        }
    }

    fn segments(&self) -> Vec<Segment> {
        let mut at_rest = self.written.clone();
        let mut segments = Vec::new();
        for connection in self.connections.iter().filter(|c| c.stage == Stage::Body) {
            let piece = &connection.piece;
            at_rest.remove(piece);
            segments.push(Segment {
                start: piece.start,
                end: match piece.end {
                    u64::MAX => self.announced.unwrap_or(connection.position),
                    end => end,
                },
                received: connection.delivered(),
                active: true,
            });
        }
        segments.extend(at_rest.iter().map(|range| Segment {
            start: range.start,
            end: range.end,
            received: range.end - range.start,
            active: false,
        }));
        segments.sort_by_key(|segment| segment.start);
        segments
    }

    /// When a report is owed for progress alone.
    pub(super) fn report_due(&self) -> Option<Time> {
        let seen = (self.reporting.received, self.reporting.connections);
        let news = seen != (self.written.len(), self.connections.len());
        news.then_some(self.reporting.at + REPORT_EVERY)
    }

    pub(super) fn report(&mut self, now: Time) {
        let state = Some(self.state());
        let due = self.report_due().is_some_and(|due| due <= now);
        if due || state != self.reporting.state {
            self.reporting = Reporting {
                state,
                received: self.written.len(),
                connections: self.connections.len(),
                at: now,
            };
            self.actions.push_back(Action::Report);
        }
    }
}
