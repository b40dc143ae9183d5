//! One request under way: what was asked, what of it is wanted, how far it has come, and when it
//! is given up.

use std::ops::Range;
use std::time::Duration;

use super::action::{ConnectionId, SourceIndex};
use crate::core::Time;
use crate::core::rate::Meter;
use crate::core::resource::Identity;
use crate::core::schedule::Work;

/// Without an answer for this long, a request is given up at first: a busy server, or a queue in
/// the browser, may keep it waiting.
pub(super) const ANSWER: Duration = Duration::from_secs(30);

/// The same for a request of low priority: perhaps others are sent again and again before it.
const ANSWER_TO_LOW: Duration = Duration::from_secs(5);

/// The least of that while other connections bring bytes: what keeps it waiting is not the way.
/// And all of it while nobody has answered yet and another source could be asked.
pub(super) const ANSWER_AMONG_PEERS: Duration = Duration::from_secs(10);

/// Without a byte for this long, a body is given up.
const SILENCE: Duration = Duration::from_secs(10);

/// The same for a body that cannot be resumed, where giving up costs everything, and for a
/// comparison, which says nothing until all of it has come.
const LONG_SILENCE: Duration = Duration::from_secs(60);

/// The least of that while other connections bring bytes: a fresh request is the better bet.
const SILENCE_AMONG_PEERS: Duration = Duration::from_millis(1500);

/// Longer than so many of its usual gaps, a connection is silent.
const GAPS: u32 = 8;

/// A rate measured for less than this says little.
pub(super) const YOUNG: Duration = Duration::from_millis(300);

/// A connection that brings less than this share of what its peers do, for so long, is slow by
/// itself: another one may go another way.
const LAG: f64 = 1.0 / 3.0;
const LAGGING: Duration = Duration::from_secs(1);

/// Browsers hand bytes over in buffers of so many. Where a whole number of them is full in each of
/// so many reads in a row, more lies ready: what comes over a network is of any length.
const FULL: u64 = 64 << 10;
const BACKLOG: u32 = 16;

/// What comes this soon is not waited for long.
const AT_ONCE: Duration = Duration::from_millis(50);

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
    /// All that was promised has come: is that the end?
    Ending,
}

/// What an answer says of a size that is only presumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Nothing,
    /// The file ends where this body does, which may be too soon.
    Presumes,
    /// The file is as long as was presumed.
    Confirms,
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
    /// The file as its answer describes it.
    pub(super) remote: Identity,
    /// What its answer is worth to a size that is only presumed.
    pub(super) word: Word,
    /// The part its bytes go to.
    pub(super) part: Option<u64>,
    /// How much it was last told to read, until the bytes are there.
    pub(super) reading: Option<u64>,
    /// It is to end soon, for the sake of what else is wanted of its host.
    pub(super) brief: bool,
    /// And that goes before it.
    pub(super) low: bool,
    /// Another connection that fetches the same bytes.
    pub(super) twin: Option<ConnectionId>,
    /// It takes the place of one that was slow, and is to show whether that was worth it.
    pub(super) replaces: bool,
    /// The round of `Retry` it was opened in.
    pub(super) round: u32,
    pub(super) opened: Time,
    pub(super) heard: Time,
    answered: Time,
    /// How long it usually is between two chunks.
    gap: Option<Duration>,
    /// How many of the last reads have brought as much as there may be in one.
    full: u32,
    meter: Meter,
}

