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
    bench.wait();
    assert_eq!(plain(&bench), Some(false));
    fails_and_is_probed(&mut bench, 1, Reach::Opaque);
    bench.wait();
    assert_eq!(plain(&bench), Some(true));
    fails_and_is_probed(&mut bench, 2, Reach::Opaque);
    bench.committed();
    bench.committed();
    assert_eq!(bench.error(), Some(Error::Blocked(Barrier::Cors)));
}

#[test]
fn a_browser_that_takes_the_network_for_gone_keeps_no_cause_from_being_found() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Offline);
    bench.command(Command::Resume);
    fails_and_is_probed(&mut bench, 0, Reach::Nowhere);
    bench.wait();
    fails_and_is_probed(&mut bench, 1, Reach::Opaque);
    bench.wait();
    fails_and_is_probed(&mut bench, 2, Reach::Opaque);
    bench.wait();
    assert_eq!(plain(&bench), Some(true));
    fails_and_is_probed(&mut bench, 3, Reach::Opaque);
    bench.committed();
    bench.committed();
    assert_eq!(bench.error(), Some(Error::Blocked(Barrier::Cors)));
}

#[test]
fn what_is_only_sent_without_range_is_one_stream() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    fails_and_is_probed(&mut bench, 0, Reach::Readable);
    fails_and_is_probed(&mut bench, 1, Reach::Readable);
    bench.answer(2, 200, &[("content-encoding", "gzip")]);
    bench.bytes(2, 1000);
    assert_eq!(bench.stream(), Some(Unresumable::Encoded));
    bench.tell(|machine, at| machine.handle_end(at, 2));
    assert_eq!(bench.machine.file.identity.size, Some(1000));
}

#[test]
fn what_the_policy_forbids_is_blocked_at_once() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    fails_and_is_probed(&mut bench, 0, Reach::Barred(Barrier::Policy));
    bench.committed();
    bench.committed();
    assert_eq!(bench.error(), Some(Error::Blocked(Barrier::Policy)));
}

#[test]
fn mixed_content_is_blocked_when_it_has_failed_a_few_times_and_never_worked() {
    let mixed = Reach::Barred(Barrier::MixedContent);
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    for id in 0..3 {
        assert_eq!(bench.error(), None, "{id}");
        fails_and_is_probed(&mut bench, id, mixed);
        bench.committed();
        bench.wait();
    }
    assert_eq!(bench.error(), Some(Error::Blocked(Barrier::MixedContent)));
}

/// Fails until the caller is asked for another URL.
fn refused_unreadably(bench: &mut Bench) {
    let refreshed = Action::Refresh { status: 0 };
    for _ in 0..5 {
        let Some((id, ..)) = bench.opened().pop() else {
            break;
        };
        bench.failure(id);
        let probed = |action: &Action| *action == Action::Probe { source: 0 };
        if bench.actions.iter().any(probed) {
            bench.tell(|machine, at| machine.handle_probed(at, 0, Reach::Opaque));
        }
        if bench.actions.contains(&refreshed) {
            return;
        }
        if bench.unanswered().is_none() {
            bench.wait();
        }
    }
    panic!("nobody was asked");
}

fn refreshing() -> Options {
    Options {
        refreshes: true,
        ..fixed(1)
    }
}

/// It has been answered, and has failed once since.
fn struck() -> Bench {
    let mut bench = Bench::stored(refreshing(), 0..MIB);
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    bench.committed();
    bench.failure(0);
    bench.wait();
    bench
}

#[test]
fn an_address_that_expires_in_words_the_page_may_not_read_is_replaced() {
    let mut bench = Bench::new(refreshing());
    bench.command(Command::Resume);
    refused_unreadably(&mut bench);

    let mut bench = struck();
    refused_unreadably(&mut bench);
    bench.tell(|machine, at| machine.handle_refreshed(at, Some("https://a.example/g".into())));
    assert_eq!(bench.opened().len(), 1);
    bench.tell(|machine, at| machine.handle_refreshed(at, None));
    assert_eq!(bench.error(), None, "nobody asks any more");
}

