//! The examples where something is missing: a file, a service worker, the server's consent.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use rangeload_e2e::{Kind, Site};
use serde_json::json;

use crate::examples::{forgets, keeps, words};
use crate::stage::Stage;

fn source(name: &str) -> Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let path = path.join(name);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// The example as it is, but for one place in its script; its address.
fn altered(site: &Site, name: &str, from: &str, to: &str) -> Result<String> {
    let script = source(&format!("{name}.js"))?;
    ensure!(script.contains(from), "{name}.js does not say {from}");
    site.give(&format!("{name}.js"), &script.replace(from, to))?;
    let page = source(&format!("{name}.html"))?;
    Ok(site.give(&format!("{name}.html"), &page)?)
}

/// As many of them as there are at once, and the first ones.
#[tokio::test]
async fn a_queue_goes_on_past_files_that_fail_and_names_them() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let fault = "&seed=${index}${index < 2 ? '&status=404' : ''}";
    let url = altered(&stage.site, "queue", "&seed=${index}", fault)?;
    page.open(&url).await?;
    let told = words(page, "3 of 5 files are here. Not these:\n").await?;
    for (name, failed) in [
        ("part-1.bin: ", true),
        ("part-2.bin: ", true),
        ("part-3", false),
    ] {
        ensure!(
            told.contains(name) == failed,
            "{name} is not {failed} in {told}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_body_can_be_asked_for_again_after_an_error() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let url = altered(&stage.site, "fetch", "?rate=4MB", "?status=404")?;
    page.open(&url).await?;
    words(page, "The server answered 404.").await?;
    page.until("!document.querySelector('#again').disabled")
        .await
}

/// What the page of offline use says of itself.
const SAID_OF_THE_PAGE: &str = "document.querySelector('#page').textContent";

async fn says(stage: &Stage, beginning: &str) -> Result<()> {
    let condition = format!("{SAID_OF_THE_PAGE}.startsWith('{beginning}')");
    stage.page().until(&condition).await
}

#[tokio::test]
async fn a_file_is_kept_after_a_hard_reload() -> Result<()> {
    let path = "/examples/offline.html";
    let stage = Stage::on(Site::start().await?, Kind::Chromium, path).await?;
    let page = stage.page();
    page.until("!document.querySelector('#keep').disabled")
        .await?;
    let said: String = page.run(&format!("return {SAID_OF_THE_PAGE}")).await?;
    ensure!(said.is_empty(), "under control: {said}");

    page.run::<()>("window.before = true").await?;
    page.devtools("Page.reload", json!({ "ignoreCache": true }))
        .await?;
    page.until("!window.before && document.readyState === 'complete'")
        .await?;
    says(&stage, "A hard reload goes past the service worker.").await?;
    keeps(page).await?;
    forgets(page).await?;
    // After a removal it is begun anew.
    keeps(page).await
}

#[tokio::test]
async fn a_file_is_kept_where_no_service_worker_can_be_had() -> Result<()> {
    let stage = Stage::without_tls().await?;
    let page = stage.page();
    page.open(&stage.site.url("/examples/offline.html")).await?;
    says(&stage, "There are no service workers here").await?;
    keeps(page).await?;
    forgets(page).await
}

#[tokio::test]
async fn a_file_is_kept_where_the_service_worker_is_missing() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let name = "offline-engine.js";
    stage.site.give(name, &source(name)?)?;
    let url = altered(&stage.site, "offline", "offline-worker.js", "no-worker.js")?;
    page.open(&url).await?;
    says(&stage, "There is no service worker").await?;
    keeps(page).await?;
    forgets(page).await
}
