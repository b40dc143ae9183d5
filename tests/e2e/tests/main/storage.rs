//! Where bytes are kept: the tier that each browser has, the one that is asked for, and what
//! happens when there is no room.

use anyhow::{Context, Result, ensure};
use rangeload_e2e::Kind;
use serde_json::json;

use crate::stage::{Stage, ask, failed, identical, received};

const SIZE: &str = "20MiB+7";

fn target(query: &str) -> String {
    format!("/files/{SIZE}/sample.iso{query}")
}

/// Interrupts a download by a reload, and lets it go on.
async fn survives_a_reload(kind: Kind, storage: &str) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let slow = target("?rate=4MB");
    let id = stage.begin(&slow, json!({ "id": "it" })).await?;
    received(stage.page(), &id, 6 << 20).await?;
    let paused = ask(stage.page(), "pause", &id).await?;
    ensure!(paused.storage == storage, "kept in {}", paused.storage);
    stage.page().reload().await?;
    let found = ask(stage.page(), "status", &id).await?;
    ensure!(
        found.progress.received == paused.progress.received && found.storage == storage,
        "{found:?} after {paused:?}"
    );
    ask(stage.page(), "resume", &id).await?;
    identical(stage.page(), &id, SIZE, 0).await?;
    Ok(())
}

#[tokio::test]
async fn chromium_keeps_bytes_in_a_file() -> Result<()> {
    survives_a_reload(Kind::Chromium, "opfs").await
}

#[tokio::test]
async fn firefox_keeps_bytes_in_a_file() -> Result<()> {
    survives_a_reload(Kind::Firefox, "opfs").await
}

#[tokio::test]
async fn private_webkit_keeps_bytes_in_the_database() -> Result<()> {
    survives_a_reload(Kind::WebKit, "indexeddb").await
}

#[tokio::test]
async fn incognito_chromium_goes_on_after_a_reload() -> Result<()> {
    survives_a_reload(Kind::ChromiumIncognito, "opfs").await
}

#[tokio::test]
async fn private_firefox_goes_on_after_a_reload() -> Result<()> {
    survives_a_reload(Kind::FirefoxPrivate, "indexeddb").await
}

async fn every_tier_gives_the_same_file_and_frees_it(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    for storage in ["opfs", "indexeddb", "memory"] {
        let options = json!({ "id": storage, "storage": storage });
        let id = stage.begin(&target(""), options).await?;
        identical(stage.page(), &id, SIZE, 0).await?;
        let status = ask(stage.page(), "status", &id).await?;
        ensure!(status.storage == storage, "kept in {}", status.storage);
        let volatile = storage == "memory";
        ensure!(status.resumable != volatile, "{storage}: {status:?}");
        let reason = status.reason.unwrap_or_default();
        ensure!(reason.contains("memory") == volatile, "{storage}: {reason}");
        ask(stage.page(), "remove", &id).await?;
        stage.page().reload().await?;
        freed(&stage).await.context(storage)?;
    }
    Ok(())
}

/// Waits until the browser counts nearly nothing any more; it tells no one when it does.
async fn freed(stage: &Stage) -> Result<()> {
    let script = "return new Promise((resolve) => {
        const look = async () => {
            const { usage } = await navigator.storage.estimate();
            if (usage < 2 ** 20) resolve(null);
            else setTimeout(look, 50);
        };
        look();
    })";
    stage.page().run(script).await
}

#[tokio::test]
async fn every_tier_of_chromium_gives_the_same_file_and_frees_it() -> Result<()> {
    every_tier_gives_the_same_file_and_frees_it(Kind::Chromium).await
}

#[tokio::test]
async fn every_tier_of_firefox_gives_the_same_file_and_frees_it() -> Result<()> {
    every_tier_gives_the_same_file_and_frees_it(Kind::Firefox).await
}

#[tokio::test]
async fn a_tier_that_does_not_work_says_why() -> Result<()> {
    let stage = Stage::start(Kind::WebKit).await?;
    let id = stage
        .begin(&target(""), json!({ "storage": "opfs" }))
        .await?;
    let (_, failure) = failed(stage.page(), &id).await?;
    ensure!(failure.code == "storage", "{failure:?}");
    ensure!(failure.message.contains("opfs"), "{failure:?}");
    Ok(())
}

