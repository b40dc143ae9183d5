//! Storage that refuses, in the words of each browser. The words are a test's own: no disk has to
//! be full for them.

use anyhow::{Result, ensure};
use rangeload_e2e::{Failure, Kind, Status};
use serde_json::{Value, json};

use crate::stage::{Stage, ask, failed, identical, received, stored};

const SIZE: &str = "12MiB+7";
const TARGET: &str = "/files/12MiB+7/sample.iso?rate=2MB";
const ID: &str = "refused";

/// With a worker that fails when it is told to.
async fn stage() -> Result<Stage> {
    let stage = Stage::start(Kind::Chromium).await?;
    let worker = json!(["worker with faults"]);
    let _: Option<Value> = stage.page().call("configure", worker).await?;
    Ok(stage)
}

async fn fault(stage: &Stage, name: &str) -> Result<()> {
    let _: Option<Value> = stage.page().call("fault", json!([name])).await?;
    Ok(())
}

/// With a download in a file under way.
async fn half_way() -> Result<Stage> {
    let stage = stage().await?;
    stage
        .begin(TARGET, json!({ "id": ID, "storage": "opfs" }))
        .await?;
    received(stage.page(), ID, 3 << 20).await?;
    Ok(stage)
}

/// A download that meets the fault half-way, and goes on when that is over.
async fn goes_on_after(name: &str) -> Result<(Status, Failure)> {
    let stage = half_way().await?;
    let page = stage.page();
    fault(&stage, name).await?;
    let refused = failed(page, ID).await?;
    fault(&stage, "").await?;
    ask(page, "resume", ID).await?;
    identical(page, ID, SIZE, 0).await?;
    Ok(refused)
}

async fn is_a_full_disk(name: &str) -> Result<()> {
    let (status, failure) = goes_on_after(name).await?;
    ensure!(failure.code == "quota" && failure.retryable, "{failure:?}");
    ensure!(status.progress.received >= 3 << 20, "{status:?}");
    Ok(())
}

#[tokio::test]
async fn a_number_larger_than_what_was_to_be_written_is_no_success() -> Result<()> {
    is_a_full_disk("no space, as a number").await?;
    let (status, failure) = goes_on_after("no write, as a number").await?;
    ensure!(failure.code == "storage", "{failure:?}");
    ensure!(status.progress.received >= 3 << 20, "{status:?}");
    Ok(())
}

#[tokio::test]
async fn an_open_file_in_a_state_to_take_no_bytes_has_no_room() -> Result<()> {
    is_a_full_disk("no space, as a state").await
}

/// What has come since the last one that succeeded may not be on disk, and is fetched again.
#[tokio::test]
async fn a_failed_flush_is_named_and_its_bytes_do_not_count() -> Result<()> {
    let (_, failure) = goes_on_after("no flush").await?;
    ensure!(failure.code == "storage", "{failure:?}");
    ensure!(failure.message.contains("to disk"), "{failure:?}");
    Ok(())
}

/// To delete its record takes room, and to delete the file makes some.
#[tokio::test]
async fn what_is_removed_from_a_full_disk_makes_room() -> Result<()> {
    let stage = half_way().await?;
    let page = stage.page();
    fault(&stage, "no space to forget").await?;
    let removed = ask(page, "remove", ID).await?;
    ensure!(removed.state == "removed", "{removed:?}");
    page.reload().await?;
    ensure!(stored(page).await?.is_empty(), "it is still there");
    Ok(())
}

#[tokio::test]
async fn what_is_complete_is_given_where_nothing_can_be_written() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/12MiB+7/sample.iso";
    let options = json!({ "id": ID, "storage": "opfs" });
    stage.begin(target, options.clone()).await?;
    identical(page, ID, SIZE, 0).await?;
    page.reload().await?;
    // Files are written in workers only.
    let _: Option<Value> = page.call("configure", json!(["no worker"])).await?;
    stage.begin(target, options).await?;
    let compared = identical(page, ID, SIZE, 0).await?;
    ensure!(compared.size > 0, "{compared:?}");
    Ok(())
}

/// Whether the browser keeps Blobs is not known of one that has no room for any.
#[tokio::test]
async fn a_database_that_was_full_at_first_keeps_blobs_later() -> Result<()> {
    let stage = stage().await?;
    let page = stage.page();
    stored(page).await?;
    fault(&stage, "no space in the database").await?;
    let options = json!({ "id": ID, "storage": "indexeddb" });
    stage.begin(TARGET, options).await?;
    let (_, failure) = failed(page, ID).await?;
    ensure!(failure.code == "quota", "{failure:?}");
    fault(&stage, "").await?;
    ask(page, "resume", ID).await?;
    identical(page, ID, SIZE, 0).await?;
    let look = "return import('/test/damage.js').then(({ areBlobs }) => areBlobs())";
    let blobs: bool = page.run(look).await?;
    ensure!(blobs, "its parts are copied into memory for a file");
    Ok(())
}
