//! A browser lets six requests through to a host, and the page wants more of it than a download.

use anyhow::{Result, ensure};
use rangeload_e2e::Kind;
use serde_json::json;

use crate::stage::{Stage, ask};

const MIB: u64 = 1 << 20;

/// What the page asks for while a download has all connections does not wait for most of it,
/// whatever it is.
async fn a_page_gets_through(kind: Kind) -> Result<()> {
    const SIZE: u64 = 192 * MIB;
    let stage = Stage::start(kind).await?;
    let target = "/files/192MiB/sample.iso?rate=2MB&tag=sharing";
    let id = stage.begin(target, json!({ "connections": 6 })).await?;
    // Its first requests are short, while nothing is known.
    stage.sent(target, SIZE / 3).await?;
    let requests = json!(["/files/1/fetched", "/files/1/shown"]);
    stage.page().call::<()>("fetchAndShow", requests).await?;
    let status = ask(stage.page(), "status", &id).await?;
    ensure!(status.state == "downloading", "{status:?}");
    ensure!(status.progress.received < SIZE * 3 / 4, "{status:?}");
    Ok(())
}

#[tokio::test]
async fn a_page_of_chromium_gets_through_beside_its_download() -> Result<()> {
    a_page_gets_through(Kind::Chromium).await
}

#[tokio::test]
async fn a_page_of_firefox_gets_through_beside_its_download() -> Result<()> {
    a_page_gets_through(Kind::Firefox).await
}

#[tokio::test]
async fn a_page_of_webkit_gets_through_beside_its_download() -> Result<()> {
    a_page_gets_through(Kind::WebKit).await
}
