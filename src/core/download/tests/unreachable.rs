//! Servers that a browser does not let the page reach.

use super::*;

/// A failure before any answer, and what the probe after it finds.
fn fails_and_is_probed(bench: &mut Bench, id: ConnectionId, reach: Reach) {
    bench.failure(id);
    bench.tell(|machine, at| machine.handle_probed(at, 0, reach));
}

#[test]
fn where_requests_with_range_fail_one_without_it_is_tried_before_the_page_is_called_blocked() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    fails_and_is_probed(&mut bench, 0, Reach::Opaque);
    assert_eq!(plain(&bench), Some(false));
    fails_and_is_probed(&mut bench, 1, Reach::Opaque);
    assert_eq!(plain(&bench), Some(true));
    fails_and_is_probed(&mut bench, 2, Reach::Opaque);
    bench.committed();
    bench.committed();
    assert_eq!(bench.error(), Some(Error::Blocked));
}

#[test]
fn a_browser_that_takes_the_network_for_gone_keeps_no_cause_from_being_found() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Offline);
    bench.command(Command::Resume);
    fails_and_is_probed(&mut bench, 0, Reach::Nowhere);
    bench.wait();
    fails_and_is_probed(&mut bench, 1, Reach::Opaque);
    fails_and_is_probed(&mut bench, 2, Reach::Opaque);
    assert_eq!(plain(&bench), Some(true));
    fails_and_is_probed(&mut bench, 3, Reach::Opaque);
    bench.committed();
    bench.committed();
    assert_eq!(bench.error(), Some(Error::Blocked));
}

#[test]
fn what_is_only_sent_without_range_is_one_stream() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    fails_and_is_probed(&mut bench, 0, Reach::Readable);
    fails_and_is_probed(&mut bench, 1, Reach::Readable);
    bench.answer(2, 200, &[("content-encoding", "gzip")]);
    bench.bytes(2, 1000);
    assert_eq!(bench.machine.unresumable, Some(Unresumable::Encoded));
    bench.tell(|machine, at| machine.handle_end(at, 2));
    assert_eq!(bench.machine.identity.size, Some(1000));
}