#[test]
fn a_network_that_fails_for_a_while_is_not_why_a_page_is_blocked() {
    let mut bench = struck();
    refused_unreadably(&mut bench);
    bench.tell(|machine, at| machine.handle_refreshed(at, None));
    assert_eq!(bench.error(), None);
    bench.wait();
    assert_eq!(bench.opened().len(), 1, "it is tried again");
}

#[test]
fn a_caller_who_knows_no_other_address_is_told_that_the_page_may_not_read_it() {
    let mut bench = Bench::new(refreshing());
    bench.command(Command::Resume);
    refused_unreadably(&mut bench);
    bench.tell(|machine, at| machine.handle_refreshed(at, None));
    bench.committed();
    bench.committed();
    assert_eq!(bench.error(), Some(Error::Blocked(Barrier::Cors)));
}

#[test]
fn a_server_known_to_let_itself_be_read_is_waited_for_while_it_does_not() {
    let mut bench = Bench::stored(fixed(1), 0..MIB);
    bench.command(Command::Resume);
    let mut failures = 0;
    while bench.error().is_none() {
        if let Some(id) = bench.unanswered() {
            failures += 1;
            fails_and_is_probed(&mut bench, id, Reach::Opaque);
        }
        bench.wait();
        bench.committed();
    }
    assert!(
        matches!(bench.error(), Some(Error::Network(_))),
        "{:?}",
        bench.error()
    );
    assert!(failures >= 8, "{failures}");
}

#[test]
fn who_is_refused_further_connections_does_not_ask_for_addresses_without_end() {
    let mut bench = Bench::stored(
        Options {
            refreshes: true,
            ..fixed(2)
        },
        0..MIB,
    );
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    let mut asked = 0;
    for _ in 0..20 {
        bench.bytes(0, 1000);
        if let Some(id) = bench.unanswered() {
            bench.answer(id, 403, &[]);
        }
        if bench.actions.contains(&Action::Refresh { status: 403 }) {
            asked += 1;
            let url = Some("https://a.example/g".to_owned());
            bench.tell(|machine, at| machine.handle_refreshed(at, url));
        }
    }
    assert!(asked <= 3, "{asked}");
}

#[test]
fn an_answer_that_cannot_be_read_is_no_status() {
    let mut bench = Bench::new(refreshing());
    bench.command(Command::Resume);
    refused_unreadably(&mut bench);
    let waiting = bench.machine.snapshot(bench.now).waiting;
    let failure = waiting.and_then(|waiting| waiting.failure);
    assert_eq!(failure, Some(Error::Blocked(Barrier::Cors)));
}

#[test]
fn errors_that_cannot_be_read_for_a_moment_are_no_barrier() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.committed();
    for _ in 0..40 {
        if let Some(id) = bench.unanswered() {
            fails_and_is_probed(&mut bench, id, Reach::Opaque);
            bench.committed();
        }
        bench.pass(50);
        bench.timeout();
    }
    assert_eq!(bench.error(), None);
}

/// A stream that was got only without Range breaks off.
fn guessed_stream_that_breaks_off() -> Bench {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    for id in 0..2 {
        fails_and_is_probed(&mut bench, id, Reach::Opaque);
        bench.wait();
    }
    assert_eq!(plain(&bench), Some(true));
    bench.answer(2, 200, &[("content-length", "100")]);
    bench.bytes(2, 10);
    bench.failure(2);
    bench.committed();
    bench.erased();
    bench.wait();
    bench
}

#[test]
fn a_stream_got_without_range_is_asked_for_ranges_when_it_breaks_off() {
    let mut bench = guessed_stream_that_breaks_off();
    assert_eq!(plain(&bench), Some(false));
    bench.part(3, &STRONG);
    assert_eq!(bench.stream(), None);
}

#[test]
fn one_that_is_only_sent_without_range_is_a_stream_again() {
    let mut bench = guessed_stream_that_breaks_off();
    fails_and_is_probed(&mut bench, 3, Reach::Readable);
    assert_eq!(plain(&bench), Some(true));
}
