//! Everything that knows JavaScript. It acts and reports; what to do is decided in `core`.

pub mod api;
mod clock;
mod diagnose;
mod driver;
pub mod fetch;
pub mod idb;
mod lock;
mod message;
mod online;
pub mod progress;
mod readers;
mod shell;
pub mod store;
