//! Two usual rules on the same network. Six equal parts, each fetched by its own connection; and
//! aria2's, where a connection that has finished takes over half of the largest part that is
//! left, whoever is slow.
//!
//! Both try again at once after a cut, a second after a refusal, and after a minute of silence,
//! as aria2 does; neither waits for a disk.

use std::ops::Range;
use std::time::Duration;

use rangeload::core::Time;
use rangeload::core::download::ConnectionId;

use super::Shape;
use crate::network::{Event, Network};
use crate::random::Random;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Fixed,
    Takeover,
}

const PARTS: u64 = 6;

/// The least that aria2 splits off, at its most eager setting.
const LEAST: u64 = 1 << 20;

const SILENCE: Duration = Duration::from_secs(60);
const REFUSED: Duration = Duration::from_secs(1);
const READ: u64 = 1 << 20;

/// A part, and the connection that fetches it.
struct Part {
    left: Range<u64>,
    connection: Option<ConnectionId>,
    source: usize,
    answered: bool,
    heard: Time,
    /// Not to be asked for before.
    gate: Time,
}

struct Client {
    rule: Rule,
    network: Network,
    now: Time,
    parts: Vec<Part>,
    next: ConnectionId,
}

/// How long the file takes.
pub(super) fn seconds(shape: &Shape, rule: Rule, random: Random) -> f64 {
    let sources = match rule {
        Rule::Fixed => shape.sources[..1].to_vec(),
        Rule::Takeover => shape.sources.clone(),
    };
    let mut network = Network::new(Time::ZERO, sources, random);
    network.downlink = shape.downlink;
    let size = shape.sources[0].1.file.size;
    let mut client = Client {
        rule,
        network,
        now: Time::ZERO,
        parts: Vec::new(),
        next: 0,
    };
    client.parts.push(Part::new(0..size, 0, Time::ZERO));
    client.run(size);
    client.now.as_secs_f64()
}

impl Part {
    fn new(left: Range<u64>, source: usize, now: Time) -> Self {
        Self {
            left,
            connection: None,
            source,
            answered: false,
            heard: now,
            gate: now,
        }
    }
}

impl Client {
    fn run(&mut self, size: u64) {
        let mut split = false;
        loop {
            self.open();
            if self.parts.iter().all(|part| part.left.is_empty()) {
                return;
            }
            let (now, event) = self.network.run_until(self.wakes());
            self.now = now;
            match event {
                Some(Event::Head(id, head)) => {
                    let refused = head.status >= 400;
                    if !split && !refused {
                        split = true;
                        self.split(size);
                    }
                    self.answered(id, refused);
                }
                Some(Event::Bytes(id, len)) => self.received(id, len),
                Some(Event::End(id)) => self.lost(id, Duration::ZERO),
                Some(Event::Failure(id, _)) => {
                    let index = self.find(id);
                    let answered = index.is_some_and(|index| self.parts[index].answered);
                    self.lost(id, if answered { Duration::ZERO } else { REFUSED });
                }
                Some(Event::Exactly(_)) | None => {}
            }
            self.give_up_on_the_silent();
        }
    }

    /// The size is known: everyone gets the same.
    fn split(&mut self, size: u64) {
        let each = size.div_ceil(PARTS).max(LEAST);
        let sources = self.network.sources();
        let end = self.parts[0].left.end;
        self.parts[0].left.end = end.min(each);
        for n in 1..PARTS {
            let range = (each * n).min(size)..(each * (n + 1)).min(size);
            if !range.is_empty() {
                self.parts
                    .push(Part::new(range, n as usize % sources, self.now));
            }
        }
    }

    fn open(&mut self) {
        for index in 0..self.parts.len() {
            let part = &mut self.parts[index];
            if part.left.is_empty() || part.connection.is_some() || part.gate > self.now {
                continue;
            }
            let id = self.next;
            self.next += 1;
            part.connection = Some(id);
            part.answered = false;
            part.heard = self.now;
            let (source, range) = (part.source, part.left.clone());
            self.network.open(self.now, id, source, range, false);
        }
    }

    fn answered(&mut self, id: ConnectionId, refused: bool) {
        if refused {
            self.lost(id, REFUSED);
            return;
        }
        self.heard(id);
        if let Some(index) = self.find(id) {
            self.parts[index].answered = true;
        }
        self.network.read(self.now, id, READ, 1);
    }

    fn received(&mut self, id: ConnectionId, len: u64) {
        self.heard(id);
        let Some(index) = self.find(id) else { return };
        let part = &mut self.parts[index];
        part.left.start = part.left.end.min(part.left.start + len);
        if part.left.is_empty() {
            part.connection = None;
            let source = part.source;
            self.network.close(self.now, id);
            if self.rule == Rule::Takeover {
                self.take_over(source);
            }
        } else {
            self.network.read(self.now, id, READ, 1);
        }
    }

    /// Half of the largest part that is left.
    fn take_over(&mut self, source: usize) {
        let largest = self
            .parts
            .iter_mut()
            .max_by_key(|part| part.left.end.saturating_sub(part.left.start));
        let Some(part) = largest else { return };
        let left = part.left.end.saturating_sub(part.left.start);
        if left < 2 * LEAST {
            return;
        }
        let middle = part.left.start + left / 2;
        let far = middle..std::mem::replace(&mut part.left.end, middle);
        self.parts.push(Part::new(far, source, self.now));
    }

    fn lost(&mut self, id: ConnectionId, wait: Duration) {
        if let Some(index) = self.find(id) {
            self.network.close(self.now, id);
            self.parts[index].connection = None;
            self.parts[index].gate = self.now + wait;
        }
    }

    fn give_up_on_the_silent(&mut self) {
        let silent = self
            .parts
            .iter()
            .filter(|part| part.heard + SILENCE <= self.now);
        for id in silent
            .filter_map(|part| part.connection)
            .collect::<Vec<_>>()
        {
            self.lost(id, Duration::ZERO);
        }
    }

    fn wakes(&self) -> Time {
        let wakes = self.parts.iter().filter(|part| !part.left.is_empty());
        let wakes = wakes.map(|part| match part.connection {
            Some(_) => part.heard + SILENCE,
            None => part.gate.max(self.now),
        });
        wakes.min().unwrap_or(self.now)
    }

    fn heard(&mut self, id: ConnectionId) {
        if let Some(index) = self.find(id) {
            self.parts[index].heard = self.now;
        }
    }

    fn find(&self, id: ConnectionId) -> Option<usize> {
        self.parts
            .iter()
            .position(|part| part.connection == Some(id))
    }
}
