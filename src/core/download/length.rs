//! How long a piece is to be: its share of what is left, within what one request may take.

use std::time::Duration;

use super::action::{ConnectionId, SourceIndex};
use super::connection::{Connection, YOUNG};
use super::orders::IN_ALL;
use super::reading::READ;
use super::{Download, Time};
use crate::core::ahead::{self, Ahead, Pace};
use crate::core::concurrency::Concurrency;
use crate::core::schedule;

/// So long after a body came faster than it was read, others are expected to.
const OUTPACED: Duration = Duration::from_secs(2);

/// A request for more than so many times what is enough is cut short: the bytes that the browser
/// has taken in meanwhile are lost.
pub(super) const FAR_TOO_MUCH: u64 = 4;

impl Download {
    /// Other requests to the source's host, from any tab, would get through only when the whole
    /// file is there: a browser lets no more through than these. One of them is to end soon, and
    /// those that wait come before the next.
    pub(super) fn needs_brief(&self, origin: usize) -> bool {
        let crowded = self.sources.origins.get(origin);
        let crowded = crowded.is_some_and(Concurrency::is_crowded);
        let brief = |c: &Connection| c.brief && self.is_of(c, origin);
        crowded && !self.connections.iter().any(brief)
    }

    /// What a new connection of the source is expected to bring, in bytes per second.
    pub(super) fn rate_of(&self, now: Time, source: SourceIndex) -> Option<f64> {
        let mean = || {
            let rates = self.connections.iter().filter_map(|c| c.rate(now));
            let rates: Vec<f64> = rates.collect();
            (!rates.is_empty()).then(|| rates.iter().sum::<f64>() / rates.len() as f64)
        };
        let known = self.sources.get(source).and_then(|s| s.rate);
        known.or_else(mean)
    }

    /// How many bytes a connection of the source can bring until all are done.
    pub(super) fn share(
        &self,
        now: Time,
        size: u64,
        source: SourceIndex,
        itself: Option<ConnectionId>,
    ) -> u64 {
        let left = size.saturating_sub(self.written.len());
        // While nothing is measured, all are alike.
        let own = self.rate_of(now, source).unwrap_or(1.0).max(1.0);
        let others = self.connections.iter().filter(|c| Some(c.id) != itself);
        let rates = others.map(|c| c.rate(now).unwrap_or(own));
        let rates: Vec<f64> = rates.collect();
        let origins = self.sources.origins.iter();
        let expected: usize = origins.map(|origin| origin.expected(now)).sum();
        let worthwhile = (left / schedule::LEAST_PIECE).max(2) as usize;
        let limit = self.options.connections.unwrap_or(IN_ALL);
        let lanes = expected.min(limit).min(worthwhile);
        let more = lanes.saturating_sub(rates.len() + 1) as f64 * own;
        let share = left as f64 * own / (own + rates.iter().sum::<f64>() + more);
        let share = (share as u64).max(schedule::LEAST_PIECE);
        let ahead = self.most_ahead(now, source);
        let room = ahead.all.saturating_sub(self.at_risk(itself));
        let room = room.max(schedule::LEAST_PIECE);
        share.min(room).min(self.longest_of(now, source, ahead))
    }

    /// What has come and is unsaved, and what all connections but one have still to bring.
    fn at_risk(&self, except: Option<ConnectionId>) -> u64 {
        let others = self.connections.iter().filter(|c| Some(c.id) != except);
        let asked: u64 = others.map(|c| c.left().end - c.left().start).sum();
        self.parts.unsaved().saturating_add(asked)
    }

    /// Bytes come faster than they are read, and those of a further request would only wait in
    /// memory.
    pub(super) fn has_enough_ahead(&self, now: Time, source: SourceIndex) -> bool {
        let at_risk = self.at_risk(None).saturating_add(schedule::LEAST_PIECE);
        self.is_outpaced(now) && at_risk > self.most_ahead(now, source).all
    }

    fn is_outpaced(&self, now: Time) -> bool {
        self.outpaced.is_some_and(|last| now < last + OUTPACED)
    }

    /// The longest piece that a connection of the source should have.
    pub(super) fn longest(&self, now: Time, source: SourceIndex) -> u64 {
        self.longest_of(now, source, self.most_ahead(now, source))
    }

    fn longest_of(&self, now: Time, source: SourceIndex, ahead: Ahead) -> u64 {
        if self.is_single() {
            return u64::MAX;
        }
        let turn = match self.is_shared(source) {
            true => schedule::turn(self.rate_of(now, source)),
            false => u64::MAX,
        };
        turn.min(ahead.each)
    }

    /// Others use the connections to the source's host too.
    pub(super) fn is_shared(&self, source: SourceIndex) -> bool {
        let origin = self.sources.origin(source);
        origin.is_some_and(Concurrency::is_shared)
    }

    fn most_ahead(&self, now: Time, source: SourceIndex) -> Ahead {
        let connections = self.limit().max(self.connections.len());
        let all = self.meter.bytes_per_second(now);
        let each = self.rate_of(now, source);
        // Requests may be too short for a rate of their own.
        let measured = each.is_some() || all > 0.0 && self.meter.age(now) >= YOUNG;
        let source = self.sources.get(source);
        ahead::most_ahead(Pace {
            connections,
            all: measured.then_some(all),
            each: each.unwrap_or(all / connections.max(1) as f64),
            setup: source.and_then(|source| source.known_setup()),
            least_setup: source.and_then(|s| s.least_setup()).unwrap_or_default(),
            outpaced: self.is_outpaced(now),
        })
    }

    pub(super) fn share_of(&self, now: Time, id: ConnectionId) -> u64 {
        let connection = self.find(id);
        let size = self.file.identity.size;
        match (connection, size) {
            (Some(_), _) if self.is_single() => u64::MAX,
            (Some(c), Some(size)) => self.share(now, size, c.source, Some(id)),
            _ => 0,
        }
    }

    /// How much of what was asked for, before it was known how fast it comes, is enough; `None`
    /// where it is not more than so many times that, or than all may be asked for, and cheaper to
    /// read than to ask for again.
    pub(super) fn enough_of(&self, now: Time, id: ConnectionId, times: u64) -> Option<u64> {
        let connection = self.find(id)?;
        let longest = self.longest(now, connection.source);
        let asked = connection.asked.end - connection.asked.start;
        let far = longest.saturating_mul(times).max(ahead::AHEAD);
        (asked > far).then_some(longest)
    }

    /// What was asked for before anything was known is far too much: some browsers would take it
    /// all in before it is read. Its first bytes are data; the others are asked for bit by bit.
    pub(super) fn taste(&mut self, now: Time, id: ConnectionId) {
        if self.enough_of(now, id, 2).is_some()
            && let Some(connection) = self.connection(id)
        {
            let end = connection.position.saturating_add(READ);
            connection.piece.end = connection.piece.end.min(end);
        }
    }

    pub(super) fn shorten(&mut self, now: Time, id: ConnectionId) {
        let enough = self.enough_of(now, id, FAR_TOO_MUCH);
        let connection = self.connection(id).filter(|c| c.twin.is_none());
        if let (Some(enough), Some(connection)) = (enough, connection) {
            let end = connection.piece.start.saturating_add(enough);
            let end = end.max(connection.position);
            connection.piece.end = connection.piece.end.min(end);
        }
    }
}
