//! A page that came without TLS: browsers keep files, locks and digests from it.

use anyhow::{Context, Result, ensure};
use rangeload_e2e::Page;
use rangeload_server::content;
use serde_json::json;

use crate::record;
use crate::stage::{Stage, ask, stored};

const MIB: u64 = 1 << 20;

#[tokio::test]
async fn a_page_without_tls_goes_on_after_a_reload_too() -> Result<()> {
    const SIZE: u64 = 64 * MIB;
    let stage = Stage::without_tls().await?;
    let page = stage.page();
    let target = "/files/64MiB/sample.iso?rate=5MB&tag=insecure";
    let options = json!({ "connections": 4, "digest": digest(page, SIZE).await? });
    let id = stage.begin(target, options).await?;
    stage.sent(target, SIZE / 2).await?;
    page.reload().await?;
    let all = stored(page).await?;
    let listed = all.first().context("nothing is listed")?;
    ensure!(listed.interrupted && listed.id == id, "{listed:?}");
    ensure!(listed.storage == "indexeddb", "{listed:?}");
    ask(page, "resume", &id).await?;
    // The browser's own digests are not to be had here: the package checks its bytes by itself.
    let status = ask(page, "rest", &id).await?;
    ensure!(status.state == "complete", "{status:?}");
    record::asks_only_for_bytes(&stage.silence(target).await?)
}

/// What the server's file hashes to, as the option is written.
async fn digest(page: &Page, size: u64) -> Result<String> {
    let hexadecimal = content::sha256(0, 0..size);
    let bytes = format!("'{hexadecimal}'.match(/../g).map((byte) => parseInt(byte, 16))");
    page.run(&format!(
        "return 'sha256-' + btoa(String.fromCharCode(...{bytes}))"
    ))
    .await
}
