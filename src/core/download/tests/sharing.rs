//! A browser lets six requests through to a host, and a download is not all that is wanted of it.

use super::*;
use crate::core::schedule::LEAST_PIECE;

/// A download with so many connections, all answered.
fn connected(connections: usize) -> Bench {
    let mut bench = Bench::new(fixed(connections));
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    for (id, ..) in bench.opened() {
        bench.part(id, &STRONG);
    }
    assert_eq!(bench.machine.connections.len(), connections);
    bench
}

/// The same, when each has brought 2 MB in two seconds.
fn flowing(connections: usize) -> Bench {
    let mut bench = connected(connections);
    for _ in 0..20 {
        bench.pass(100);
        bring(&mut bench, 100_000);
    }
    bench
}

/// So many bytes come over each connection.
fn bring(bench: &mut Bench, len: u64) {
    for (id, left) in open(bench) {
        bench.bytes(id, len.min(left));
    }
}

/// With how many bytes each has left.
fn open(bench: &Bench) -> Vec<(ConnectionId, u64)> {
    let open = bench.machine.connections.iter();
    open.map(|c| (c.id, c.left().end - c.left().start))
        .collect()
}

fn brief(bench: &Bench) -> Vec<Range<u64>> {
    let open = bench.machine.connections.iter();
    open.filter(|c| c.brief).map(|c| c.piece.clone()).collect()
}

fn the_brief(bench: &Bench) -> Range<u64> {
    match &brief(bench)[..] {
        [one] => one.clone(),
        other => panic!("one is brief, not {other:?}"),
    }
}

#[test]
fn a_page_that_needs_a_connection_gets_one_of_its_downloads() {
    let mut bench = connected(6);
    bench.command(Command::Yield);
    assert_eq!(bench.machine.connections.len(), 5);
}

#[test]
fn of_six_requests_to_a_host_one_ends_soon_and_the_next_one_too() {
    let mut bench = flowing(6);
    let first = the_brief(&bench);
    // How fast it would be was not known yet.
    assert_eq!(first.end - first.start, LEAST_PIECE);
    while the_brief(&bench) == first {
        bench.pass(100);
        bring(&mut bench, 100_000);
    }
    let next = the_brief(&bench);
    let len = next.end - next.start;
    assert!(
        (1_500_000..3_000_000).contains(&len),
        "{len} bytes at 1 MB/s"
    );
    assert_eq!(bench.machine.connections.len(), 6);
}

#[test]
fn where_the_host_has_connections_to_spare_no_request_is_brief() {
    assert!(brief(&flowing(5)).is_empty());
}

#[test]
fn a_request_of_low_priority_that_others_keep_waiting_is_sent_again_as_any_other() {
    let low = |bench: &Bench| {
        bench.actions.iter().find_map(|action| match action {
            Action::Open { low, .. } => Some(*low),
            _ => None,
        })
    };
    let mut bench = flowing(6);
    while low(&bench).is_none() {
        bench.pass(100);
        bring(&mut bench, 100_000);
    }
    assert_eq!(low(&bench), Some(true));
    let waiting = bench.opened()[0].0;
    let mut again = None;
    for _ in 0..200 {
        bench.pass(100);
        for (id, left) in open(&bench).into_iter().filter(|(id, _)| *id != waiting) {
            bench.bytes(id, 100_000.min(left));
            again = again.or(low(&bench));
        }
        bench.timeout();
    }
    assert_eq!(again, Some(false));
    assert_eq!(bench.error(), None);
}

#[test]
fn a_status_that_refuses_one_request_too_many_ends_nothing() {
    for status in [403, 404] {
        let mut bench = Bench::stored(fixed(2), 0..MIB);
        bench.command(Command::Resume);
        bench.part(0, &STRONG);
        bench.pass(1000);
        bench.bytes(0, MIB);
        let other = bench.machine.connections.iter().find(|c| c.id != 0);
        let other = other.map(|c| c.id).expect("another request");
        bench.answer(other, status, &[]);
        assert_eq!((bench.error(), bench.opened()), (None, vec![]), "{status}");
        bench.failure(0);
        bench.wait();
        let (alone, ..) = bench.opened().pop().expect("a request");
        bench.answer(alone, status, &[]);
        bench.committed();
        bench.committed();
        assert_eq!(bench.error(), Some(Error::Http { status }));
    }
}

/// One connection flows, of four that were asked for.
fn one_of_four() -> Bench {
    let mut bench = Bench::stored(fixed(4), 0..MIB);
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    bench
}

