//! The first request, and what its answer makes of the others.

use super::*;

#[test]
fn the_first_request_is_for_everything_and_the_second_follows_its_answer() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    assert_eq!(bench.opened(), [(0, 0, 0..u64::MAX)]);
    bench.pass(200);
    bench.part(0, &STRONG);
    let opened = bench.opened();
    assert_eq!(opened.len(), 1);
    assert!(opened[0].2.start > 8 * MIB && opened[0].2.end <= SIZE);
}

#[test]
fn a_given_number_of_connections_is_there_once_the_first_has_answered() {
    let mut bench = Bench::new(fixed(4));
    bench.command(Command::Resume);
    bench.pass(200);
    bench.part(0, &STRONG);
    let mut pieces: RangeSet = bench.opened().into_iter().map(|(_, _, r)| r).collect();
    assert_eq!(bench.opened().len(), 3);
    pieces.insert(0..SIZE / 4);
    assert!(pieces.covers(&(0..SIZE)), "{pieces:?}");
}

#[test]
fn a_first_answer_without_validators_is_taken() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.part(0, &[]);
    assert_eq!(bench.closed(), []);
    assert_eq!(
        bench.opened(),
        [],
        "one connection, as nothing can be proven"
    );
    bench.bytes(0, MIB);
    assert_eq!(bench.written(), [0..MIB]);
}

#[test]
fn a_stream_that_is_cut_each_time_ends_in_a_named_error() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    for _ in 0..200 {
        let Some(action) = bench.log.pop_front() else {
            bench.wait();
            continue;
        };
        match action {
            Action::Open { connection, .. } => {
                bench.answer(connection, 200, &[("content-length", "100000000")]);
                bench.bytes(connection, MIB);
                bench.failure(connection);
            }
            Action::Commit { .. } => bench.committed(),
            Action::Discard { .. } => bench.erased(),
            _ => {}
        }
    }
    assert_eq!(bench.error(), Some(Error::Network("reset".into())));
}

#[test]
fn an_empty_file_has_neither_the_type_nor_the_digest_of_the_error_that_says_so() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.committed();
    let digest = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";
    let fields = [
        ("content-range", "bytes */0"),
        ("content-type", "text/html"),
        ("repr-digest", digest),
    ];
    bench.answer(0, 416, &fields);
    bench.committed();
    assert_eq!(bench.machine.state(), State::Complete);
    let snapshot = bench.machine.snapshot(bench.now);
    assert_eq!((snapshot.size, snapshot.received), (Some(0), 0));
    assert_eq!(snapshot.media_type, "application/octet-stream");
}

#[test]
fn a_file_is_not_empty_because_a_range_of_it_is_refused() {
    for fields in [&[][..], &[("content-range", "bytes */100")]] {
        let mut bench = Bench::new(Options::default());
        bench.command(Command::Resume);
        bench.answer(0, 416, fields);
        assert_eq!(plain(&bench), Some(true), "{fields:?}");
        bench.answer(1, 200, &[("content-length", "100")]);
        assert_eq!(bench.machine.snapshot(bench.now).size, Some(100));
    }
}

#[test]
fn why_it_begins_anew_each_time_is_told_between_the_tries_too() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.answer(0, 200, &[("content-length", "100")]);
    bench.bytes(0, 10);
    let why = bench.machine.snapshot(bench.now).unresumable;
    bench.failure(0);
    assert!(why.is_some());
    assert_eq!(bench.machine.snapshot(bench.now).unresumable, why);
    bench.committed();
    bench.erased();
    bench.wait();
    bench.part(1, &STRONG);
    assert_eq!(bench.machine.snapshot(bench.now).unresumable, None);
}

#[test]
fn a_server_that_counts_its_ranges_wrongly_is_asked_for_the_file_without() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.committed();
    for id in 0..3 {
        bench.answer(id, 206, &[("content-range", "bytes 0-100/100")]);
        if bench.unanswered().is_none() {
            bench.wait();
        }
    }
    assert_eq!((plain(&bench), bench.error()), (Some(true), None));
}

#[test]
fn a_part_that_is_said_to_be_empty_is_no_empty_file() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.committed();
    bench.answer(0, 206, &[("content-length", "0")]);
    assert_eq!(bench.machine.snapshot(bench.now).size, None);
    assert_eq!(plain(&bench), Some(true), "it may be had without Range");
}

#[test]
fn another_name_counts_at_once_and_is_recorded_while_it_runs() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.committed();
    bench.part(0, &STRONG);
    bench.committed();
    let name = |bench: &Bench| bench.machine.snapshot(bench.now).filename;
    assert_ne!(name(&bench), "b.iso");
    bench.machine.rename(Some("b.iso".into()));
    bench.timeout();
    assert_eq!(name(&bench), "b.iso");
    assert!(bench.actions.contains(&Action::Report));
    let commit = bench.actions.iter().find_map(|action| match action {
        Action::Commit { record, .. } => Record::decode(record).ok(),
        _ => None,
    });
    let recorded = commit.expect("a commit").options.filename;
    assert_eq!(recorded.as_deref(), Some("b.iso"));
}
