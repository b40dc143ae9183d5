//! Thousands of seeded schedules of faults, kills and changes of the file: each ends with a right
//! file or in an error that the faults justify.

#![cfg(not(target_arch = "wasm32"))]

use rangeload_sim::{Campaign, Form, print_shapes, shapes};

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

/// The bound is what no downloader could beat; see the table of `cargo xtask simulate --shapes`.
#[test]
fn over_every_shape_of_network_the_time_is_close_to_the_least_possible() {
    let rows = shapes(3);
    let mut medians: Vec<f64> = rows.iter().map(|row| row.core.median).collect();
    medians.sort_by(f64::total_cmp);
    let table = print_shapes(&rows);
    assert!(medians[medians.len() / 2] <= 1.05, "{table}");
    assert!(rows.iter().all(|row| row.core.worst <= 1.15), "{table}");
}
