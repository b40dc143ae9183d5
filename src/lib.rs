//! Large files inside a web page: the core decides, the browser acts.
//!
//! `core` holds every decision and compiles anywhere; `browser` is the only place that knows
//! JavaScript, and does what the core says.

// What formats for whoever debugs is kilobytes of a module that nobody debugs.
#![cfg_attr(not(test), warn(clippy::use_debug))]

pub mod core;

#[cfg(target_arch = "wasm32")]
pub mod browser;

#[cfg(target_arch = "wasm32")]
mod allocator;
