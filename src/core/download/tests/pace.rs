//! How much is asked for at a time, and what the store makes of it.

use super::*;

/// Answers the first request for a file of 16 GiB after so many milliseconds.
fn long_file(bench: &mut Bench, millis: u64) {
    bench.command(Command::Resume);
    let size = (16_u64 << 30).to_string();
    bench.pass(millis);
    bench.answer(0, 206, &[("content-length", &size), STRONG[0]]);
}

#[test]
fn a_piece_that_turns_out_to_come_fast_is_cut_short() {
    let mut bench = Bench::new(fixed(1));
    long_file(&mut bench, 200);
    let mut lots = 0;
    while bench.opened().is_empty() && lots < 1000 {
        bench.committed();
        bench.pass(5);
        bench.bytes(0, MIB);
        lots += 1;
    }
    assert_eq!(lots, 24);
    let next = bench.opened();
    assert_eq!(next[0].2, lots * MIB..(lots + 24) * MIB);
}

/// Where the first request for a long file is cut short whose bytes come, so many at a time, with
/// some 20 MB/s.
fn cut_at(lot: u64) -> u64 {
    let mut bench = Bench::new(fixed(1));
    long_file(&mut bench, 200);
    while bench.opened().is_empty() {
        bench.committed();
        bench.pass(3);
        bench.bytes(0, lot);
    }
    bench.opened()[0].2.start
}

#[test]
fn less_is_asked_for_of_what_comes_faster_than_it_is_read() {
    assert_eq!(cut_at(64 << 10), 24 * MIB);
    assert_eq!(cut_at((64 << 10) - 1), 128 * MIB);
}

#[test]
fn a_server_that_is_near_is_not_left_to_send_far_more_than_is_wanted_at_a_time() {
    let mut bench = Bench::new(fixed(2));
    long_file(&mut bench, 2);
    assert_eq!(bench.opened(), [(1, 0, MIB..17 * MIB)]);
    bench.bytes(0, MIB);
    assert_eq!(bench.closed(), [0]);
    assert_eq!(bench.opened(), [(2, 0, 17 * MIB..33 * MIB)]);
}

#[test]
fn what_is_wanted_at_a_time_is_read_from_the_first_answer() {
    let mut bench = Bench::new(fixed(1));
    bench.command(Command::Resume);
    bench.answer(0, 206, &[("content-length", "16777216"), STRONG[0]]);
    assert_eq!(bench.closed(), []);
    assert_eq!(bench.opened(), []);
}

/// Brings every byte that was asked for, at most `lot` at a time, until the store lets nothing more
/// be read; how many requests there were at most.
fn until_the_store_is_full(bench: &mut Bench, lot: u64) -> usize {
    let mut most = 0;
    let mut due: VecDeque<Action> = bench.actions.drain(..).collect();
    while let Some(action) = due.pop_front() {
        match action {
            Action::Open { connection, .. } => bench.part(connection, &STRONG),
            Action::Read {
                connection, limit, ..
            } => {
                bench.pass(1);
                bench.bytes(connection, limit.min(lot));
            }
            _ => continue,
        }
        most = most.max(bench.machine.connections.len());
        due.extend(bench.actions.drain(..));
    }
    most
}

#[test]
fn what_the_store_holds_up_is_not_sought_over_more_connections() {
    let machine = Download::new(URL.into(), Options::default(), 0);
    let mut bench = Bench::of(machine.kept_in(Tier::IndexedDb));
    bench.command(Command::Resume);
    let mut most = 0;
    for _ in 0..3 {
        most = most.max(until_the_store_is_full(&mut bench, u64::MAX));
        bench.pass(200);
        bench.committed();
    }
    assert_eq!(most, 2);
}

/// Answers every request that has just been made; how many there were.
fn answer_all(bench: &mut Bench) -> usize {
    let opened = bench.opened();
    for (id, ..) in &opened {
        bench.part(*id, &STRONG);
    }
    opened.len()
}

/// Brings what is asked for in buffers that lie ready, and saves nothing: how much has been asked
/// for over so many connections when no more is.
fn asked_for_unsaved(connections: usize) -> u64 {
    let machine = Download::new(URL.into(), fixed(connections), 0);
    let mut bench = Bench::of(machine.kept_in(Tier::IndexedDb));
    long_file(&mut bench, 2);
    until_the_store_is_full(&mut bench, 64 << 10);
    // The first request is left after its first bytes.
    let others = bench.asked.iter().filter(|(id, _)| **id > 0);
    MIB + others
        .map(|(_, asked)| asked.end - asked.start)
        .sum::<u64>()
}

#[test]
fn what_a_crash_may_cost_does_not_grow_with_the_connections() {
    assert_eq!([2, 4].map(asked_for_unsaved), [33 * MIB, 48 * MIB]);
    assert!(asked_for_unsaved(6) <= 48 * MIB);
}

#[test]
fn what_may_be_under_way_is_not_cut_short_for_others_that_join() {
    let mut bench = Bench::stored(Options::default(), 0..MIB);
    bench.command(Command::Resume);
    let (first, _, asked) = bench.opened()[0].clone();
    assert_eq!(asked, MIB..25 * MIB);
    bench.pass(2);
    bench.part(first, &STRONG);
    let (mut most, mut brought) = (0, 0);
    loop {
        let open = bench.machine.connections.iter().map(|c| c.id);
        let open: Vec<_> = open.collect();
        if !open.contains(&first) {
            break;
        }
        most = most.max(open.len());
        for id in open {
            bench.pass(1);
            bench.bytes(id, 64 << 10);
            answer_all(&mut bench);
        }
        bench.committed();
        answer_all(&mut bench);
        brought += 64 << 10;
    }
    assert_eq!((most, brought), (6, asked.end - asked.start));
}

