//! The page, used with nothing but a keyboard.

use anyhow::{Result, ensure};
use rangeload_e2e::{Key, Kind, Page, Site, saved_file};
use rangeload_server::content;

use crate::stage::Stage;

const SIZE: u64 = 24 << 20;
const TARGET: &str = "/files/24MiB/sample.iso?rate=1500KB";

/// What has the focus: its id, or what the button does.
const FOCUS: &str =
    "return document.activeElement.id || document.activeElement.dataset.action || ''";

async fn tab_to(page: &Page, wanted: &str) -> Result<()> {
    let mut passed = Vec::new();
    while passed.len() < 10 {
        page.press(Key::Tab).await?;
        let focus: String = page.run(FOCUS).await?;
        if focus == wanted {
            return Ok(());
        }
        passed.push(focus);
    }
    anyhow::bail!("no {wanted} among {passed:?}")
}

async fn focus_is_on(page: &Page, wanted: &str) -> Result<()> {
    page.until(&format!(
        "document.activeElement.dataset.action === '{wanted}' || document.activeElement.id === '{wanted}'"
    ))
    .await
}

/// The buttons that can be seen, in their order.
async fn buttons(page: &Page) -> Result<Vec<String>> {
    page.run(
        "return [...document.querySelectorAll('.download button')]
            .filter((button) => button.checkVisibility())
            .map((button) => button.dataset.action)",
    )
    .await
}

async fn state_is(page: &Page, state: &str) -> Result<()> {
    page.until(&format!(
        "document.querySelector('.download')?.dataset.state === '{state}'"
    ))
    .await
}

async fn the_page_is_used_with_the_keyboard_alone(kind: Kind) -> Result<()> {
    let site = Site::start().await?;
    let encoded = TARGET.replace('?', "%3F").replace('=', "%3D");
    let stage = Stage::on(site, kind, &format!("/?url={encoded}")).await?;
    let page = stage.page();

    tab_to(page, "url").await?;
    page.press(Key::Return).await?;
    state_is(page, "downloading").await?;
    ensure!(buttons(page).await? == ["pause", "remove"]);
    page.until("document.querySelectorAll('.bar .arriving').length > 1")
        .await?;
    stage.sent(TARGET, SIZE / 3).await?;

    tab_to(page, "pause").await?;
    page.press(Key::Return).await?;
    state_is(page, "paused").await?;
    focus_is_on(page, "resume").await?;
    ensure!(buttons(page).await? == ["resume", "remove"]);
    let shown = "return document.querySelector('.received').textContent";
    let received: String = page.run(shown).await?;

    page.reload().await?;
    state_is(page, "paused").await?;
    let restored: String = page.run(shown).await?;
    ensure!(
        restored == received,
        "{received}, after a reload {restored}"
    );

    tab_to(page, "resume").await?;
    page.press(Key::Return).await?;
    state_is(page, "complete").await?;
    ensure!(buttons(page).await? == ["save", "remove"]);
    let percent: String = page
        .run("return document.querySelector('.percent').textContent")
        .await?;
    ensure!(percent == "100%", "complete at {percent}");
    focus_is_on(page, "save").await?;
    // Where WebKit's driver lets a page save to cannot be chosen.
    if kind != Kind::WebKit {
        page.press(Key::Return).await?;
        let saved = saved_file(&stage.profile, "sample.iso", SIZE).await?;
        ensure!(saved == content::sha256(0, 0..SIZE), "saved {saved}");
    }

    tab_to(page, "remove").await?;
    page.press(Key::Return).await?;
    page.until("!document.querySelector('.download')").await?;
    focus_is_on(page, "url").await?;
    page.until("document.querySelector('#empty').checkVisibility()")
        .await
}

#[tokio::test]
async fn the_page_is_used_with_the_keyboard_alone_in_chromium() -> Result<()> {
    the_page_is_used_with_the_keyboard_alone(Kind::Chromium).await
}

#[tokio::test]
async fn the_page_is_used_with_the_keyboard_alone_in_firefox() -> Result<()> {
    the_page_is_used_with_the_keyboard_alone(Kind::Firefox).await
}

#[tokio::test]
async fn the_page_is_used_with_the_keyboard_alone_in_webkit() -> Result<()> {
    the_page_is_used_with_the_keyboard_alone(Kind::WebKit).await
}

#[tokio::test]
async fn an_address_that_is_none_is_told_beside_the_field() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, "/?url=ftp://a/b").await?;
    let page = stage.page();
    tab_to(page, "url").await?;
    page.press(Key::Return).await?;
    page.until("document.querySelector('#message').textContent.startsWith('The address ')")
        .await?;
    page.until("document.querySelector('#url').ariaInvalid === 'true'")
        .await?;
    focus_is_on(page, "url").await?;
    page.until("!document.querySelector('.download')").await
}

#[tokio::test]
async fn a_failure_is_told_in_words_and_can_be_resumed() -> Result<()> {
    let site = Site::start().await?;
    let path = "/?url=/files/3MiB/gone.iso%3Fstatus%3D404%26times%3D1";
    let stage = Stage::on(site, Kind::Chromium, path).await?;
    let page = stage.page();
    tab_to(page, "start").await?;
    page.press(Key::Return).await?;
    state_is(page, "failed").await?;
    let told: String = page
        .run("return document.querySelector('.error').textContent")
        .await?;
    ensure!(told.contains("404") && told.contains("(http)"), "{told}");
    ensure!(buttons(page).await? == ["resume", "remove"]);
    tab_to(page, "resume").await?;
    page.press(Key::Return).await?;
    state_is(page, "complete").await
}
