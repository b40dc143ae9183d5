//! Every page of examples/ does what it says to its reader.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail, ensure};
use rangeload_e2e::{Kind, Page, Site, saved_file};
use rangeload_server::{Summary, content};
use serde_json::Value;

use crate::stage::{Stage, identical};

const MIB: u64 = 1 << 20;

/// As the directory lists them, so that a new one without a test is a failure.
#[tokio::test]
async fn every_example_does_what_it_says() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, "/examples/").await?;
    let mut wrong = Vec::new();
    for name in names()? {
        let result = does_what_it_says(&stage, &name).await;
        wrong.extend(result.err().map(|error| format!("{name}: {error:#}")));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

async fn does_what_it_says(stage: &Stage, name: &str) -> Result<()> {
    let url = stage.site.url(&format!("/examples/{name}"));
    stage.page().open(&url).await?;
    match name {
        "index.html" => index(stage).await,
        "progress.html" => progress(stage).await,
        "queue.html" => queue(stage).await,
        "fetch.html" => fetch(stage).await,
        "ky.html" => ky(stage).await,
        "element.html" => element(stage).await,
        "offline.html" => offline(stage).await,
        "diagnose.html" => diagnose(stage).await,
        _ => bail!("no test says what it does"),
    }
}

pub(crate) fn names() -> Result<Vec<String>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".html") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// What the page tells in its line of words, once it begins so.
pub(crate) async fn words(page: &Page, beginning: &str) -> Result<String> {
    let words = "document.getElementById('words').textContent";
    let condition = format!("{words}.startsWith({})", Value::from(beginning));
    page.until(&condition).await?;
    page.run(&format!("return {words}")).await
}

async fn disabled(page: &Page, selector: &str) -> Result<bool> {
    page.run(&format!(
        "return document.querySelector('{selector}').disabled"
    ))
    .await
}

/// Then it is gone, so that the next one may have its name.
async fn saves(stage: &Stage, name: &str, size: u64) -> Result<()> {
    let saved = saved_file(&stage.profile, name, size).await?;
    ensure!(saved == content::sha256(0, 0..size), "saved {saved}");
    fs::remove_file(stage.profile.downloads().join(name))?;
    Ok(())
}

/// A reload when half of it was there has not begun it anew.
async fn went_on(stage: &Stage, target: &str, size: u64) -> Result<()> {
    let summary = Summary::of(&stage.silence(target).await?);
    ensure!(summary.repeated < size / 2, "{summary:?}");
    Ok(())
}

async fn index(stage: &Stage) -> Result<()> {
    let mut linked: Vec<String> = stage
        .page()
        .run("return [...document.links].map((link) => link.getAttribute('href'))")
        .await?;
    linked.push("index.html".into());
    linked.sort();
    ensure!(linked == names()?, "it leads to {linked:?}");
    Ok(())
}

async fn progress(stage: &Stage) -> Result<()> {
    const SIZE: u64 = 64 * MIB;
    const TARGET: &str = "/files/64MiB/sample.iso?rate=2MB&tag=progress";
    let page = stage.page();
    stage.sent(TARGET, SIZE / 2).await?;
    page.click("#toggle").await?;
    words(page, "paused").await?;
    page.reload().await?;
    words(page, "downloading").await?;
    page.click("#toggle").await?;
    words(page, "paused").await?;
    page.click("#toggle").await?;
    words(page, "complete").await?;
    identical(page, &stage.site.url(TARGET), "64MiB", 0).await?;
    went_on(stage, TARGET, SIZE).await?;
    let filled: f64 = page
        .run("return document.querySelector('#bar').value")
        .await?;
    ensure!(filled >= 1.0, "complete at {filled}");
    page.click("#save").await?;
    saves(stage, "sample.iso", SIZE).await?;
    page.click("#remove").await?;
    words(page, "removed").await?;
    ensure!(disabled(page, "#remove").await?, "removed, to be removed");
    says_no_amount(page).await?;
    page.click("#toggle").await?;
    words(page, "downloading").await?;
    page.click("#remove").await?;
    words(page, "removed").await?;
    Ok(())
}

/// Two at a time, and a reload costs nothing of what is complete.
async fn queue(stage: &Stage) -> Result<()> {
    let page = stage.page();
    let target = |seed: u64| format!("/files/8MiB/part-{}.bin?rate=1MB&seed={seed}", seed + 1);
    let items = "[...document.querySelectorAll('#files li')].map((item) => item.textContent)";
    page.run::<()>(&format!(
        "window.most = 0;
        const look = () => {{
            const running = {items}.filter((text) => /: (connecting|downloading)/.test(text));
            window.most = Math.max(window.most, running.length);
        }};
        const changes = {{ childList: true, characterData: true, subtree: true }};
        new MutationObserver(look).observe(document.getElementById('files'), changes);"
    ))
    .await?;
    let complete = "text.endsWith('complete 100 %')";
    let two = format!("{items}.slice(0, 2).every((text) => {complete})");
    page.until(&two).await?;
    let most: usize = page.run("return window.most").await?;
    ensure!(most == 2, "{most} at a time");
    let first = stage.silence(&target(0)).await?.len();
    page.reload().await?;
    words(page, "All 5 files are here.").await?;
    for seed in 0..5 {
        identical(page, &stage.site.url(&target(seed)), "8MiB", seed).await?;
    }
    let again = stage.silence(&target(0)).await?.len() - first;
    ensure!(again == 0, "{again} requests for what was complete");
    Ok(())
}

