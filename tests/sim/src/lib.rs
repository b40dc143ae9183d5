//! A world for the core: a network, a server, a store and a user, all on a virtual clock.
//!
//! A run is a pure function of its seed. Bytes are not stored but tagged with the version of the
//! file they are from, so that gigabytes cost nothing and a wrong join is seen at once.

mod agenda;
mod campaign;
mod ledger;
mod network;
mod random;
mod scenario;
mod shapes;
mod site;
mod store;
mod tags;
mod user;
mod world;

pub use campaign::{Campaign, Failure, Form, Summary, replay};
pub use shapes::{Ratio, Row, print as print_shapes, replay_shape, table as shapes};
pub use world::Outcome;
