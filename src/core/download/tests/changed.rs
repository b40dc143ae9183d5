//! A file that is another one than before.

use super::*;

#[test]
fn a_changed_strong_tag_is_a_changed_file() {
    let mut bench = Bench::stored(Options::default(), 0..MIB);
    bench.command(Command::Resume);
    bench.part(0, &[("etag", "\"b\"")]);
    assert_eq!(bench.opened(), []);
    bench.committed();
    bench.committed();
    assert_eq!(bench.error().map(|error| error.code()), Some("changed"));
}

#[test]
fn a_range_of_a_file_with_another_tag_is_a_changed_file_and_no_contradiction() {
    let mut bench = Bench::stored(Options::default(), 0..MIB);
    bench.command(Command::Resume);
    bench.answer(0, 206, &[("content-length", "5"), ("etag", "\"b\"")]);
    bench.committed();
    bench.committed();
    assert_eq!(bench.error().map(|error| error.code()), Some("changed"));
}

#[test]
fn a_file_without_validators_that_shrank_is_a_changed_file() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.part(0, &[]);
    bench.bytes(0, MIB);
    bench.committed();
    bench.pass(1000);
    bench.timeout();
    bench.committed();
    bench.failure(0);
    bench.committed();
    let (id, range) = bench
        .asked
        .last_key_value()
        .map(|(id, r)| (*id, r.clone()))
        .unwrap_or_default();
    assert_eq!(range, MIB - (64 << 10)..u64::MAX);
    bench.answer(id, 206, &[("content-length", "1000000")]);
    bench.committed();
    bench.committed();
    assert_eq!(bench.error().map(|error| error.code()), Some("changed"));
}

#[test]
fn what_is_refused_again_and_again_as_past_the_end_is_a_changed_file() {
    let mut bench = Bench::stored(fixed(1), 0..MIB);
    bench.command(Command::Resume);
    for id in 0..3 {
        assert_eq!(bench.error(), None, "{id}");
        bench.answer(id, 416, &[]);
        bench.committed();
        bench.wait();
    }
    bench.committed();
    assert_eq!(bench.error().map(|error| error.code()), Some("changed"));
}

#[test]
fn a_date_of_the_moment_proves_nothing() {
    let date = "Tue, 15 Nov 1994 12:45:26 GMT";
    // The time on the bench, and six seconds before: where no other one can be read.
    let (here, before) = (
        "Tue, 14 Nov 2023 22:13:20 GMT",
        "Tue, 14 Nov 2023 22:13:14 GMT",
    );
    let dated = |date, answered| vec![("last-modified", date), ("date", answered)];
    for (fields, connections) in [
        (dated(date, date), 1),
        (dated(date, "Tue, 15 Nov 1994 12:45:27 GMT"), 2),
        (vec![("last-modified", here)], 1),
        (vec![("last-modified", before)], 2),
    ] {
        let mut bench = Bench::new(fixed(2));
        bench.command(Command::Resume);
        bench.part(0, &fields);
        assert_eq!(bench.machine.connections.len(), connections, "{fields:?}");
    }
}

#[test]
fn what_is_no_date_or_the_same_for_every_file_proves_nothing() {
    let connections = |date| {
        let mut bench = Bench::new(fixed(2));
        bench.command(Command::Resume);
        bench.part(0, &[("last-modified", date)]);
        bench.machine.connections.len()
    };
    for date in ["0", "never", "Thu, 01 Jan 1970 00:00:01 GMT"] {
        assert_eq!(connections(date), 1, "{date}");
    }
    assert_eq!(connections("Sun, 06 Nov 1994 08:49:37 GMT"), 2);
}
