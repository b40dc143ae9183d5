//! Other addresses of the same file.

use std::rc::Rc;

use super::*;
use crate::core::digest::Digest;
use crate::core::pieces::Pieces;

#[test]
fn a_mirror_is_compared_before_a_byte_of_it_is_taken() {
    let mut bench = Bench::stored(mirrored(), 0..MIB);
    bench.command(Command::Resume);
    let opened = bench.opened();
    let mirror = opened.iter().find(|(_, source, _)| *source == 1).cloned();
    let (id, _, range) = mirror.expect("the mirror is asked too");
    assert_eq!(range, MIB - (64 << 10)..u64::MAX);
    bench.part(id, &[("etag", "\"other\"")]);
    let check = range.start..MIB;
    let compare = Action::Compare {
        connection: id,
        range: check,
    };
    assert!(bench.actions.contains(&compare));
    bench.tell(|machine, at| machine.handle_compared(at, id, Ok(false)));
    assert!(bench.closed().contains(&id));
    assert_eq!(bench.error(), None, "the others go on");
}

#[test]
fn a_mirror_gets_the_last_of_a_given_number_of_connections() {
    let mut bench = Bench::new(Options {
        connections: Some(3),
        ..mirrored()
    });
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    assert_eq!(bench.machine.connections.len(), 2);
    bench.bytes(0, MIB);
    bench.committed();
    bench.committed();
    let (_, source, _) = bench.opened()[0];
    assert_eq!((source, bench.machine.connections.len()), (1, 3));
}

#[test]
fn a_mirror_that_sends_the_whole_file_from_its_start_is_not_taken_for_the_first_answer() {
    let mut bench = Bench::stored(mirrored(), 0..64 << 10);
    bench.command(Command::Resume);
    let opened = bench.opened();
    let mirror = opened.iter().find(|(_, source, _)| *source == 1).cloned();
    let (id, _, range) = mirror.expect("the mirror is asked too");
    assert_eq!(range, 0..u64::MAX);
    bench.answer(id, 200, &[("content-length", "5")]);
    assert!(bench.closed().contains(&id));
    let snapshot = bench.machine.snapshot(bench.now);
    assert_eq!((snapshot.size, snapshot.unresumable), (Some(SIZE), None));
}

#[test]
fn a_mirror_of_another_size_is_dropped() {
    let mut bench = Bench::stored(mirrored(), 0..MIB);
    bench.command(Command::Resume);
    let opened = bench.opened();
    let mirror = opened.iter().find(|(_, source, _)| *source == 1).cloned();
    let (id, _, range) = mirror.expect("the mirror is asked too");
    let length = (SIZE + 1 - range.start).to_string();
    bench.answer(id, 206, &[("content-length", &length)]);
    assert!(bench.closed().contains(&id));
    bench.pass(60_000);
    bench.timeout();
    assert!(bench.opened().iter().all(|(_, source, _)| *source == 0));
}

#[test]
fn a_mirror_of_another_date_is_used_only_where_a_digest_would_tell() {
    const MONDAY: &str = "Mon, 14 Nov 1994 12:45:26 GMT";
    const TUESDAY: &str = "Tue, 15 Nov 1994 12:45:26 GMT";
    let abc = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    let (monday, tuesday) = (("last-modified", MONDAY), ("last-modified", TUESDAY));
    let (ours, theirs) = (("etag", "\"a\""), ("etag", "\"b\""));
    for (fields, digest, used) in [
        ([theirs, tuesday], None, false),
        ([theirs, tuesday], Digest::parse(abc), true),
        ([theirs, monday], None, true),
        ([ours, tuesday], None, true),
    ] {
        let mut bench = Bench::new(Options {
            digest,
            ..mirrored()
        });
        bench.command(Command::Resume);
        bench.part(0, &[ours, monday]);
        bench.bytes(0, MIB);
        bench.committed();
        bench.committed();
        let opened = bench.opened();
        let mirror = opened.iter().find(|(_, source, _)| *source == 1);
        let (id, ..) = *mirror.expect("the mirror is asked too");
        bench.part(id, &fields);
        assert_eq!(bench.closed().contains(&id), !used, "{fields:?}");
        assert_eq!(bench.error(), None, "the URL goes on");
    }
}

