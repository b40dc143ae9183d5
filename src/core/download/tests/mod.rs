//! Single transitions of the machine, event by event. Schedules of many are simulated elsewhere.

mod presumed;
mod restored;
mod sharing;

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::time::Duration;

use super::{Action, Command, ConnectionId, Download, Reach, State, StoreFailure, Unresumable};
use crate::core::error::Error;
use crate::core::options::{OnChanged, Options};
use crate::core::ranges::RangeSet;
use crate::core::record::Record;
use crate::core::response::Head;
use crate::core::tier::Tier;
use crate::core::{Moment, Time};

const MIB: u64 = 1 << 20;
const SIZE: u64 = 64 * MIB;
const URL: &str = "https://a.example/f";
const STRONG: [(&str, &str); 1] = [("etag", "\"a\"")];

/// A shell that does nothing by itself.
struct Bench {
    machine: Download,
    now: Time,
    actions: Vec<Action>,
    /// All actions so far.
    log: VecDeque<Action>,
    asked: BTreeMap<ConnectionId, Range<u64>>,
}

impl Bench {
    fn of(machine: Download) -> Self {
        let now = Duration::from_secs(1_700_000_000);
        Self {
            machine,
            now,
            actions: Vec::new(),
            log: VecDeque::new(),
            asked: BTreeMap::new(),
        }
    }

    fn new(options: Options) -> Self {
        Self::of(Download::new(URL.into(), options, 0))
    }

    /// A download of which these bytes are stored.
    fn stored(options: Options, stored: Range<u64>) -> Self {
        let mut record = Record {
            url: URL.into(),
            options,
            ..Record::default()
        };
        record.identity.size = Some(SIZE);
        record.identity.etag = crate::core::headers::ETag::parse("\"a\"");
        record.stored = [stored].into_iter().collect();
        let stored = record.stored.clone();
        Self::of(Download::restore(record, &stored))
    }

    fn tell(&mut self, event: impl FnOnce(&mut Download, Moment)) {
        let at = Moment {
            now: self.now,
            chance: 1.0,
        };
        event(&mut self.machine, at);
        self.actions.clear();
        while let Some(action) = self.machine.poll_action() {
            self.log.push_back(action.clone());
            self.actions.push(action);
        }
        for (id, _, range) in self.opened() {
            self.asked.insert(id, range);
        }
    }

    fn pass(&mut self, millis: u64) {
        self.now += Duration::from_millis(millis);
    }

    fn command(&mut self, command: Command) {
        self.tell(|machine, at| machine.handle_command(at, command));
    }

    fn timeout(&mut self) {
        self.tell(|machine, at| machine.handle_timeout(at));
    }

    /// To the time the machine asked to be called at.
    fn wait(&mut self) {
        if let Some(due) = self.machine.poll_timeout(self.now) {
            self.now = self.now.max(due);
            self.timeout();
        }
    }

