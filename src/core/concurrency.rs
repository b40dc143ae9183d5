//! How many requests one origin gets at once: more while more of them bring more, fewer when the
//! last ones brought nothing or the server says that it is too much.
//!
//! It sees how many bytes come and never where they belong.

use std::time::Duration;

use super::Time;

/// What browsers allow to one HTTP/1.1 host.
pub const PER_ORIGIN: usize = 6;

/// A throughput taken over less than this says little.
const EPOCH: Duration = Duration::from_millis(100);

/// It is taken over as long as a request takes to be answered, so that new connections get up to
/// speed, but a server that is slow to answer does not make it longer than this.
const WARM: Duration = Duration::from_millis(500);

/// An epoch lasts until so many chunks have come over each connection, but not for ever.
const CHUNKS: usize = 6;
const LONGEST_EPOCH: Duration = Duration::from_secs(2);

/// What more connections would bring if each brought as much as those before: of that, this share
/// shows that the link is not full.
const SCALES: f64 = 0.7;

/// The throughput of a full link changes by as much from one epoch to the next.
const NOISE: f64 = 0.15;

/// A link that brings so many bytes per second is faster than what becomes of the bytes: more
/// connections would only cost the machine more.
const AMPLE: f64 = 125e6;

/// How long nothing is tried after a try that did not pay; each further time twice as long.
const REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(80);

#[derive(Debug)]
pub struct Concurrency {
    most: usize,
    adaptive: bool,
    allowed: usize,
    /// What the last level brought that was worth keeping.
    base: Option<Level>,
    epoch: Option<Epoch>,
    /// Nothing more is tried before.
    resting: Time,
    rest: Duration,
    /// When the server last refused: what was asked before says nothing new.
    refused: Option<Time>,
    /// A request had to wait for a connection.
    shared: bool,
    /// Of a fixed number: one more is allowed since the last refusal.
    grown: bool,
}

#[derive(Clone, Copy, Debug)]
struct Level {
    connections: usize,
    rate: f64,
}

#[derive(Debug)]
struct Epoch {
    began: Time,
    bytes: u64,
    chunks: usize,
}

impl Concurrency {
    /// `None` finds the best number by itself.
    pub fn new(fixed: Option<usize>) -> Self {
        Self {
            most: fixed.unwrap_or(PER_ORIGIN).max(1),
            adaptive: fixed.is_none(),
            allowed: fixed.unwrap_or(1).max(1),
            base: None,
            epoch: None,
            resting: Time::ZERO,
            rest: REST,
            refused: None,
            shared: false,
            grown: false,
        }
    }

    /// A request waits although others are answered: someone else uses the host's connections.
    pub fn crowd(&mut self) {
        self.shared = true;
    }

    /// Others want connections to the host too.
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// A browser lets no more requests through to the host than there are.
    pub fn is_crowded(&self) -> bool {
        self.shared || self.allowed >= PER_ORIGIN
    }

    /// How many requests there may be now.
    pub fn allowed(&self) -> usize {
        self.allowed
    }

    /// How many there will be if more of them pay: work is shared out with these in mind.
    pub fn expected(&self, now: Time) -> usize {
        if self.resting > now {
            self.allowed
        } else {
            self.most
        }
    }

    /// The server answers: a second connection is worth a try whatever the link.
    pub fn answered(&mut self) {
        if self.adaptive && self.allowed == 1 && self.base.is_none() && self.refused.is_none() {
            self.allowed = 2;
        }
    }

    pub fn received(&mut self, bytes: u64) {
        if let Some(epoch) = &mut self.epoch {
            epoch.bytes += bytes;
            epoch.chunks += 1;
        }
    }

    /// Connections have ended, or waited, for a reason that says nothing of the link.
    pub fn interrupt(&mut self) {
        self.epoch = None;
    }

