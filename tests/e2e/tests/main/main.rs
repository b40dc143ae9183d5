//! The page and the package in real browsers. Run by `cargo xtask test e2e`.

mod accessibility;
mod beyond;
mod changes;
mod control;
mod cross_origin;
mod damage;
mod element;
mod examples;
mod fallbacks;
mod faults;
mod kill;
mod names;
mod page;
mod record;
mod reload;
mod sizes;
mod smoke;
mod stage;
mod storage;
mod tabs;
