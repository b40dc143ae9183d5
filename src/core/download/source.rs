//! The addresses of one download and how each of them does: its failures, its waits, and what
//! proves that it has the same bytes.

use std::time::Duration;

use super::action::SourceIndex;
use crate::core::Time;
use crate::core::concurrency::{Concurrency, PER_ORIGIN};
use crate::core::error::Error;
use crate::core::options::Options;
use crate::core::origin;
use crate::core::resource::Identity;
use crate::core::retry::{Cause, Retry};

/// Assumed until the first answer has come.
const SETUP: Duration = Duration::from_millis(100);

/// So many requests tell what one costs.
const TELLING: u32 = 3;

/// How long it is, at first, from one replacement of a slow connection to the next.
const REPLACING: Duration = Duration::from_secs(1);

/// A mirror is compared again when it has brought so many bytes, and then after twice as many each
/// time.
const COMPARED_AFTER: u64 = 4 << 20;

/// No request may be sent for a while.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    pub(super) until: Time,
    /// The server asked for it: that the network is back does not open it.
    pub(super) asked: bool,
}

#[derive(Debug)]
pub(super) struct Source {
    /// Index of its origin.
    pub(super) origin: usize,
    pub(super) retry: Retry,
    pub(super) gate: Option<Gate>,
    /// What closed the gate, where it was a failure.
    pub(super) failure: Option<Error>,
    /// An answer has been accepted since the download last started.
    pub(super) answered: bool,
    /// Its answers could be read, now or for an earlier page: what hides them is no rule of its server.
    pub(super) readable: bool,
    /// What failed before anything was answered, until it is known whether the server can be
    /// reached, or until the time at which that is given up.
    pub(super) probing: Option<(Cause, Time)>,
    /// Requests in a row that were not answered while others of the host brought bytes.
    pub(super) turned_away: u32,
    /// Requests in a row that failed although the server can be reached.
    pub(super) suspicions: u32,
    /// The whole file is asked for without Range.
    pub(super) plain: bool,
    /// Or was, because requests with Range failed and nothing said why.
    pub(super) guessed: bool,
    /// How it describes the file, once its bytes are proven to be the stored ones.
    pub(super) proven: Option<Identity>,
    /// How many bytes it has brought since it was last compared, and how many it may.
    uncompared: u64,
    compared_after: u64,
    /// The status for which the caller was asked for another URL, until there is one.
    pub(super) refreshing: Option<u16>,
    /// How often that has been done since an answer of it was last accepted.
    pub(super) refreshes: u32,
    /// Why it is not asked any more.
    pub(super) dropped: Option<Error>,
    /// What a request costs before its first byte.
    setup: Option<Duration>,
    /// The least of it, and of how many requests. What is more may be the browser's, which is
    /// busy at first.
    least_setup: Option<Duration>,
    requests: u32,
    /// What the last ones cost.
    last_setups: [Duration; PER_ORIGIN],
    /// Bytes per second of one connection, as last seen.
    pub(super) rate: Option<f64>,
    /// No slow connection is replaced before: the next one may be as slow.
    replaced: Time,
    replacing: Duration,
    /// The next connection takes the place of a slow one.
    pub(super) replaces: bool,
}

impl Source {
    fn new(origin: usize) -> Self {
        Self {
            origin,
            retry: Retry::default(),
            gate: None,
            failure: None,
            answered: false,
            readable: false,
            probing: None,
            turned_away: 0,
            suspicions: 0,
            plain: false,
            guessed: false,
            proven: None,
            uncompared: 0,
            compared_after: COMPARED_AFTER,
            refreshing: None,
            refreshes: 0,
            dropped: None,
            setup: None,
            least_setup: None,
            requests: 0,
            last_setups: [SETUP; PER_ORIGIN],
            rate: None,
            replaced: Time::ZERO,
            replacing: REPLACING,
            replaces: false,
        }
    }

    pub(super) fn setup(&self) -> Duration {
        self.setup.unwrap_or(SETUP)
    }

    pub(super) fn known_setup(&self) -> Option<Duration> {
        self.setup
    }

    pub(super) fn took(&mut self, setup: Duration) {
        self.setup = Some(self.setup.map_or(setup, |known| (known * 3 + setup) / 4));
        self.least_setup = Some(self.least_setup.map_or(setup, |least| least.min(setup)));
        self.requests = self.requests.saturating_add(1);
        self.last_setups.rotate_right(1);
        self.last_setups[0] = setup;
    }

    /// What a request costs of late where it has not to wait for the browser.
    pub(super) fn recent_setup(&self) -> Duration {
        self.last_setups.into_iter().min().unwrap_or_default()
    }

