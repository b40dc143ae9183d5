//! A body on its way: how fast it goes, and where it stops short.
//!
//! Gives the next chunk only when the socket has taken the one before (see `line`).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Frame;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::bottleneck::Bottleneck;
use crate::gate::Gate;
use crate::line::Line;
use crate::pace::Pace;
use crate::source::{CHUNK, Source};

/// What an answer is to send, decided before the first byte goes.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) source: Source,
    /// Bytes per second.
    pub(crate) rate: Option<u64>,
    /// What it shares with other bodies.
    pub(crate) shared: Option<Arc<Bottleneck>>,
    /// What it must pass, with other bodies.
    pub(crate) gate: Option<Arc<Gate>>,
    /// After how many bytes it stops, and how.
    pub(crate) stop: Option<(u64, Stop)>,
    /// The head promised more than there is: the connection breaks where the source ends.
    pub(crate) breaks_at_end: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stop {
    /// The connection is closed.
    Cut,
    /// The connection stays open, and nothing comes any more.
    Stall,
}

impl Plan {
    pub(crate) fn of(source: Source) -> Self {
        Self {
            source,
            rate: None,
            shared: None,
            gate: None,
            stop: None,
            breaks_at_end: false,
        }
    }
}

pub(crate) struct Body {
    plan: Plan,
    line: Arc<Line>,
    /// Whether the line was asked to say when it is empty.
    asked: bool,
    pace: Option<Pace>,
    /// A chunk that waits until it is due.
    held: Option<Held>,
}

/// A chunk, and when it may go if not at once.
type Held = (Bytes, Option<Pin<Box<Sleep>>>);

impl Body {
    pub(crate) fn new(plan: Plan, line: Arc<Line>) -> Self {
        Self {
            plan,
            line,
            asked: false,
            pace: None,
            held: None,
        }
    }

    fn is_whole(&self) -> bool {
        self.held.is_none() && self.plan.source.is_exhausted() && !self.plan.breaks_at_end
    }

    /// None when all was given.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        if self.held.is_none() {
            if let Some(gate) = &self.plan.gate
                && !self.plan.source.is_exhausted()
            {
                ready!(gate.poll_open(context));
            }
            ready!(self.line.poll_flushed(&mut self.asked, context));
            if self.is_whole() {
                return Poll::Ready(Ok(None));
            }
            match self.plan.stop {
                _ if self.plan.source.is_exhausted() => return Poll::Ready(Err(self.cut())),
                Some((0, Stop::Cut)) => return Poll::Ready(Err(self.cut())),
                // The connection itself notices when the client leaves.
                Some((0, Stop::Stall)) => return Poll::Pending,
                _ => self.held = self.prepare()?,
            }
        }
        if let Some((_, Some(due))) = &mut self.held {
            ready!(due.as_mut().poll(context));
        }
        Poll::Ready(Ok(self.held.take().map(|(chunk, _)| chunk)))
    }

    fn prepare(&mut self) -> io::Result<Option<Held>> {
        let now = Instant::now();
        if self.pace.is_none() {
            self.pace = self.plan.rate.map(|rate| Pace::new(rate, now));
        }
        let own = self.pace.as_ref().map_or(CHUNK, Pace::slice);
        let shared = self.plan.shared.as_ref();
        let slice = shared.map_or(CHUNK, |shared| shared.slice()).min(own);
        let left = self.plan.stop.map_or(u64::MAX, |(left, _)| left);
        let most = usize::try_from(left).unwrap_or(CHUNK).min(slice);
        let Some(chunk) = self.plan.source.next(most)? else {
            return Ok(None);
        };
        if let Some(gate) = &self.plan.gate {
            gate.passed(chunk.len());
        }
        if let Some((left, _)) = &mut self.plan.stop {
            *left -= chunk.len() as u64;
        }
        let shared = self.plan.shared.as_ref();
        let shared = shared.map(|shared| shared.schedule(chunk.len(), now));
        let own = self.pace.as_mut();
        let own = own.map(|pace| pace.schedule(chunk.len(), now));
        let due = own.max(shared);
        let due = due.map(|due| Box::pin(sleep_until(due)));
        Ok(Some((chunk, due)))
    }

    fn cut(&self) -> io::Error {
        self.line.cut();
        io::ErrorKind::ConnectionAborted.into()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let chunk = ready!(self.poll_next(context))?;
        if let Some(chunk) = &chunk {
            self.line.gave(chunk.len());
        }
        Poll::Ready(chunk.map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_whole()
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if self.is_whole() {
            self.line.gave_all();
        }
    }
}
