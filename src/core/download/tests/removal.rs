//! The end of a download, and the rest of one.

use super::*;

/// What is stored is being discarded for another version of the file.
fn discarding() -> Bench {
    let mut bench = Bench::stored(
        Options {
            on_changed: OnChanged::Restart,
            ..Options::default()
        },
        0..MIB,
    );
    bench.command(Command::Resume);
    bench.committed();
    bench.part(0, &[("etag", "\"b\"")]);
    let discards = |action: &Action| matches!(action, Action::Discard { .. });
    assert!(bench.actions.iter().any(discards));
    bench
}

#[test]
fn a_removal_during_the_erasure_of_a_restart_leaves_no_record() {
    let mut bench = discarding();
    bench.command(Command::Remove);
    bench.erased();
    assert_eq!(bench.actions, [Action::Erase]);
    assert_ne!(bench.machine.state(), State::Removed);
    bench.erased();
    assert_eq!(bench.machine.state(), State::Removed);
}

#[test]
fn a_removal_is_told_of_when_it_is_done_or_has_failed() {
    let mut bench = Bench::stored(Options::default(), 0..SIZE);
    bench.timeout();
    assert_eq!(bench.machine.state(), State::Complete);
    let fail = |machine: &mut Download, at| {
        machine.handle_erased(at, Err(StoreFailure::Broken("locked".into())));
    };
    for _ in 0..2 {
        bench.command(Command::Remove);
        assert_eq!(bench.actions, [Action::Erase]);
        bench.tell(fail);
        assert!(bench.actions.contains(&Action::Report));
        assert_eq!(bench.error(), Some(Error::Storage("locked".into())));
        assert!(bench.machine.snapshot(bench.now).unremoved);
    }
    bench.command(Command::Remove);
    bench.erased();
    assert_eq!(bench.actions, [Action::Report]);
    assert_eq!(bench.machine.state(), State::Removed);
}

#[test]
fn a_failure_that_is_none_of_a_removal_is_not_taken_for_one() {
    let mut bench = Bench::stored(Options::default(), 0..SIZE);
    bench.timeout();
    bench.command(Command::Remove);
    let fail = |machine: &mut Download, at| {
        machine.handle_erased(at, Err(StoreFailure::Broken("locked".into())));
    };
    bench.tell(fail);
    bench.command(Command::Resume);
    let break_off = |machine: &mut Download, at| {
        machine.handle_unusable(at, StoreFailure::Broken("gone".into()));
    };
    bench.tell(break_off);
    let snapshot = bench.machine.snapshot(bench.now);
    assert_eq!(snapshot.error, Some(Error::Storage("gone".into())));
    assert!(!snapshot.unremoved);
}

#[test]
fn a_machine_at_rest_asks_for_no_timer() {
    let bench = Bench::stored(Options::default(), 0..MIB);
    assert!(bench.machine.is_at_rest());
    assert_eq!(bench.machine.poll_timeout(bench.now), None);
}

#[test]
fn a_removal_goes_on_where_what_was_being_discarded_could_not_be() {
    let mut bench = discarding();
    bench.command(Command::Remove);
    let broken = Err(StoreFailure::Broken("locked".into()));
    bench.tell(|machine, at| machine.handle_erased(at, broken));
    assert_eq!(bench.actions, [Action::Erase]);
    bench.erased();
    assert_eq!(bench.machine.state(), State::Removed);
}