/// What a connection's silence is measured by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings {
    /// When any connection last brought bytes.
    pub(super) heard: Time,
    /// What a request costs before its first byte.
    pub(super) setup: Duration,
    /// How long an answer is waited for.
    pub(super) patience: Duration,
    /// Nothing can be fetched a second time.
    pub(super) stream: bool,
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
            remote: Identity::default(),
            word: Word::Nothing,
            part: None,
            reading: None,
            brief: false,
            low: false,
            twin: None,
            replaces: false,
            round,
            opened: now,
            heard: now,
            answered: now,
            gap: None,
            full: 0,
            meter: Meter::new(now, SPAN),
        }
    }

    pub(super) fn answered(&mut self, now: Time) {
        self.heard = now;
        self.answered = now;
        self.meter = Meter::new(now, SPAN);
    }

    /// `len` bytes have come, the next ones of the body.
    pub(super) fn received(&mut self, now: Time, len: u64) {
        self.reading = None;
        let is_full = len > 0 && len.is_multiple_of(FULL);
        self.full = if is_full { self.full + 1 } else { 0 };
        self.position += len;
        self.meter.record(now, len);
        let gap = now.saturating_sub(self.heard);
        self.gap = Some(self.gap.map_or(gap, |usual| (usual * 7 + gap) / 8));
        self.heard = now;
    }

    /// A read was granted: silence counts from now on, not from when the store was busy.
    pub(super) fn read(&mut self, now: Time, limit: u64) {
        self.reading = Some(limit);
        self.heard = self.heard.max(now);
    }

    /// Its bytes come faster than they are read.
    pub(super) fn is_outpaced(&self) -> bool {
        self.full >= BACKLOG
    }

    /// More lies ready, or comes so soon that it can be waited for and handed over in one.
    pub(super) fn has_more_at_once(&self) -> bool {
        self.is_outpaced() && self.gap.is_some_and(|gap| gap < AT_ONCE)
    }

    pub(super) fn left(&self) -> Range<u64> {
        self.position..self.piece.end.max(self.position)
    }

    /// How many bytes of the file it has brought.
    pub(super) fn delivered(&self) -> u64 {
        self.position - self.piece.start
    }

    /// It waits for the network and not for the store.
    pub(super) fn is_listening(&self) -> bool {
        self.stage != Stage::Body || self.reading.is_some()
    }

    /// Others have brought bytes since this one was last heard of.
    pub(super) fn is_outrun(&self, around: Surroundings) -> bool {
        around.heard > self.heard
    }

    /// When it is to be given up, unless something comes. `None` while it waits for the store.
    pub(super) fn deadline(&self, around: Surroundings) -> Option<Time> {
        let usual = self.gap.map_or(SILENCE, |gap| gap * GAPS);
        let patience = match self.stage {
            _ if !self.is_listening() => return None,
            Stage::Opening if self.low => ANSWER_TO_LOW.max(around.setup * 6),
            Stage::Opening if self.is_outrun(around) => ANSWER_AMONG_PEERS.max(around.setup * 6),
            Stage::Opening => around.patience,
            Stage::Checking => LONG_SILENCE * 2,
            Stage::Body if around.stream => LONG_SILENCE,
            Stage::Body if self.is_outrun(around) => usual
                .max(SILENCE_AMONG_PEERS)
                .max(around.setup * 2)
                .min(SILENCE),
            Stage::Body | Stage::Ending => SILENCE,
        };
        Some(self.heard + patience)
    }

    /// Bytes per second, once there is something to tell.
    pub(super) fn rate(&self, now: Time) -> Option<f64> {
        let telling = self.stage == Stage::Body && now >= self.answered + YOUNG;
        telling.then(|| self.meter.bytes_per_second(now))
    }

    /// Whether it brings far less than its peers do; `None` while it is too soon to tell.
    pub(super) fn lags(&self, now: Time, peers: f64, setup: Duration) -> Option<bool> {
        // On a long way it has not come up to speed before.
        let begun = self.answered + LAGGING.max(setup * 4);
        let rate = self.rate(now).filter(|_| now >= begun);
        rate.map(|rate| rate < LAG * peers)
    }

    /// What it has left takes it longer than it takes to tell how fast another one is.
    pub(super) fn has_long_to_go(&self, now: Time, setup: Duration) -> bool {
        let left = self.left().end - self.position;
        let worthwhile = LAGGING.as_secs_f64() + 4.0 * setup.as_secs_f64();
        let rate = self.rate(now).unwrap_or_default();
        left as f64 > worthwhile * rate
    }

    pub(super) fn work(&self, now: Time, setup: Duration) -> Work {
        // One that is not answered in time counts as one that brings nothing.
        let late = self.stage == Stage::Opening && now > self.opened + YOUNG.max(setup * 4);
        Work {
            left: self.left(),
            rate: self.rate(now).or(late.then_some(0.0)),
            shared: self.twin.is_some(),
        }
    }
}
