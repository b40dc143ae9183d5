//! Benchmarks of the end-to-end crate: programs that print ratios, not tests.

use anyhow::{Result, bail};

use crate::process::{cargo, run};
use crate::{install, package, workspace};

pub(crate) fn bench(name: &[&str]) -> Result<()> {
    let name = match name {
        [] => "speed",
        [name] => name,
        _ => bail!("usage: cargo xtask bench [name]"),
    };
    install::browsers()?;
    package::build()?;
    run(cargo()
        .args([
            "run",
            "--profile",
            "tools",
            "--package",
            "rangeload-e2e",
            "--bin",
            name,
        ])
        .env("RANGELOAD_PKG", workspace::package())
        .env("RANGELOAD_WWW", workspace::page()))
}
