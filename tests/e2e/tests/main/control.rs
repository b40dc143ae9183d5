//! What a page may do with a download besides waiting for it.

use anyhow::{Context, Result, ensure};
use http::header::CONTENT_SECURITY_POLICY;
use rangeload_e2e::{Failure, Kind, Site, Status};
use rangeload_server::RequestRecord;
use serde_json::json;

use crate::record;
use crate::stage::{Stage, ask, failed, identical, received, stored};

const MIB: u64 = 1 << 20;

#[tokio::test]
async fn a_pause_stores_every_received_byte_and_ends_every_request() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/16MiB/sample.iso?rate=2MB";
    let id = stage.begin(target, json!({ "connections": 6 })).await?;
    received(page, &id, 4 * MIB).await?;
    let paused = ask(page, "pause", &id).await?;
    ensure!(paused.state == "paused", "{paused:?}");
    ensure!(paused.progress.connections == 0, "{paused:?}");
    let before = stage.silence(target).await?.len();
    page.reload().await?;
    let after = ask(page, "status", &id).await?;
    ensure!(
        after.progress.received == paused.progress.received && !after.interrupted,
        "{paused:?}, after a reload {after:?}"
    );
    ask(page, "resume", &id).await?;
    identical(page, &id, "16MiB", 0).await?;
    let records = stage.silence(target).await?;
    ensure!(records.len() > before, "nothing was left to fetch");
    record::asks_only_for_bytes(&records)
}

#[tokio::test]
async fn a_pause_while_connecting_and_a_resume_right_after_lose_nothing() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    // The first request is never answered, so that it is still to be connected.
    let target = "/files/3MiB/sample.iso?delay=3600000&times=1";
    let id = stage.begin(target, json!({})).await?;
    let asked = |records: &[RequestRecord]| !records.is_empty();
    stage.site.server.until(target, asked).await;
    let status = ask(page, "status", &id).await?;
    ensure!(status.state == "connecting", "{status:?}");
    let paused = ask(page, "pause", &id).await?;
    ensure!(paused.state == "paused", "{paused:?}");
    ask(page, "resume", &id).await?;
    ask(page, "pause", &id).await?;
    ask(page, "resume", &id).await?;
    identical(page, &id, "3MiB", 0).await?;
    Ok(())
}

#[tokio::test]
async fn what_is_removed_is_gone_and_may_be_begun_again() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/16MiB/sample.iso?rate=2MB";
    let id = stage.begin(target, json!({ "connections": 6 })).await?;
    received(page, &id, 4 * MIB).await?;
    let removed = ask(page, "remove", &id).await?;
    ensure!(
        removed.state == "removed" && removed.progress.received == 0,
        "{removed:?}"
    );
    let rejection: Option<Failure> = page.call("rejection", json!([id])).await?;
    let code = rejection.context("`finished` does not reject")?.code;
    ensure!(code == "removed", "rejected with {code}");
    stage.silence(target).await?;
    ensure!(stored(page).await?.is_empty(), "it is still listed");
    page.reload().await?;
    ensure!(
        stored(page).await?.is_empty(),
        "it is back after the reload"
    );
    let id = stage.begin(target, json!({ "connections": 6 })).await?;
    identical(page, &id, "16MiB", 0).await?;
    ask(page, "remove", &id).await?;
    ensure!(stored(page).await?.is_empty(), "the finished one stays");
    Ok(())
}

#[tokio::test]
async fn an_aborted_signal_pauses_and_keeps_the_bytes() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/16MiB/sample.iso?rate=1MB";
    let url = stage.site.url(target);
    let begun: Status = page.call("beginAbortably", json!([url])).await?;
    received(page, &begun.id, 2 * MIB).await?;
    page.call::<()>("abort", json!([])).await?;
    let paused = ask(page, "rest", &begun.id).await?;
    ensure!(paused.state == "paused", "{paused:?}");
    ensure!(paused.progress.received >= 2 * MIB, "{paused:?}");
    stage.silence(target).await?;
    Ok(())
}

#[tokio::test]
async fn two_downloads_at_once_do_not_see_each_other() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    // The id of one begins with that of the other.
    let ids = ["twin", "twin2", "twin/3"];
    for (seed, id) in (1..).zip(ids) {
        let target = format!("/files/9MiB/sample.iso?rate=4MB&seed={seed}");
        let options = json!({ "id": id, "connections": 3 });
        stage.begin(&target, options).await?;
    }
    for (seed, id) in (1..).zip(ids) {
        identical(page, id, "9MiB", seed).await?;
    }
    ask(page, "remove", ids[0]).await?;
    page.reload().await?;
    for (seed, id) in (1..).zip(ids).skip(1) {
        identical(page, id, "9MiB", seed).await?;
    }
    ensure!(stored(page).await?.len() == 2, "{:?}", stored(page).await?);
    Ok(())
}

#[tokio::test]
async fn a_failed_download_may_be_resumed_and_finished_is_then_a_new_promise() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/3MiB/sample.iso?status=403&times=1";
    let id = stage.begin(target, json!({})).await?;
    let (_, failure) = failed(page, &id).await?;
    ensure!(
        failure.code == "http" && failure.detail["status"] == 403,
        "{failure:?}"
    );
    ask(page, "resume", &id).await?;
    identical(page, &id, "3MiB", 0).await?;
    Ok(())
}

#[tokio::test]
async fn what_is_not_usable_is_refused_at_the_call_and_nothing_is_stored() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    for arguments in [
        json!(["ftp://example.org/a"]),
        json!([""]),
        json!(["http://"]),
        json!(["/files/1/a", { "connections": 0 }]),
        json!(["/files/1/a", { "headers": { "Range": "bytes=0-0" } }]),
        json!(["/files/1/a", { "digests": "sha256-x" }]),
    ] {
        let refusal: Option<Failure> = page.call("refusal", arguments.clone()).await?;
        let code = refusal.map(|failure| failure.code);
        ensure!(code.as_deref() == Some("invalid"), "{arguments}: {code:?}");
    }
    ensure!(stored(page).await?.is_empty(), "something is stored");
    Ok(())
}

async fn where_no_worker_can_start_the_page_does_its_work(kind: Kind) -> Result<()> {
    let site = Site::with_headers(&[(CONTENT_SECURITY_POLICY, "worker-src 'none'")]).await?;
    let stage = Stage::on(site, kind, "/test/blank.html").await?;
    let page = stage.page();
    let target = "/files/16MiB+1/sample.iso?rate=4MB";
    let id = stage.begin(target, json!({ "connections": 6 })).await?;
    received(page, &id, 4 * MIB).await?;
    let in_page: bool = page
        .run("return performance.getEntriesByName(`${location.origin}/pkg/engine.js`).length > 0")
        .await?;
    ensure!(in_page, "the engine is not in the page");
    page.reload().await?;
    ask(page, "resume", &id).await?;
    identical(page, &id, "16MiB+1", 0).await?;
    Ok(())
}

#[tokio::test]
async fn where_no_worker_can_start_the_page_does_its_work_in_chromium() -> Result<()> {
    where_no_worker_can_start_the_page_does_its_work(Kind::Chromium).await
}

#[tokio::test]
async fn where_no_worker_can_start_the_page_does_its_work_in_firefox() -> Result<()> {
    where_no_worker_can_start_the_page_does_its_work(Kind::Firefox).await
}

#[tokio::test]
async fn where_no_worker_can_start_the_page_does_its_work_in_webkit() -> Result<()> {
    where_no_worker_can_start_the_page_does_its_work(Kind::WebKit).await
}
