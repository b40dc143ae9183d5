//! A store that forgets what is not committed, and checks every order it gets.

use std::collections::BTreeMap;
use std::ops::Range;

use rangeload::core::ranges::RangeSet;
use rangeload::core::record::Record;
use rangeload::core::save::Save;
use rangeload::core::tier::Policy;

/// The version of the file that some bytes are from.
pub(crate) type Version = u32;

pub(crate) struct Store {
    /// What would be lost by a crash: by the start of the part, its stretches of one version.
    memory: BTreeMap<u64, Vec<(Range<u64>, Version)>>,
    durable: BTreeMap<u64, (u64, Version)>,
    pub(crate) record: Option<String>,
    policy: Policy,
}

impl Store {
    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            memory: BTreeMap::new(),
            durable: BTreeMap::new(),
            record: None,
            policy,
        }
    }

    pub(crate) fn append(&mut self, part: u64, bytes: Range<u64>, version: Version) {
        let stretches = self.memory.entry(part).or_default();
        let end = stretches.last().map_or(part, |(range, _)| range.end);
        assert_eq!(
            bytes.start, end,
            "a part is written from its start, without gaps"
        );
        assert!(
            bytes.end - part <= self.policy.longest_part(),
            "a part is never longer than it may be"
        );
        stretches.push((bytes, version));
    }

    pub(crate) fn commit(&mut self, saves: &[Save], record: String) {
        for save in saves {
            let stretches = self
                .memory
                .get(&save.part.start)
                .cloned()
                .unwrap_or_default();
            let have = stretches
                .last()
                .map_or(save.part.start, |(range, _)| range.end);
            assert!(have >= save.part.end, "only bytes in memory can be saved");
            let from = if save.whole {
                save.part.start
            } else {
                save.from
            };
            for (range, version) in stretches {
                let range = range.start.max(from)..range.end.min(save.part.end);
                if !range.is_empty() {
                    self.put(range, version);
                }
            }
            if save.sealed {
                self.memory.remove(&save.part.start);
            }
        }
        self.record = Some(record);
    }

    /// Overlapping bytes may be stored again, but never of another version.
    fn put(&mut self, range: Range<u64>, version: Version) {
        for (&start, &(end, theirs)) in &self.durable {
            let overlap = start < range.end && range.start < end;
            assert!(
                !overlap || theirs == version,
                "bytes of two versions in {range:?}"
            );
        }
        self.durable.insert(range.start, (range.end, version));
    }

    pub(crate) fn erase(&mut self, record: Option<String>) {
        *self = Self {
            record,
            ..Self::new(self.policy)
        };
    }

    /// Everything in memory is lost.
    pub(crate) fn crash(&mut self) {
        self.memory.clear();
    }

    pub(crate) fn stored(&self) -> RangeSet {
        self.durable
            .iter()
            .map(|(&start, &(end, _))| start..end)
            .collect()
    }

    /// Where parts are kept in memory, the bytes of all that are there; where bytes are written as
    /// they come, those that are not durable.
    pub(crate) fn held(&self) -> u64 {
        let durable = self.stored();
        let stretches = self.memory.values().flatten();
        let held = stretches.map(|(range, _)| match self.policy {
            Policy::Parts { .. } => range.end - range.start,
            Policy::Stream { .. } => durable.gaps(range.clone()).map(|g| g.end - g.start).sum(),
        });
        held.sum()
    }

    /// The versions of the stored bytes of a range.
    pub(crate) fn versions(&self, range: &Range<u64>) -> Vec<Version> {
        let overlapping = self
            .durable
            .iter()
            .filter(|(start, (end, _))| **start < range.end && range.start < *end);
        let mut versions: Vec<_> = overlapping.map(|(_, (_, version))| *version).collect();
        versions.sort_unstable();
        versions.dedup();
        versions
    }

    /// The record claims nothing that is not there, and is one that can be read.
    pub(crate) fn check(&self) {
        if let Some(text) = &self.record {
            let record = Record::decode(text).expect("a record of this version");
            let stored = self.stored();
            for claimed in record.stored.iter() {
                assert!(
                    stored.covers(&claimed),
                    "the record claims {claimed:?} of {stored:?}"
                );
            }
        }
    }
}