    /// Looks at what the connections bring. `flowing` is how many of them do, `setup` what a
    /// request costs before its first byte.
    pub fn observe(&mut self, now: Time, flowing: usize, setup: Duration) {
        let judged = self
            .base
            .is_none_or(|base| base.connections >= self.allowed);
        if now < self.resting || (self.allowed >= self.most && judged) {
            self.epoch = None;
            return;
        }
        if !self.adaptive {
            // The last one to be let in was answered.
            if self.grown && flowing >= self.allowed {
                self.rest = (self.rest / 2).max(REST);
            }
            self.grown = true;
            self.allowed += 1;
            self.resting = now + self.rest;
            return;
        }
        let Some(epoch) = &self.epoch else {
            if flowing >= self.allowed {
                self.epoch = Some(Epoch {
                    began: now,
                    bytes: 0,
                    chunks: 0,
                });
            }
            return;
        };
        let lasted = now.saturating_sub(epoch.began);
        let telling = lasted >= setup.clamp(EPOCH, WARM) && epoch.chunks >= CHUNKS * self.allowed;
        if telling || lasted >= LONGEST_EPOCH {
            let level = Level {
                connections: self.allowed,
                rate: epoch.bytes as f64 / lasted.as_secs_f64(),
            };
            self.epoch = None;
            self.decide(now, level);
        }
    }

    fn decide(&mut self, now: Time, level: Level) {
        let n = level.connections;
        if level.rate >= AMPLE {
            self.pause(now);
            return;
        }
        let base = self.base.replace(level);
        let Some(base) = base.filter(|base| base.connections < n) else {
            // Nothing to compare with yet. The first try is a bold one: where connections are held
            // to a rate each, every moment with few of them is lost. Later ones are careful.
            let more = if self.rest == REST { 2 * n } else { 1 };
            self.allowed = (n + more).min(self.most);
            return;
        };
        let added = (n - base.connections) as f64 / base.connections as f64;
        let gain = level.rate / base.rate.max(1.0) - 1.0;
        if gain >= SCALES * added {
            self.rest = REST;
            self.allowed = (2 * n).min(self.most);
            return;
        }
        // So many of those before would have filled the link.
        let full = (1.0 + gain - NOISE) * base.connections as f64;
        self.allowed = (full.ceil() as usize).clamp(base.connections, n);
        self.pause(now);
    }

    /// The server said that it is too much, to a request of the time `opened`. What it goes on
    /// sending over `flowing` connections is not what it refuses.
    pub fn refuse(&mut self, now: Time, flowing: usize, opened: Time) {
        if self.refused.is_some_and(|refused| opened < refused) {
            return;
        }
        let alone = self.allowed == 1;
        self.allowed = (self.allowed / 2).max(flowing.min(self.allowed)).max(1);
        self.refused = Some(now);
        let rest = self.rest;
        self.pause(now);
        // It refuses whoever comes: how many are too many, it does not say.
        if alone {
            self.rest = rest;
        }
    }

