//! A WebDriver program, listening on a port of its own. The browser is its descendant.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use rangeload_display::Display;
use serde_json::Value;
use tokio::time::{interval, timeout};

use crate::process::Tree;
use crate::{Kind, Profile};

/// Bounds a driver that hangs; no test depends on it.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Debug)]
pub(crate) struct Driver {
    port: u16,
    // Ends before its display does.
    processes: Tree,
    _display: Option<Display>,
}

impl Driver {
    /// It takes sessions when this returns.
    pub(crate) async fn start(kind: Kind, profile: &Profile) -> Result<Self> {
        let port = free_port()?;
        let display = kind.needs_display().then(Display::start).transpose()?;
        let log = File::create(profile.log())?;
        let (program, arguments) = kind.driver(port);
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        if let Some(display) = &display {
            command.env("DISPLAY", display.name());
        }
        let mut processes = Tree::spawn(&mut command)?;
        let ready = timeout(PATIENCE, readiness(port, &mut processes)).await;
        if !ready.unwrap_or_default() {
            let log = fs::read_to_string(profile.log())?;
            bail!("{program} takes no sessions: {log}");
        }
        Ok(Self {
            port,
            processes,
            _display: display,
        })
    }

    /// The numbers of the processes of the browser, the driver's own not among them.
    pub(crate) fn browser(&self) -> std::io::Result<Vec<u32>> {
        self.processes.descendants()
    }

    /// Ends it and the browser, from outside.
    pub(crate) fn killer(&self) -> impl FnOnce() + Send + 'static {
        self.processes.killer()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// Drivers cannot tell which port they chose: the choice is made here.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

/// False when the driver has ended.
async fn readiness(port: u16, processes: &mut Tree) -> bool {
    let mut tick = interval(Duration::from_millis(20));
    while !is_ready(port).await {
        if processes.has_ended() {
            return false;
        }
        tick.tick().await;
    }
    true
}

/// Of what cannot be asked yet, no.
async fn is_ready(port: u16) -> bool {
    let status = status(port).await.unwrap_or_default();
    status["value"]["ready"] == true
}

async fn status(port: u16) -> Result<Value> {
    let address = format!("http://127.0.0.1:{port}/status").parse()?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<&[u8]>>();
    let answer = client.get(address).await?;
    let body = answer.into_body().collect().await?.to_bytes();
    Ok(serde_json::from_slice(&body)?)
}
