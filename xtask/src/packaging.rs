//! The package as it would be published: packed, and tested from the tarball in the projects of its users.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::{command, describe, npm};
use crate::tally::Tally;
use crate::{install, package, server, test, workspace};

pub(crate) fn test(filter: Option<&str>) -> Result<Tally> {
    Tally::of(&mut equipped(test::node("tests/packaging", filter)?)?)
}

/// Tries the package in every set-up, or in those that are named, and prints a table.
pub(crate) fn matrix(names: &[&str]) -> Result<ExitCode> {
    install::node()?;
    let mut command = command("node");
    command.arg("tests/packaging/matrix/matrix.js").args(names);
    let status = equipped(command)?
        .status()
        .context("cannot start the matrix")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Tells a program where the tarball and the range server are, once there are any.
fn equipped(mut command: Command) -> Result<Command> {
    install::browsers()?;
    package::build()?;
    server::build()?;
    command
        .env("RANGELOAD_TARBALL", pack()?)
        .env("RANGELOAD_SERVER", server::program());
    Ok(command)
}

/// Packs pkg/ and returns the tarball.
pub(crate) fn pack() -> Result<PathBuf> {
    let mut command = npm();
    command
        .args(["pack", "--json", "--pack-destination"])
        .arg(workspace::staging())
        .arg(workspace::package());
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", describe(&command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", describe(&command), output.status);
    }
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let name = report[0]["filename"]
        .as_str()
        .context("npm pack does not say what it packed")?;
    Ok(workspace::staging().join(name))
}
