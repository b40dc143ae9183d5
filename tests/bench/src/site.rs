//! The range server with the package and the page that the benchmarks run in.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rangeload_server::{Options, Page, Server};

/// A page that does nothing by itself.
const BLANK: &str = "/test/blank.html";

pub(crate) struct Site {
    pub(crate) server: Server,
}

impl Site {
    pub(crate) async fn start() -> Result<Self> {
        let package = env::var_os("RANGELOAD_PKG").map(PathBuf::from);
        let package = package.context("RANGELOAD_PKG is not set; run `cargo xtask bench`")?;
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("pages");
        let server = Server::start(Options {
            // The harness looks for its helper module under this name.
            pages: vec![Page::new("/pkg", package), Page::new("/test", own)],
            ..Options::default()
        });
        Ok(Self {
            server: server.await?,
        })
    }

    pub(crate) fn blank(&self) -> String {
        self.url(BLANK)
    }

    pub(crate) fn url(&self, target: &str) -> String {
        format!("{}{target}", self.server.origin())
    }
}

/// Path and query of a synthetic file. Each run has a `tag` of its own, so that the server counts
/// its requests from the first again and nothing is found under the same address.
pub(crate) fn target(size: u64, knobs: &str, tag: &str) -> String {
    let knobs = [knobs, &format!("tag={tag}")].join("&");
    format!("/files/{size}/bench.bin?{}", knobs.trim_start_matches('&'))
}
