//! The range server as a process of ours: it has answered before anyone is told its address,
//! and does not outlive its owner.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::{cargo, command, run};
use crate::workspace;

const PACKAGE: &str = "rangeload-server";

pub(crate) struct RangeServer {
    process: Child,
    /// Kept open: a server that cannot print would end.
    output: BufReader<ChildStdout>,
    origin: String,
}

/// Compiles the server, so that starting it takes no time.
pub(crate) fn build() -> Result<()> {
    run(cargo().args(["build", "--profile", "tools", "--package", PACKAGE]))
}

/// Where the server is once it is compiled.
pub(crate) fn program() -> PathBuf {
    let file = format!("{PACKAGE}{}", env::consts::EXE_SUFFIX);
    workspace::target().join("tools").join(file)
}

/// Whether a port can be had, which is better known before anything is built.
pub(crate) fn listen(port: u16) -> io::Result<()> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop)
}

impl RangeServer {
    /// Serves the page and the package; port 0 is any free one.
    pub(crate) fn start(port: u16) -> Result<Self> {
        let mut command = command(program());
        command.args(["--port", &port.to_string(), "--until-stdin-ends"]);
        let mounts = [
            ("/pkg", workspace::package()),
            ("/examples", workspace::root().join("examples")),
            // One of the examples shows the package inside this library.
            (
                "/ky",
                workspace::root().join("node_modules/ky/distribution"),
            ),
            ("/", workspace::page()),
        ];
        for (mount, directory) in mounts {
            let mut page = OsString::from(format!("{mount}="));
            page.push(directory);
            command.arg("--page").arg(page);
        }
        let mut process = command
            // Held open until this process ends, even if it is killed and nothing is dropped.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the range server")?;
        let output = process.stdout.take().context("the server has no output")?;
        let mut output = BufReader::new(output);
        let Some(origin) = address(&mut output)? else {
            let status = process.wait()?;
            bail!("the range server cannot listen on port {port} ({status})");
        };
        Ok(Self {
            process,
            output,
            origin,
        })
    }

    /// `http://address:port`, without a slash at its end.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Runs until the server is stopped from outside.
    pub(crate) fn wait(&mut self) -> Result<()> {
        io::copy(&mut self.output, &mut io::stdout())?;
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

/// The server prints its addresses once it listens, its own first.
fn address(output: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    output.read_line(&mut line)?;
    let address = line
        .split_whitespace()
        .find(|word| word.starts_with("http"));
    Ok(address.map(|address| address.trim_end_matches('/').to_owned()))
}
