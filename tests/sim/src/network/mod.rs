//! Fluid flows on a virtual clock: what each connection brings between two events follows from
//! its own cap, from what it shares with others, and from TCP's first windows.
//!
//! `next` says when something happens, `step` makes it happen; nothing happens in between.

mod link;
mod share;
mod wire;

use std::ops::Range;
use std::time::Duration;

use rangeload::core::Time;
use rangeload::core::download::ConnectionId;
use rangeload::core::response::Head;

use crate::ledger::Ledger;
use crate::random::Random;
use crate::site::{Asked, Ending, Site};
use crate::tags::Version;

pub(crate) use link::Link;
use share::Demand;
pub(crate) use wire::Chunk;
use wire::{FIRST_WINDOW, Stage, Wanted, Wire};

/// What the network tells whoever asked.
#[derive(Debug)]
pub(crate) enum Event {
    Head(ConnectionId, Box<Head>),
    Bytes(ConnectionId, u64),
    /// The bytes that were wanted as one are there.
    Exactly(ConnectionId),
    End(ConnectionId),
    Failure(ConnectionId, &'static str),
}

/// What happens to connections that lose their network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Loss {
    /// They go on when it is back.
    None,
    /// They break at once.
    Broken,
    /// Nobody notices: they stay silent for ever.
    Silent,
}

pub(crate) struct Path {
    pub(crate) link: Link,
    pub(crate) site: Site,
    /// Connections that can carry another request at once.
    warm: usize,
    /// The share of its rates that the link has now.
    share: f64,
}

pub(crate) struct Network {
    now: Time,
    began: Time,
    paths: Vec<Path>,
    wires: Vec<Wire>,
    /// What all paths share, in bytes per second.
    pub(crate) downlink: f64,
    /// How many bytes the browser likes to hand over at once.
    pub(crate) chunk: u64,
    /// After so many seconds it hands over what there is.
    pub(crate) handover: f64,
    up: bool,
    /// While it is down, requests fail at once.
    notices: bool,
    stale: bool,
    random: Random,
    /// What was done by the first source, and by the network and the store.
    pub(crate) ledger: Ledger,
    /// What was done by the mirrors.
    pub(crate) mirrors: Ledger,
    pub(crate) requests: u64,
}

impl Network {
    pub(crate) fn new(now: Time, paths: Vec<(Link, Site)>, random: Random) -> Self {
        let path = |(link, site)| Path {
            link,
            site,
            warm: 0,
            share: 1.0,
        };
        Self {
            now,
            began: now,
            paths: paths.into_iter().map(path).collect(),
            wires: Vec::new(),
            downlink: 1e12,
            chunk: 64 << 10,
            handover: 0.02,
            up: true,
            notices: true,
            stale: false,
            random,
            ledger: Ledger::default(),
            mirrors: Ledger::default(),
            requests: 0,
        }
    }

    /// From now on everything works, and quickly.
    pub(crate) fn calm(&mut self, now: Time) {
        self.up(now);
        for path in &mut self.paths {
            path.site.calm();
            path.link.changes.clear();
            path.link.cut_every = None;
            path.share = path.share.max(1.0) * 20.0;
        }
        self.stale = true;
    }

    pub(crate) fn site(&self, source: usize) -> &Site {
        &self.paths[source].site
    }

    /// Whether a file of so many bytes and of this version is what the sources have, or had. A
    /// mirror's file stands for itself only if the first source failed.
    pub(crate) fn is_genuine(&self, size: u64, version: Option<Version>) -> bool {
        let trusted = match self.ledger.faults {
            0 => 1,
            _ => self.paths.len(),
        };
        let mut files = self.paths[..trusted].iter().map(|path| &path.site.file);
        files.any(|file| file.was(size, version))
    }

    pub(crate) fn sources(&self) -> usize {
        self.paths.len()
    }

    /// Moves on to the next thing that happens, if there is one before `limit`.
    pub(crate) fn run_until(&mut self, limit: Time) -> (Time, Option<Event>) {
        let now = self.next().map_or(limit, |next| next.min(limit));
        (now.max(self.now), self.step(now.max(self.now)))
    }

    pub(crate) fn is_up(&self) -> bool {
        self.up
    }

