//! The page and the package in real browsers. Run by `cargo xtask test e2e`.

mod accessibility;
mod beyond;
mod changes;
mod configuration;
mod control;
mod cross_origin;
mod damage;
mod diagnosis;
mod digests;
mod element;
mod examples;
mod expiry;
mod fallbacks;
mod faults;
mod isolation;
mod kill;
mod mirrors;
mod names;
mod page;
mod record;
mod reload;
mod sizes;
mod smoke;
mod stage;
mod storage;
mod tabs;
