//! Why a download ended or stands still: one type, a stable code for each cause.
//!
//! The codes are part of the public contract; the messages are for people and may change.

use std::fmt;
use std::ops::Range;

use super::digest::Digest;
use super::resource::Identity;
use super::response::Mismatch;

#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// No answer, or a broken one, after every retry; the last cause in words.
    Network(String),
    /// A status that another try cannot mend.
    Http { status: u16 },
    /// The page may not read the file.
    Blocked(Barrier),
    /// The remote file is not the one begun with.
    Changed(Box<Change>),
    /// The server's answer contradicts itself or the request.
    Mismatch(Mismatch),
    /// The stored file, or a piece of it, is not the one that was promised.
    Integrity {
        expected: Digest,
        actual: Digest,
        piece: Option<Range<u64>>,
    },
    /// The browser refused to store more.
    Quota { missing: Option<u64> },
    /// The stored state cannot be read or written.
    Storage(String),
    /// Another tab owns it and does not answer.
    Busy,
    /// `remove()` was called.
    Removed,
}

/// What keeps a page from reading a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barrier {
    /// The server answers, and does not allow this page to read it.
    Cors,
    /// The Content-Security-Policy of the page, or of its worker.
    Policy,
    /// The page is secure and the address is not.
    MixedContent,
}

/// The file begun with, and the one that is there now.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub stored: Identity,
    pub remote: Identity,
    pub evidence: Evidence,
}

/// What shows that the remote file is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Size, entity tag or date differ.
    Validators,
    /// The server names no validator, and its bytes are not the stored ones.
    Content,
    /// The server names no validator, and no stored byte lies where it could be compared.
    Unprovable,
}

impl Error {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Network(_) => "network",
            Self::Http { .. } => "http",
            Self::Blocked(_) => "blocked",
            Self::Changed(_) => "changed",
            Self::Mismatch(_) => "mismatch",
            Self::Integrity { .. } => "integrity",
            Self::Quota { .. } => "quota",
            Self::Storage(_) => "storage",
            Self::Busy => "busy",
            Self::Removed => "removed",
        }
    }

    /// Whether `resume()` may succeed with nothing else changed but time or free space.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Network(_)
            | Self::Mismatch(_)
            | Self::Quota { .. }
            | Self::Storage(_)
            | Self::Busy => true,
            Self::Http { status } => *status >= 500 || matches!(status, 408 | 425 | 429),
            Self::Blocked(_) | Self::Changed(_) | Self::Integrity { .. } | Self::Removed => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(cause) => write!(f, "the server cannot be reached: {cause}"),
            Self::Http { status } => write!(f, "the server answered with status {status}"),
            Self::Blocked(barrier) => f.write_str(match barrier {
                Barrier::Cors => {
                    "the server answers, but does not let this page read it: \
                     it must send the header Access-Control-Allow-Origin, and answer \
                     OPTIONS where the request has headers of its own"
                }
                Barrier::Policy => {
                    "the page's Content-Security-Policy forbids this address: \
                     connect-src must allow it"
                }
                Barrier::MixedContent => {
                    "a page of https: may not read an address of http: (mixed content)"
                }
            }),
            Self::Changed(change) => f.write_str(match change.evidence {
                Evidence::Validators => "the remote file has changed since the download began",
                Evidence::Content => "the remote file has other bytes than those stored",
                Evidence::Unprovable => {
                    "the server no longer says which file it sends, \
                     and the stored bytes cannot be compared with it"
                }
            }),
            Self::Mismatch(mismatch) => write!(f, "the server's answer is not usable: {mismatch}"),
            Self::Integrity { piece: None, .. } => {
                f.write_str("the file is not the one that its digest promises")
            }
            Self::Integrity { piece: Some(_), .. } => {
                f.write_str("a piece of the file is not the one that its digest promises")
            }
            Self::Quota { .. } => f.write_str("the browser refused to store more"),
            Self::Storage(cause) => write!(f, "the stored state cannot be used: {cause}"),
            Self::Busy => f.write_str("another tab owns the download and does not answer"),
            Self::Removed => f.write_str("the download was removed"),
        }
    }
}

impl std::error::Error for Error {}
