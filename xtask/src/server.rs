//! The range server as a process of ours: it has answered before anyone is told its address,
//! and does not outlive its owner.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::{cargo, command, run};
use crate::workspace;

const PACKAGE: &str = "rangeload-server";

pub(crate) struct RangeServer {
    process: Child,
    origin: String,
}

/// Compiles the server, so that starting it takes no time.
pub(crate) fn build() -> Result<()> {
    run(cargo().args(["build", "--profile", "tools", "--package", PACKAGE]))
}

impl RangeServer {
    /// Serves the page and the package; port 0 is any free one.
    pub(crate) fn start(port: u16) -> Result<Self> {
        let mut pages =
            [("/pkg", workspace::package()), ("/", workspace::page())].map(|(mount, directory)| {
                let mut page = std::ffi::OsString::from(format!("{mount}="));
                page.push(directory);
                page
            });
        let mut command = command(workspace::target().join("tools").join(PACKAGE));
        command.args(["--port", &port.to_string()]);
        for page in &mut pages {
            command.arg("--page").arg(page);
        }
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the range server")?;
        match first_address(&mut process) {
            Some(origin) => Ok(Self { process, origin }),
            None => {
                let status = process.wait()?;
                bail!("the range server cannot listen on port {port} ({status})")
            }
        }
    }

    /// `http://address:port`, without a slash at its end.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Runs until the server is stopped from outside.
    pub(crate) fn wait(&mut self) -> Result<()> {
        let status = self.process.wait()?;
        if !status.success() {
            bail!("the range server ended with {status}");
        }
        Ok(())
    }
}

impl Drop for RangeServer {
    fn drop(&mut self) {
        // It may have ended by itself, which is just as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The server prints its addresses once it listens.
fn first_address(process: &mut Child) -> Option<String> {
    let output = process.stdout.take()?;
    let line = BufReader::new(output).lines().next()?.ok()?;
    let address = line
        .split_whitespace()
        .find(|word| word.starts_with("http"))?;
    Some(address.trim_end_matches('/').to_owned())
}
