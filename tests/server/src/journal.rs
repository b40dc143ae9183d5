//! Keeps a record of every request, by path and query, and tells who waits for one to change.
//!
//! It also counts the requests for each file, which is what knobs such as `times` go by. The
//! `hop` that a redirect adds to a query is not part of the name of a file.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::record::{Ending, RequestRecord};

/// The query parameter that says how many redirects a request has followed.
pub(crate) const HOP: &str = "hop";

#[derive(Debug)]
pub(crate) struct Journal {
    clock: Clock,
    files: Mutex<Files>,
}

#[derive(Clone, Debug)]
struct Clock {
    epoch: Instant,
    changed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Files {
    sequence: u64,
    by_name: HashMap<String, Requests>,
}

#[derive(Debug, Default)]
struct Requests {
    counted: u64,
    entries: Vec<Arc<Entry>>,
}

/// A request's own record, written to as it goes on.
#[derive(Debug)]
pub(crate) struct Entry {
    clock: Clock,
    record: Mutex<RequestRecord>,
}

impl Journal {
    pub(crate) fn new() -> Self {
        Self {
            clock: Clock {
                epoch: Instant::now(),
                changed: Arc::default(),
            },
            files: Mutex::default(),
        }
    }

    pub(crate) fn begin(
        &self,
        port: u16,
        method: &str,
        target: &str,
        range: Option<&str>,
    ) -> Arc<Entry> {
        let mut files = lock(&self.files);
        let entry = Arc::new(Entry {
            clock: self.clock.clone(),
            record: Mutex::new(RequestRecord {
                sequence: files.sequence,
                port,
                method: method.to_owned(),
                target: target.to_owned(),
                range: range.map(str::to_owned),
                asked: None,
                beyond: false,
                status: None,
                sent: None,
                bytes: 0,
                started: self.clock.epoch.elapsed(),
                ended: None,
                ending: None,
            }),
        });
        files.sequence += 1;
        let requests = files.by_name.entry(name(target)).or_default();
        requests.entries.push(Arc::clone(&entry));
        drop(files);
        self.clock.changed.notify_waiters();
        entry
    }

    /// How many requests for this file were counted before; counts one more.
    pub(crate) fn count(&self, target: &str) -> u64 {
        let mut files = lock(&self.files);
        let requests = files.by_name.entry(name(target)).or_default();
        requests.counted += 1;
        requests.counted - 1
    }

    pub(crate) fn requests(&self, target: &str) -> Vec<RequestRecord> {
        let files = lock(&self.files);
        let entries = files.by_name.get(&name(target));
        entries.map_or_else(Vec::new, |requests| {
            let snapshot = |entry: &Arc<Entry>| lock(&entry.record).clone();
            requests.entries.iter().map(snapshot).collect()
        })
    }

    /// Also starts to count from 0 again.
    pub(crate) fn forget(&self, target: &str) {
        lock(&self.files).by_name.remove(&name(target));
        self.clock.changed.notify_waiters();
    }

    /// Waits until the records of a file are as wanted.
    pub(crate) async fn until(
        &self,
        target: &str,
        wanted: impl Fn(&[RequestRecord]) -> bool,
    ) -> Vec<RequestRecord> {
        loop {
            // Enlisted before the look, so that no change falls between the two.
            let change = self.clock.changed.notified();
            tokio::pin!(change);
            change.as_mut().enable();
            let records = self.requests(target);
            if wanted(&records) {
                return records;
            }
            change.await;
        }
    }
}

impl Entry {
    pub(crate) fn update(&self, change: impl FnOnce(&mut RequestRecord)) {
        change(&mut lock(&self.record));
        self.clock.changed.notify_waiters();
    }

    /// The first to say how a request ended is right.
    pub(crate) fn end(&self, ending: Ending) {
        let now = self.clock.epoch.elapsed();
        self.update(|record| {
            if record.ended.is_none() {
                record.ended = Some(now);
                record.ending = Some(ending);
            }
        });
    }
}

/// A panic elsewhere leaves a record incomplete, not unreadable.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn name(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else {
        return target.to_owned();
    };
    let is_hop = |knob: &&str| knob.split('=').next() == Some(HOP);
    let knobs: Vec<_> = query.split('&').filter(|knob| !is_hop(knob)).collect();
    if knobs.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", knobs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn the_hop_of_a_redirect_is_not_part_of_the_name() {
        assert_eq!(name("/a?x=1&hop=2&y=3"), "/a?x=1&y=3");
        assert_eq!(name("/a?hop=2"), "/a");
        assert_eq!(name("/a?x=1"), "/a?x=1");
        assert_eq!(name("/a"), "/a");
    }
}
