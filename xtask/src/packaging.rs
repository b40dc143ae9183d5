//! The package as it would be published: packed, and tested from the tarball.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::{describe, npm};
use crate::tally::Tally;
use crate::{package, test, workspace};

pub(crate) fn test(filter: Option<&str>) -> Result<Tally> {
    package::build()?;
    let tarball = pack()?;
    Tally::of(test::node("tests/packaging", filter).env("RANGELOAD_TARBALL", tarball))
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
