//! The core against a simulated world: campaigns of seeds, replays, the table of shapes, and the
//! deliberate bugs that it must find.

use anyhow::Result;

use crate::mutations;
use crate::process::{cargo, run};

pub(crate) fn simulate(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["--mutations"] => mutations::run(""),
        ["--mutations", filter] => mutations::run(filter),
        _ => run(cargo()
            .args(["run", "--profile", "tools"])
            .args(["--package", "rangeload-sim", "--"])
            .args(arguments)),
    }
}
