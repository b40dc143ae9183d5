//! Everything that decides. No JavaScript, no clock, no randomness, no I/O: time and chance come
//! in as arguments, so that the same code runs in a browser and in a simulation.

pub mod ahead;
pub mod base64;
pub mod concurrency;
pub mod diagnosis;
pub mod digest;
pub mod download;
pub mod error;
pub mod failure;
pub mod filename;
pub mod headers;
pub mod http_date;
pub mod leftovers;
pub mod options;
pub mod origin;
pub mod parts;
pub mod pieces;
pub mod ranges;
pub mod rate;
pub mod record;
pub mod refusal;
pub mod resource;
pub mod response;
pub mod retry;
pub mod save;
pub mod schedule;
pub mod seat;
pub mod sleep;
pub mod terms;
pub mod tier;
pub mod vec_map;

/// Time since the Unix epoch on a clock that never steps back while a page lives.
pub type Time = std::time::Duration;

/// The moment of an event: when it happened, and a random number for what is left to chance.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now: Time,
    /// Uniform in `0.0..1.0`.
    pub chance: f64,
}