    fn pause(&mut self, now: Time) {
        self.resting = now + self.rest;
        self.rest = (self.rest * 2).min(LONGEST_REST);
        self.base = None;
        self.epoch = None;
        self.grown = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETUP: Duration = Duration::from_millis(20);

    /// A link that brings `rate(n)` bytes a second over `n` connections, for so many seconds.
    fn run(
        concurrency: &mut Concurrency,
        from: f64,
        seconds: f64,
        rate: impl Fn(usize) -> f64,
    ) -> f64 {
        let mut now = from;
        while now < from + seconds {
            now += 0.005;
            let n = concurrency.allowed();
            for _ in 0..n {
                concurrency.received((rate(n) * 0.005 / n as f64) as u64);
            }
            concurrency.observe(Time::from_secs_f64(now), n, SETUP);
        }
        now
    }

    fn answered() -> Concurrency {
        let mut concurrency = Concurrency::new(None);
        assert_eq!(concurrency.allowed(), 1);
        concurrency.answered();
        concurrency
    }

    #[test]
    fn capped_connections_become_six_within_half_a_second() {
        let mut concurrency = answered();
        assert_eq!(concurrency.allowed(), 2);
        run(&mut concurrency, 0.0, 0.5, |n| n as f64 * 10e6);
        assert_eq!(concurrency.allowed(), PER_ORIGIN);
    }

    #[test]
    fn a_shared_link_is_left_to_two() {
        let mut concurrency = answered();
        run(&mut concurrency, 0.0, 4.0, |_| 100e6);
        assert_eq!(concurrency.allowed(), 2);
    }

    #[test]
    fn a_link_faster_than_the_machine_gets_no_more_than_two() {
        let mut concurrency = answered();
        run(&mut concurrency, 0.0, 20.0, |n| n as f64 * 100e6);
        assert_eq!(concurrency.allowed(), 2);
    }

    #[test]
    fn a_bottleneck_part_of_the_way_stops_the_growth() {
        let mut concurrency = answered();
        run(&mut concurrency, 0.0, 3.0, |n| (n as f64 * 10e6).min(40e6));
        assert_eq!(concurrency.allowed(), 4);
    }

    #[test]
    fn a_link_that_gets_wider_is_found_out() {
        let mut concurrency = answered();
        let now = run(&mut concurrency, 0.0, 4.0, |_| 20e6);
        run(&mut concurrency, now, 20.0, |n| n as f64 * 10e6);
        assert_eq!(concurrency.allowed(), PER_ORIGIN);
    }

    #[test]
    fn tries_that_do_not_pay_become_rare() {
        let mut concurrency = answered();
        let (mut tries, mut now) = (0, 0.0);
        for _ in 0..6000 {
            let before = concurrency.allowed();
            now = run(&mut concurrency, now, 0.1, |_| 20e6);
            tries += usize::from(concurrency.allowed() > before);
        }
        assert!(tries <= 12, "{tries} tries in ten minutes");
    }

    #[test]
    fn a_refusal_halves_but_keeps_what_flows() {
        let at = Time::from_secs;
        let mut busy = Concurrency::new(Some(8));
        busy.refuse(at(10), 0, at(9));
        assert_eq!(busy.allowed(), 4);
        let mut growing = Concurrency::new(Some(4));
        growing.refuse(at(10), 3, at(9));
        assert_eq!(growing.allowed(), 3);
    }

    #[test]
    fn requests_refused_together_count_once() {
        let at = Time::from_secs;
        let mut concurrency = Concurrency::new(Some(8));
        for _ in 0..5 {
            concurrency.refuse(at(10), 0, at(9));
        }
        assert_eq!(concurrency.allowed(), 4);
    }

    #[test]
    fn a_refused_server_is_asked_for_more_one_by_one() {
        let mut concurrency = Concurrency::new(Some(8));
        concurrency.refuse(Time::from_secs(1), 0, Time::ZERO);
        let now = run(&mut concurrency, 1.0, 4.0, |n| n as f64);
        assert_eq!(concurrency.allowed(), 4);
        run(&mut concurrency, now, 2.0, |n| n as f64);
        assert_eq!(concurrency.allowed(), 5);
    }

    #[test]
    fn a_server_that_is_away_for_a_moment_is_not_left_to_one_for_long() {
        for fixed in [None, Some(6)] {
            let mut concurrency = Concurrency::new(fixed.or(Some(6)));
            concurrency.adaptive = fixed.is_none();
            for second in 1..9 {
                let at = Time::from_secs(second);
                concurrency.refuse(at, 0, at);
            }
            assert_eq!(concurrency.allowed(), 1);
            run(&mut concurrency, 8.0, 60.0, |n| n as f64 * 1e6);
            assert_eq!(concurrency.allowed(), PER_ORIGIN, "{fixed:?}");
        }
    }

    #[test]
    fn there_is_always_one() {
        let mut concurrency = answered();
        for second in 1..9 {
            concurrency.refuse(Time::from_secs(second), 0, Time::from_secs(second));
        }
        assert_eq!(concurrency.allowed(), 1);
    }
}