#[test]
fn a_mirror_takes_over_from_an_address_that_is_gone() {
    let mut bench = Bench::new(mirrored());
    bench.command(Command::Resume);
    bench.answer(0, 404, &[]);
    assert_eq!(bench.opened(), [(1, 1, 0..u64::MAX)]);
    bench.part(1, &STRONG);
    bench.bytes(1, MIB);
    assert_eq!(bench.written(), [0..MIB]);
}

#[test]
fn the_first_bytes_of_a_mirror_that_is_gone_are_not_recorded_as_of_the_address() {
    let mut bench = Bench::new(mirrored());
    bench.command(Command::Resume);
    bench.answer(0, 503, &[]);
    bench.part(1, &STRONG);
    let (second, ..) = bench.opened()[0];
    bench.bytes(1, MIB);
    bench.answer(second, 401, &[]);
    // What is under way is the record of before.
    bench.committed();
    let record = bench.saved();
    assert!(!record.stored.is_empty());
    assert_eq!(record.mirror.as_deref(), Some(""));
}

#[test]
fn the_last_address_to_fail_is_the_one_named() {
    let mut bench = Bench::new(mirrored());
    bench.command(Command::Resume);
    bench.answer(0, 404, &[]);
    bench.answer(1, 410, &[]);
    bench.committed();
    bench.wait();
    bench.committed();
    assert_eq!(bench.error(), Some(Error::Http { status: 410 }));
}

#[test]
fn the_url_overrules_a_mirror_that_has_spoken_before_it() {
    let mut bench = Bench::new(mirrored());
    bench.command(Command::Resume);
    bench.answer(0, 503, &[("retry-after", "5")]);
    assert_eq!(bench.opened(), [(1, 1, 0..u64::MAX)]);
    bench.part(1, &[("etag", "\"old\"")]);
    bench.bytes(1, MIB);
    bench.committed();
    bench.pass(5000);
    bench.timeout();
    bench.committed();
    let (id, source, _) = bench.opened().remove(0);
    assert_eq!(source, 0);
    bench.answer(
        id,
        206,
        &[("content-range", "bytes 983040-1999999/2000000")],
    );
    assert_eq!(bench.error(), None);
    bench.erased();
    assert_eq!(bench.opened()[0].1, 0, "{:?}", bench.opened());
    assert_eq!(bench.machine.sources.alive().count(), 1);
}

#[test]
fn a_mirror_that_hides_that_it_has_more_than_was_promised_is_not_what_the_url_is_held_against() {
    let size = Some(SIZE);
    let mut bench = Bench::new(Options { size, ..mirrored() });
    bench.command(Command::Resume);
    bench.answer(0, 503, &[("retry-after", "5")]);
    let longer = (SIZE + 1000).to_string();
    bench.answer(1, 206, &[("content-length", &longer)]);
    bench.bytes(1, MIB);
    bench.failure(1);
    bench.committed();
    bench.wait();
    bench.committed();
    let id = bench.unanswered_by(1);
    let from = bench.asked[&id].start;
    let named = format!("bytes {from}-{}/{longer}", SIZE + 999);
    bench.answer(id, 206, &[("content-range", &named)]);
    bench.pass(5000);
    bench.timeout();
    bench.committed();
    let id = bench.unanswered_by(0);
    bench.part(id, &STRONG);
    assert_eq!(bench.error(), None);
    bench.erased();
    let id = bench.unanswered_by(0);
    bench.part(id, &STRONG);
    bench.bytes(id, MIB);
    assert_eq!(bench.written(), [0..MIB]);
}

#[test]
fn what_an_earlier_page_got_from_a_mirror_is_not_given_up_for_the_url() {
    let mut record = Record {
        url: URL.into(),
        options: mirrored(),
        mirror: Some("https://b.example/f".into()),
        stored: [0..MIB].into_iter().collect(),
        ..Record::default()
    };
    record.identity.size = Some(SIZE);
    record.identity.etag = crate::core::headers::ETag::parse("\"old\"");
    let mut bench = Bench::restored(record);
    bench.command(Command::Resume);
    let url = bench
        .opened()
        .into_iter()
        .find(|(_, source, _)| *source == 0);
    let (id, ..) = url.expect("the URL is asked");
    bench.answer(
        id,
        206,
        &[("content-range", "bytes 983040-1999999/2000000")],
    );
    bench.committed();
    bench.committed();
    assert_eq!(bench.error().map(|error| error.code()), Some("changed"));
    assert!(!bench.machine.discard);
}

