//! What the core makes of storage that refuses or loses bytes: it says so, keeps the others, and
//! fetches just what is missing.

#![cfg(not(target_arch = "wasm32"))]

use std::ops::Range;
use std::time::Duration;

use rangeload::core::download::{Action, Command, ConnectionId, Download, State, StoreFailure};
use rangeload::core::error::Error;
use rangeload::core::options::Options;
use rangeload::core::ranges::RangeSet;
use rangeload::core::record::Record;
use rangeload::core::response::Head;
use rangeload::core::tier::Tier;
use rangeload::core::{Moment, Time};

const MIB: u64 = 1 << 20;
const SIZE: u64 = 100 * MIB;

/// A page whose server never fails and whose store does as it is told.
struct Page {
    now: Time,
    machine: Download,
    /// What was asked for.
    requests: Vec<Range<u64>>,
    reads: Vec<(ConnectionId, u64)>,
    written: RangeSet,
    record: Option<String>,
    commits: usize,
    /// The store has no room from this offset on.
    full_from: u64,
    /// What the next commit comes to.
    commit: Result<(), StoreFailure>,
}

impl Page {
    fn new(tier: Tier) -> Self {
        let options = Options {
            connections: Some(1),
            ..Options::default()
        };
        Self::with(Download::new("https://example.org/f".into(), options, 0).kept_in(tier))
    }

    fn with(machine: Download) -> Self {
        Self {
            now: Duration::from_secs(1_000_000),
            machine,
            requests: Vec::new(),
            reads: Vec::new(),
            written: RangeSet::new(),
            record: None,
            commits: 0,
            full_from: u64::MAX,
            commit: Ok(()),
        }
    }

    fn at(&self) -> Moment {
        Moment {
            now: self.now,
            chance: 0.5,
        }
    }

    fn command(&mut self, command: Command) {
        let at = self.at();
        self.machine.handle_command(at, command);
        self.perform();
    }

    /// Brings bytes, 50 MiB a second, until the download rests or has so many.
    fn run(&mut self, bytes: u64) {
        while self.written.len() < bytes && !self.reads.is_empty() {
            self.now += Duration::from_millis(20);
            let at = self.at();
            let (id, len) = self.reads.remove(0);
            self.machine.handle_bytes(at, id, len);
            self.perform();
        }
    }

    fn perform(&mut self) {
        while let Some(action) = self.machine.poll_action() {
            let at = self.at();
            match action {
                Action::Open {
                    connection, range, ..
                } => {
                    self.requests.push(range.clone());
                    self.now += Duration::from_millis(100);
                    let at = self.at();
                    self.machine.handle_response(at, connection, &head(&range));
                }
                Action::Read {
                    connection, limit, ..
                } => self.reads.push((connection, limit)),
                Action::Write {
                    part,
                    at: from,
                    len,
                    ..
                } => {
                    let bytes = from..from + len;
                    if bytes.end > self.full_from {
                        self.machine
                            .handle_unwritten(at, part, bytes, StoreFailure::Quota);
                    } else {
                        self.written.insert(bytes);
                    }
                }
                Action::Close { connection } => self.reads.retain(|(id, _)| *id != connection),
                Action::Commit { record, .. } => self.settle(record),
                Action::Discard { kept, record } => {
                    self.written = kept;
                    self.record = Some(record);
                    self.machine.handle_erased(at, Ok(()));
                }
                _ => {}
            }
        }
    }

    fn settle(&mut self, record: String) {
        self.commits += 1;
        let result = std::mem::replace(&mut self.commit, Ok(()));
        if result.is_ok() {
            let claimed = Record::decode(&record).expect("a record").stored;
            let claims_too_much = claimed.iter().any(|range| !self.written.covers(&range));
            assert!(!claims_too_much, "{claimed:?} of {:?}", self.written);
            self.record = Some(record);
        }
        let at = self.at();
        self.machine.handle_committed(at, result);
    }

    fn error(&self) -> Option<Error> {
        self.machine.snapshot(self.now).error
    }

    fn stored(&self) -> Record {
        Record::decode(self.record.as_ref().expect("something is stored")).expect("a record")
    }
}

fn head(asked: &Range<u64>) -> Head {
    let end = asked.end.min(SIZE);
    Head::parse(206, Duration::ZERO, |name| match name {
        "content-length" => Some((end - asked.start).to_string()),
        "content-range" => Some(format!("bytes {}-{}/{SIZE}", asked.start, end - 1)),
        "etag" => Some("\"a\"".into()),
        _ => None,
    })
}