    /// How many requests have been opened and not closed, to one source or to all.
    pub(crate) fn open_requests(&self) -> usize {
        self.wires.len()
    }

    pub(crate) fn open_requests_to(&self, source: usize) -> usize {
        self.wires.iter().filter(|w| w.path == source).count()
    }

    /// `plain`: without Range.
    pub(crate) fn open(
        &mut self,
        now: Time,
        id: ConnectionId,
        source: usize,
        asked: Range<u64>,
        plain: bool,
    ) {
        self.pass(now);
        assert!(!asked.is_empty(), "connection {id} asks for nothing");
        assert!(self.find(id).is_none(), "connection {id} is opened twice");
        self.requests += 1;
        self.wires.push(Wire::new(id, source, asked, plain));
        self.dispatch();
    }

    pub(crate) fn read(&mut self, now: Time, id: ConnectionId, limit: u64, least: u64) {
        self.want(now, id, limit, least, false);
    }

    /// Reads so many bytes as one; fewer are a failure.
    pub(crate) fn read_exactly(&mut self, now: Time, id: ConnectionId, len: u64) {
        self.want(now, id, len, len, true);
    }

    /// The last bytes handed over, until they are taken.
    pub(crate) fn take_chunk(&mut self, id: ConnectionId) -> Option<Chunk> {
        let index = self.find(id)?;
        self.wires[index].chunk.take()
    }

    /// Whom the connection was opened to.
    pub(crate) fn source(&self, id: ConnectionId) -> Option<usize> {
        self.find(id).map(|index| self.wires[index].path)
    }

    pub(crate) fn asked(&self, id: ConnectionId) -> Option<Range<u64>> {
        self.find(id).map(|index| self.wires[index].asked.clone())
    }

    /// Whether something of it was still to come.
    pub(crate) fn close(&mut self, now: Time, id: ConnectionId) -> bool {
        self.pass(now);
        let index = self
            .find(id)
            .unwrap_or_else(|| panic!("connection {id} is closed twice"));
        let wire = self.wires.swap_remove(index);
        if wire.is_whole() {
            self.paths[wire.path].warm += 1;
        }
        self.stale = true;
        self.dispatch();
        wire.wanted.is_some() || matches!(wire.stage, Stage::Queued | Stage::Sent { .. })
    }

    /// The page is gone, and every request with it.
    pub(crate) fn close_all(&mut self, now: Time) {
        self.pass(now);
        self.wires.clear();
        self.stale = true;
    }

    pub(crate) fn down(&mut self, now: Time, notices: bool, loss: Loss) {
        self.pass(now);
        self.up = false;
        self.notices = notices;
        self.lose(now, loss);
    }

    pub(crate) fn up(&mut self, now: Time) {
        self.pass(now);
        self.up = true;
        for wire in &mut self.wires {
            if let Stage::Sent { at, .. } = &mut wire.stage {
                *at = (*at).max(now + seconds(self.paths[wire.path].link.round_trip));
            }
        }
        self.stale = true;
        self.dispatch();
    }

    /// Whatever is under way ends in this way; new requests are not concerned.
    pub(crate) fn lose(&mut self, now: Time, loss: Loss) {
        self.pass(now);
        for wire in &mut self.wires {
            let under_way = wire.occupies() || matches!(wire.stage, Stage::Body);
            // A silence that nobody notices until the timeout is a fault too.
            self.ledger.network();
            match loss {
                Loss::None => {}
                _ if !under_way => {}
                Loss::Silent => wire.dead = true,
                Loss::Broken => {
                    wire.broken = true;
                    if let Stage::Sent { at, head } = &mut wire.stage {
                        *at = now;
                        *head = Err("the network has changed");
                    }
                }
            }
        }
        self.paths.iter_mut().for_each(|path| path.warm = 0);
        self.stale = true;
    }

