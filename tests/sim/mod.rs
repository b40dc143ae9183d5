//! A world for the core: a network, a server and a store, all on a virtual clock.
//!
//! Bytes are not stored but tagged with the version of the file they are from: a file is right
//! when every offset carries the same version, and joined wrongly when two meet.

mod random;
mod server;
mod store;
mod world;

pub(crate) use world::World;
