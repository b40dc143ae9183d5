//! Everything that decides. No JavaScript, no clock, no randomness, no I/O: time and chance come
//! in as arguments, so that the same code runs in a browser and in a simulation.

pub mod headers;
pub mod ranges;
pub mod save;
