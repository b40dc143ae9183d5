//! One request on its way through the browser and the network.

use std::ops::Range;

use rangeload::core::Time;
use rangeload::core::download::ConnectionId;
use rangeload::core::response::Head;

use crate::site::Ending;
use crate::tags::{GARBAGE, Version};

/// How many bytes the browser takes in before anyone reads them.
pub(super) const BUFFER: f64 = (4 << 20) as f64;

/// What the browser hands over of bytes that lay ready is a whole number of such buffers.
const FULL: u64 = 64 << 10;

/// A TCP segment on Ethernet: what comes over a network comes in whole ones.
const SEGMENT: u64 = 1460;

/// Ten segments make the first window (RFC 6928).
pub(super) const FIRST_WINDOW: f64 = 10.0 * SEGMENT as f64;

#[derive(Debug)]
pub(super) enum Stage {
    /// In the browser's queue.
    Queued,
    /// Its head arrives, or the failure to get one.
    Sent {
        at: Time,
        head: Result<Box<Head>, &'static str>,
    },
    Body,
    /// It has ended, and the machine has been told.
    Over,
}

/// Bytes that were asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) limit: u64,
    /// Fewer are not handed over before the body ends.
    pub(super) least: u64,
    /// All of them at once, or none.
    pub(super) exactly: bool,
    pub(super) since: Time,
}

/// Bytes handed over: where in the file they are from.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    pub(crate) bytes: Range<u64>,
    /// The end of those that are the file's.
    pub(crate) genuine: u64,
    pub(crate) version: Version,
}

#[derive(Debug)]
pub(super) struct Wire {
    pub(super) id: ConnectionId,
    pub(super) path: usize,
    pub(super) asked: Range<u64>,
    /// Sent without Range.
    pub(super) plain: bool,
    pub(super) stage: Stage,
    pub(super) lane: usize,
    /// The most it brings, by itself.
    pub(super) cap: f64,
    /// What TCP lets it bring so far, and when that doubles.
    pub(super) window: f64,
    pub(super) grows: Time,
    /// What it brings now.
    pub(super) rate: f64,
    pub(super) start: u64,
    pub(super) sends: u64,
    pub(super) genuine: u64,
    pub(super) version: Version,
    pub(super) ending: Ending,
    pub(super) arrived: f64,
    pub(super) taken: u64,
    pub(super) wanted: Option<Wanted>,
    pub(super) chunk: Option<Chunk>,
    /// Gone without a word: nothing will ever come.
    pub(super) dead: bool,
    pub(super) broken: bool,
}

impl Wire {
    pub(super) fn new(id: ConnectionId, path: usize, asked: Range<u64>, plain: bool) -> Self {
        Self {
            id,
            path,
            asked,
            plain,
            stage: Stage::Queued,
            lane: 0,
            cap: 0.0,
            window: f64::INFINITY,
            grows: Time::MAX,
            rate: 0.0,
            start: 0,
            sends: 0,
            genuine: 0,
            version: GARBAGE,
            ending: Ending::Whole,
            arrived: 0.0,
            taken: 0,
            wanted: None,
            chunk: None,
            dead: false,
            broken: false,
        }
    }

    /// Takes one of the requests the browser has under way.
    pub(super) fn occupies(&self) -> bool {
        match self.stage {
            Stage::Queued | Stage::Over => false,
            Stage::Sent { .. } => true,
            Stage::Body => !self.is_whole(),
        }
    }

    /// Its last byte is in the browser: the connection can carry another request.
    pub(super) fn is_whole(&self) -> bool {
        let body = matches!(self.stage, Stage::Body | Stage::Over);
        body && !self.broken && self.ending == Ending::Whole && self.has_all()
    }

    pub(super) fn has_all(&self) -> bool {
        self.arrived >= self.sends as f64
    }

    pub(super) fn flows(&self) -> bool {
        matches!(self.stage, Stage::Body)
            && !self.dead
            && !self.broken
            && !self.has_all()
            && self.arrived < self.full()
    }

    /// How much may arrive until somebody reads.
    fn full(&self) -> f64 {
        self.taken as f64 + BUFFER
    }

    /// Time passes; whether it stopped flowing.
    pub(super) fn flow(&mut self, seconds: f64) -> bool {
        if !self.flows() {
            return false;
        }
        let end = self.full().min(self.sends as f64);
        self.arrived += self.rate * seconds;
        // What is missing of the last byte is the rounding of a nanosecond.
        if self.arrived > end - 0.5 {
            self.arrived = end;
        }
        !self.flows()
    }

    /// Seconds until it stops flowing by itself.
    pub(super) fn stops_in(&self) -> Option<f64> {
        let end = self.full().min(self.sends as f64);
        (self.flows() && self.rate > 0.0).then(|| (end - self.arrived) / self.rate)
    }

    /// Seconds until a reader gets something, be it the end. `chunk` is how much the browser
    /// likes to hand over at once; after `handover` seconds it hands over what there is.
    pub(super) fn ready_in(&self, now: Time, chunk: u64, handover: f64) -> Option<f64> {
        if self.dead {
            return None;
        }
        match &self.stage {
            Stage::Sent { at, .. } => return Some(at.saturating_sub(now).as_secs_f64()),
            Stage::Body => {}
            Stage::Queued | Stage::Over => return None,
        }
        let wanted = self.wanted?;
        if self.broken {
            return Some(0.0);
        }
        let left = self.sends - self.taken;
        if left == 0 {
            return (self.ending != Ending::Stall).then_some(0.0);
        }
        let all = wanted.limit.min(left);
        let enough = if wanted.exactly {
            wanted.limit
        } else {
            wanted.least
        };
        if all < enough && self.ending == Ending::Stall {
            return None;
        }
        let need = if wanted.exactly {
            all
        } else {
            let segments = chunk.max(wanted.least).div_ceil(SEGMENT);
            all.min(segments * SEGMENT)
        };
        let have = self.arrived - self.taken as f64;
        if have >= need as f64 {
            return Some(0.0);
        }
        let until = |bytes: f64| match bytes <= have {
            true => Some(0.0),
            false => (self.rate > 0.0).then(|| (bytes - have) / self.rate),
        };
        let all = until(need as f64);
        if wanted.exactly || wanted.least > 1 {
            return all;
        }
        let waited = now.saturating_sub(wanted.since).as_secs_f64();
        let some = until(1.0).map(|first| first.max(handover - waited));
        all.into_iter().chain(some).reduce(f64::min)
    }

    /// Takes what is there for the reader, who has waited for it or not.
    pub(super) fn take(&mut self, wanted: &Wanted, now: Time) -> u64 {
        let there = (self.arrived as u64).min(self.sends) - self.taken;
        let len = match there.min(wanted.limit) {
            len if wanted.exactly || wanted.since < now || len < FULL => len,
            ready => ready / FULL * FULL,
        };
        let start = self.start + self.taken;
        self.chunk = Some(Chunk {
            bytes: start..start + len,
            genuine: self.start + self.genuine,
            version: self.version,
        });
        self.taken += len;
        len
    }
}
