//! An X display for a browser that cannot do without one.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::command;

pub(crate) struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Takes a free display number; the display is ready when this returns.
    pub(crate) fn start() -> Result<Self> {
        let mut server = command("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp"])
            .args(["-screen", "0", "1280x1024x24"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start Xvfb")?;
        let mut number = String::new();
        if let Some(output) = server.stdout.take() {
            BufReader::new(output).read_line(&mut number)?;
        }
        if number.is_empty() {
            let status = server.wait()?;
            bail!("Xvfb offers no display ({status})");
        }
        let name = format!(":{}", number.trim());
        Ok(Self { server, name })
    }

    /// For the variable DISPLAY.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
