//! What the machine asks of its shell.

use std::ops::Range;

use crate::core::error::Barrier;
use crate::core::ranges::RangeSet;
use crate::core::save::Save;

/// Names a connection for as long as the machine lives; never used twice.
pub type ConnectionId = u32;

/// Which of a download's addresses: its own URL, and after it the mirrors in their order.
pub type SourceIndex = usize;

/// The download's own URL.
pub(super) const PRIMARY: SourceIndex = 0;

pub(super) fn source_of_mirror(mirror: usize) -> SourceIndex {
    mirror + 1
}

pub fn mirror_of_source(source: SourceIndex) -> Option<usize> {
    source.checked_sub(1)
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Send a request with Range to the source; an end of `OPEN` asks for everything from the
    /// start on. Answered by `handle_response` or `handle_failure`.
    Open {
        connection: ConnectionId,
        source: SourceIndex,
        range: Range<u64>,
        /// Without Range: everything is asked for, and a server that cannot give a part may answer.
        plain: bool,
        /// Of low priority: what else is wanted of the host goes before it. Of such requests,
        /// Chromium lets ten through at a time, to all hosts.
        low: bool,
    },
    /// Read the first bytes of the body and compare them with these stored ones. Answered by
    /// `handle_compared` or `handle_failure`.
    Compare {
        connection: ConnectionId,
        range: Range<u64>,
    },
    /// Take at most `limit` bytes from the body, as soon as there are `least` of them, if the
    /// browser can wait for so many, or the body ends. Answered by `handle_bytes`, `handle_end` or
    /// `handle_failure`; one at a time for each connection.
    Read {
        connection: ConnectionId,
        limit: u64,
        least: u64,
    },
    /// Of the bytes just read, keep `len` after the first `skip`: they are the file's from the
    /// offset `at` on, and continue the part that begins at `part`. The others are not wanted.
    /// Where they cannot be kept, `handle_unwritten` says so.
    Write {
        connection: ConnectionId,
        part: u64,
        at: u64,
        skip: u64,
        len: u64,
    },
    /// Drop the connection; nothing more of it will be listened to.
    Close { connection: ConnectionId },
    /// Read stored bytes back. Answered by `handle_loaded`.
    Load { range: Range<u64> },
    /// Make these bytes and the record that claims them durable, in this order or at once.
    /// Answered by `handle_committed`.
    Commit { saves: Vec<Save>, record: String },
    /// Forget every byte but these, in memory and stored, and store this record. Answered by
    /// `handle_erased`.
    Discard { kept: RangeSet, record: String },
    /// Forget everything: the record too. Answered by `handle_erased`.
    Erase,
    /// Ask the caller for another URL of the file: this one was answered with that status.
    /// Answered by `handle_refreshed`.
    Refresh { status: u16 },
    /// Find out whether the source answers at all, without Range. Answered by `handle_probed`.
    Probe { source: SourceIndex },
    /// Tell whoever watches: the snapshot is a new one.
    Report,
}

/// What a probe has found out of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It does not answer.
    Nowhere,
    /// It answers.
    Readable,
    /// It answers, but perhaps not to this page.
    Opaque,
    /// The browser does not ask it.
    Barred(Barrier),
}

/// Why a store did not do what it was told.
#[derive(Clone, Debug, PartialEq)]
pub enum StoreFailure {
    /// The browser refuses to store more.
    Quota,
    /// Anything else, in the platform's words.
    Broken(String),
}