#[test]
fn a_mirror_does_not_wait_for_an_address_that_has_given_next_to_nothing() {
    let mut bench = Bench::new(Options {
        connections: Some(1),
        ..mirrored()
    });
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    bench.bytes(0, 1000);
    bench.failure(0);
    bench.wait();
    bench.committed();
    let again = bench.unanswered().expect("the address is asked once more");
    bench.answer(again, 503, &[("retry-after", "3600")]);
    for _ in 0..3 {
        bench.committed();
        bench.erased();
        bench.wait();
    }
    let asked = bench.unanswered().and_then(|id| bench.machine.find(id));
    assert_eq!(asked.map(|connection| connection.source), Some(1));
}

#[test]
fn a_reader_goes_on_when_a_mirror_takes_the_place_of_the_address() {
    let mut bench = Bench::stored(mirrored(), 0..MIB);
    let begun = bench.machine.edition();
    bench.command(Command::Resume);
    let (url, mirror) = bench.first_of_both();
    bench.part(mirror, &[("etag", "\"b\"")]);
    bench.tell(|machine, at| machine.handle_compared(at, mirror, Ok(true)));
    bench.answer(url, 404, &[]);
    bench.failure(mirror);
    bench.wait();
    let next = bench.unanswered().expect("the mirror is asked once more");
    bench.part(next, &[("etag", "\"b\"")]);
    let etag = bench.machine.snapshot(bench.now).etag;
    assert_eq!(etag.as_deref(), Some("\"b\""), "its word counts now");
    let supply = bench.machine.supply(1000, 10, Some(&begun));
    assert_eq!(supply, Supply::Bytes(1000..1010));
}

#[test]
fn a_slow_mirror_takes_no_connection_that_the_fast_address_could_have() {
    let mut bench = Bench::stored(
        Options {
            connections: Some(4),
            ..mirrored()
        },
        0..MIB,
    );
    bench.command(Command::Resume);
    let (url, mirror) = bench.first_of_both();
    for (source, rate) in [(0, 5e6), (1, 5e4)] {
        let source = bench.machine.sources.get_mut(source).expect("a source");
        source.saw(Some(rate));
    }
    bench.part(url, &STRONG);
    bench.part(mirror, &[("etag", "\"b\"")]);
    bench.tell(|machine, at| machine.handle_compared(at, mirror, Ok(true)));
    bench.bytes(url, MIB);
    bench.failure(url);
    let counts = [0, 1].map(|source| bench.machine.count_of(source));
    assert!(counts[0] >= 3, "{counts:?}");
}

#[test]
fn a_mirror_that_never_answers_is_not_excused_by_another_host() {
    let mut bench = Bench::stored(mirrored(), 0..MIB);
    bench.command(Command::Resume);
    let (url, _) = bench.first_of_both();
    bench.part(url, &STRONG);
    for _ in 0..40 {
        bench.pass(500);
        bench.bytes(url, 1000);
        bench.timeout();
    }
    let mirror = bench.machine.sources.get(1).expect("the mirror");
    assert!(mirror.retry.is_struck());
}

#[test]
fn a_mirror_does_not_wait_long_for_an_address_that_says_nothing() {
    let mut bench = Bench::new(mirrored());
    bench.command(Command::Resume);
    bench.pass(10_000);
    bench.timeout();
    let asked: Vec<_> = bench
        .opened()
        .into_iter()
        .map(|(_, source, _)| source)
        .collect();
    assert_eq!(asked, [1]);
}

#[test]
fn an_address_without_validators_that_asks_to_be_left_alone_for_long_is_replaced_by_its_mirror() {
    let mut bench = Bench::new(mirrored());
    bench.command(Command::Resume);
    bench.part(0, &[]);
    bench.bytes(0, MIB);
    bench.failure(0);
    for _ in 0..3 {
        bench.committed();
    }
    let again = bench.unanswered().expect("the address is asked once more");
    bench.answer(again, 503, &[("retry-after", "3600")]);
    for _ in 0..3 {
        bench.committed();
    }
    let asked = bench.unanswered().and_then(|id| bench.machine.find(id));
    let asked = asked.expect("the mirror is asked");
    assert_eq!(
        (asked.source, asked.check.clone()),
        (1, Some(MIB - (64 << 10)..MIB))
    );
}