    fn answer(&mut self, id: ConnectionId, status: u16, fields: &[(&str, &str)]) {
        let get = |name: &'static str| {
            let field = fields.iter().find(|(field, _)| *field == name);
            field.map(|(_, value)| (*value).to_owned())
        };
        let head = Head::parse(status, self.now, get);
        self.tell(|machine, at| machine.handle_response(at, id, &head));
    }

    /// A right answer from a file of `SIZE` bytes.
    fn part(&mut self, id: ConnectionId, fields: &[(&str, &str)]) {
        let asked = &self.asked[&id];
        let length = (asked.end.min(SIZE) - asked.start).to_string();
        let mut all = vec![("content-length", length.as_str())];
        all.extend(fields);
        self.answer(id, 206, &all);
    }

    fn bytes(&mut self, id: ConnectionId, len: u64) {
        self.tell(|machine, at| machine.handle_bytes(at, id, len));
    }

    fn failure(&mut self, id: ConnectionId) {
        self.tell(|machine, at| machine.handle_failure(at, id, "reset".into()));
    }

    fn committed(&mut self) {
        self.tell(|machine, at| machine.handle_committed(at, Ok(())));
    }

    fn erased(&mut self) {
        self.tell(|machine, at| machine.handle_erased(at, Ok::<(), StoreFailure>(())));
    }

    fn opened(&self) -> Vec<(ConnectionId, usize, Range<u64>)> {
        let opened = self.actions.iter().filter_map(|action| match action {
            Action::Open {
                connection,
                source,
                range,
                ..
            } => Some((*connection, *source, range.clone())),
            _ => None,
        });
        opened.collect()
    }

    fn closed(&self) -> Vec<ConnectionId> {
        let closed = self.actions.iter().filter_map(|action| match action {
            Action::Close { connection } => Some(*connection),
            _ => None,
        });
        closed.collect()
    }

    fn written(&self) -> Vec<Range<u64>> {
        let written = self.actions.iter().filter_map(|action| match action {
            Action::Write { at, len, .. } => Some(*at..at + len),
            _ => None,
        });
        written.collect()
    }

    /// The last record that was to be saved.
    fn saved(&self) -> Record {
        let record = self.log.iter().rev().find_map(|action| match action {
            Action::Commit { record, .. } => Record::decode(record).ok(),
            _ => None,
        });
        record.expect("a record is saved")
    }

    fn error(&self) -> Option<Error> {
        self.machine.snapshot(self.now).error
    }
}

fn fixed(connections: usize) -> Options {
    Options {
        connections: Some(connections),
        ..Options::default()
    }
}

fn mirrored() -> Options {
    Options {
        mirrors: vec!["https://b.example/f".into()],
        ..Options::default()
    }
}

#[test]
fn the_first_request_is_for_everything_and_the_second_follows_its_answer() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    assert_eq!(bench.opened(), [(0, 0, 0..u64::MAX)]);
    bench.pass(200);
    bench.part(0, &STRONG);
    let opened = bench.opened();
    assert_eq!(opened.len(), 1);
    assert!(opened[0].2.start > 8 * MIB && opened[0].2.end <= SIZE);
}

#[test]
fn a_given_number_of_connections_is_there_once_the_first_has_answered() {
    let mut bench = Bench::new(fixed(4));
    bench.command(Command::Resume);
    bench.pass(200);
    bench.part(0, &STRONG);
    let mut pieces: RangeSet = bench.opened().into_iter().map(|(_, _, r)| r).collect();
    assert_eq!(bench.opened().len(), 3);
    pieces.insert(0..16 * MIB);
    assert!(pieces.covers(&(0..SIZE)), "{pieces:?}");
}

#[test]
fn a_first_answer_without_validators_is_taken() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.part(0, &[]);
    assert_eq!(bench.closed(), []);
    assert_eq!(
        bench.opened(),
        [],
        "one connection, as nothing can be proven"
    );
    bench.bytes(0, MIB);
    assert_eq!(bench.written(), [0..MIB]);
}

#[test]
fn a_stream_that_is_cut_each_time_ends_in_a_named_error() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    for _ in 0..200 {
        let Some(action) = bench.log.pop_front() else {
            bench.wait();
            continue;
        };
        match action {
            Action::Open { connection, .. } => {
                bench.answer(connection, 200, &[("content-length", "100000000")]);
                bench.bytes(connection, MIB);
                bench.failure(connection);
            }
            Action::Commit { .. } => bench.committed(),
            Action::Erase { .. } => bench.erased(),
            _ => {}
        }
    }
    assert_eq!(bench.error(), Some(Error::Network("reset".into())));
}

