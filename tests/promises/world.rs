//! Sources, a store and a caller, as simple as they can be.

use std::collections::BTreeMap;
use std::time::Duration;

use rangeload::core::Moment;
use rangeload::core::digest::{Digest, Hasher};
use rangeload::core::download::{Action, Command, ConnectionId, Download, SourceIndex, State};
use rangeload::core::error::Error;
use rangeload::core::headers::ContentRange;
use rangeload::core::options::Options;
use rangeload::core::ranges::RangeSet;
use rangeload::core::record::Record;
use rangeload::core::response::Head;

const URL: &str = "https://a.example/b";

/// More than is read back at a time, and no multiple of it.
pub(crate) const SIZE: u64 = (2 << 20) + 5;

pub(crate) fn content() -> Vec<u8> {
    (0..SIZE).map(|offset| ((offset * 31) >> 8) as u8).collect()
}

pub(crate) fn digest_of(bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::sha256();
    hasher.update(bytes);
    hasher.finish()
}

/// Servers and a store without faults, and a caller who answers.
pub(crate) struct World {
    pub(crate) download: Download,
    pub(crate) at: Moment,
    /// What each source has.
    pub(crate) copies: Vec<Vec<u8>>,
    pub(crate) stored: Vec<u8>,
    pub(crate) sources: BTreeMap<ConnectionId, SourceIndex>,
    pub(crate) record: Option<String>,
    pub(crate) head: Head,
    /// Answers to the first requests, instead of the file.
    pub(crate) refusals: Vec<u16>,
    /// What the caller says when asked for another URL.
    pub(crate) next_urls: Vec<Option<&'static str>>,
    pub(crate) states: Vec<State>,
    pub(crate) loads: usize,
    pub(crate) asked: usize,
    /// What was kept each time that something was not.
    pub(crate) discarded: Vec<RangeSet>,
}

impl World {
    pub(crate) fn new(options: Options) -> Self {
        let head = Head {
            status: 206,
            content_length: Some(SIZE),
            last_modified: Some("Tue, 15 Nov 1994 12:45:26 GMT".into()),
            ..Head::default()
        };
        Self {
            download: Download::new(URL.into(), options, 0),
            at: Moment {
                now: Duration::from_secs(1000),
                chance: 0.5,
            },
            copies: vec![content()],
            stored: vec![0; SIZE as usize],
            sources: BTreeMap::new(),
            record: None,
            head,
            refusals: Vec::new(),
            next_urls: Vec::new(),
            states: Vec::new(),
            loads: 0,
            asked: 0,
            discarded: Vec::new(),
        }
    }

    pub(crate) fn run(&mut self) -> &mut Self {
        self.download.handle_command(self.at, Command::Resume);
        while !self.download.is_at_rest() {
            self.step();
        }
        self
    }

    pub(crate) fn step(&mut self) {
        let at = self.at;
        let state = self.download.state();
        if self.states.last() != Some(&state) {
            self.states.push(state);
        }
        match self.download.poll_action() {
            Some(Action::Open {
                connection,
                source,
                range,
                ..
            }) => {
                self.asked += 1;
                self.sources.insert(connection, source);
                let mut head = self.head.clone();
                match self.refusals.pop() {
                    Some(status) => {
                        head = Head {
                            status,
                            ..Head::default()
                        }
                    }
                    None => {
                        let range = range.start..range.end.min(SIZE);
                        head.content_length = Some(range.end - range.start);
                        let total = Some(SIZE);
                        head.content_range = Some(Ok(ContentRange::Bytes { range, total }));
                    }
                }
                self.download.handle_response(at, connection, &head);
            }
            Some(Action::Read {
                connection, limit, ..
            }) => {
                self.download.handle_bytes(at, connection, limit);
            }
            Some(Action::Write {
                connection,
                at: start,
                len,
                ..
            }) => {
                // A coding may be longer than the file.
                let bytes = start as usize..(start + len).min(SIZE) as usize;
                let copy = &self.copies[self.sources[&connection]];
                self.stored[bytes.clone()].copy_from_slice(&copy[bytes]);
            }
            Some(Action::Compare { connection, range }) => {
                let bytes = range.start as usize..range.end as usize;
                let copy = &self.copies[self.sources[&connection]];
                let same = copy[bytes.clone()] == self.stored[bytes];
                self.download.handle_compared(at, connection, Ok(same));
            }
            Some(Action::Discard { kept, record }) => {
                let gone = kept.gaps(0..SIZE);
                gone.for_each(|gap| self.stored[gap.start as usize..gap.end as usize].fill(0));
                self.discarded.push(kept);
                self.record = Some(record);
                self.download.handle_erased(at, Ok(()));
            }
            Some(Action::Commit { record, .. }) => {
                self.record = Some(record);
                self.download.handle_committed(at, Ok(()));
            }
            Some(Action::Load { range }) => {
                self.loads += 1;
                let bytes = &self.stored[range.start as usize..range.end as usize];
                self.download.handle_loaded(at, range.start, Ok(bytes));
            }
            Some(Action::Refresh { .. }) => {
                let url = self.next_urls.pop().flatten();
                self.download.handle_refreshed(at, url.map(Into::into));
            }
            Some(_) => {}
            None => {
                self.at.now = self.download.poll_timeout(at.now).expect("a next step");
                self.download.handle_timeout(self.at);
            }
        }
    }

    pub(crate) fn error(&self) -> Option<Error> {
        self.download.snapshot(self.at.now).error
    }

    pub(crate) fn saved(&self) -> Record {
        let record = self.record.as_deref().expect("a record");
        Record::decode(record).expect("a record that can be read")
    }

    pub(crate) fn restored(&self) -> Download {
        let record = self.saved();
        let stored = record.stored.clone();
        Download::restore(record, &stored)
    }
}
