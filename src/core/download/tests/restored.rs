//! What the next page finds.

use super::*;

/// A download that has failed, and what is stored of it.
fn failed() -> (Bench, Record) {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.committed();
    bench.answer(0, 404, &[]);
    bench.committed();
    assert_eq!(bench.error(), Some(Error::Http { status: 404 }));
    assert!(!bench.machine.snapshot(bench.now).failed_before);
    let record = bench.saved();
    (bench, record)
}

fn restored(record: Record) -> Bench {
    let stored = record.stored.clone();
    Bench::of(Download::restore(record, &stored))
}

#[test]
fn a_failure_is_told_to_the_next_page() {
    let (_, record) = failed();
    let bench = restored(record);
    let snapshot = bench.machine.snapshot(bench.now);
    assert_eq!(snapshot.state, State::Failed);
    assert_eq!(snapshot.error, Some(Error::Http { status: 404 }));
    assert!(snapshot.failed_before && !snapshot.interrupted);
}

#[test]
fn a_failure_is_over_once_it_is_tried_again() {
    let (_, record) = failed();
    let mut bench = restored(record);
    bench.command(Command::Resume);
    let snapshot = bench.machine.snapshot(bench.now);
    assert_eq!(snapshot.error, None);
    assert!(!snapshot.failed_before);
    let record = bench.saved();
    assert!(record.running && record.failed.is_none());
}

#[test]
fn bytes_that_were_lost_are_news_and_what_failed_before_is_not() {
    let mut record = failed().1;
    record.identity.size = Some(SIZE);
    record.stored = [0..MIB].into_iter().collect();
    let bench = Bench::of(Download::restore(record, &RangeSet::new()));
    assert_eq!(bench.error().map(|error| error.code()), Some("storage"));
}

#[test]
fn a_file_that_is_all_there_has_not_failed() {
    let mut record = failed().1;
    record.identity.size = Some(MIB);
    record.stored = [0..MIB].into_iter().collect();
    let bench = restored(record);
    assert_eq!(bench.machine.state(), State::Complete);
    assert_eq!(bench.error(), None);
}

#[test]
fn a_failure_of_the_store_is_not_recorded() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    bench.tell(|machine, at| {
        machine.handle_committed(at, Err(StoreFailure::Broken("gone".into())));
    });
    assert_eq!(bench.error().map(|error| error.code()), Some("storage"));
    assert_eq!(bench.saved().failed, None);
}

#[test]
fn a_whole_file_that_cannot_be_resumed_is_verified_and_not_fetched_again() {
    let promised = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let mut bench = Bench::new(Options {
        digest: crate::core::digest::Digest::parse(promised),
        ..Options::default()
    });
    bench.command(Command::Resume);
    bench.answer(0, 200, &[("content-length", "100")]);
    bench.bytes(0, 100);
    bench.tell(|machine, at| machine.handle_end(at, 0));
    bench.committed();
    bench.committed();
    assert_eq!(bench.machine.state(), State::Verifying);
    let record = bench.saved();
    let mut bench = Bench::restored(record);
    bench.command(Command::Resume);
    bench.committed();
    assert_eq!((bench.opened(), bench.machine.discard), (vec![], false));
    assert_eq!(bench.machine.state(), State::Verifying);
}
