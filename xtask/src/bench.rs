//! Measurements of the package as it is built: programs that print figures, not tests.

use std::process::Command;

use anyhow::Result;

use crate::process::{cargo, run};
use crate::{install, package, workspace};

/// What is measured, and how, is read by the program itself.
pub(crate) fn bench(arguments: &[&str]) -> Result<()> {
    if asks_for_help(arguments) {
        return run(program().arg("help"));
    }
    install::node()?;
    install::browsers()?;
    package::build()?;
    run(program()
        .args(arguments)
        .env("RANGELOAD_PKG", workspace::package())
        .env("RANGELOAD_BENCH", workspace::target().join("bench")))
}

/// For that nothing has to be built or installed but the program.
fn asks_for_help(arguments: &[&str]) -> bool {
    let words = ["help", "--help", "-h"];
    arguments.iter().any(|argument| words.contains(argument))
}

fn program() -> Command {
    let mut command = cargo();
    command
        .args(["run", "--profile", "tools"])
        .args(["--package", "rangeload-bench", "--"]);
    command
}
