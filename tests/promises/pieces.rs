//! Of a file that is not what was promised, only the pieces that are wrong are fetched again.

use std::ops::Range;
use std::rc::Rc;

use rangeload::core::digest::Digest;
use rangeload::core::download::{Command, Download, State, Supply};
use rangeload::core::error::Error;
use rangeload::core::options::Options;
use rangeload::core::pieces::Pieces;

use crate::world::{SIZE, World, content, digest_of};

/// No multiple of what is read back at a time.
const LENGTH: u64 = 300_000;

fn pieces() -> Rc<Pieces> {
    let content = content();
    let digests = content.chunks(LENGTH as usize).map(digest_of);
    let digests: Vec<String> = digests.map(|digest| digest.to_string()).collect();
    let text = format!("{SIZE} {LENGTH} {}", digests.join(" "));
    Rc::new(Pieces::parse(&text).expect("pieces"))
}

/// The file with these bytes wrong.
fn rotten(bytes: Range<usize>) -> Vec<u8> {
    let mut copy = content();
    copy[bytes].iter_mut().for_each(|byte| *byte = !*byte);
    copy
}

/// A world of the file's own address and one mirror.
fn world(digest: Option<Digest>, copies: [Vec<u8>; 2]) -> World {
    let mut world = World::new(Options {
        mirrors: vec!["https://b.example/b".into()],
        // All that is fetched at first is the URL's.
        connections: Some(1),
        pieces: Some(pieces()),
        digest,
        ..Options::default()
    });
    world.copies = copies.into();
    world
}

fn piece(index: u64) -> Range<u64> {
    index * LENGTH..SIZE.min((index + 1) * LENGTH)
}

fn expected(index: u64) -> Digest {
    let piece = piece(index);
    digest_of(&content()[piece.start as usize..piece.end as usize])
}

#[test]
fn pieces_that_are_right_make_the_file_complete_also_after_a_reload() {
    let mut world = world(None, [content(), content()]);
    assert_eq!(world.run().download.state(), State::Complete);
    assert!(world.states.contains(&State::Verifying));
    assert!(world.discarded.is_empty());
    let mut record = world.saved();
    record.options.pieces = Some(pieces());
    let stored = record.stored.clone();
    assert_eq!(Download::restore(record, &stored).state(), State::Complete);
}

#[test]
fn only_pieces_that_are_wrong_are_fetched_again_from_another_source() {
    let whole = Some(digest_of(&content()));
    for digest in [None, whole] {
        // The end of one piece and the beginning of the next, and the last byte of all.
        let mut first = rotten(599_999..600_001);
        *first.last_mut().expect("bytes") ^= 1;
        let mut world = world(digest, [first, content()]);
        assert_eq!(world.run().download.state(), State::Complete);
        assert!(world.stored == content());
        let last = SIZE / LENGTH;
        let kept = [0..piece(1).start, piece(2).end..piece(last).start];
        let kept = kept.into_iter().collect();
        // The URL had its turn first.
        assert_eq!(world.discarded, [kept, world.discarded[0].clone()]);
    }
}

#[test]
fn where_too_little_is_right_to_prove_a_mirror_it_sends_all() {
    let mut world = world(None, [rotten(0..SIZE as usize), content()]);
    assert_eq!(world.run().download.state(), State::Complete);
    assert!(world.stored == content());
}

#[test]
fn a_piece_that_no_source_has_right_ends_the_download_and_is_named() {
    let wrong = rotten(700_000..700_001);
    let mut world = world(Some(digest_of(&content())), [wrong.clone(), wrong.clone()]);
    assert_eq!(world.run().download.state(), State::Failed);
    let bytes = piece(2);
    let actual = digest_of(&wrong[bytes.start as usize..bytes.end as usize]);
    let error = Error::Integrity {
        expected: expected(2),
        actual,
        piece: Some(bytes),
    };
    assert_eq!(world.error(), Some(error.clone()));
    let restored = world.restored().snapshot(world.at.now);
    assert_eq!((restored.received, restored.error), (SIZE, Some(error)));
}

#[test]
fn a_whole_that_is_wrong_while_its_pieces_are_right_is_a_broken_promise_of_the_whole() {
    let promised = digest_of(b"something else");
    let mut world = world(Some(promised.clone()), [content(), content()]);
    assert_eq!(world.run().download.state(), State::Failed);
    assert_eq!(
        world.error(),
        Some(Error::Integrity {
            expected: promised,
            actual: digest_of(&content()),
            piece: None
        })
    );
    assert!(world.discarded.is_empty());
}

#[test]
fn a_server_whose_answers_prove_nothing_is_not_asked_for_pieces() {
    let mut world = world(None, [rotten(5..6), content()]);
    world.head.last_modified = None;
    assert_eq!(world.run().download.state(), State::Failed);
    assert_eq!(world.error().map(|error| error.code()), Some("integrity"));
    assert!(world.discarded.is_empty());
}

#[test]
fn a_reader_who_was_given_wrong_bytes_is_told_and_no_other() {
    let mut world = world(None, [rotten(700_000..700_001), content()]);
    world.download.handle_command(world.at, Command::Resume);
    while world.loads == 0 {
        world.step();
    }
    let begun = world.download.edition();
    world.run();
    assert_eq!(world.download.state(), State::Complete);
    let first = piece(2).start;
    let supply = |from| world.download.supply(from, 9, Some(&begun));
    assert_eq!(supply(first), Supply::Bytes(first..first + 9));
    for from in [first + 1, SIZE] {
        let told = matches!(supply(from), Supply::Failed(Error::Integrity { .. }));
        assert!(told, "{from}");
    }
    let edition = world.download.edition();
    assert_eq!(world.download.supply(SIZE, 9, Some(&edition)), Supply::End);
}

#[test]
fn a_page_that_goes_while_pieces_are_replaced_loses_none_of_the_others() {
    let mut world = world(None, [rotten(700_000..700_001), content()]);
    world.download.handle_command(world.at, Command::Resume);
    while world.discarded.is_empty() {
        world.step();
    }
    let mut record = world.saved();
    assert_eq!(record.stored.len(), SIZE - LENGTH);
    record.options.pieces = Some(pieces());
    let stored = record.stored.clone();
    world.download = Download::restore(record, &stored);
    assert_eq!(world.run().download.state(), State::Complete);
    assert!(world.stored == content());
}
