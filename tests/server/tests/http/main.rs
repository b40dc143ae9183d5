//! The range server over TCP, as a client has it.

mod client;
mod content;
mod cors;
mod faults;
mod identity;
mod pacing;
mod pages;
mod ranges;
mod records;
