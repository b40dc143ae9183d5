//! What the machine does when a digest is promised, and when an address expires, driven by hand.

#![cfg(not(target_arch = "wasm32"))]

use std::time::Duration;

use rangeload::core::Moment;
use rangeload::core::digest::{Digest, Hasher};
use rangeload::core::download::{Action, Command, Download, State};
use rangeload::core::error::Error;
use rangeload::core::headers::ContentRange;
use rangeload::core::options::Options;
use rangeload::core::record::Record;
use rangeload::core::response::Head;

const URL: &str = "https://a.example/b";

/// More than is read back at a time, and no multiple of it.
const SIZE: u64 = (2 << 20) + 5;

fn content() -> Vec<u8> {
    (0..SIZE).map(|offset| ((offset * 31) >> 8) as u8).collect()
}

fn digest_of(bytes: &[u8]) -> Digest {
    let like = Digest::parse("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    let mut hasher = Hasher::like(&like.expect("a digest"));
    hasher.update(bytes);
    hasher.finish()
}

/// A server and a store without faults, and a caller who answers.
struct World {
    download: Download,
    at: Moment,
    /// What is read back from the store.
    stored: Vec<u8>,
    record: Option<String>,
    head: Head,
    /// Answers to the first requests, instead of the file.
    refusals: Vec<u16>,
    /// What the caller says when asked for another URL.
    next_urls: Vec<Option<&'static str>>,
    states: Vec<State>,
    loads: usize,
    asked: usize,
}

impl World {
    fn new(options: Options) -> Self {
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
            stored: content(),
            record: None,
            head,
            refusals: Vec::new(),
            next_urls: Vec::new(),
            states: Vec::new(),
            loads: 0,
            asked: 0,
        }
    }

    fn run(&mut self) -> &mut Self {
        self.download.handle_command(self.at, Command::Resume);
        while !self.download.is_at_rest() {
            self.step();
        }
        self
    }

    fn step(&mut self) {
        let at = self.at;
        let state = self.download.state();
        if self.states.last() != Some(&state) {
            self.states.push(state);
        }
        match self.download.poll_action() {
            Some(Action::Open {
                connection, range, ..
            }) => {
                self.asked += 1;
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

    fn error(&self) -> Option<Error> {
        self.download.snapshot(self.at.now).error
    }

    fn restored(&self) -> Download {
        let record = self.record.as_deref().expect("a record");
        let record = Record::decode(record).expect("a record that can be read");
        let stored = record.stored.clone();
        Download::restore(record, &stored)
    }
}

fn promising(digest: Digest) -> Options {
    Options {
        digest: Some(digest),
        ..Options::default()
    }
}

#[test]
fn a_file_that_keeps_its_promise_is_verified_before_it_is_complete() {
    let mut world = World::new(promising(digest_of(&content())));
    assert_eq!(world.run().download.state(), State::Complete);
    assert!(world.states.contains(&State::Verifying));
    assert_eq!(world.loads, 3);
    assert_eq!(world.restored().state(), State::Complete);
}

#[test]
fn a_file_that_breaks_its_promise_fails_and_keeps_every_byte() {
    let expected = digest_of(b"something else");
    let mut world = World::new(promising(expected.clone()));
    assert_eq!(world.run().download.state(), State::Failed);
    let actual = digest_of(&content());
    assert_eq!(world.error(), Some(Error::Integrity { expected, actual }));
    let restored = world.restored();
    assert_eq!(restored.state(), State::Failed);
    let snapshot = restored.snapshot(world.at.now);
    assert_eq!((snapshot.received, snapshot.interrupted), (SIZE, false));
    assert_eq!(snapshot.error, world.error());
}

#[test]
fn what_the_server_promises_counts_and_the_caller_s_word_counts_more() {
    let wrong = digest_of(b"something else");
    let mut world = World::new(Options::default());
    world.head.digest = Some(wrong.clone());
    world.run();
    assert_eq!(world.error().map(|error| error.code()), Some("integrity"));

    let mut world = World::new(promising(digest_of(&content())));
    world.head.digest = Some(wrong);
    assert_eq!(world.run().download.state(), State::Complete);
}

#[test]
fn what_the_server_promises_of_a_coding_is_not_the_file_s() {
    let mut world = World::new(Options::default());
    world.head.digest = Some(digest_of(b"the coded bytes"));
    world.head.status = 200;
    world.head.encoded = true;
    world.download.handle_command(world.at, Command::Resume);
    while world.download.snapshot(world.at.now).received < SIZE {
        world.step();
    }
    world.download.handle_end(world.at, 0);
    assert_eq!(world.run().download.state(), State::Complete);
}

#[test]
fn a_page_that_goes_while_it_verifies_finds_the_file_unverified() {
    let mut world = World::new(promising(digest_of(&content())));
    world.download.handle_command(world.at, Command::Resume);
    while world.loads == 0 {
        world.step();
    }
    let restored = world.restored();
    assert_eq!(restored.state(), State::Paused);
    assert!(restored.snapshot(world.at.now).interrupted);
    let requests = world.asked;
    world.download = restored;
    assert_eq!(world.run().download.state(), State::Complete);
    assert_eq!(world.asked, requests, "no byte is fetched again");
}

#[test]
fn a_verification_can_be_called_off_and_begins_anew() {
    let mut world = World::new(promising(digest_of(&content())));
    world.download.handle_command(world.at, Command::Resume);
    while world.loads < 2 {
        world.step();
    }
    world.download.handle_command(world.at, Command::Pause);
    while !world.download.is_at_rest() {
        world.step();
    }
    assert_eq!(world.download.state(), State::Paused);
    let late = content();
    world
        .download
        .handle_loaded(world.at, 2 << 20, Ok(&late[2 << 20..]));
    assert_eq!(world.run().download.state(), State::Complete);
}

#[test]
fn another_digest_than_the_one_verified_has_to_be_verified_too() {
    let mut world = World::new(promising(digest_of(&content())));
    world.run();
    let record = world.record.as_deref().expect("a record");
    let mut record = Record::decode(record).expect("a record that can be read");
    record.options.digest = Some(digest_of(b"something else"));
    let stored = record.stored.clone();
    assert_eq!(Download::restore(record, &stored).state(), State::Paused);
}

#[test]
fn an_expired_address_is_replaced_by_the_one_the_caller_knows() {
    let options = Options {
        refreshes: true,
        ..Options::default()
    };
    for status in [400, 401, 403, 410] {
        let mut world = World::new(options.clone());
        world.refusals = vec![status];
        world.next_urls = vec![Some("https://a.example/b?signature=2")];
        assert_eq!(world.run().download.state(), State::Complete, "{status}");
        let snapshot = world.download.snapshot(world.at.now);
        assert_eq!(snapshot.url, "https://a.example/b?signature=2");
    }
}

#[test]
fn a_caller_who_knows_no_other_address_is_told_the_status() {
    for (refreshes, next_urls) in [(true, vec![None]), (false, vec![])] {
        let mut world = World::new(Options {
            refreshes,
            ..Options::default()
        });
        world.refusals = vec![410];
        world.next_urls = next_urls;
        assert_eq!(world.run().download.state(), State::Failed);
        assert_eq!(world.error(), Some(Error::Http { status: 410 }));
    }
}

#[test]
fn addresses_that_never_work_are_not_asked_for_for_ever() {
    let options = Options {
        refreshes: true,
        ..Options::default()
    };
    let mut world = World::new(options);
    world.refusals = vec![403; 100];
    world.next_urls = vec![Some("https://a.example/c"); 100];
    assert_eq!(world.run().download.state(), State::Failed);
    assert_eq!(world.error(), Some(Error::Http { status: 403 }));
    assert!(world.asked < 10);
}
