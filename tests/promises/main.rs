//! What the machine does when a size and digests are promised, and when an address expires, driven
//! by hand.

#![cfg(not(target_arch = "wasm32"))]

mod addresses;
mod digests;
mod pieces;
mod world;
