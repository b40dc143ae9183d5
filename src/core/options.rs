//! What the caller asked for, as far as it outlives the page.

use std::ops::RangeInclusive;
use std::rc::Rc;

use super::digest::Digest;
use super::pieces::Pieces;

/// How many requests at once a caller may ask for.
pub const CONNECTIONS: RangeInclusive<usize> = 1..=32;

/// Request headers are not among these: they may be secrets, and are given anew with each call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub filename: Option<String>,
    /// Other addresses of the same bytes.
    pub mirrors: Vec<String>,
    /// How many requests at once; `None` leaves it to the scheduler.
    pub connections: Option<usize>,
    /// A `RequestCredentials` of Fetch.
    pub credentials: Option<String>,
    /// A `ReferrerPolicy` of Fetch.
    pub referrer_policy: Option<String>,
    pub on_changed: OnChanged,
    /// What the whole file must hash to.
    pub digest: Option<Digest>,
    /// How long the file must be. It is not stored, nor are the digests of pieces: who promises
    /// them is asked anew with each call.
    pub size: Option<u64>,
    pub pieces: Option<Rc<Pieces>>,
    /// Whether the caller can be asked for another URL of the same file. It is not stored: the
    /// caller of a later page may not be able to.
    pub refreshes: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnChanged {
    #[default]
    Fail,
    Restart,
}
