//! A size that nothing but the end of a body tells, which is wrong where a coding is hidden, or
//! where less is sent than was asked for.

use super::*;

/// Everything that was announced has come, and the body has not ended yet.
fn all_there() -> Bench {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.answer(0, 206, &[("content-length", "100")]);
    bench.bytes(0, 100);
    bench
}

/// The next life of a download that was paused then.
fn paused_before_the_end() -> Bench {
    let mut bench = all_there();
    bench.command(Command::Pause);
    bench.committed();
    bench.committed();
    let record = bench.saved();
    assert!(!record.is_complete());
    let mut bench = Bench::restored(record);
    assert_eq!(bench.machine.state(), State::Paused);
    bench.command(Command::Resume);
    bench
}

#[test]
fn a_body_longer_than_its_content_length_is_no_range_and_asked_for_without() {
    let mut bench = all_there();
    assert_eq!(bench.machine.state(), State::Downloading);
    bench.bytes(0, 1);
    assert!(bench.written().is_empty() && bench.machine.discard);
    bench.committed();
    bench.erased();
    assert_eq!(plain(&bench), Some(true));
}

#[test]
fn a_body_that_ends_is_the_whole_file_if_nothing_follows_its_last_bytes() {
    let mut bench = all_there();
    bench.tell(|machine, at| machine.handle_end(at, 0));
    bench.committed();
    bench.committed();
    assert_eq!(bench.opened(), [(1, 0, 1..u64::MAX)]);
    bench.answer(1, 206, &[("content-length", "99")]);
    bench.tell(|machine, at| machine.handle_compared(at, 1, Ok(true)));
    bench.committed();
    bench.committed();
    assert_eq!(bench.machine.state(), State::Complete);
}

#[test]
fn a_server_that_sends_a_piece_at_a_time_is_asked_for_the_whole_file() {
    for range in [None, Some("bytes 0-99/*")] {
        let mut bench = Bench::new(Options::default());
        bench.command(Command::Resume);
        let mut fields = vec![("content-length", "100")];
        fields.extend(range.map(|range| ("content-range", range)));
        bench.answer(0, 206, &fields);
        bench.bytes(0, 100);
        bench.tell(|machine, at| machine.handle_end(at, 0));
        bench.committed();
        bench.committed();
        assert_eq!(bench.opened(), [(1, 0, 1..u64::MAX)]);
        bench.answer(1, 206, &[("content-length", "100")]);
        bench.erased();
        assert_eq!(plain(&bench), Some(true), "{range:?}");
    }
}

#[test]
fn a_part_sent_compressed_or_without_a_length_is_not_taken_for_the_whole() {
    let coded = ("content-encoding", "gzip");
    for fields in [
        &[coded, ("content-range", "bytes 0-99/1000")][..],
        &[coded, ("content-range", "bytes 0-99/*")],
        &[coded],
        &[],
    ] {
        let mut bench = Bench::new(Options::default());
        bench.command(Command::Resume);
        bench.answer(0, 206, fields);
        assert_eq!(plain(&bench), Some(true), "{fields:?}");
    }
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.answer(0, 206, &[coded, ("content-range", "bytes 0-99/100")]);
    assert_eq!(bench.stream(), Some(Unresumable::Encoded));
}

#[test]
fn why_a_file_of_unknown_length_cannot_be_resumed_is_told_though_it_was_asked_for_plainly() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.answer(0, 206, &[]);
    bench.answer(1, 200, &[]);
    let unresumable = bench.stream();
    assert_eq!(unresumable, Some(Unresumable::UnknownLength));
}

#[test]
fn bytes_of_an_earlier_page_are_not_given_up_for_one_odd_answer() {
    let mut bench = all_there();
    bench.pass(2000);
    bench.timeout();
    bench.committed();
    bench.committed();
    let mut record = bench.saved();
    record.stored = [0..90].into_iter().collect();
    let mut bench = Bench::restored(record);
    bench.command(Command::Resume);
    assert_eq!(bench.opened(), [(0, 0, 0..u64::MAX)]);
    for id in 0..3 {
        assert!(!bench.machine.discard, "{id}");
        bench.answer(id, 206, &[("content-length", "199")]);
        bench.wait();
        bench.committed();
    }
    bench.erased();
    assert_eq!(plain(&bench), Some(true));
}

#[test]
fn of_a_single_byte_nothing_can_be_left_out() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.answer(0, 206, &[("content-length", "1")]);
    bench.bytes(0, 1);
    bench.tell(|machine, at| machine.handle_end(at, 0));
    bench.committed();
    bench.committed();
    assert_eq!(bench.machine.state(), State::Complete);
}

