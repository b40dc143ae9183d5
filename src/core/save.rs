//! What one commit makes durable: the order the core gives and every store carries out.

use std::ops::Range;

/// A store keeps the bytes of one write in memory as a *part* until it is told to save them.
/// Parts saved while they still grow leave small pieces behind; the last save replaces these by
/// one whole, so that a slow download does not end as thousands of fragments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Save {
    /// The bytes of the part so far.
    pub part: Range<u64>,
    /// Where the bytes begin that no earlier commit has saved.
    pub from: u64,
    /// Store the part as one, in place of the pieces saved before.
    pub whole: bool,
    /// The part will not grow any more: its memory is free once this commit has succeeded.
    pub sealed: bool,
}
