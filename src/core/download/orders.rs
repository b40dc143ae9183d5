//! Which request comes next: the part of the machine that keeps the sources busy within their
//! limits.

use std::ops::Range;

use super::action::{Action, ConnectionId, SourceIndex};
use super::connection::{Connection, Stage};
use super::phase::Phase;
use super::storing::Storing;
use super::{Download, Moment};
use crate::core::Time;
use crate::core::concurrency::PER_ORIGIN;
use crate::core::ranges::{EVERYTHING, OPEN, RangeSet};
use crate::core::schedule::{self, Bid, Takeover, Work};

/// However many mirrors there are, no more connections than this pay for their memory.
pub(super) const IN_ALL: usize = 2 * PER_ORIGIN;

/// A source whose connections bring less than this share of what the fastest one's do is slow.
const SLOW: f64 = 0.5;

pub(super) struct Order {
    pub(super) source: SourceIndex,
    pub(super) piece: Range<u64>,
    pub(super) check: Option<Range<u64>>,
    /// Ask for everything from the start on: the answer then says how long the file is.
    pub(super) open_ended: bool,
    pub(super) brief: bool,
    pub(super) twin: Option<ConnectionId>,
}

impl Order {
    pub(super) fn of(source: SourceIndex, piece: Range<u64>) -> Self {
        Self {
            source,
            piece,
            check: None,
            open_ended: false,
            brief: false,
            twin: None,
        }
    }
}

impl Download {
    pub(super) fn give_orders(&mut self, at: Moment) {
        self.sources.open_gates(at.now);
        self.drop_idle();
        self.drop_surplus(at.now);
        while self.may_open() {
            match self.next_order(at.now) {
                Some(order) => self.open(at.now, order),
                None => break,
            }
        }
    }

    fn open(&mut self, now: Time, order: Order) {
        let id = self.next_connection;
        self.next_connection += 1;
        let source = order.source;
        let its = self.sources.get_mut(source);
        let (round, replaces) = its.map_or((0, false), |source| {
            (source.retry.round(), std::mem::take(&mut source.replaces))
        });
        let mut connection = Connection::new(id, source, order.piece, order.check, round, now);
        connection.replaces = replaces;
        if order.open_ended
            || self.file.presumed && self.file.identity.size == Some(connection.asked.end)
        {
            connection.asked.end = OPEN;
        }
        connection.brief = order.brief;
        connection.low = order.brief && !self.is_shared(source);
        connection.twin = order.twin;
        if let Some(twin) = order.twin.and_then(|twin| self.connection(twin)) {
            twin.twin = Some(id);
        }
        let plain = self.sources.get(source).is_some_and(|s| s.plain);
        let afresh = connection.asked == EVERYTHING && connection.check.is_none();
        self.actions.push_back(Action::Open {
            connection: id,
            source,
            range: connection.asked.clone(),
            plain: plain && afresh,
            low: connection.low,
        });
        self.connections.push(connection);
    }

    /// Connections of which nothing is wanted any more.
    fn drop_idle(&mut self) {
        let idle = self.connections.iter().filter(|connection| {
            let proof = connection.stage != Stage::Body && connection.check.is_some();
            let ends = connection.stage == Stage::Ending;
            !proof && !ends && self.written.covers(&connection.left())
        });
        for id in idle.map(|connection| connection.id).collect::<Vec<_>>() {
            self.close(id);
        }
    }

    /// Connections that an origin is allowed no more: the slowest go, and before them those that
    /// have not been answered.
    fn drop_surplus(&mut self, now: Time) {
        for origin in 0..self.sources.origins.len() {
            let allowed = self.sources.origins.get(origin).map_or(0, |o| o.allowed());
            while self.count(origin) > allowed {
                let of_it = self.connections.iter().filter(|c| self.is_of(c, origin));
                let of_it = of_it.filter(|c| c.stage != Stage::Ending);
                let unknown = |c: &Connection| -f64::from(1 + u8::from(c.stage == Stage::Opening));
                let rate = |c: &&Connection| c.rate(now).unwrap_or_else(|| unknown(c));
                let slowest = of_it.min_by(|a, b| rate(a).total_cmp(&rate(b)));
                match slowest.map(|connection| connection.id) {
                    Some(id) => self.close(id),
                    None => break,
                }
            }
        }
    }

    fn may_open(&self) -> bool {
        matches!(self.phase, Phase::Running)
            && !matches!(self.storing, Storing::Discarding { .. })
            && !self.discard
            && self.connections.len() < self.limit()
    }

    /// How many connections there may be in all.
    pub(super) fn limit(&self) -> usize {
        if self.is_single() {
            return 1;
        }
        let origins = self.sources.origins.iter();
        let allowed: usize = origins.map(|origin| origin.allowed()).sum();
        allowed.min(self.options.connections.unwrap_or(IN_ALL))
    }

