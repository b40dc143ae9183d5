//! One rate for all responses of an address: their slices queue for it, as packets do for a link.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use tokio::time::Instant;

use crate::journal::lock;
use crate::pace::Pace;

#[derive(Debug)]
pub(crate) struct Bottleneck(Mutex<Pace>);

impl Bottleneck {
    fn new(rate: u64) -> Self {
        Self(Mutex::new(Pace::new(rate, Instant::now())))
    }

    /// As of [`Pace::slice`]. One response waits for one slice at a time, so all get equal shares.
    pub(crate) fn slice(&self) -> usize {
        lock(&self.0).slice()
    }

    /// As of [`Pace::schedule`], behind the bytes of every response that asked before.
    pub(crate) fn schedule(&self, bytes: usize, now: Instant) -> Instant {
        lock(&self.0).schedule(bytes, now)
    }
}

/// The bottlenecks in use, by path and query. One lives as long as a response goes through it.
#[derive(Debug, Default)]
pub(crate) struct Bottlenecks(Mutex<HashMap<String, Weak<Bottleneck>>>);

impl Bottlenecks {
    /// `rate` is in bytes per second and not 0. It is part of the query, so an address has one.
    pub(crate) fn of(&self, target: &str, rate: u64) -> Arc<Bottleneck> {
        let mut all = lock(&self.0);
        if let Some(shared) = all.get(target).and_then(Weak::upgrade) {
            return shared;
        }
        all.retain(|_, bottleneck| bottleneck.strong_count() > 0);
        let new = Arc::new(Bottleneck::new(rate));
        all.insert(target.to_owned(), Arc::downgrade(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_bottleneck_as_long_as_it_is_in_use() {
        let all = Bottlenecks::default();
        let (one, same, other) = (all.of("/a", 5), all.of("/a", 5), all.of("/b", 5));
        assert!(Arc::ptr_eq(&one, &same) && !Arc::ptr_eq(&one, &other));
        drop((one, same, other));
        let _next = all.of("/c", 5);
        assert_eq!(lock(&all.0).len(), 1);
    }
}
