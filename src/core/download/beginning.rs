//! How a machine comes to life, starts, and starts again from nothing.

use std::collections::VecDeque;

use super::action::{PRIMARY, source_of_mirror};
use super::phase::Phase;
use super::source::Sources;
use super::storing::Storing;
use super::{Download, RemoteFile, SPAN, Stream, snapshot, stopping};
use crate::core::Time;
use crate::core::error::Error;
use crate::core::options::Options;
use crate::core::parts::Parts;
use crate::core::ranges::RangeSet;
use crate::core::rate::Meter;
use crate::core::record::Record;
use crate::core::tier::Tier;

impl Download {
    /// A download of which nothing is stored yet. It waits for `Command::Resume`.
    pub fn new(url: String, options: Options, created: u64) -> Self {
        let record = Record {
            url,
            options,
            created,
            ..Record::default()
        };
        Self::restore(record, &RangeSet::new())
    }

    /// The same, with its bytes kept elsewhere than by default.
    pub fn kept_in(mut self, tier: Tier) -> Self {
        self.parts = Parts::new(tier.policy());
        self.tier = tier;
        self
    }

    /// Goes on with a record; `stored` are the bytes the store really has. What the record claims
    /// beyond them is lost: the download has failed, and fetches just that when it is resumed.
    pub fn restore(record: Record, stored: &RangeSet) -> Self {
        let durable = record.stored.intersection(stored);
        let lost = record.stored.len() - durable.len();
        let whole = record.is_complete() && lost == 0;
        let speaker = match &record.mirror {
            None => Some(PRIMARY),
            // One that is no longer among the mirrors leaves behind the size alone.
            Some(mirror) => {
                let index = record.options.mirrors.iter().position(|m| m == mirror);
                index.map(source_of_mirror)
            }
        };
        let failed = match lost {
            0 => record.failed,
            lost => Some(Error::Storage(stopping::lost(lost))),
        };
        let mut download = Self {
            failed_before: failed.is_some(),
            unremoved: false,
            phase: failed.map_or(Phase::Paused, Phase::Failed),
            file: RemoteFile {
                identity: record.identity,
                presumed: record.presumed,
                speaker,
                ..RemoteFile::default()
            },
            media_type: record.media_type,
            filename: record.filename,
            stream: record.unresumable.map(|why| Stream {
                why,
                announced: None,
            }),
            last_stream: None,
            digest: record.digest,
            verified: record.verified.filter(|_| whole),
            tier: record.tier,
            interrupted: record.running,
            inherited: !durable.is_empty(),
            written: durable.clone(),
            durable,
            parts: Parts::new(record.tier.policy()),
            storing: Storing::Idle,
            record_stale: false,
            discard: false,
            generation: 0,
            mender: None,
            mend: None,
            connections: Vec::new(),
            next_connection: 0,
            sources: Sources::new(&record.url, &record.options),
            offline: None,
            heard: Time::ZERO,
            outpaced: None,
            due: None,
            restarts: 0,
            meter: Meter::new(Time::ZERO, SPAN),
            actions: VecDeque::new(),
            reporting: snapshot::Reporting::default(),
            url: record.url,
            options: record.options,
            created: record.created,
        };
        if whole && download.is_verified() {
            download.phase = Phase::Complete;
            download.interrupted = false;
            download.failed_before = false;
        }
        download
    }

    /// A stored download whose record cannot be read.
    pub fn unreadable(url: String, why: String) -> Self {
        let mut download = Self::new(url, Options::default(), 0);
        download.phase = Phase::Unreadable(Error::Storage(why));
        download
    }

    pub(super) fn start(&mut self, now: Time) {
        self.interrupted = false;
        self.failed_before = false;
        self.unremoved = false;
        self.sources = Sources::new(&self.url, &self.options);
        // Its words are known, so they could be read; and it has brought bytes.
        let speaker = self.file.speaker.filter(|_| !self.written.is_empty());
        if let Some(source) = speaker.and_then(|speaker| self.sources.get_mut(speaker)) {
            source.readable = true;
            source.retry.progress();
        }
        // The store was given up in the middle of an order: it may hold bytes that are given up too.
        let broken_off = matches!(self.phase, Phase::Failed(_));
        self.discard |= broken_off && !matches!(self.storing, Storing::Idle);
        self.phase = Phase::Running;
        self.restarts = 0;
        self.mender = None;
        self.file.unproven = false;
        self.meter = Meter::new(now, SPAN);
        self.record_stale = true;
        // What is whole need not be fetched again to be verified.
        if self.is_stream() && !self.has_every_byte() {
            self.begin_again();
        }
    }

    /// Everything fetched so far is of no use: forget it and start from the first byte.
    pub(super) fn begin_again(&mut self) {
        self.close_all();
        self.parts.clear();
        let forgets = !self.written.is_empty();
        self.discard |= forgets;
        self.generation += u32::from(forgets);
        self.written = RangeSet::new();
        self.inherited = false;
        self.forget_identity();
        self.stream = None;
        self.digest = None;
        self.verified = None;
        self.record_stale = true;
    }

    /// The next answer says which file it is, whoever gives it.
    pub(super) fn forget_identity(&mut self) {
        self.file = RemoteFile::default();
        for source in &mut self.sources.list {
            source.proven = None;
        }
    }
}
