//! What may be wrong with one answer: the knobs of the range server, and a few that a real server
//! cannot be made to turn.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No connection.
    Refused,
    /// An error status, with or without Retry-After or RateLimit.
    Status,
    /// 416 to a range that exists.
    Unsatisfied,
    /// A 200 with the whole file.
    Ignored,
    /// A 206 that starts 1 KiB earlier than asked, and says so.
    Shifted,
    /// A 206 whose header is 1 KiB off its body.
    Lies,
    /// A 206 with another size in its Content-Range.
    WrongTotal,
    /// A 206 without Content-Range.
    NoContentRange,
    GarbageContentRange,
    /// A Content-Length that is not that of the range.
    WrongLength,
    /// A 206 with less than was asked for, which RFC 9110 §15.3.7 allows.
    Fewer,
    /// A body that ends early, as a broken connection.
    Short,
    /// A body that ends early, as if whole.
    ShortClean,
    /// A body that is longer than the range, with no length promised.
    Long,
    /// The connection breaks somewhere in the body.
    Cut,
    /// Nothing comes any more from somewhere in the body on.
    Stall,
    /// The range of the file, compressed.
    Encoded,
    /// `multipart/byteranges`.
    Multipart,
    /// The head takes up to 40 s.
    Delay,
    /// An answer without validators, from a server that has them.
    NoValidators,
    /// The same file under another weak tag, as other nodes of a CDN give it.
    OtherWeakTag,
}

impl Fault {
    pub(crate) const ALL: [Self; 21] = [
        Self::Refused,
        Self::Status,
        Self::Unsatisfied,
        Self::Ignored,
        Self::Shifted,
        Self::Lies,
        Self::WrongTotal,
        Self::NoContentRange,
        Self::GarbageContentRange,
        Self::WrongLength,
        Self::Fewer,
        Self::Short,
        Self::ShortClean,
        Self::Long,
        Self::Cut,
        Self::Stall,
        Self::Encoded,
        Self::Multipart,
        Self::Delay,
        Self::NoValidators,
        Self::OtherWeakTag,
    ];

    /// Those that happen to an honest server on a bad day.
    pub(crate) const COMMON: [Self; 5] = [
        Self::Refused,
        Self::Status,
        Self::Cut,
        Self::Stall,
        Self::Delay,
    ];
}