/// A mirror whose file begins like the other and has been compared has brought much, and both go
/// on; what the URL brought meanwhile is durable.
fn mirror_that_has_brought_much(pieces: Option<Pieces>) -> (Bench, ConnectionId) {
    let mut bench = Bench::new(Options {
        connections: Some(2),
        pieces: pieces.map(Rc::new),
        ..mirrored()
    });
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    bench.bytes(0, MIB);
    bench.committed();
    bench.committed();
    let (proof, ..) = bench.opened()[0];
    let url = bench.unanswered().expect("the URL is asked for more");
    bench.part(url, &STRONG);
    bench.part(proof, &[("etag", "\"b\"")]);
    bench.tell(|machine, at| machine.handle_compared(at, proof, Ok(true)));
    let mirror = bench.unanswered().expect("the mirror is asked for more");
    bench.part(mirror, &[("etag", "\"b\"")]);
    for _ in 0..6 {
        bench.pass(300);
        bench.bytes(url, MIB);
        bench.bytes(mirror, MIB);
        bench.timeout();
        bench.committed();
    }
    bench.failure(mirror);
    let next = bench.unanswered().expect("the mirror is asked once more");
    (bench, next)
}

#[test]
fn a_mirror_that_was_compared_once_is_compared_again_further_on() {
    let (mut bench, next) = mirror_that_has_brought_much(None);
    let check = bench.machine.find(next).and_then(|c| c.check.clone());
    let check = check.expect("it is compared");
    assert!(check.start > 4 * MIB && check.end <= 7 * MIB, "{check:?}");
    assert_eq!(bench.asked[&next], check, "and no more is asked for");
    bench.part(next, &[("etag", "\"b\"")]);
    bench.tell(|machine, at| machine.handle_compared(at, next, Ok(true)));
    let asked = bench.unanswered().and_then(|id| bench.machine.find(id));
    assert!(asked.is_some_and(|c| c.source == 1 && c.check.is_none()));
}

#[test]
fn where_pieces_are_verified_a_mirror_is_not_compared_again() {
    let digest = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let pieces = Pieces::parse(&format!("{SIZE} {SIZE} {digest}"));
    assert!(pieces.is_some());
    let (bench, next) = mirror_that_has_brought_much(pieces);
    let next = bench.machine.find(next).expect("the request");
    assert!(next.source == 1 && next.check.is_none());
}

#[test]
fn bytes_of_a_mirror_that_turns_out_to_have_another_version_are_not_kept() {
    let (mut bench, next) = mirror_that_has_brought_much(None);
    bench.part(next, &[("etag", "\"b\"")]);
    bench.tell(|machine, at| machine.handle_compared(at, next, Ok(false)));
    assert!(bench.machine.discard && bench.machine.written.is_empty());
    bench.committed();
    bench.erased();
    assert_eq!(bench.error(), None);
    let asked = bench.unanswered().and_then(|id| bench.machine.find(id));
    assert!(
        asked.is_some_and(|c| c.source == 0),
        "the URL is asked anew"
    );
}

#[test]
fn a_mirror_that_can_prove_its_bytes_gets_several_connections_in_place_of_an_address_that_cannot() {
    let mut bench = Bench::stored(mirrored(), 0..MIB);
    bench.command(Command::Resume);
    let (url, mirror) = bench.first_of_both();
    // It was to prove itself, and does not any more.
    bench.part(url, &[]);
    assert!(bench.machine.file.unproven);
    bench.failure(mirror);
    let again = bench.unanswered().expect("the address is asked once more");
    bench.answer(again, 404, &[]);
    bench.tell(|machine, at| machine.handle_probed(at, 1, Reach::Nowhere));
    bench.wait();
    let mirror = bench.unanswered().expect("the mirror is asked");
    bench.part(mirror, &[("etag", "\"b\"")]);
    bench.tell(|machine, at| machine.handle_compared(at, mirror, Ok(true)));
    bench.bytes(mirror, MIB);
    assert!(bench.machine.connections.len() > 1);
}