    fn next_order(&mut self, now: Time) -> Option<Order> {
        // With no byte there is nothing to which another version could be joined by mistake.
        if self.written.is_empty() && self.connections.is_empty() {
            self.forget_identity();
        }
        let Some(size) = self.file.identity.size else {
            // The whole file, and with it its size and identity: the first request is data.
            let first = self.first_ready();
            let source = first.filter(|_| self.connections.is_empty())?;
            return Some(Order::of(source, EVERYTHING));
        };
        if self.file.presumed && self.has_every_byte() {
            return self.next_confirmation(size);
        }
        self.replace_speaker(now);
        if self.is_single() {
            return self.next_checked(size);
        }
        let mut ready = Vec::new();
        let best = self.best_rate();
        for index in (0..self.sources.list.len()).filter(|index| self.has_room(*index)) {
            // What a slow one is given another could fetch sooner, where there is no room for all.
            let rate = self.sources.get(index).and_then(|source| source.rate);
            let slow = rate.is_some_and(|rate| rate < SLOW * best);
            let one = (self.is_trusted(index), slow, self.count_of(index), index);
            ready.insert(ready.partition_point(|other| *other < one), one);
        }
        // The last connection there may be is for a mirror that waits to be proven: the others are
        // busy with their pieces by then, and would leave it none.
        let limit = self.limit();
        let kept = limit > 1 && self.connections.len() + 1 == limit && self.awaits_proof();
        let order = ready
            .into_iter()
            .find_map(|(trusted, .., index)| match trusted {
                true if kept => None,
                true => self
                    .next_comparison(index)
                    .or_else(|| self.next_piece(now, size, index)),
                false => self.next_proof(size, index),
            });
        if order.is_none() && self.is_at_a_loss() {
            self.begin_again();
        }
        order
    }

    /// What one connection of the fastest source brings, in bytes per second.
    fn best_rate(&self) -> f64 {
        let rates = self.sources.alive().filter_map(|source| source.rate);
        rates.fold(0.0, f64::max)
    }

    fn next_piece(&mut self, now: Time, size: u64, source: SourceIndex) -> Option<Order> {
        let its = self.sources.get(source)?;
        let brief = self.needs_brief(its.origin);
        let longest = match brief {
            true => schedule::brief(self.rate_of(now, source), its.recent_setup()),
            false => u64::MAX,
        };
        let share = self.share(now, size, source, None).min(longest);
        let assigned = self.assigned();
        let order = match schedule::piece(assigned.gaps(0..size), share) {
            Some(_) if self.has_enough_ahead(now, source) => None,
            Some(piece) => Some(Order::of(source, piece)),
            None => self.take_over(now, source, longest),
        };
        order.map(|order| Order { brief, ..order })
    }

    /// At most `longest` bytes of what another connection was to fetch.
    fn take_over(&mut self, now: Time, source: SourceIndex, longest: u64) -> Option<Order> {
        let setup = |index| self.surroundings(index).setup;
        let work = self
            .connections
            .iter()
            .map(|c| c.work(now, setup(c.source)));
        let work: Vec<Work> = work.collect();
        let bid = Bid {
            rate: self.rate_of(now, source)?,
            setup: setup(source),
        };
        match schedule::takeover(&work, bid)? {
            Takeover::Split { index, at } => {
                let piece = &mut self.connections.get_mut(index)?.piece;
                let at = at.max(piece.end.saturating_sub(longest));
                let taken = at..std::mem::replace(&mut piece.end, at);
                Some(Order::of(source, taken))
            }
            Takeover::Duplicate { index } => {
                let owner = self.connections.get(index)?;
                Some(Order {
                    twin: Some(owner.id),
                    ..Order::of(source, owner.left())
                })
            }
        }
    }

    /// What is there or on its way.
    pub(super) fn assigned(&self) -> RangeSet {
        let mut assigned = self.written.clone();
        assigned.extend(self.connections.iter().map(Connection::left));
        assigned
    }

    /// The first that may be asked now.
    pub(super) fn first_ready(&self) -> Option<SourceIndex> {
        (0..self.sources.list.len()).find(|index| self.is_ready(*index))
    }

    pub(super) fn has_other_ready(&self, source: SourceIndex) -> bool {
        let mut sources = 0..self.sources.list.len();
        sources.any(|index| index != source && self.is_ready(index))
    }

    pub(super) fn is_ready(&self, index: SourceIndex) -> bool {
        let source = self.sources.get(index);
        source.is_some_and(|source| source.is_ready()) && self.has_turn(index)
    }

    fn has_room(&self, index: SourceIndex) -> bool {
        let Some(source) = self.sources.get(index).filter(|_| self.is_ready(index)) else {
            return false;
        };
        let allowed = self.sources.origin(index).map_or(0, |o| o.allowed());
        // One request finds out whether the source is there; the others follow.
        let known = source.answered && !source.retry.is_struck();
        self.count(source.origin) < allowed && (known || self.count_of(index) == 0)
    }
}