#[tokio::test]
async fn a_download_is_finished_where_it_was_begun() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let slow = target("?rate=4MB");
    let on = |storage| json!({ "id": "it", "storage": storage });
    let id = stage.begin(&slow, on("indexeddb")).await?;
    received(stage.page(), &id, 3 << 20).await?;
    ask(stage.page(), "pause", &id).await?;
    stage.page().reload().await?;
    stage.begin(&slow, on("opfs")).await?;
    identical(stage.page(), &id, SIZE, 0).await?;
    let status = ask(stage.page(), "status", &id).await?;
    ensure!(status.storage == "indexeddb", "kept in {}", status.storage);
    Ok(())
}

async fn quota(stage: &Stage, bytes: Option<u64>) -> Result<()> {
    let origin = stage.site.url("");
    let parameters = match bytes {
        Some(bytes) => json!({ "origin": origin, "quotaSize": bytes }),
        None => json!({ "origin": origin }),
    };
    let page = stage.page();
    page.devtools("Storage.overrideQuotaForOrigin", parameters)
        .await
}

/// As the header Clear-Site-Data does, or the user.
#[tokio::test]
async fn after_all_data_of_the_site_has_been_cleared_the_page_downloads_on() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let on = |id| json!({ "id": id, "storage": "opfs" });
    let id = stage.begin(&target("?rate=1MB"), on("lost")).await?;
    received(page, &id, 3 << 20).await?;
    let all = json!({ "origin": stage.site.url(""), "storageTypes": "all" });
    page.devtools("Storage.clearDataForOrigin", all).await?;
    let (_, failure) = failed(page, &id).await?;
    ensure!(failure.code == "storage", "{failure:?}");
    let next = stage.begin(&target("?rate=8MB"), on("next")).await?;
    identical(page, &next, SIZE, 0).await?;
    ask(page, "resume", &id).await?;
    identical(page, &id, SIZE, 0).await?;
    Ok(())
}

async fn goes_on_when_there_is_room(kind: Kind, storage: &str) -> Result<()> {
    let stage = Stage::start(kind).await?;
    quota(&stage, Some(9 << 20)).await?;
    let options = json!({ "id": "it", "storage": storage });
    let id = stage.begin(&target("?rate=8MB"), options).await?;
    let (status, failure) = failed(stage.page(), &id).await?;
    ensure!(failure.code == "quota" && failure.retryable, "{failure:?}");
    let missing = failure.detail["missing"].as_u64();
    let missing = missing.context("how much is missing is not told")?;
    let size = status.size.context("the size is not known")?;
    ensure!((1..=size).contains(&missing), "{missing} of {size}");
    let kept = status.progress.received;

    ask(stage.page(), "resume", &id).await?;
    let (again, _) = failed(stage.page(), &id).await?;
    ensure!(
        again.progress.received >= kept,
        "{again:?} after {status:?}"
    );

    quota(&stage, None).await?;
    ask(stage.page(), "resume", &id).await?;
    identical(stage.page(), &id, SIZE, 0).await?;
    let sent: u64 = stage
        .silence(&target("?rate=8MB"))
        .await?
        .iter()
        .map(|r| r.bytes)
        .sum();
    ensure!(sent < 2 * size, "{sent} bytes sent for {size}");
    Ok(())
}

#[tokio::test]
async fn a_file_that_finds_no_room_goes_on_when_there_is_some() -> Result<()> {
    goes_on_when_there_is_room(Kind::Chromium, "opfs").await
}

#[tokio::test]
async fn parts_that_find_no_room_go_on_when_there_is_some() -> Result<()> {
    goes_on_when_there_is_room(Kind::Chromium, "indexeddb").await
}

/// There a file that finds no room is in memory, and its writes fail in another way.
#[tokio::test]
async fn an_incognito_file_that_finds_no_room_goes_on_when_there_is_some() -> Result<()> {
    goes_on_when_there_is_room(Kind::ChromiumIncognito, "opfs").await
}
