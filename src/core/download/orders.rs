//! Which request comes next, and who may read: the part of the machine that keeps the
//! connections busy within their limits.

use std::ops::Range;
use std::time::Duration;

use super::action::Action;
use super::connection::{Connection, Stage};
use super::storing::Storing;
use super::{ConnectionId, Download, Moment, Phase};
use crate::core::Time;
use crate::core::error::Evidence;
use crate::core::ranges::RangeSet;
use crate::core::schedule;

/// What browsers allow to one HTTP/1.1 host.
const CONNECTIONS: usize = 6;

/// The most one read may bring, in bytes: it is reserved until the bytes are there.
const READ: u64 = 1 << 20;

/// How many stored bytes are compared where nothing else proves identity.
const CHECK: u64 = 64 << 10;

/// Assumed until the first answer has come.
const SETUP: Duration = Duration::from_millis(100);

struct Order {
    piece: Range<u64>,
    check: Option<Range<u64>>,
}

impl Download {
    pub(super) fn give_orders(&mut self, at: Moment) {
        self.gate = self.gate.filter(|gate| *gate > at.now);
        while self.may_open() {
            let Some(Order { piece, check }) = self.next_order(at.now) else {
                break;
            };
            let id = self.next_connection;
            self.next_connection += 1;
            let connection = Connection::new(id, piece, check, self.retry.round(), at.now);
            self.actions.push_back(Action::Open {
                connection: id,
                range: connection.asked.clone(),
            });
            self.connections.push(connection);
        }
    }

    fn may_open(&self) -> bool {
        matches!(self.phase, Phase::Running)
            && !matches!(self.storing, Storing::Erasing)
            && !self.erase
            && self.probing.is_none()
            && self.gate.is_none()
            && self.connections.len() < self.limit()
            // One request finds out whether the server is there; the others follow.
            && (self.connections.is_empty() || self.is_flowing())
    }

    fn is_flowing(&self) -> bool {
        self.answered && !self.retry.is_struck()
    }

    fn limit(&self) -> usize {
        if self.unresumable.is_some() || !self.is_proven() {
            1
        } else {
            self.options.connections.unwrap_or(CONNECTIONS)
        }
    }

    /// Whether the head of an answer can prove that its bytes may be joined to the others.
    fn is_proven(&self) -> bool {
        self.identity.is_provable() && !self.unproven
    }

    /// Connections stand idle although nothing keeps them from working.
    pub(super) fn has_spare(&self) -> bool {
        matches!(self.phase, Phase::Running)
            && self.is_flowing()
            && self.gate.is_none()
            && self.connections.len() < self.limit()
    }

    fn next_order(&mut self, now: Time) -> Option<Order> {
        let size = self.identity.size.filter(|_| !self.starts_afresh());
        let Some(size) = size else {
            // The whole file, and with it its size and identity: the first request is data.
            let piece = 0..u64::MAX;
            return self
                .connections
                .is_empty()
                .then_some(Order { piece, check: None });
        };
        if !self.is_proven() {
            return self.next_checked(size);
        }
        let assigned = self.assigned();
        let piece = schedule::share(assigned.gaps(0..size), self.limit());
        let piece = piece.or_else(|| self.take_over(now))?;
        Some(Order { piece, check: None })
    }

    /// With no byte there is nothing to which another version could be joined by mistake.
    fn starts_afresh(&mut self) -> bool {
        let afresh = self.written.is_empty() && self.connections.is_empty();
        if afresh {
            self.identity = Default::default();
        }
        afresh
    }

    /// The first gap, together with the stored bytes before it, to compare.
    fn next_checked(&mut self, size: u64) -> Option<Order> {
        let piece = self.written.gaps(0..size).next()?;
        let before = piece.start.checked_sub(1);
        let Some(stored) = before.and_then(|offset| self.written.containing(offset)) else {
            self.changed(self.identity.clone(), Evidence::Unprovable);
            return None;
        };
        let check = stored.start.max(piece.start.saturating_sub(CHECK))..piece.start;
        // Until they are durable they cannot be read back; the commit is on its way.
        self.durable.covers(&check).then_some(Order {
            piece,
            check: Some(check),
        })
    }

    fn take_over(&mut self, now: Time) -> Option<Range<u64>> {
        let work: Vec<_> = self.connections.iter().map(|c| c.work(now)).collect();
        let (index, at) = schedule::takeover(&work, self.setup.unwrap_or(SETUP))?;
        let piece = &mut self.connections.get_mut(index)?.piece;
        Some(at..std::mem::replace(&mut piece.end, at))
    }

    /// What is there or on its way.
    fn assigned(&self) -> RangeSet {
        let mut assigned = self.written.clone();
        assigned.extend(self.connections.iter().map(Connection::left));
        assigned
    }

    /// Where the piece of a first request ends that asked for the whole file.
    pub(super) fn first_share(&self) -> Option<u64> {
        let whole = 0..self.identity.size?;
        schedule::share([whole].into_iter(), self.limit()).map(|share| share.end)
    }

    /// The piece is done, but the body goes on: with bytes that nobody fetches?
    pub(super) fn run_on(&mut self, id: ConnectionId) -> bool {
        let limit = self.limit();
        let Some(connection) = self.connection(id) else {
            return false;
        };
        let rest = connection.position..connection.asked.end;
        let next = self.assigned().gaps(rest.clone()).next();
        let more = next
            .filter(|gap| gap.start == rest.start)
            .and_then(|gap| schedule::share([gap].into_iter(), limit));
        match (more, self.connection(id)) {
            (Some(more), Some(connection)) => {
                connection.piece.end = more.end;
                true
            }
            _ => false,
        }
    }

    /// Lets connections read as far as the store allows: received bytes wait there to be durable.
    pub(super) fn grant_reads(&mut self, now: Time) {
        let sharing = self.limit().max(self.connections.len());
        let granted: u64 = self.connections.iter().filter_map(|c| c.reading).sum();
        let mut free = self.parts.allowance(sharing).saturating_sub(granted);
        let mut idle = Vec::new();
        for connection in &mut self.connections {
            if connection.stage != Stage::Body || connection.reading.is_some() {
                continue;
            }
            let left = connection.left();
            if left.is_empty() {
                idle.push(connection.id);
                continue;
            }
            let parts = &self.parts;
            let room = connection
                .part
                .map_or(parts.longest(), |part| parts.room(part));
            let limit = READ.min(left.end - left.start).min(room);
            if limit <= free {
                free -= limit;
                connection.read(now, limit);
                self.actions.push_back(Action::Read {
                    connection: connection.id,
                    limit,
                });
            }
        }
        for id in idle {
            self.close(id);
        }
    }
}
