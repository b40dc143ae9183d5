//! What keeps a download from being resumed.

use super::Mismatch;

/// Why a download cannot go on from stored bytes after an interruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unresumable {
    /// 200 to a request with Range.
    NoRanges,
    /// The body is compressed: its offsets are not those of the file.
    Encoded,
    /// Neither Content-Range nor Content-Length says how long the file is.
    UnknownLength,
}

impl Unresumable {
    const KEYS: [(Self, &str); 3] = [
        (Self::NoRanges, "no-ranges"),
        (Self::Encoded, "encoded"),
        (Self::UnknownLength, "unknown-length"),
    ];

    /// The stable name in records.
    pub fn key(self) -> &'static str {
        Self::KEYS
            .iter()
            .find(|(why, _)| *why == self)
            .map_or("", |(_, key)| key)
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::KEYS
            .iter()
            .find(|(_, k)| *k == key)
            .map(|(why, _)| *why)
    }

    /// The same, where a part of the file was wanted.
    pub fn as_mismatch(self) -> Mismatch {
        match self {
            Self::NoRanges => Mismatch::RangeIgnored,
            Self::Encoded => Mismatch::Encoded,
            Self::UnknownLength => Mismatch::NoRange,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoRanges => "the server does not answer byte ranges",
            Self::Encoded => "the server compresses the file on the way",
            Self::UnknownLength => "the server does not say how long the file is",
        }
    }
}
