//! What was done to a download, kept as it happens: the errors it may end in follow from it.

use rangeload::core::error::{Error, Evidence};
use rangeload::core::response::Mismatch;

/// Fewer bad answers than this in a row never end a download that another try could mend.
const PATIENCE: u32 = 3;

/// Faults since the user last started the download; what concerns the file stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    /// Requests without an answer, cut bodies, silences.
    pub(crate) network: u32,
    pub(crate) statuses: Vec<u16>,
    /// Answers that contradict themselves or the request.
    pub(crate) mismatches: u32,
    pub(crate) quota: u32,
    pub(crate) broken: u32,
    /// The page may not read what the server answers.
    pub(crate) unreadable: bool,
    /// An answer spoke of another file, or of another size, tag or date.
    pub(crate) changed: bool,
    /// An answer carried other bytes than the ones before.
    pub(crate) other_bytes: bool,
    /// An answer carried nothing that proves which file it is of.
    pub(crate) unproven: bool,
    /// An answer that was all there seemed to be had another length than the file: right answers
    /// look wrong from then on.
    pub(crate) misled: bool,
    /// The rest of the file was sent only in part, and the answer hid it: to who began with another
    /// source it ends there.
    pub(crate) curtailed: bool,
    /// An answer was one that a download can begin with.
    pub(crate) spoke: bool,
    /// All of them, for the summary.
    pub(crate) faults: u64,
}

impl Ledger {
    pub(crate) fn start(&mut self) {
        *self = Self {
            unreadable: self.unreadable,
            changed: self.changed,
            other_bytes: self.other_bytes,
            unproven: self.unproven,
            misled: self.misled,
            curtailed: self.curtailed,
            spoke: self.spoke,
            faults: self.faults,
            ..Self::default()
        };
    }

    pub(crate) fn network(&mut self) {
        self.network += 1;
        self.faults += 1;
    }

    pub(crate) fn status(&mut self, status: u16) {
        self.statuses.push(status);
        self.faults += 1;
    }

    pub(crate) fn mismatch(&mut self) {
        self.mismatches += 1;
        self.faults += 1;
    }

    /// The rule for each error; `Err` says what is missing.
    pub(crate) fn justify(&self, error: &Error) -> Result<(), &'static str> {
        let (justified, otherwise) = match error {
            Error::Network(_) => (
                self.network + self.statuses.len() as u32 >= PATIENCE && self.network > 0,
                "the network did not fail often enough",
            ),
            Error::Http { status } => (
                self.statuses.contains(status)
                    && (!is_transient(*status) || self.failures() >= PATIENCE),
                "no such status was sent, or time could have mended it",
            ),
            // What was promised is for the world to check.
            Error::Mismatch(Mismatch::OtherSize { promised, got }) => {
                (promised != got, "the size is the one promised")
            }
            Error::Mismatch(_) => (
                // Where a size is only presumed, another length is odd before it is a change.
                self.mismatches > 0 && (self.failures() >= PATIENCE || self.changed) || self.misled,
                "no answer contradicted anything, or too few did",
            ),
            Error::Changed(change) => match change.evidence {
                Evidence::Validators => (
                    self.changed || self.misled,
                    "no answer spoke of another file",
                ),
                Evidence::Content => (self.other_bytes, "no answer carried other bytes"),
                Evidence::Unprovable => (self.unproven, "every answer proved what it was of"),
            },
            // A server that resets connections cannot be told from one that refuses the page.
            Error::Blocked(_) => (
                self.unreadable || self.network >= 2,
                "every answer could be read",
            ),
            Error::Quota { .. } => (self.quota > 0, "the store never refused for want of space"),
            Error::Storage(_) => (self.broken > 0, "the store never broke"),
            // That it really has the digest it is said to have is for the world to check.
            Error::Integrity {
                expected, actual, ..
            } => (expected != actual, "the promise was kept"),
            Error::Busy => (false, "there is no other tab"),
            Error::Removed => (true, ""),
        };
        if justified { Ok(()) } else { Err(otherwise) }
    }

    /// The same where mirrors failed too: they explain how it ends, but only together with the
    /// first source. Alone they are just not used any more.
    pub(crate) fn justify_with(&self, mirrors: &Self, error: &Error) -> Result<(), &'static str> {
        let alone = self.justify(error);
        if alone.is_ok() || self.faults == 0 {
            return alone;
        }
        let mut both = self.clone();
        both.network += mirrors.network;
        both.mismatches += mirrors.mismatches;
        both.statuses.extend(&mirrors.statuses);
        both.unreadable |= mirrors.unreadable;
        both.changed |= mirrors.changed || self.curtailed && mirrors.spoke;
        both.other_bytes |= mirrors.other_bytes;
        both.unproven |= mirrors.unproven;
        both.misled |= mirrors.misled;
        both.justify(error)
    }

    fn failures(&self) -> u32 {
        self.network + self.mismatches + self.statuses.len() as u32
    }
}

/// RFC 9110 §15 and RFC 6585 §4, written down a second time on purpose.
fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}