#[test]
fn a_removal_during_the_erasure_of_a_restart_leaves_no_record() {
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
    let mut erasures = bench
        .actions
        .iter()
        .filter(|a| matches!(a, Action::Erase { .. }));
    if erasures.next().is_none() {
        bench.wait();
    }
    bench.command(Command::Remove);
    bench.erased();
    assert_eq!(bench.actions, [Action::Erase { record: None }]);
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
        assert_eq!(bench.actions, [Action::Erase { record: None }]);
        bench.tell(fail);
        assert!(bench.actions.contains(&Action::Report));
        assert_eq!(bench.error(), Some(Error::Storage("locked".into())));
    }
    bench.command(Command::Remove);
    bench.erased();
    assert_eq!(bench.actions, [Action::Report]);
    assert_eq!(bench.machine.state(), State::Removed);
}

#[test]
fn an_empty_file_has_neither_the_type_nor_the_digest_of_the_error_that_says_so() {
    let mut bench = Bench::new(Options::default());
    bench.command(Command::Resume);
    bench.committed();
    let digest = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";
    let fields = [
        ("content-range", "bytes */0"),
        ("content-type", "text/html"),
        ("repr-digest", digest),
    ];
    bench.answer(0, 416, &fields);
    bench.committed();
    assert_eq!(bench.machine.state(), State::Complete);
    let snapshot = bench.machine.snapshot(bench.now);
    assert_eq!((snapshot.size, snapshot.received), (Some(0), 0));
    assert_eq!(snapshot.media_type, "application/octet-stream");
}

#[test]
fn a_machine_at_rest_asks_for_no_timer() {
    let bench = Bench::stored(Options::default(), 0..MIB);
    assert!(bench.machine.is_at_rest());
    assert_eq!(bench.machine.poll_timeout(bench.now), None);
}

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
fn a_mirror_is_compared_before_a_byte_of_it_is_taken() {
    let mut bench = Bench::stored(mirrored(), 0..MIB);
    bench.command(Command::Resume);
    let opened = bench.opened();
    let mirror = opened.iter().find(|(_, source, _)| *source == 1).cloned();
    let (id, _, range) = mirror.expect("the mirror is asked too");
    assert_eq!(range, MIB - (64 << 10)..u64::MAX);
    bench.part(id, &[("etag", "\"other\"")]);
    let check = range.start..MIB;
    let compare = Action::Compare {
        connection: id,
        range: check,
    };
    assert!(bench.actions.contains(&compare));
    bench.tell(|machine, at| machine.handle_compared(at, id, Ok(false)));
    assert!(bench.closed().contains(&id));
    assert_eq!(bench.error(), None, "the others go on");
}

#[test]
fn a_mirror_gets_the_last_of_a_given_number_of_connections() {
    let mut bench = Bench::new(Options {
        connections: Some(3),
        ..mirrored()
    });
    bench.command(Command::Resume);
    bench.part(0, &STRONG);
    assert_eq!(bench.machine.connections.len(), 2);
    bench.bytes(0, MIB);
    bench.committed();
    bench.committed();
    let (_, source, _) = bench.opened()[0];
    assert_eq!((source, bench.machine.connections.len()), (1, 3));
}

#[test]
fn a_mirror_that_sends_the_whole_file_from_its_start_is_not_taken_for_the_first_answer() {
    let mut bench = Bench::stored(mirrored(), 0..64 << 10);
    bench.command(Command::Resume);
    let opened = bench.opened();
    let mirror = opened.iter().find(|(_, source, _)| *source == 1).cloned();
    let (id, _, range) = mirror.expect("the mirror is asked too");
    assert_eq!(range, 0..u64::MAX);
    bench.answer(id, 200, &[("content-length", "5")]);
    assert!(bench.closed().contains(&id));
    let snapshot = bench.machine.snapshot(bench.now);
    assert_eq!((snapshot.size, snapshot.unresumable), (Some(SIZE), None));
}

#[test]
fn a_mirror_of_another_size_is_dropped() {
    let mut bench = Bench::stored(mirrored(), 0..MIB);
    bench.command(Command::Resume);
    let opened = bench.opened();
    let mirror = opened.iter().find(|(_, source, _)| *source == 1).cloned();
    let (id, _, range) = mirror.expect("the mirror is asked too");
    let length = (SIZE + 1 - range.start).to_string();
    bench.answer(id, 206, &[("content-length", &length)]);
    assert!(bench.closed().contains(&id));
    bench.pass(60_000);
    bench.timeout();
    assert!(bench.opened().iter().all(|(_, source, _)| *source == 0));
}