#[test]
fn bytes_that_two_requests_bring_are_written_once() {
    let mut bench = Bench::stored(fixed(2), 0..SIZE - 260_000);
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    // Ten seconds at 5 KB/s make it slow, and a second request worth its price.
    for _ in 0..10 {
        bench.pass(1000);
        bench.bytes(0, 5000);
    }
    let start = SIZE - 210_000;
    let source = bench.machine.sources.get_mut(0).expect("the URL");
    source.rate = Some(1e6);
    bench.timeout();
    let (twin, _, range) = match bench.opened().as_slice() {
        [only] => only.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(range, start..SIZE);
    let segments = bench.machine.snapshot(bench.now).segments;
    assert_eq!(segments.iter().filter(|s| s.active).count(), 1);
    bench.part(twin, &STRONG);
    bench.bytes(twin, 100_000);
    assert_eq!(bench.written(), [start..start + 100_000]);
    bench.bytes(0, 50_000);
    assert_eq!(bench.written(), []);
    bench.bytes(0, 70_000);
    let jump = Action::Write {
        connection: 0,
        part: start + 100_000,
        at: start + 100_000,
        skip: 50_000,
        len: 20_000,
    };
    assert!(bench.actions.contains(&jump), "a part has no holes");
    bench.bytes(twin, 110_000);
    assert_eq!(bench.written(), [start + 120_000..SIZE]);
    assert_eq!(bench.machine.snapshot(bench.now).received, SIZE);
    assert_eq!(bench.closed().len(), 2);
}

#[test]
fn a_short_answer_without_validators_is_saved_at_once_for_the_next_to_begin_with() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.answer(0, 206, &[("content-range", "bytes 0-999999/8000000")]);
    bench.committed();
    bench.bytes(0, 1_000_000);
    assert!(bench.closed().contains(&0));
    let saves =
        |action: &Action| matches!(action, Action::Commit { saves, .. } if !saves.is_empty());
    assert!(bench.actions.iter().any(saves), "{:?}", bench.actions);
    bench.committed();
    assert_eq!(bench.opened()[0].2.start, 1_000_000 - (64 << 10));
}

/// Flows at a million bytes per second, and then no more.
fn fallen_silent() -> Bench {
    let mut bench = Bench::stored(fixed(1), 0..MIB);
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    for _ in 0..50 {
        bench.pass(100);
        bench.bytes(0, 100_000);
    }
    bench
}

fn rate(bench: &Bench) -> f64 {
    bench.machine.snapshot(bench.now).bytes_per_second
}

#[test]
fn that_nothing_comes_any_more_is_told_too() {
    let mut bench = fallen_silent();
    let before = rate(&bench);
    let mut told = Vec::new();
    let end = bench.now + Duration::from_secs(9);
    while bench.now < end {
        bench.committed();
        bench.wait();
        if bench.actions.contains(&Action::Report) {
            told.push(rate(&bench));
        }
    }
    assert!(told.len() >= 5, "{told:?}");
    assert!(
        told.last().is_some_and(|last| *last < before / 4.0),
        "{told:?}"
    );
}

#[test]
fn a_wait_is_not_held_against_the_rate_after_it() {
    let mut bench = fallen_silent();
    let before = rate(&bench);
    bench.failure(0);
    let id = bench.unanswered().expect("another try");
    bench.answer(id, 503, &[("retry-after", "60")]);
    bench.pass(60_000);
    bench.timeout();
    let id = bench.unanswered().expect("another try");
    bench.part(id, &STRONG);
    for _ in 0..10 {
        bench.pass(100);
        bench.bytes(id, 100_000);
    }
    let after = rate(&bench);
    assert!(after > before * 0.8, "{after} after {before}");
}

/// Six connections of which half are slow, as are those that take their places or not: how many
/// have been replaced after so long.
fn replaced(millis: u64, are_as_slow: bool) -> usize {
    let mut bench = Bench::stored(fixed(6), 0..MIB);
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    for id in 1..6 {
        bench.part(id, &STRONG);
    }
    let mut replaced = 0;
    for _ in 0..millis / 100 {
        bench.pass(100);
        let all = bench.machine.connections.iter().map(|c| c.id);
        for id in all.collect::<Vec<_>>() {
            let slow = if id < 6 { id < 3 } else { are_as_slow };
            bench.bytes(id, if slow { 10_000 } else { 100_000 });
            replaced += answer_all(&mut bench);
        }
    }
    replaced
}

#[test]
fn slow_connections_are_replaced_as_long_as_that_pays() {
    assert_eq!((replaced(900, false), replaced(900, true)), (0, 0));
    assert_eq!((replaced(3200, false), replaced(3200, true)), (3, 2));
}

/// How much a read of a connection waits for at least that has brought so much in each of many, one
/// after so many milliseconds.
fn least_of_a_read(lot: u64, millis: u64) -> u64 {
    let mut bench = Bench::new(fixed(1));
    long_file(&mut bench, 200);
    for _ in 0..40 {
        bench.committed();
        bench.pass(millis);
        bench.bytes(0, lot);
    }
    let least = bench.actions.iter().find_map(|action| match action {
        Action::Read { least, .. } => Some(*least),
        _ => None,
    });
    least.expect("it goes on reading")
}

#[test]
fn what_lies_ready_is_handed_over_in_large_lots() {
    assert_eq!(least_of_a_read(64 << 10, 5), 256 << 10);
    assert_eq!(least_of_a_read((64 << 10) - 1, 5), 1);
    assert_eq!(least_of_a_read(64 << 10, 100), 1);
}