async fn fetch(stage: &Stage) -> Result<()> {
    const SIZE: u64 = 32 * MIB;
    const TARGET: &str = "/files/32MiB/model.bin?rate=4MB";
    let page = stage.page();
    let mut bytes = vec![0; SIZE as usize];
    content::fill(0, 0, &mut bytes);
    let zeros = bytes.iter().filter(|&&byte| byte == 0).count();
    let counted = format!(" of which {zeros} are zero.");
    let beginning = format!("{SIZE} bytes in ");
    let told = words(page, &beginning).await?;
    ensure!(told.ends_with(&counted), "{told}, not{counted}");
    let asked = stage.silence(TARGET).await?.len();
    ensure!(asked > 1, "{asked} request");

    page.reload().await?;
    let told = words(page, &beginning).await?;
    ensure!(told.ends_with(&counted), "from the store: {told}");
    let again = stage.silence(TARGET).await?.len();
    ensure!(
        again == asked,
        "{again} requests, {asked} before the reload"
    );

    page.click("#again").await?;
    page.until("!document.querySelector('#again').disabled")
        .await?;
    let anew = stage.silence(TARGET).await?.len();
    ensure!(anew > again, "the server was not asked again");
    Ok(())
}

async fn ky(stage: &Stage) -> Result<()> {
    let size = 16 * MIB;
    let told = words(stage.page(), "16777216 bytes").await?;
    let digest = content::sha256(0, 0..size);
    ensure!(told == format!("{size} bytes, SHA-256 {digest}"), "{told}");
    let target = "/files/16MiB/weights.bin?rate=2MB";
    let requests = stage.silence(target).await?.len();
    ensure!(requests > 1, "{requests} request");
    Ok(())
}

async fn element(stage: &Stage) -> Result<()> {
    const SIZE: u64 = 64 * MIB;
    const TARGET: &str = "/files/64MiB/sample.iso?rate=2MB";
    let page = stage.page();
    page.click("a").await?;
    stage.sent(TARGET, SIZE / 2).await?;
    page.reload().await?;
    page.until("document.querySelector('rangeload-link').download?.state === 'complete'")
        .await?;
    identical(page, &stage.site.url(TARGET), "64MiB", 0).await?;
    went_on(stage, TARGET, SIZE).await?;
    page.click("a").await?;
    saves(stage, "sample.iso", SIZE).await
}

/// On a site of its own, which ends while the page is open.
async fn offline(stage: &Stage) -> Result<()> {
    let page = stage.page();
    let site = Site::start().await?;
    page.open(&site.url("/examples/offline.html")).await?;
    keeps(page).await?;
    page.until("navigator.serviceWorker.controller").await?;

    let url = site.url("/examples/offline.html");
    drop(site);
    page.reload().await?;
    words(page, &here()).await?;
    let reached: bool = page
        .run(&format!(
            "return fetch('{url}?', {{ cache: 'no-store' }}).then(() => true, () => false)"
        ))
        .await?;
    ensure!(!reached, "the server still answers");
    forgets(page).await
}

pub(crate) async fn keeps(page: &Page) -> Result<()> {
    page.until("!document.querySelector('#keep').disabled")
        .await?;
    page.click("#keep").await?;
    words(page, &here()).await?;
    Ok(())
}

/// What the page of offline use says of the whole file.
fn here() -> String {
    let mut tail = [0; 4];
    content::fill(0, 16 * MIB - 4, &mut tail);
    let [a, b, c, d] = tail;
    format!("map.bin is here: 16777216 bytes, the last of them {a} {b} {c} {d}.")
}

pub(crate) async fn forgets(page: &Page) -> Result<()> {
    page.click("#forget").await?;
    words(page, "removed").await?;
    ensure!(disabled(page, "#forget").await?, "gone, to be forgotten");
    ensure!(!disabled(page, "#keep").await?, "gone for good");
    says_no_amount(page).await
}

async fn says_no_amount(page: &Page) -> Result<()> {
    let amount: String = page
        .run("return document.getElementById('amount').textContent")
        .await?;
    ensure!(amount.is_empty(), "removed at {amount}");
    Ok(())
}

async fn diagnose(stage: &Stage) -> Result<()> {
    let page = stage.page();
    page.click("[type=submit]").await?;
    let told = words(page, "sample.iso, 1073741824 bytes: ").await?;
    ensure!(
        told.ends_with("one connection, goes on after an interruption."),
        "{told}"
    );
    let advice: String = page
        .run("return document.getElementById('advice').textContent")
        .await?;
    ensure!(advice.contains("ETag"), "{advice}");
    page.run::<()>(
        "document.getElementById('url').value = location.origin + '/files/9/x?status=404';
        document.querySelector('form').requestSubmit();",
    )
    .await?;
    page.until("document.getElementById('advice').textContent.includes('status')")
        .await
}
