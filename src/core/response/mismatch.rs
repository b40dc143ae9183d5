//! What may be wrong with an answer.

use std::fmt;
use std::ops::Range;

/// How an answer contradicts itself or the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// A whole file where a part was asked for.
    RangeIgnored,
    MalformedContentRange,
    OtherRange {
        asked: Range<u64>,
        got: Range<u64>,
    },
    OtherLength {
        expected: u64,
        got: u64,
    },
    /// The whole file has another size than the caller was promised.
    OtherSize {
        promised: u64,
        got: u64,
    },
    /// Neither Content-Range nor Content-Length: the bytes could be any.
    NoRange,
    Encoded,
    Multipart,
    /// A 416 to a range that lies inside the file, as the answer itself says.
    Unsatisfied,
    /// A 416 that does not let itself be read: there may be less of the file than there was.
    Beyond,
    /// The body ended, with no error, before the range did.
    Short {
        missing: u64,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RangeIgnored => f.write_str("the whole file was sent where a range was asked"),
            Self::MalformedContentRange => f.write_str("Content-Range is malformed"),
            Self::OtherRange { asked, got } => write!(
                f,
                "asked for {}..{}, got {}..{}",
                asked.start, asked.end, got.start, got.end
            ),
            Self::OtherLength { expected, got } => {
                write!(f, "Content-Length is {got}, not {expected}")
            }
            Self::OtherSize { promised, got } => {
                write!(f, "the file has {got} bytes, and {promised} were promised")
            }
            Self::NoRange => f.write_str("nothing says which bytes were sent"),
            Self::Encoded => f.write_str("a range of the file was sent compressed"),
            Self::Multipart => f.write_str("one range was asked, several were sent"),
            Self::Unsatisfied | Self::Beyond => f.write_str("a range inside the file was refused"),
            Self::Short { missing } => write!(f, "the body ended {missing} bytes early"),
        }
    }
}