    /// When something happens next.
    pub(crate) fn next(&self) -> Option<Time> {
        let wires = self.wires.iter().filter_map(|wire| {
            let held = matches!(&wire.stage, Stage::Sent { head: Ok(_), .. }) && !self.up;
            let ready = wire
                .ready_in(self.now, self.chunk, self.handover)
                .filter(|_| !held);
            let grows = wire.flows() && wire.window < self.cap(wire);
            let grows = grows.then(|| wire.grows.saturating_sub(self.now).as_secs_f64());
            [ready, wire.stops_in(), grows]
                .into_iter()
                .flatten()
                .reduce(f64::min)
        });
        let flows = wires.reduce(f64::min).map(|after| match after > 0.0 {
            // Rounded up, so that what is waited for has happened then.
            true => self.now + seconds(after) + Duration::from_nanos(1),
            false => self.now,
        });
        let changes = self
            .paths
            .iter()
            .filter_map(|path| path.link.changes.first());
        let change = changes.map(|(at, _)| self.began + seconds(*at)).min();
        flows.into_iter().chain(change).min()
    }

    /// Goes on to `now`, which is not later than `next`, and tells of one thing that happened.
    pub(crate) fn step(&mut self, now: Time) -> Option<Event> {
        self.pass(now);
        let ready = |wire: &Wire| {
            let held = matches!(&wire.stage, Stage::Sent { head: Ok(_), .. }) && !self.up;
            !held
                && wire
                    .ready_in(self.now, self.chunk, self.handover)
                    .is_some_and(|after| after <= 0.0)
        };
        let index = self.wires.iter().position(ready)?;
        let event = self.hand_over(index);
        self.stale = true;
        self.dispatch();
        Some(event)
    }

    fn hand_over(&mut self, index: usize) -> Event {
        let now = self.now;
        let first = seconds(self.paths[self.wires[index].path].link.round_trip);
        let wire = &mut self.wires[index];
        let id = wire.id;
        match std::mem::replace(&mut wire.stage, Stage::Body) {
            Stage::Sent { head: Ok(head), .. } => {
                wire.grows = now + first;
                return Event::Head(id, head);
            }
            Stage::Sent {
                head: Err(words), ..
            } => {
                wire.stage = Stage::Over;
                return Event::Failure(id, words);
            }
            stage => wire.stage = stage,
        }
        let Some(wanted) = wire.wanted.take() else {
            panic!("connection {id} brings what nobody asked for");
        };
        if wire.broken {
            wire.stage = Stage::Over;
            return Event::Failure(id, "the connection broke");
        }
        let len = wire.take(&wanted, now);
        match (len, wire.ending) {
            (len, _) if len > 0 && !wanted.exactly => Event::Bytes(id, len),
            (len, _) if len == wanted.limit => Event::Exactly(id),
            (_, Ending::Whole) if !wanted.exactly => {
                wire.stage = Stage::Over;
                wire.chunk = None;
                Event::End(id)
            }
            _ => {
                wire.stage = Stage::Over;
                wire.chunk = None;
                Event::Failure(id, "the body broke off")
            }
        }
    }

    fn want(&mut self, now: Time, id: ConnectionId, limit: u64, least: u64, exactly: bool) {
        self.pass(now);
        assert!(
            0 < least && least <= limit,
            "connection {id} reads {least} to {limit} bytes"
        );
        let index = self
            .find(id)
            .unwrap_or_else(|| panic!("connection {id} is read from after it was closed"));
        let wire = &mut self.wires[index];
        assert!(
            matches!(wire.stage, Stage::Body),
            "connection {id} is read from before its answer, or after its end"
        );
        assert!(
            wire.wanted.is_none(),
            "connection {id} is read from twice at once"
        );
        // What it was handed before and did not take is lost.
        wire.chunk = None;
        wire.wanted = Some(Wanted {
            limit,
            least,
            exactly,
            since: now,
        });
    }

    fn find(&self, id: ConnectionId) -> Option<usize> {
        self.wires.iter().position(|wire| wire.id == id)
    }

    fn cap(&self, wire: &Wire) -> f64 {
        wire.cap * self.paths[wire.path].share
    }

    /// Everything that happens by itself until `now`.
    fn pass(&mut self, now: Time) {
        let after = now.saturating_sub(self.now).as_secs_f64();
        let mut stopped = false;
        for wire in &mut self.wires {
            stopped |= wire.flow(after);
        }
        self.now = self.now.max(now);
        self.stale |= stopped;
        for path in &mut self.paths {
            while let Some(&(at, share)) = path.link.changes.first()
                && self.began + seconds(at) <= self.now
            {
                path.link.changes.remove(0);
                path.share = share;
                self.stale = true;
            }
        }
        for wire in &mut self.wires {
            let path = &self.paths[wire.path];
            while wire.window < wire.cap * path.share && wire.grows <= self.now {
                wire.window *= 2.0;
                let trip = path.link.round_trip.max(0.001);
                wire.grows += seconds(trip);
                self.stale = true;
            }
        }
        if stopped {
            self.dispatch();
        }
        if std::mem::take(&mut self.stale) {
            self.share_out();
        }
    }

