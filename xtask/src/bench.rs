//! Measurements of the package as it is built: programs that print figures, not tests.

use anyhow::Result;

use crate::process::{cargo, run};
use crate::{install, package, workspace};

/// What is measured, and how, is read by the program itself.
pub(crate) fn bench(arguments: &[&str]) -> Result<()> {
    install::node()?;
    install::browsers()?;
    package::build()?;
    let mut command = cargo();
    command.args(["run", "--quiet", "--profile", "tools"]);
    command.args(["--package", "rangeload-bench", "--"]);
    run(command
        .args(arguments)
        .env("RANGELOAD_PKG", workspace::package())
        .env("RANGELOAD_BENCH", workspace::target().join("bench")))
}