#[test]
fn a_mirror_takes_over_from_an_address_that_is_gone() {
    let mut bench = Bench::new(mirrored());
    bench.command(Command::Resume);
    bench.answer(0, 404, &[]);
    assert_eq!(bench.opened(), [(1, 1, 0..u64::MAX)]);
    bench.part(1, &STRONG);
    bench.bytes(1, MIB);
    assert_eq!(bench.written(), [0..MIB]);
}

#[test]
fn the_first_bytes_of_a_mirror_that_is_gone_are_not_recorded_as_of_the_address() {
    let mut bench = Bench::new(mirrored());
    bench.command(Command::Resume);
    bench.answer(0, 503, &[]);
    bench.part(1, &STRONG);
    let (second, ..) = bench.opened()[0];
    bench.bytes(1, MIB);
    bench.answer(second, 401, &[]);
    // What is under way is the record of before.
    bench.committed();
    let record = bench.saved();
    assert!(!record.stored.is_empty());
    assert_eq!(record.mirror.as_deref(), Some(""));
}

#[test]
fn the_last_address_to_fail_is_the_one_named() {
    let mut bench = Bench::new(mirrored());
    bench.command(Command::Resume);
    bench.answer(0, 404, &[]);
    bench.answer(1, 410, &[]);
    bench.committed();
    bench.wait();
    bench.committed();
    assert_eq!(bench.error(), Some(Error::Http { status: 410 }));
}

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

/// A failure before any answer, and what the probe after it finds.
fn fails_and_is_probed(bench: &mut Bench, id: ConnectionId, reach: Reach) {
    bench.failure(id);
    bench.tell(|machine, at| machine.handle_probed(at, 0, reach));
}

fn plain(bench: &Bench) -> Option<bool> {
    bench.actions.iter().find_map(|action| match action {
        Action::Open { plain, .. } => Some(*plain),
        _ => None,
    })
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
    // What came before there was a rate.
    assert_eq!(lots, 20);
    let next = bench.opened();
    assert_eq!(next[0].2, lots * MIB..lots * MIB + 16 * MIB);
}

#[test]
fn a_server_that_is_near_is_not_left_to_send_far_more_than_is_wanted_at_a_time() {
    let mut bench = Bench::new(fixed(2));
    long_file(&mut bench, 2);
    assert_eq!(bench.opened(), [(1, 0, MIB..9 * MIB)]);
    bench.bytes(0, MIB);
    assert_eq!(bench.closed(), [0]);
    assert_eq!(bench.opened(), [(2, 0, 9 * MIB..17 * MIB)]);
}

#[test]
fn what_is_wanted_at_a_time_is_read_from_the_first_answer() {
    let mut bench = Bench::new(fixed(1));
    bench.command(Command::Resume);
    bench.answer(0, 206, &[("content-length", "16777216"), STRONG[0]]);
    assert_eq!(bench.closed(), []);
    assert_eq!(bench.opened(), []);
}

/// Brings every byte that was asked for, a lot at a time, until the store lets nothing more be
/// read; how many requests there were at most.
fn until_the_store_is_full(bench: &mut Bench) -> usize {
    let mut most = 0;
    let mut due: VecDeque<Action> = bench.actions.drain(..).collect();
    while let Some(action) = due.pop_front() {
        match action {
            Action::Open { connection, .. } => bench.part(connection, &STRONG),
            Action::Read {
                connection, limit, ..
            } => {
                bench.pass(1);
                bench.bytes(connection, limit);
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
        most = most.max(until_the_store_is_full(&mut bench));
        bench.pass(200);
        bench.committed();
    }
    assert_eq!(most, 2);
}
