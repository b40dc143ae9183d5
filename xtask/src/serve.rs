//! From a checkout to the page in a browser: builds, starts the range server, says where the page is.

use anyhow::{Context, Result, bail};

use crate::package;
use crate::server::{self, RangeServer};

const PORT: u16 = 8080;

/// The one that the page offers.
const SAMPLE: &str = "/files/256MiB/sample.iso";

pub(crate) fn serve(options: &[&str]) -> Result<()> {
    let port = port(options)?;
    if let Err(error) = server::listen(port) {
        bail!("cannot listen on port {port}: {error}; choose another one with --port N");
    }
    package::build()?;
    server::build()?;
    let mut server = RangeServer::start(port)?;
    let origin = server.origin();
    println!();
    println!("page    {origin}/");
    println!("more    {origin}/examples/index.html");
    println!("sample  {origin}{SAMPLE}");
    server.wait()
}

fn port(options: &[&str]) -> Result<u16> {
    let port = match options {
        [] => return Ok(PORT),
        ["--port", port] => Some(*port),
        [option] => option.strip_prefix("--port="),
        _ => None,
    };
    let Some(port) = port else {
        bail!("usage: cargo xtask serve [--port N]");
    };
    port.parse()
        .with_context(|| format!("`{port}` is not a port"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::workspace;

    #[test]
    fn a_port_is_named_in_either_way_that_is_usual() {
        assert_eq!(port(&[]).unwrap(), PORT);
        assert_eq!(port(&["--port", "19001"]).unwrap(), 19001);
        assert_eq!(port(&["--port=19001"]).unwrap(), 19001);
    }

    #[test]
    fn what_is_no_port_is_refused() {
        for options in [
            &["--port"][..],
            &["--port="],
            &["--port", "65536"],
            &["--port", "1", "2"],
            &["19001"],
            &["--help"],
        ] {
            assert!(port(options).is_err(), "{options:?}");
        }
    }

    #[test]
    fn the_sample_is_the_one_that_the_page_offers() -> Result<()> {
        let script = fs::read_to_string(workspace::page().join("app.js"))?;
        assert!(script.contains(SAMPLE));
        Ok(())
    }
}
