//! What a test may ask about the requests for one file: each of them, and what they add up to.
//!
//! Everything here follows from the records alone, so a test can sum up any part of them itself.

use std::ops::Range;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// One request. Times are since the server's start; in JSON they are in milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRecord {
    /// Counts all requests to this server, from 0.
    pub sequence: u64,
    /// Which of the server's two origins was asked.
    pub port: u16,
    pub method: String,
    /// Path and query as they were on the wire.
    pub target: String,
    /// The `Range` header.
    pub range: Option<String>,
    /// The offsets it asks for, past the end too; an open end is the end of the file.
    pub asked: Option<Range<u64>>,
    /// Whether it names an offset the file does not have. `bytes=0-` never does.
    pub beyond: bool,
    /// None until the answer begins.
    pub status: Option<u16>,
    /// The offsets whose bytes were handed to the socket; none for a body that is not plain content.
    pub sent: Option<Range<u64>>,
    /// Body bytes handed to the socket.
    pub bytes: u64,
    #[serde(serialize_with = "milliseconds")]
    pub started: Duration,
    /// None while it runs.
    #[serde(serialize_with = "optional_milliseconds")]
    pub ended: Option<Duration>,
    pub ending: Option<Ending>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// All that the answer was to have is in the socket.
    Complete,
    /// A knob had the connection closed early.
    Cut,
    /// The client closed the connection, or the server is shutting down.
    ClientGone,
}

/// What several requests add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub requests: usize,
    /// The most requests that ran at one moment.
    pub max_in_flight: usize,
    /// The end of the farthest range asked for.
    pub highest_asked: Option<u64>,
    /// Whether any request named an offset that the file does not have.
    pub beyond: bool,
    /// Body bytes handed to the socket.
    pub bytes: u64,
    /// Of these, content that had been sent before: the sum over all offsets of the times each
    /// was sent after the first.
    pub repeated: u64,
}

impl Summary {
    pub fn of(records: &[RequestRecord]) -> Self {
        Self {
            requests: records.len(),
            max_in_flight: max_in_flight(records),
            highest_asked: records
                .iter()
                .filter_map(|record| Some(record.asked.as_ref()?.end))
                .max(),
            beyond: records.iter().any(|record| record.beyond),
            bytes: records.iter().map(|record| record.bytes).sum(),
            repeated: repeated(records),
        }
    }
}

fn max_in_flight(records: &[RequestRecord]) -> usize {
    let running_at = |moment| {
        let running = |record: &&RequestRecord| {
            record.started <= moment && record.ended.is_none_or(|ended| ended > moment)
        };
        records.iter().filter(running).count()
    };
    // The number only grows when one starts.
    let starts = records.iter().map(|record| record.started);
    starts.map(running_at).max().unwrap_or(0)
}

fn repeated(records: &[RequestRecord]) -> u64 {
    let mut sent: Vec<_> = records
        .iter()
        .filter_map(|record| record.sent.clone())
        .collect();
    sent.sort_by_key(|range| range.start);
    let mut covered = 0;
    let mut repeated = 0;
    for range in sent {
        repeated += covered.min(range.end).saturating_sub(range.start);
        covered = covered.max(range.end);
    }
    repeated
}

fn milliseconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_micros() as f64 / 1e3)
}

fn optional_milliseconds<S: Serializer>(
    time: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => milliseconds(time, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(sent: Range<u64>, from: u64, to: Option<u64>) -> RequestRecord {
        RequestRecord {
            sequence: 0,
            port: 0,
            method: "GET".into(),
            target: "/".into(),
            range: None,
            asked: Some(sent.clone()),
            beyond: false,
            status: Some(206),
            bytes: sent.end - sent.start,
            sent: Some(sent),
            started: Duration::from_millis(from),
            ended: to.map(Duration::from_millis),
            ending: to.map(|_| Ending::Complete),
        }
    }

    #[test]
    fn nothing_adds_up_to_nothing() {
        assert_eq!(Summary::of(&[]), Summary::default());
    }

    #[test]
    fn an_offset_sent_three_times_counts_twice() {
        let records = [
            record(0..10, 0, Some(1)),
            record(5..15, 0, Some(1)),
            record(8..9, 0, Some(1)),
            record(20..30, 0, Some(1)),
        ];
        let summary = Summary::of(&records);
        assert_eq!((summary.repeated, summary.bytes), (6, 31));
        assert_eq!(summary.highest_asked, Some(30));
    }

    #[test]
    fn one_that_starts_when_another_has_ended_does_not_run_beside_it() {
        let records = [
            record(0..1, 0, Some(5)),
            record(0..1, 5, Some(9)),
            record(0..1, 6, None),
            record(0..1, 20, None),
        ];
        assert_eq!(Summary::of(&records).max_in_flight, 2);
    }

    #[test]
    fn in_json_times_are_milliseconds_and_what_is_unknown_is_null() -> serde_json::Result<()> {
        let mut running = record(3..9, 1500, None);
        running.asked = None;
        let json = serde_json::to_value(&running)?;
        assert_eq!(json["started"], 1500.0);
        assert_eq!(json["sent"], serde_json::json!({ "start": 3, "end": 9 }));
        assert!(json["ended"].is_null() && json["asked"].is_null());
        let json = serde_json::to_value(record(0..1, 0, Some(1)))?;
        assert_eq!(json["ending"], "complete");
        Ok(())
    }
}
