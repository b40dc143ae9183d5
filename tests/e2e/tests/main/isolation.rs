//! Pages that the browser keeps apart from others: cross-origin isolated ones, and frames in the
//! page of another site.

use anyhow::{Result, ensure};
use http::HeaderName;
use rangeload_e2e::{Kind, Site};
use serde_json::json;

use crate::stage::{Stage, ask, begin, identical, received, stored};

const MIB: u64 = 1 << 20;

/// Its worker comes without the policy, which the browser refuses to such a page.
async fn an_isolated_page_does_the_work_of_a_worker_that_it_may_not_have(kind: Kind) -> Result<()> {
    let headers = [
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-embedder-policy"),
            "require-corp",
        ),
    ];
    let site = Site::with_headers(&headers).await?;
    let stage = Stage::on(site, kind, "/test/blank.html").await?;
    let page = stage.page();
    ensure!(page.run::<bool>("return crossOriginIsolated").await?);
    let url = stage.site.other_url("/files/8MiB/sample.iso?rate=2MB");
    let id = begin(page, &url, json!({ "connections": 4 })).await?;
    received(page, &id, 3 * MIB).await?;
    let in_page: bool = page
        .run("return performance.getEntriesByName(`${location.origin}/pkg/in-page.js`).length > 0")
        .await?;
    ensure!(in_page, "the worker has started");
    page.reload().await?;
    ask(page, "resume", &id).await?;
    identical(page, &id, "8MiB", 0).await?;
    Ok(())
}

#[tokio::test]
async fn an_isolated_page_does_the_work_of_a_worker_that_it_may_not_have_in_chromium() -> Result<()>
{
    an_isolated_page_does_the_work_of_a_worker_that_it_may_not_have(Kind::Chromium).await
}

#[tokio::test]
async fn an_isolated_page_does_the_work_of_a_worker_that_it_may_not_have_in_firefox() -> Result<()>
{
    an_isolated_page_does_the_work_of_a_worker_that_it_may_not_have(Kind::Firefox).await
}

/// What is stored there is found there again, and nowhere else.
async fn a_frame_of_another_site_has_downloads_of_its_own(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    // Two ports of one address are one site.
    let around = stage.site.blank().replace("127.0.0.1", "localhost");
    let frame = json!(stage.site.blank());
    let embed = format!(
        "return new Promise((resolve) => {{
            const frame = document.createElement('iframe');
            frame.onload = () => resolve(null);
            frame.src = {frame};
            document.body.append(frame);
        }})"
    );
    let target = "/files/8MiB/sample.iso?rate=2MB";
    page.open(&around).await?;
    page.run::<()>(&embed).await?;
    page.enter_frame().await?;
    let id = stage.begin(target, json!({ "connections": 4 })).await?;
    received(page, &id, 3 * MIB).await?;
    let paused = ask(page, "pause", &id).await?;

    page.open(&around).await?;
    page.run::<()>(&embed).await?;
    page.enter_frame().await?;
    let found = ask(page, "status", &id).await?;
    ensure!(
        found.progress.received == paused.progress.received,
        "{paused:?}, then {found:?}"
    );
    ask(page, "resume", &id).await?;
    identical(page, &id, "8MiB", 0).await?;

    page.open(&stage.site.blank()).await?;
    let alone = stored(page).await?;
    ensure!(alone.is_empty(), "outside of the frame: {alone:?}");
    Ok(())
}

#[tokio::test]
async fn a_frame_of_another_site_has_downloads_of_its_own_in_chromium() -> Result<()> {
    a_frame_of_another_site_has_downloads_of_its_own(Kind::Chromium).await
}

#[tokio::test]
async fn a_frame_of_another_site_has_downloads_of_its_own_in_firefox() -> Result<()> {
    a_frame_of_another_site_has_downloads_of_its_own(Kind::Firefox).await
}

#[tokio::test]
async fn a_frame_of_another_site_has_downloads_of_its_own_in_webkit() -> Result<()> {
    a_frame_of_another_site_has_downloads_of_its_own(Kind::WebKit).await
}
