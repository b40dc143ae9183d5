//! The core against a simulated world: campaigns of seeds, replays, and the table of shapes.

use anyhow::Result;

use crate::process::{cargo, run};

pub(crate) fn simulate(arguments: &[&str]) -> Result<()> {
    run(cargo()
        .args(["run", "--quiet", "--profile", "tools"])
        .args(["--package", "rangeload-sim", "--"])
        .args(arguments))
}
