//! Everything that knows JavaScript. It acts and reports; what to do is decided in `core`.

pub mod api;
mod channel;
mod clock;
mod diagnose;
mod driver;
pub mod fetch;
mod file_system;
mod housekeeping;
pub mod idb;
mod lock;
mod mailbox;
mod message;
mod online;
mod policy;
pub mod progress;
mod readers;
mod shell;
pub mod store;
mod timer;
