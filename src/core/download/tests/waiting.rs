//! What is waited for, and how long: servers, sleep, networks.

use super::*;

#[test]
fn a_server_that_takes_its_time_is_waited_for_while_others_flow() {
    let mut bench = Bench::stored(fixed(2), 0..MIB);
    bench.command(Command::Resume);
    bench.pass(20_000);
    bench.part(0, &STRONG);
    bench.pass(1);
    bench.bytes(0, MIB);
    assert!(bench.machine.poll_timeout(bench.now).is_some());
}

#[test]
fn a_clock_that_jumps_restarts_what_was_silent_at_once() {
    let mut bench = Bench::stored(fixed(2), 0..MIB);
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    bench.bytes(0, MIB);
    let asked: u64 = bench.machine.snapshot(bench.now).connections as u64;
    bench.pass(3_600_000);
    bench.timeout();
    assert_eq!(bench.closed().len() as u64, asked);
    assert_eq!(bench.opened().len(), 2);
    assert_eq!(bench.error(), None);
}

#[test]
fn a_clock_that_jumps_is_noticed_after_words_of_a_connection_that_is_gone() {
    let mut bench = Bench::stored(fixed(2), 0..MIB);
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    bench.bytes(0, MIB);
    let late = ConnectionId::MAX;
    let late_events: [fn(&mut Download, Moment, ConnectionId); 3] = [
        |machine, at, id| machine.handle_response(at, id, &Head::default()),
        |machine, at, id| machine.handle_compared(at, id, Ok(true)),
        |machine, at, id| machine.handle_end(at, id),
    ];
    for event in late_events {
        bench.tell(|machine, at| event(machine, at, late));
        let asked = bench.machine.snapshot(bench.now).connections;
        bench.pass(3_600_000);
        bench.timeout();
        assert_eq!(bench.closed().len(), asked);
        assert_eq!(bench.opened().len(), 2);
    }
}

#[test]
fn a_woken_page_keeps_what_was_heard_of_just_now() {
    let mut bench = Bench::stored(fixed(2), 0..MIB);
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    bench.pass(2000);
    bench.bytes(0, MIB);
    bench.command(Command::Woken);
    assert_eq!(bench.closed(), [1], "the one that has not answered");
}

#[test]
fn a_network_that_is_back_does_not_shorten_the_wait_a_server_asked_for() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.answer(0, 503, &[("retry-after", "30")]);
    bench.command(Command::Offline);
    bench.command(Command::Online);
    assert_eq!(bench.opened(), []);
    bench.pass(30_000);
    bench.timeout();
    assert_eq!(bench.opened().len(), 1);
}

#[test]
fn who_waits_says_what_for_and_until_when() {
    let mut bench = Bench::new(mirrored());
    let waiting = |bench: &Bench| bench.machine.snapshot(bench.now).waiting;
    bench.command(Command::Resume);
    assert_eq!(waiting(&bench), None);
    bench.answer(0, 503, &[("retry-after", "30")]);
    assert_eq!(waiting(&bench), None, "the mirror is asked meanwhile");
    bench.answer(1, 429, &[("retry-after", "10")]);
    let began = bench.now;
    let until = |seconds| Some(began + Duration::from_secs(seconds));
    let expected = Waiting {
        until: until(10),
        failure: Some(Error::Http { status: 429 }),
    };
    assert_eq!(waiting(&bench), Some(expected));
    bench.pass(10_000);
    bench.timeout();
    let (id, ..) = bench.opened()[0];
    assert_eq!(waiting(&bench), None);
    bench.answer(id, 404, &[]);
    let expected = Waiting {
        until: until(30),
        failure: Some(Error::Http { status: 503 }),
    };
    assert_eq!(waiting(&bench), Some(expected));
}

#[test]
fn who_waits_for_another_address_does_not_know_how_long() {
    let mut bench = Bench::new(Options {
        refreshes: true,
        ..Options::default()
    });
    bench.command(Command::Resume);
    bench.answer(0, 403, &[]);
    let expected = Waiting {
        until: None,
        failure: Some(Error::Http { status: 403 }),
    };
    assert_eq!(bench.machine.snapshot(bench.now).waiting, Some(expected));
}

#[test]
fn no_try_is_spent_while_offline() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Offline);
    bench.command(Command::Resume);
    for _ in 0..50 {
        for (id, _, _) in bench.opened() {
            bench.failure(id);
        }
        bench.wait();
    }
    assert_eq!(bench.error(), None);
}

#[test]
fn a_quota_used_up_by_a_good_answer_holds_back_the_next_request() {
    let mut bench = Bench::stored(fixed(4), 0..MIB);
    bench.command(Command::Resume);
    let fields = [("etag", "\"a\""), ("ratelimit", "\"api\";r=0;t=30")];
    bench.part(0, &fields);
    assert_eq!((bench.opened(), bench.closed()), (vec![], vec![]));
    bench.bytes(0, MIB);
    assert_eq!(bench.written().len(), 1);
}

