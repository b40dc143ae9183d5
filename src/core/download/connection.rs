//! One request under way: what was asked, what of it is wanted, and how far it has come.

use std::ops::Range;
use std::time::Duration;

use super::action::{ConnectionId, SourceIndex};
use crate::core::Time;
use crate::core::rate::Meter;
use crate::core::schedule::Work;

/// Without an answer for this long, a request is given up: a busy server, or a queue in the
/// browser, may keep it waiting.
const ANSWER: Duration = Duration::from_secs(30);

/// Without a byte for this long, a body is given up.
const SILENCE: Duration = Duration::from_secs(15);

/// The same while other connections have nothing to do: a fresh request is then the better bet.
const SILENCE_WITH_SPARE: Duration = Duration::from_secs(3);

/// A rate measured for less than this says little.
const YOUNG: Duration = Duration::from_millis(300);

/// The seconds over which a connection's rate is taken.
const SPAN: f64 = 2.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Asked, not answered.
    Opening,
    /// Its first bytes are being compared with stored ones.
    Checking,
    /// Its bytes are the file's.
    Body,
}

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) id: ConnectionId,
    pub(super) source: SourceIndex,
    pub(super) stage: Stage,
    /// What the request asked for, the check included.
    pub(super) asked: Range<u64>,
    /// What is wanted of it. The end moves: back when another connection takes over the far part,
    /// on when the body runs on into bytes nobody fetches.
    pub(super) piece: Range<u64>,
    /// The offset of the next byte to arrive.
    pub(super) position: u64,
    /// Stored bytes before the piece, asked for again because nothing else proves that the
    /// remote file is still the same.
    pub(super) check: Option<Range<u64>>,
    /// The part its bytes go to.
    pub(super) part: Option<u64>,
    /// How much it was last told to read, until the bytes are there.
    pub(super) reading: Option<u64>,
    /// The round of `Retry` it was opened in.
    pub(super) round: u32,
    pub(super) opened: Time,
    heard: Time,
    meter: Meter,
}

impl Connection {
    pub(super) fn new(
        id: ConnectionId,
        source: SourceIndex,
        piece: Range<u64>,
        check: Option<Range<u64>>,
        round: u32,
        now: Time,
    ) -> Self {
        let from = check.as_ref().map_or(piece.start, |check| check.start);
        Self {
            id,
            source,
            stage: Stage::Opening,
            asked: from..piece.end,
            position: piece.start,
            piece,
            check,
            part: None,
            reading: None,
            round,
            opened: now,
            heard: now,
            meter: Meter::new(now, SPAN),
        }
    }

    pub(super) fn answered(&mut self, now: Time) {
        self.heard = now;
        self.meter = Meter::new(now, SPAN);
    }

    pub(super) fn received(&mut self, now: Time, len: u64) {
        self.position += len;
        self.meter.record(now, len);
        self.heard = now;
    }

    /// A read was granted: silence counts from now on, not from when the store was busy.
    pub(super) fn read(&mut self, now: Time, limit: u64) {
        self.reading = Some(limit);
        self.heard = self.heard.max(now);
    }

    pub(super) fn left(&self) -> Range<u64> {
        self.position..self.piece.end
    }

    /// How many bytes of the file it has brought.
    pub(super) fn delivered(&self) -> u64 {
        self.position - self.piece.start
    }

    /// When it is to be given up, unless something comes. `None` while it waits for the store.
    pub(super) fn deadline(&self, spare: bool) -> Option<Time> {
        match self.stage {
            Stage::Opening => Some(self.heard + ANSWER),
            Stage::Body if self.reading.is_none() => None,
            Stage::Body if spare => Some(self.heard + SILENCE_WITH_SPARE),
            Stage::Checking | Stage::Body => Some(self.heard + SILENCE),
        }
    }

    pub(super) fn work(&self, now: Time) -> Work {
        let old_enough = self.stage == Stage::Body && now >= self.opened + YOUNG;
        Work {
            left: self.left(),
            rate: old_enough.then(|| self.meter.bytes_per_second(now)),
        }
    }
}