    /// What a request costs at least, once a few have told.
    pub(super) fn least_setup(&self) -> Option<Duration> {
        self.least_setup.filter(|_| self.requests >= TELLING)
    }

    /// One of its connections brings so many bytes per second.
    pub(super) fn saw(&mut self, rate: Option<f64>) {
        let mean = |rate: f64| {
            self.rate
                .map_or(rate, |known| known + (rate - known) / 16.0)
        };
        self.rate = rate.map(mean).or(self.rate);
    }

    /// It has brought bytes of a file that is not known to be the right one but for its size and
    /// the stretches that were compared.
    pub(super) fn brought(&mut self, bytes: u64) {
        self.uncompared += bytes;
    }

    pub(super) fn is_to_be_compared(&self) -> bool {
        self.uncompared >= self.compared_after
    }

    /// Its bytes are those of the file, where they were compared.
    pub(super) fn was_compared(&mut self) {
        if self.is_to_be_compared() {
            self.uncompared = 0;
            self.compared_after *= 2;
        }
    }

    pub(super) fn may_replace(&self, now: Time) -> bool {
        self.replaced <= now
    }

    pub(super) fn replace(&mut self, now: Time) {
        self.replaced = now + self.replacing;
        self.replacing *= 2;
        self.replaces = true;
    }

    /// The connection that took the place of a slow one is faster: so may others be.
    pub(super) fn gained(&mut self) {
        self.replacing = REPLACING;
    }

    pub(super) fn is_alive(&self) -> bool {
        self.dropped.is_none()
    }

    pub(super) fn is_ready(&self) -> bool {
        self.is_alive()
            && self.gate.is_none()
            && self.probing.is_none()
            && self.refreshing.is_none()
    }

    /// Waits until the later of two times.
    pub(super) fn close_gate(&mut self, until: Time, asked: bool, failure: Option<Error>) {
        if self.gate.is_none_or(|gate| gate.until < until) {
            // A network that is back opens none that was asked for, however long it is by now.
            let asked = asked || self.gate.is_some_and(|gate| gate.asked);
            self.gate = Some(Gate { until, asked });
            self.failure = failure;
        }
    }

    /// What failed for want of a network is over; what a server asked for is not.
    pub(super) fn reconnect(&mut self) {
        self.gate = self.gate.filter(|gate| gate.asked);
        self.retry.forgive();
    }
}

/// All sources, the download's own URL first, and the origins they are of.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub(super) list: Vec<Source>,
    pub(super) origins: Vec<Concurrency>,
}

impl Sources {
    pub(super) fn new(url: &str, options: &Options) -> Self {
        let urls = std::iter::once(url).chain(options.mirrors.iter().map(String::as_str));
        let mut known: Vec<&str> = Vec::new();
        let mut sources = Self::default();
        for url in urls {
            let name = origin::of(url);
            let index = known.iter().position(|origin| *origin == name);
            let index = index.unwrap_or_else(|| {
                known.push(name);
                sources.origins.push(Concurrency::new(options.connections));
                known.len() - 1
            });
            sources.list.push(Source::new(index));
        }
        sources
    }

    pub(super) fn get(&self, index: SourceIndex) -> Option<&Source> {
        self.list.get(index)
    }

    pub(super) fn get_mut(&mut self, index: SourceIndex) -> Option<&mut Source> {
        self.list.get_mut(index)
    }

    pub(super) fn origin(&self, index: SourceIndex) -> Option<&Concurrency> {
        self.origins.get(self.list.get(index)?.origin)
    }

    pub(super) fn origin_mut(&mut self, index: SourceIndex) -> Option<&mut Concurrency> {
        let origin = self.list.get(index)?.origin;
        self.origins.get_mut(origin)
    }

    pub(super) fn is_alive(&self, index: SourceIndex) -> bool {
        self.get(index).is_some_and(Source::is_alive)
    }

    pub(super) fn alive(&self) -> impl Iterator<Item = &Source> {
        self.list.iter().filter(|source| source.is_alive())
    }

    pub(super) fn open_gates(&mut self, now: Time) {
        for source in &mut self.list {
            source.gate = source.gate.filter(|gate| gate.until > now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_costs_what_the_quickest_of_the_last_ones_did() {
        let mut source = Source::new(0);
        source.took(Duration::from_secs(3));
        assert_eq!(source.recent_setup(), SETUP, "one may have had to wait");
        for _ in 1..PER_ORIGIN {
            source.took(Duration::from_secs(3));
        }
        assert_eq!(source.recent_setup(), Duration::from_secs(3));
        source.took(Duration::from_millis(20));
        assert_eq!(source.recent_setup(), Duration::from_millis(20));
    }
}