#[test]
fn a_refused_write_keeps_what_is_written_and_says_how_much_is_missing() {
    for tier in [Tier::Opfs, Tier::IndexedDb] {
        let mut page = Page::new(tier);
        page.full_from = 30 * MIB;
        page.command(Command::Resume);
        page.run(SIZE);
        let missing = Some(70 * MIB);
        assert_eq!(page.error(), Some(Error::Quota { missing }), "{tier:?}");
        assert!(page.machine.is_at_rest());
        assert_eq!(page.stored().stored, [0..30 * MIB].into_iter().collect());
    }
}

#[test]
fn a_download_that_found_no_room_goes_on_when_there_is_some() {
    let mut page = Page::new(Tier::Opfs);
    page.full_from = 30 * MIB;
    page.command(Command::Resume);
    page.run(SIZE);
    page.full_from = u64::MAX;
    page.command(Command::Resume);
    page.run(SIZE);
    assert_eq!(
        (page.machine.state(), page.error()),
        (State::Complete, None)
    );
    // What is asked for at a time may all be lost in a crash.
    let again = [30, 54, 78].map(|start| start * MIB..SIZE.min((start + 24) * MIB));
    let mut requests = vec![0..u64::MAX, 24 * MIB..48 * MIB];
    requests.extend(again);
    assert_eq!(page.requests, requests);
}

#[test]
fn the_last_bytes_may_be_the_ones_refused() {
    let mut page = Page::new(Tier::Opfs);
    page.full_from = SIZE - 1;
    page.command(Command::Resume);
    page.run(SIZE);
    let missing = Some(MIB);
    assert_eq!(page.error(), Some(Error::Quota { missing }));
    assert!(!page.stored().is_complete());
}

#[test]
fn a_file_is_saved_every_8_mib_and_not_for_every_part() {
    let mut page = Page::new(Tier::Opfs);
    page.command(Command::Resume);
    let begun = page.commits;
    page.run(95 * MIB);
    assert_eq!(page.commits - begun, 11);
    page.run(SIZE);
    assert_eq!(page.machine.state(), State::Complete);
}

#[test]
fn bytes_that_the_store_has_lost_are_named_and_only_they_are_fetched() {
    let mut page = Page::new(Tier::Opfs);
    page.command(Command::Resume);
    page.run(SIZE);
    let truncated = [0..60 * MIB].into_iter().collect();
    let mut later = Page::with(Download::restore(page.stored(), &truncated));
    later.written = truncated;
    assert_eq!(later.machine.state(), State::Failed);
    let error = later.error().expect("it has failed");
    assert_eq!((error.code(), error.is_retryable()), ("storage", true));
    assert!(
        error.to_string().contains(&(40 * MIB).to_string()),
        "{error}"
    );
    later.command(Command::Resume);
    later.run(SIZE);
    assert_eq!(later.machine.state(), State::Complete);
    assert_eq!(later.requests, [60 * MIB..84 * MIB, 84 * MIB..SIZE]);
}

#[test]
fn a_store_that_breaks_is_only_trusted_with_what_it_had_before() {
    let mut page = Page::new(Tier::IndexedDb);
    page.command(Command::Resume);
    page.run(20 * MIB);
    let before = page.stored().stored;
    page.commit = Err(StoreFailure::Broken("gone".into()));
    page.run(SIZE);
    assert_eq!(page.error(), Some(Error::Storage("gone".into())));
    assert!(page.machine.is_at_rest());
    assert_eq!(*page.machine.durable(), before);
    assert_eq!(page.machine.snapshot(page.now).received, before.len());
}

#[test]
fn for_want_of_room_bytes_in_memory_wait_for_the_next_try() {
    let mut page = Page::new(Tier::IndexedDb);
    page.command(Command::Resume);
    page.run(12 * MIB);
    page.commit = Err(StoreFailure::Quota);
    page.run(SIZE);
    assert_eq!(page.error().map(|error| error.code()), Some("quota"));
    assert!(!page.machine.is_at_rest());
    let received = page.written.len();
    page.command(Command::Resume);
    assert_eq!(page.stored().stored.len(), received);
    page.run(SIZE);
    assert_eq!(page.machine.state(), State::Complete);
}

#[test]
fn bytes_in_memory_only_are_not_resumable_and_the_reason_is_told() {
    let snapshot = |tier| Page::new(tier).machine.snapshot(Time::ZERO);
    let memory = snapshot(Tier::Memory);
    assert!(memory.unresumable.is_some_and(|why| why.contains("memory")));
    assert_eq!(memory.tier, Tier::Memory);
    assert_eq!(snapshot(Tier::Opfs).unresumable, None);
}