/// While one connection flows: how often others are asked for, if each comes to this.
fn requests_in_four_seconds(mut comes_to: impl FnMut(&mut Bench, ConnectionId)) -> u32 {
    let mut bench = one_of_four();
    let mut requests = 0;
    for _ in 0..100 {
        while let Some(id) = bench.unanswered() {
            requests += 1;
            comes_to(&mut bench, id);
        }
        bench.pass(40);
        bench.bytes(0, 1000);
        bench.timeout();
    }
    requests
}

#[test]
fn a_server_that_answers_no_more_at_once_is_not_asked_for_more_all_the_time() {
    let failed = requests_in_four_seconds(|bench, id| {
        bench.failure(id);
        bench.tell(|machine, at| machine.handle_probed(at, 0, Reach::Readable));
    });
    assert!(failed <= 6, "{failed} requests failed in four seconds");
}

#[test]
fn a_request_that_fails_by_chance_is_sent_again() {
    let mut bench = one_of_four();
    let id = bench.unanswered().expect("a second request");
    bench.failure(id);
    bench.pass(1000);
    bench.bytes(0, 1000);
    assert_eq!(bench.machine.connections.len(), 4);
}

#[test]
fn a_good_answer_that_uses_up_a_quota_is_not_the_one_to_be_given_up() {
    let mut bench = one_of_four();
    for id in [1, 2] {
        bench.part(id, &STRONG);
    }
    let fields = [("etag", "\"a\""), ("ratelimit", "\"api\";r=0;t=300")];
    bench.part(3, &fields);
    assert_eq!(bench.closed(), []);
    assert_eq!(bench.machine.connections.len(), 4);
}

#[test]
fn an_address_that_expires_does_not_cut_what_still_flows() {
    for status in [400, 401, 410, 451] {
        let mut bench = one_of_four();
        let id = bench.unanswered().expect("another request");
        bench.answer(id, status, &[]);
        assert!(!bench.closed().contains(&0), "{status}");
        bench.bytes(0, 1000);
        assert_eq!(bench.written().len(), 1, "{status}");
    }
}

#[test]
fn a_caller_who_knows_no_other_address_does_not_cut_what_still_flows() {
    let options = Options {
        refreshes: true,
        ..fixed(2)
    };
    let mut bench = Bench::stored(options, 0..MIB);
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    let id = bench.unanswered().expect("another request");
    bench.answer(id, 403, &[]);
    bench.tell(|machine, at| machine.handle_refreshed(at, None));
    assert_eq!((bench.closed(), bench.error()), (vec![], None));
    bench.bytes(0, 1000);
    assert_eq!(bench.written().len(), 1);
    // Nor is the caller asked again.
    bench.pass(30_000);
    bench.timeout();
    let id = bench.unanswered().expect("another try");
    bench.bytes(0, 1000);
    bench.answer(id, 403, &[]);
    assert!(!bench.actions.contains(&Action::Refresh { status: 403 }));
}

#[test]
fn a_server_that_answers_further_ranges_with_all_of_it_is_not_asked_for_them_all_the_time() {
    let size = SIZE.to_string();
    let wrong = requests_in_four_seconds(|bench, id| {
        bench.answer(id, 200, &[("content-length", &size), STRONG[0]]);
    });
    assert!(wrong <= 6, "{wrong} in four seconds");
}

#[test]
fn of_an_answer_that_goes_on_beyond_the_range_only_the_range_is_taken() {
    let mut bench = one_of_four();
    let id = bench.unanswered().expect("another request");
    let asked = bench.asked[&id].clone();
    let range = format!("bytes {}-{}/{SIZE}", asked.start, SIZE - 1);
    bench.answer(id, 206, &[("content-range", &range), STRONG[0]]);
    bench.bytes(id, SIZE - asked.start);
    assert_eq!(bench.written(), [asked]);
    assert_eq!(bench.closed(), [id]);
}

#[test]
fn a_body_that_does_not_begin_while_another_flows_is_not_asked_for_all_the_time() {
    let mut bench = one_of_four();
    let mut asked = 0;
    for _ in 0..240 {
        while let Some(id) = bench.unanswered() {
            asked += 1;
            bench.part(id, &STRONG);
        }
        bench.pass(500);
        bench.bytes(0, 1000);
        bench.committed();
        bench.timeout();
    }
    assert!(asked <= 15, "{asked} in two minutes");
}
