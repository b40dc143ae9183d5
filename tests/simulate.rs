//! Thousands of seeded schedules of faults, kills and changes of the file: each ends with a right
//! file or in an error that the faults explain.
//!
//! A failure names its seed; `RANGELOAD_SEED=<seed> cargo test --test simulate` replays it with a
//! trace.

#![cfg(not(target_arch = "wasm32"))]

mod sim;

use std::panic::{AssertUnwindSafe, catch_unwind};

use sim::World;

const SEEDS: u64 = 10_000;

#[test]
fn every_schedule_ends_byte_identical_or_in_a_named_error() {
    if let Some(seed) = std::env::var("RANGELOAD_SEED")
        .ok()
        .and_then(|s| s.parse().ok())
    {
        World::new(seed).run();
        return;
    }
    for seed in 0..SEEDS {
        if catch_unwind(AssertUnwindSafe(|| World::new(seed).run())).is_err() {
            panic!("replay with: RANGELOAD_SEED={seed} cargo test --test simulate");
        }
    }
}
