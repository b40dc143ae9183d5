//! What is going to happen, soonest first, and in the order it was planned where times are equal.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use rangeload::core::Time;

struct Entry<T> {
    at: Time,
    number: u64,
    what: T,
}

pub(crate) struct Agenda<T> {
    entries: BinaryHeap<Reverse<Entry<T>>>,
    next: u64,
}

impl<T> Agenda<T> {
    pub(crate) fn new() -> Self {
        Self {
            entries: BinaryHeap::new(),
            next: 0,
        }
    }

    pub(crate) fn add(&mut self, at: Time, what: T) {
        let number = self.next;
        self.next += 1;
        self.entries.push(Reverse(Entry { at, number, what }));
    }

    pub(crate) fn next(&self) -> Option<Time> {
        self.entries.peek().map(|Reverse(entry)| entry.at)
    }

    pub(crate) fn take(&mut self) -> Option<T> {
        self.entries.pop().map(|Reverse(entry)| entry.what)
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.entries.retain(|Reverse(entry)| keep(&entry.what));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|Reverse(entry)| &entry.what)
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
