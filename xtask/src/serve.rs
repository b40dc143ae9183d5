//! From a checkout to the page in a browser: builds, starts the range server, says where the page is.

use anyhow::{Context, Result, bail};

use crate::package;
use crate::server::{self, RangeServer};

const PORT: u16 = 8080;

pub(crate) fn serve(options: &[&str]) -> Result<()> {
    let port = match options {
        [] => PORT,
        ["--port", port] => port
            .parse()
            .with_context(|| format!("`{port}` is not a port"))?,
        _ => bail!("usage: cargo xtask serve [--port N]"),
    };
    package::build()?;
    server::build()?;
    let mut server = RangeServer::start(port)?;
    let origin = server.origin();
    println!();
    println!("page    {origin}/");
    println!("more    {origin}/examples/index.html");
    println!("sample  {origin}/files/1GiB/sample.iso");
    server.wait()
}
