//! Whether the whole file is what was promised.

use rangeload::core::digest::Digest;
use rangeload::core::download::{Command, Download, State};
use rangeload::core::error::Error;
use rangeload::core::options::Options;
use rangeload::core::response::Mismatch;

use crate::world::{SIZE, World, content, digest_of};

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
    assert_eq!(
        world.error(),
        Some(Error::Integrity {
            expected,
            actual,
            piece: None
        })
    );
    let restored = world.restored();
    assert_eq!(restored.state(), State::Failed);
    let snapshot = restored.snapshot(world.at.now);
    assert_eq!((snapshot.received, snapshot.interrupted), (SIZE, false));
    assert_eq!(snapshot.error, world.error());
}

/// Half of a file from its URL, and half from a mirror whose bytes are wrong from some place on.
fn misled(digest: Digest) -> World {
    let mut world = World::new(Options {
        mirrors: vec!["https://b.example/b".into()],
        connections: Some(1),
        ..promising(digest)
    });
    let mut wrong = content();
    wrong[SIZE as usize * 3 / 4..].fill(7);
    world.copies.push(wrong);
    world.download.handle_command(world.at, Command::Resume);
    while world.download.snapshot(world.at.now).received == 0 {
        world.step();
    }
    // The URL is left alone for a while, in which the mirror goes on.
    world.refusals.push(503);
    let cut = "reset".to_owned();
    world.download.handle_failure(world.at, 0, cut);
    world
}

#[test]
fn what_a_mirror_brought_of_a_file_that_breaks_its_promise_is_fetched_anew_from_the_url() {
    let mut world = misled(digest_of(&content()));
    world.run();
    assert_eq!(world.discarded.len(), 1, "the mirror has brought something");
    assert_eq!(world.download.state(), State::Complete);
    assert_eq!(world.stored, content());
    assert_eq!(world.restored().state(), State::Complete);
}

#[test]
fn a_file_that_the_url_alone_has_brought_fails_whatever_mirrors_there_were() {
    let mut world = misled(digest_of(b"something else"));
    world.run();
    assert_eq!(world.discarded.len(), 1, "it is tried once");
    assert_eq!(world.error().map(|error| error.code()), Some("integrity"));
    assert_eq!(world.stored, content());
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
    let mut record = world.saved();
    record.options.digest = Some(digest_of(b"something else"));
    let stored = record.stored.clone();
    assert_eq!(Download::restore(record, &stored).state(), State::Paused);
}

#[test]
fn a_file_of_another_size_than_promised_is_not_taken() {
    let mut world = World::new(Options {
        size: Some(SIZE + 1),
        ..Options::default()
    });
    assert_eq!(world.run().download.state(), State::Failed);
    let (promised, got) = (SIZE + 1, SIZE);
    let other = Mismatch::OtherSize { promised, got };
    assert_eq!(world.error(), Some(Error::Mismatch(other)));
    assert!(
        world.stored.iter().all(|byte| *byte == 0),
        "bytes were stored"
    );
}

#[test]
fn what_an_earlier_page_has_fetched_is_held_to_the_size_too() {
    let mut world = World::new(Options::default());
    world.run();
    let mut record = world.saved();
    record.options.size = Some(SIZE - 1);
    let stored = record.stored.clone();
    world.download = Download::restore(record, &stored);
    assert_eq!(
        world.run().error().map(|error| error.code()),
        Some("mismatch")
    );
    assert_eq!(world.download.snapshot(world.at.now).received, SIZE);
}
