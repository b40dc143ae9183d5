//! Large files inside a web page: the core decides, the browser acts.
//!
//! `core` holds every decision and compiles anywhere; `browser` is the only place that knows
//! JavaScript, and does what the core says.

// Its words are for whoever debugs, and it is not in the module that is shipped.
#![cfg_attr(not(test), warn(clippy::use_debug))]

pub mod core;

#[cfg(target_arch = "wasm32")]
pub mod browser;

#[cfg(target_arch = "wasm32")]
mod allocator;
