//! The main job: a large file, a reload in the middle, a file that is right to the last byte.

use anyhow::{Result, ensure};
use rangeload::core::ranges::RangeSet;
use rangeload_e2e::{Kind, Site, saved_file};
use rangeload_server::{RequestRecord, content};
use serde_json::json;

use crate::record;
use crate::stage::{Stage, ask, failed, identical, recorded, stored};

const MIB: u64 = 1 << 20;
const CONNECTIONS: u64 = 6;
/// The longest part, which is all that a connection can lose.
const PART: u64 = 8 * MIB;

/// On the page, which resumes by itself what a reload has cut off.
async fn a_reload_half_way_costs_nothing_that_was_stored(kind: Kind) -> Result<()> {
    const SIZE: u64 = 256 * MIB;
    let stage = Stage::on(Site::start().await?, kind, "/").await?;
    let target = "/files/256MiB/sample.iso?rate=5MB";
    let options = json!({ "connections": CONNECTIONS });
    let id = stage.begin(target, options).await?;
    stage.sent(target, SIZE / 2).await?;
    let page = stage.page();
    let begun = stage.site.server.requests(target).len();
    page.reload().await?;
    page.until("document.querySelector('.download[data-state=complete]')")
        .await?;
    let records = stage.silence(target).await?;
    record::asks_only_for_bytes(&records)?;
    record::runs_beside_each_other(&records, 4)?;
    let (before, after) = records.split_at(begun);
    let again = record::sent_again(before, after);
    ensure!(again <= CONNECTIONS * PART, "{again} bytes were sent again");
    println!("{kind:?}: {again} bytes of {SIZE} were sent again");
    identical(page, &id, "256MiB", 0).await?;
    // Where WebKit's driver lets a page save to cannot be chosen.
    if kind != Kind::WebKit {
        page.click("[data-action=save]").await?;
        let saved = saved_file(&stage.profile, "sample.iso", SIZE).await?;
        let expected = content::sha256(0, 0..SIZE);
        ensure!(saved == expected, "saved {saved}, not {expected}");
    }
    Ok(())
}

#[tokio::test]
async fn a_reload_half_way_costs_nothing_that_was_stored_in_chromium() -> Result<()> {
    a_reload_half_way_costs_nothing_that_was_stored(Kind::Chromium).await
}

#[tokio::test]
async fn a_reload_half_way_costs_nothing_that_was_stored_in_firefox() -> Result<()> {
    a_reload_half_way_costs_nothing_that_was_stored(Kind::Firefox).await
}

#[tokio::test]
async fn a_reload_half_way_costs_nothing_that_was_stored_in_webkit() -> Result<()> {
    a_reload_half_way_costs_nothing_that_was_stored(Kind::WebKit).await
}

#[tokio::test]
async fn what_a_reload_cut_off_is_listed_as_interrupted_and_starts_only_when_told() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/24MiB/sample.iso?rate=2MB";
    // The page asks for something else meanwhile, and a browser has six connections to a host.
    let id = stage.begin(target, json!({ "connections": 4 })).await?;
    recorded(page, &id).await?;
    page.reload().await?;
    let all = stored(page).await?;
    let [listed] = all.as_slice() else {
        anyhow::bail!("listed: {all:?}");
    };
    ensure!(listed.id == id && listed.interrupted, "{listed:?}");
    ensure!(
        listed.state == "paused" && listed.size == Some(24 * MIB),
        "{listed:?}"
    );
    let before = stage.silence(target).await?.len();
    ask(page, "resume", &id).await?;
    identical(page, &id, "24MiB", 0).await?;
    let records = stage.silence(target).await?;
    ensure!(records.len() > before, "nothing was left to fetch");
    record::asks_only_for_bytes(&records)
}

#[tokio::test]
async fn what_has_failed_is_listed_with_its_error_and_can_be_tried_again() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/3MiB/sample.iso";
    let wrong = json!({ "digest": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" });
    let id = stage.begin(target, wrong).await?;
    failed(page, &id).await?;
    page.reload().await?;
    let all = stored(page).await?;
    let [listed] = all.as_slice() else {
        anyhow::bail!("listed: {all:?}");
    };
    let code = listed.error.as_ref().map(|error| error.code.as_str());
    ensure!(
        listed.state == "failed" && code == Some("integrity") && !listed.interrupted,
        "{listed:?}"
    );
    ensure!(listed.progress.received == 3 * MIB, "{listed:?}");

    // What it failed with before is not what the next try ends with.
    let before = stage.silence(target).await?.len();
    page.reload().await?;
    stage.begin(target, json!({})).await?;
    identical(page, &id, "3MiB", 0).await?;
    let requests = stage.silence(target).await?.len();
    ensure!(requests == before, "{} more requests", requests - before);
    Ok(())
}

/// Each life begins with what those before have stored.
#[tokio::test]
async fn reloads_in_quick_succession_end_byte_identical() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/24MiB/sample.iso?rate=2MB&tag=often";
    let options = json!({ "connections": 4 });
    let mut kept = 0;
    for life in 1..=6 {
        let id = stage.begin(target, options.clone()).await?;
        match life {
            // From here on there is something to lose.
            1 => recorded(page, &id).await?,
            _ => stage.sent(target, life * 3 * MIB).await?,
        }
        page.reload().await?;
        let found: u64 = stored(page)
            .await?
            .iter()
            .map(|it| it.progress.received)
            .sum();
        ensure!(found > 0 && found >= kept, "{kept} bytes, and then {found}");
        kept = found;
    }
    let before = stage.silence(target).await?.len();
    let id = stage.begin(target, options).await?;
    identical(page, &id, "24MiB", 0).await?;
    let records = stage.silence(target).await?;
    let asked: RangeSet = records[before..]
        .iter()
        .filter_map(|record| record.asked.clone())
        .collect();
    ensure!(
        asked.len() == 24 * MIB - kept,
        "{} asked for, {kept} kept",
        asked.len()
    );
    record::asks_only_for_bytes(&records)
}

/// A browser has few connections to one host, and lets wait what is asked for last. None of those
/// that the download has gets any further here.
async fn a_reload_is_not_kept_waiting_by_the_downloads_of_its_page(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let target = "/files/64MiB/sample.iso?rate=1MB&tag=waiting";
    let options = json!({ "connections": CONNECTIONS });
    stage.site.server.hold_after(target, 8 * MIB);
    stage.begin(target, options).await?;
    stage.sent(target, 7 * MIB).await?;
    let all_open = |records: &[RequestRecord]| {
        let open = records.iter().filter(|record| record.ended.is_none());
        open.count() as u64 == CONNECTIONS
    };
    stage.site.server.until(target, all_open).await;
    stage.page().reload().await
}

#[tokio::test]
async fn a_reload_is_not_kept_waiting_by_the_downloads_of_its_page_in_chromium() -> Result<()> {
    a_reload_is_not_kept_waiting_by_the_downloads_of_its_page(Kind::Chromium).await
}

#[tokio::test]
async fn a_reload_is_not_kept_waiting_by_the_downloads_of_its_page_in_firefox() -> Result<()> {
    a_reload_is_not_kept_waiting_by_the_downloads_of_its_page(Kind::Firefox).await
}
