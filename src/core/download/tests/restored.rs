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
fn a_start_writes_where_bytes_are_missing_or_unproven_and_nowhere_else() {
    let takes_nothing = |options: Options, stored| {
        let bench = Bench::stored(options, stored);
        bench.machine.takes_nothing()
    };
    assert!(takes_nothing(Options::default(), 0..SIZE));
    assert!(!takes_nothing(Options::default(), 0..SIZE - 1));
    assert!(!promised().machine.takes_nothing());
    let unreadable = Download::unreadable(URL.into(), "of a newer version".into());
    assert!(unreadable.takes_nothing());
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

/// Every byte is there, and is to be hashed.
fn promised() -> Bench {
    let digest = crate::core::digest::Hasher::sha256().finish();
    let options = Options {
        digest: Some(digest),
        refreshes: true,
        ..Options::default()
    };
    let mut bench = Bench::stored(options, 0..SIZE);
    bench.command(Command::Resume);
    bench
}

#[test]
fn what_is_whole_needs_no_address_any_more() {
    let mut bench = promised();
    bench.committed();
    assert_eq!(bench.machine.state(), State::Verifying);
    let url = bench.machine.sources.get_mut(0).expect("the URL");
    url.refreshing = Some(403);
    bench.tell(|machine, at| machine.handle_refreshed(at, None));
    assert_eq!(bench.machine.state(), State::Verifying);
}

#[test]
fn who_pauses_before_the_file_is_read_back_does_not_wait_for_that() {
    let mut bench = promised();
    bench.command(Command::Pause);
    bench.committed();
    bench.committed();
    assert_eq!(bench.machine.state(), State::Paused);
    bench.command(Command::Resume);
    bench.committed();
    assert_eq!(bench.machine.state(), State::Verifying);
}

#[test]
fn what_the_store_holds_of_a_run_that_broke_off_is_forgotten_before_the_next() {
    let mut bench = Bench::stored(mirrored(), 0..MIB);
    bench.command(Command::Resume);
    let (url, mirror) = bench.first_of_both();
    bench.part(url, &STRONG);
    bench.bytes(url, 1000);
    bench.part(mirror, &[("etag", "\"b\"")]);
    let broken = Err(StoreFailure::Broken("gone".into()));
    bench.tell(|machine, at| machine.handle_compared(at, mirror, broken));
    assert_eq!(bench.machine.state(), State::Failed);
    // The order of the first run is still being carried out.
    bench.command(Command::Resume);
    assert_eq!(bench.opened(), []);
    bench.committed();
    let kept = bench.actions.iter().find_map(|action| match action {
        Action::Discard { kept, .. } => Some(kept.clone()),
        _ => None,
    });
    assert_eq!(kept, Some([0..MIB].into_iter().collect()));
    bench.erased();
    assert!(bench.unanswered().is_some());
}