    /// Rates hold until the next change of who flows.
    fn share_out(&mut self) {
        let flowing: Vec<usize> = (0..self.wires.len())
            .filter(|i| self.wires[*i].flows())
            .collect();
        let demand = |i: &usize| {
            let wire = &self.wires[*i];
            Demand {
                cap: self.cap(wire).min(wire.window),
                path: wire.path,
            }
        };
        let demands: Vec<Demand> = flowing.iter().map(demand).collect();
        let capacity = |path: &Path| path.link.capacity * path.share;
        let paths: Vec<f64> = self.paths.iter().map(capacity).collect();
        let downlink = if self.up { self.downlink } else { 0.0 };
        let rates = share::max_min(&demands, &paths, downlink);
        self.wires.iter_mut().for_each(|wire| wire.rate = 0.0);
        for (i, rate) in flowing.into_iter().zip(rates) {
            self.wires[i].rate = rate;
        }
    }

    /// Sends what waits in the browser's queue, as far as its limit lets it.
    fn dispatch(&mut self) {
        self.stale = true;
        for path in 0..self.paths.len() {
            loop {
                let of_path = |wire: &&Wire| wire.path == path;
                let busy = self.wires.iter().filter(of_path).filter(|w| w.occupies());
                if busy.count() >= self.paths[path].link.origin_limit {
                    break;
                }
                let queued = |wire: &Wire| wire.path == path && matches!(wire.stage, Stage::Queued);
                let first = self.wires.iter().filter(|w| queued(w)).map(|w| w.id).min();
                let Some(index) = first.and_then(|id| self.find(id)) else {
                    break;
                };
                self.send(index);
            }
        }
        if std::mem::take(&mut self.stale) {
            self.share_out();
        }
    }

    fn send(&mut self, index: usize) {
        let source = self.wires[index].path;
        let others = || {
            self.wires
                .iter()
                .filter(|w| w.path == source && w.occupies())
        };
        let busy = others().count();
        let lane = (0..).find(|lane| others().all(|w| w.lane != *lane));
        let path = &mut self.paths[source];
        let wire = &mut self.wires[index];
        wire.lane = lane.unwrap_or_default();
        if !self.up && self.notices {
            self.ledger.network();
            wire.stage = Stage::Sent {
                at: self.now + Duration::from_millis(2),
                head: Err("there is no network"),
            };
            return;
        }
        if !self.up {
            self.ledger.network();
        }
        let ledger = match source {
            0 => &mut self.ledger,
            _ => &mut self.mirrors,
        };
        let request = path.site.requests;
        let random = &mut self.random;
        let asked = Asked {
            range: wire.asked.clone(),
            plain: wire.plain,
        };
        let answer = path.site.answer(&asked, busy, self.now, random, ledger);
        let link = &path.link;
        let handshake = match path.warm {
            0 => link.handshake,
            _ => {
                path.warm -= 1;
                0.0
            }
        };
        let late = if request > 0 { link.late } else { 0.0 };
        wire.cap = link.rate(wire.lane, request);
        if link.slow_start && handshake > 0.0 {
            wire.window = FIRST_WINDOW / link.round_trip.max(0.001);
        }
        wire.start = answer.start;
        wire.sends = answer.sends;
        wire.genuine = answer.genuine;
        wire.version = answer.version;
        wire.ending = answer.ending;
        if let Some(bytes) = link.cut_every.filter(|bytes| *bytes < wire.sends) {
            ledger.network();
            wire.sends = bytes;
            wire.ending = Ending::Cut;
        }
        if link.stalls == Some(request) {
            ledger.network();
            wire.sends /= 2;
            wire.ending = Ending::Stall;
        }
        wire.stage = Stage::Sent {
            at: self.now + seconds(handshake + link.first_byte() + late + answer.delay),
            head: answer.head.map(Box::new),
        };
    }
}

pub(crate) fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.clamp(0.0, 1e9))
}
