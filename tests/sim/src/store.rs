//! A store that forgets what is not durable, and checks every order it gets.

use std::collections::BTreeMap;
use std::ops::Range;

use rangeload::core::ranges::RangeSet;
use rangeload::core::record::Record;
use rangeload::core::save::Save;
use rangeload::core::tier::Policy;

use crate::tags::{Tags, Version, sound};

/// How much of a commit became durable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Extent {
    Nothing,
    /// Some of the bytes, and not the record.
    Bytes,
    All,
}

/// A commit under way.
#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) saves: Vec<Save>,
    pub(crate) record: String,
}

/// An order to forget, under way.
#[derive(Debug)]
pub(crate) enum Erasure {
    All,
    Others { kept: RangeSet, record: String },
}

/// Bytes in memory that were received one after the other.
struct Part {
    end: u64,
    stretches: Vec<(Range<u64>, Version)>,
}

pub(crate) struct Store {
    policy: Policy,
    /// What a crash would lose, by the start of the part.
    memory: BTreeMap<u64, Part>,
    held: u64,
    durable: Tags,
    record: Option<String>,
    /// The bytes that the record claims.
    claimed: RangeSet,
    /// Bytes that this life of the machine has written or found: each is written once.
    written: RangeSet,
}

impl Store {
    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            policy,
            memory: BTreeMap::new(),
            held: 0,
            durable: Tags::default(),
            record: None,
            claimed: RangeSet::new(),
            written: RangeSet::new(),
        }
    }

    pub(crate) fn append(&mut self, part: u64, bytes: Range<u64>, version: Version) {
        let free = self.written.gaps(bytes.clone()).next();
        assert_eq!(free, Some(bytes.clone()), "bytes are written a second time");
        self.written.insert(bytes.clone());
        let held = self.memory.entry(part).or_insert(Part {
            end: part,
            stretches: Vec::new(),
        });
        assert_eq!(
            held.end, bytes.start,
            "a part is written from its start, without gaps"
        );
        assert!(
            bytes.end - part <= self.policy.longest_part(),
            "a part is longer than it may be"
        );
        self.held += bytes.end - bytes.start;
        held.end = bytes.end;
        match held.stretches.last_mut() {
            Some((last, theirs)) if *theirs == version => last.end = bytes.end,
            _ => held.stretches.push((bytes, version)),
        }
    }

    /// The order is one that can be carried out.
    pub(crate) fn check_order(&self, commit: &Commit) {
        for Save {
            part, from, whole, ..
        } in &commit.saves
        {
            let end = self.memory.get(&part.start).map(|held| held.end);
            assert!(
                end.is_some_and(|end| end >= part.end),
                "{part:?} is to be saved, and only {end:?} is in memory"
            );
            assert!(
                *whole || self.durable.covers(&(part.start..*from)),
                "{part:?} is to be saved from {from} on, and what is before is not durable"
            );
        }
    }

    /// Whether there would be anything that was not there before.
    pub(crate) fn is_changed_by(&self, commit: &Commit) -> bool {
        !commit.saves.is_empty() || self.record.as_ref() != Some(&commit.record)
    }

    /// Carries a commit out, or as much of it as became of it.
    pub(crate) fn commit(&mut self, commit: Commit, extent: Extent, some: usize) {
        let saves = match extent {
            Extent::Nothing => return,
            Extent::Bytes => some.min(commit.saves.len()),
            Extent::All => commit.saves.len(),
        };
        for save in &commit.saves[..saves] {
            let from = if save.whole {
                save.part.start
            } else {
                save.from
            };
            let Some(held) = self.memory.get(&save.part.start) else {
                panic!("{:?} was forgotten while it was being saved", save.part);
            };
            for (range, version) in &held.stretches {
                let range = range.start.max(from)..range.end.min(save.part.end);
                for claimed in self.claimed.iter() {
                    let both = range.start.max(claimed.start)..range.end.min(claimed.end);
                    let theirs = self.durable.version(&both);
                    assert!(
                        both.is_empty() || theirs == Some(*version),
                        "{both:?} of version {theirs:?} are replaced by version {version}"
                    );
                }
                self.durable.put(range, *version);
            }
        }
        if extent != Extent::All {
            return;
        }
        let streams = matches!(self.policy, Policy::Stream { .. });
        for save in &commit.saves {
            if streams {
                self.held -= save.part.end - save.from;
            }
            if save.sealed
                && let Some(held) = self.memory.remove(&save.part.start)
                && !streams
            {
                self.held -= held.end - save.part.start;
            }
        }
        self.keep(commit.record);
    }

    /// A record claims nothing that is not there, and bytes of one version only.
    fn keep(&mut self, text: String) {
        let record = Record::decode(&text).expect("a record is written as it is read");
        let mut version = None;
        for claimed in record.stored.iter() {
            assert!(
                self.durable.covers(&claimed),
                "the record claims {claimed:?}, and stored are {:?}",
                self.stored()
            );
            for (range, theirs) in self.durable.within(&claimed) {
                let theirs = sound(theirs);
                let first = *version.get_or_insert(theirs);
                assert_eq!(
                    first, theirs,
                    "bytes of two versions meet at {}",
                    range.start
                );
            }
        }
        self.claimed = record.stored;
        self.record = Some(text);
    }

    pub(crate) fn erase(&mut self, erasure: Erasure) {
        let durable = std::mem::take(&mut self.durable);
        *self = Self::new(self.policy);
        if let Erasure::Others { kept, record } = erasure {
            self.durable = durable;
            self.durable.keep(&kept);
            self.written = kept;
            self.keep(record);
        }
    }

    /// Everything in memory is lost; the next machine finds what is durable.
    pub(crate) fn reload(&mut self) {
        self.memory.clear();
        self.held = 0;
        self.written = self.claimed.intersection(&self.stored());
    }

    pub(crate) fn record(&self) -> Option<Record> {
        let text = self.record.as_deref()?;
        Some(Record::decode(text).expect("a record is written as it is read"))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.record.is_none() && self.held == 0 && self.durable.iter().next().is_none()
    }

    pub(crate) fn stored(&self) -> RangeSet {
        self.durable.iter().map(|(range, _)| range).collect()
    }

    pub(crate) fn is_durable(&self, range: &Range<u64>) -> bool {
        self.durable.covers(range)
    }

    pub(crate) fn bytes(&self, range: &Range<u64>) -> Option<Vec<u8>> {
        self.durable.bytes(range)
    }

    pub(crate) fn stretches(&self, range: &Range<u64>) -> Vec<(Range<u64>, Version)> {
        self.durable.within(range).collect()
    }

    /// The version of durable bytes, if they are there and of one.
    pub(crate) fn version(&self, range: &Range<u64>) -> Option<Version> {
        self.durable.version(range)
    }

    /// Where parts are kept in memory, the bytes of all that are there; where bytes are written as
    /// they come, those that are not durable.
    pub(crate) fn held(&self) -> u64 {
        self.held
    }

    /// How many bytes have been written, all lives together.
    pub(crate) fn written(&self) -> u64 {
        self.written.len()
    }
}
