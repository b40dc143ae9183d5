//! Thousands of seeded schedules of faults, kills and changes of the file: each ends with a right
//! file or in an error that the faults justify.

#![cfg(not(target_arch = "wasm32"))]

use rangeload_sim::{Campaign, Form};

fn run(form: Form, seeds: std::ops::Range<u64>) {
    let campaign = Campaign {
        form,
        seeds,
        threads: 1,
        failures: 1,
        progress: false,
    };
    let summary = campaign.run();
    assert!(summary.failures.is_empty(), "{summary}");
}

#[test]
fn every_schedule_ends_byte_identical_or_in_an_error_its_faults_justify() {
    run(Form::Short, 0..10_000);
}

#[test]
fn an_hour_of_faults_at_every_layer_comes_to_an_end() {
    run(Form::Soak, 0..100);
}
