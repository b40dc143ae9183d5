//! Parts whose bytes are gone although the database has them: they lie in files of their own, which
//! a cleaner, a crash or the disk may take alone.

use std::fs;

use anyhow::{Context, Result, ensure};
use rangeload::core::ranges::RangeSet;
use rangeload_e2e::{Browser, Kind, Page, Profile, Site};
use serde_json::{Value, json};

use crate::stage::{ask, begin, browser, failed, identical};

const SIZE: &str = "9MiB+5";
const TARGET: &str = "/files/9MiB+5/sample.iso";
const ID: &str = "lost";
const PART: u64 = 8 << 20;

fn options() -> Value {
    json!({ "id": ID, "storage": "indexeddb", "connections": 1 })
}

async fn start(site: &Site, profile: &Profile) -> Result<Browser> {
    let browser = browser(Kind::Chromium, profile).await?;
    browser.page().open(&site.blank()).await?;
    Ok(browser)
}

/// A complete download in a browser that is not running, whose first part is nowhere.
async fn with_a_file_that_is_lost(site: &Site) -> Result<Profile> {
    let profile = Profile::new()?;
    let browser = start(site, &profile).await?;
    let page = browser.page();
    begin(page, &site.url(TARGET), options()).await?;
    identical(page, ID, SIZE, 0).await?;
    browser.kill();
    let mut lost = 0;
    for blob in profile.blobs()? {
        if fs::metadata(&blob)?.len() == PART {
            fs::remove_file(&blob)?;
            lost += 1;
        }
    }
    ensure!(lost == 1, "{lost} parts are lost");
    site.server.forget(TARGET);
    Ok(profile)
}

async fn heals(page: &Page, site: &Site) -> Result<()> {
    ask(page, "resume", ID).await?;
    identical(page, ID, SIZE, 0).await?;
    let asked = site.server.requests(TARGET);
    let asked = asked.iter().filter_map(|request| request.asked.clone());
    let asked = RangeSet::from_iter(asked);
    ensure!(asked.len() == PART, "asked for {asked:?}");
    Ok(())
}

#[tokio::test]
async fn a_file_with_a_part_that_cannot_be_read_is_not_given_out_but_mended() -> Result<()> {
    let site = Site::start().await?;
    let profile = with_a_file_that_is_lost(&site).await?;
    let browser = start(&site, &profile).await?;
    let page = browser.page();
    let rejection: Option<rangeload_e2e::Failure> = page.call("rejection", json!([ID])).await?;
    let failure = rejection.context("a file is given that cannot be read")?;
    ensure!(failure.code == "storage", "{failure:?}");
    let (status, _) = failed(page, ID).await?;
    ensure!(
        status.size == Some(status.progress.received + PART),
        "{status:?}"
    );
    heals(page, &site).await
}

/// Here it is found by hashing, not by asking for the file.
#[tokio::test]
async fn a_part_that_cannot_be_hashed_is_fetched_when_it_is_tried_again() -> Result<()> {
    let site = Site::start().await?;
    let profile = with_a_file_that_is_lost(&site).await?;
    let browser = start(&site, &profile).await?;
    let page = browser.page();
    let digest = format!(
        "return (async () => {{
            const bytes = await (await fetch('{TARGET}')).arrayBuffer();
            const digest = await crypto.subtle.digest('SHA-256', bytes);
            return `sha256-${{btoa(String.fromCharCode(...new Uint8Array(digest)))}}`;
        }})()"
    );
    let digest: String = page.run(&digest).await?;
    site.server.forget(TARGET);
    let mut options = options();
    options["digest"] = digest.into();
    begin(page, &site.url(TARGET), options).await?;
    let (_, failure) = failed(page, ID).await?;
    ensure!(failure.code == "storage", "{failure:?}");
    heals(page, &site).await
}