#[test]
fn no_server_is_waited_for_longer_than_a_day() {
    const FOR_EVER: &str = "9007199254740991";
    let quota = format!("\"api\";r=0;t={FOR_EVER}");
    for fields in [("retry-after", FOR_EVER), ("ratelimit", &quota)] {
        let mut bench = Bench::new(Options::default());
        bench.command(Command::Resume);
        bench.answer(0, 503, &[fields]);
        bench.pass(24 * 3_600_000);
        bench.timeout();
        assert_eq!(bench.opened().len(), 1, "{fields:?}");
    }
}

#[test]
fn a_date_to_wait_for_is_by_the_clock_of_the_server() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    // Two hours ahead of this machine.
    let fields = [
        ("date", "Wed, 15 Nov 2023 00:13:20 GMT"),
        ("retry-after", "Wed, 15 Nov 2023 00:13:25 GMT"),
    ];
    bench.answer(0, 503, &fields);
    bench.pass(5000);
    bench.timeout();
    assert_eq!(bench.opened().len(), 1);
}

#[test]
fn a_mirror_that_waits_to_prove_itself_does_not_hide_that_the_address_is_waited_for() {
    let mut bench = Bench::new(mirrored());
    bench.command(Command::Resume);
    // Nothing to prove anything with.
    bench.part(0, &[]);
    bench.bytes(0, MIB);
    bench.failure(0);
    bench.committed();
    bench.committed();
    let again = bench.unanswered().expect("the address is asked once more");
    bench.answer(again, 503, &[("retry-after", "30")]);
    assert_eq!(bench.unanswered(), None);
    assert_eq!(bench.machine.state(), State::Waiting);
}

/// Every request fails, at once, for so many seconds.
fn outage(bench: &mut Bench, seconds: u64) {
    let end = bench.now + Duration::from_secs(seconds);
    while bench.now < end && bench.error().is_none() {
        if let Some(id) = bench.unanswered() {
            bench.failure(id);
        } else if bench.machine.sources.list[0].probing.is_some() {
            bench.tell(|machine, at| machine.handle_probed(at, 0, Reach::Nowhere));
        } else {
            bench.committed();
            bench.wait();
        }
    }
}

#[test]
fn what_has_brought_bytes_is_waited_for_longer_than_what_has_not() {
    let mut unknown = Bench::new(fixed(2));
    unknown.command(Command::Resume);
    outage(&mut unknown, 180);
    assert_eq!(unknown.error(), Some(Error::Network("reset".into())));

    let mut known = Bench::stored(fixed(2), 0..MIB);
    known.command(Command::Resume);
    outage(&mut known, 180);
    assert_eq!(known.error(), None);
    outage(&mut known, 3600);
    assert_eq!(known.error(), Some(Error::Network("reset".into())));
}

#[test]
fn a_server_that_always_takes_long_to_answer_is_waited_for() {
    for seconds in [40, 100] {
        let mut bench = Bench::new(Options::default());
        bench.command(Command::Resume);
        bench.committed();
        for _ in 0..400 {
            bench.pass(1000);
            let wait = Duration::from_secs(seconds);
            let id = bench.unanswered();
            let asked = id.and_then(|id| bench.machine.find(id));
            if asked.is_some_and(|asked| bench.now >= asked.opened + wait) {
                bench.part(id.unwrap_or_default(), &STRONG);
                break;
            }
            bench.timeout();
        }
        assert!(
            bench.machine.has_begun(),
            "{seconds} s: {:?}",
            bench.error()
        );
    }
}

#[test]
fn who_is_refused_and_asked_to_wait_waits() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.answer(0, 403, &[("retry-after", "60")]);
    bench.committed();
    assert_eq!((bench.error(), bench.unanswered()), (None, None));
    bench.pass(60_000);
    bench.timeout();
    assert_eq!(bench.opened().len(), 1);
}

#[test]
fn a_limit_per_minute_is_outlasted() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    let end = bench.now + Duration::from_secs(90);
    while bench.now < end && bench.error().is_none() {
        if let Some(id) = bench.unanswered() {
            bench.answer(id, 429, &[]);
        }
        bench.committed();
        bench.wait();
    }
    assert_eq!(bench.error(), None);
}

#[test]
fn a_quota_used_up_by_an_answer_that_is_not_taken_holds_back_the_next_request_too() {
    let mut bench = Bench::stored(fixed(1), 0..MIB);
    bench.command(Command::Resume);
    // It does not prove its bytes, which have to be compared: by another request.
    bench.part(0, &[("ratelimit", "\"api\";r=0;t=30")]);
    assert_eq!((bench.closed(), bench.unanswered()), (vec![0], None));
}

#[test]
fn a_pause_of_its_own_does_not_make_it_forget_that_a_server_asked_for_one() {
    let mut bench = Bench::stored(fixed(2), 0..MIB);
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    let other = bench.unanswered().expect("another request");
    let fields = [("etag", "\"a\""), ("ratelimit", "\"api\";r=0;t=30")];
    bench.part(other, &fields);
    bench.pass(29_900);
    bench.tell(|machine, at| {
        let source = machine.sources.get_mut(0).expect("the URL");
        source.close_gate(at.now + Duration::from_secs(1), false, None);
        source.reconnect();
        assert!(source.gate.is_some());
    });
}
