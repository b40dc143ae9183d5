//! Large files inside a web page: the core decides, the browser acts.
//!
//! `core` holds every decision and compiles anywhere; `browser` is the only place that knows
//! JavaScript, and does what the core says.

pub mod core;

#[cfg(target_arch = "wasm32")]
pub mod browser;
