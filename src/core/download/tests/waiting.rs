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