#[test]
fn an_end_that_was_not_seen_is_confirmed_by_the_last_bytes_in_the_next_life() {
    let mut bench = paused_before_the_end();
    assert_eq!(bench.opened(), [(0, 0, 1..u64::MAX)]);
    bench.answer(0, 206, &[("content-length", "99")]);
    bench.tell(|machine, at| machine.handle_compared(at, 0, Ok(true)));
    bench.committed();
    bench.committed();
    assert_eq!(bench.machine.state(), State::Complete);
    assert!(bench.written().is_empty());
}

#[test]
fn a_range_of_another_length_than_was_asked_for_shows_the_hidden_coding() {
    let mut bench = paused_before_the_end();
    for id in 0..3 {
        bench.answer(id, 206, &[("content-length", "70")]);
        bench.wait();
        bench.committed();
    }
    bench.erased();
    assert_eq!(plain(&bench), Some(true));
}

#[test]
fn the_last_piece_asks_for_all_that_follows_and_so_confirms_the_size() {
    let mut bench = Bench::new(fixed(2));
    bench.command(Command::Resume);
    bench.pass(200);
    bench.part(0, &STRONG);
    let (second, _, range) = bench.opened().remove(0);
    bench.bytes(0, 1000);
    assert!(bench.machine.file.presumed);
    bench.part(second, &STRONG);
    assert!(!bench.machine.file.presumed && range.end == u64::MAX);
}

#[test]
fn a_mirror_confirms_the_size_with_the_end_of_its_file() {
    let mut record = Record {
        url: URL.into(),
        options: mirrored(),
        presumed: true,
        stored: [0..SIZE].into_iter().collect(),
        ..Record::default()
    };
    record.identity.size = Some(SIZE);
    record.identity.etag = crate::core::headers::ETag::parse("\"a\"");
    let mut bench = Bench::restored(record);
    bench.command(Command::Resume);
    bench.answer(0, 404, &[]);
    assert_eq!(bench.opened(), [(1, 1, SIZE - (64 << 10)..u64::MAX)]);
    bench.part(1, &STRONG);
    bench.tell(|machine, at| machine.handle_compared(at, 1, Ok(true)));
    assert!(!bench.machine.file.presumed);
    bench.committed();
    bench.committed();
    assert_eq!(bench.machine.state(), State::Complete);
}

#[test]
fn a_range_of_a_file_of_unknown_size_is_no_whole_file_whatever_the_body_does() {
    let begin = || {
        let mut bench = Bench::new(Options::default());
        bench.command(Command::Resume);
        bench.answer(0, 206, &[("content-range", "bytes 0-99/*")]);
        bench
    };
    let mut capped = begin();
    capped.bytes(0, 100);
    capped.tell(|machine, at| machine.handle_end(at, 0));
    capped.committed();
    capped.committed();
    assert_eq!(capped.opened(), [(1, 0, 1..u64::MAX)], "is there more?");

    let mut cut = begin();
    cut.bytes(0, 40);
    cut.tell(|machine, at| machine.handle_end(at, 0));
    cut.committed();
    assert_eq!(cut.machine.state(), State::Waiting);
    cut.wait();
    cut.committed();
    let again = cut.unanswered().expect("the rest is asked for");
    assert_eq!(cut.asked[&again], 0..u64::MAX, "with what is compared");
}

#[test]
fn what_has_no_end_yet_is_taken_as_it_comes() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    let range = format!("bytes 0-{}/*", u64::MAX / 2);
    bench.answer(0, 206, &[("content-range", &range)]);
    let unresumable = bench.stream();
    assert_eq!(unresumable, Some(Unresumable::UnknownLength));
}

#[test]
fn a_server_that_never_sends_more_than_what_is_compared_is_not_asked_for_ever() {
    let mut bench = Bench::new(Options::default());
    let range = ("content-range", "bytes 0-32767/1000000");
    bench.command(Command::Resume);
    bench.answer(0, 206, &[range]);
    bench.bytes(0, 32 << 10);
    bench.committed();
    bench.committed();
    let mut tries = 0;
    while bench.error().is_none() {
        if let Some(id) = bench.unanswered() {
            tries += 1;
            assert!(tries < 10);
            assert_eq!(bench.asked[&id].start, 0);
            bench.answer(id, 206, &[range]);
            bench.tell(|machine, at| machine.handle_compared(at, id, Ok(true)));
        }
        bench.wait();
        bench.committed();
    }
    let error = bench.error();
    assert!(matches!(error, Some(Error::Mismatch(_))), "{error:?}");
}
