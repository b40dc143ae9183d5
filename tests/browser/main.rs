//! Fetch and stores against the real platform, in a window and in a worker of each browser.
//! Run by `cargo xtask test browser`, which tells where the range server is.

#![cfg(target_arch = "wasm32")]

mod content;
mod database;
mod fetch;
mod indexeddb;
mod javascript;
mod server;
#[macro_use]
mod store;

// A further tier is one line.
store_tests!(indexeddb_store, crate::indexeddb::open);
