//! The page, used with nothing but a keyboard, and what it says to those who listen.

use anyhow::{Context, Result, ensure};
use rangeload_e2e::{Key, Kind, Page, Site, saved_file};
use rangeload_server::content;
use serde_json::json;

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

async fn text(page: &Page, selector: &str) -> Result<String> {
    page.run(&format!(
        "return document.querySelector('{selector}').textContent"
    ))
    .await
}

async fn says(page: &Page, selector: &str, words: &str) -> Result<()> {
    page.until(&format!(
        "document.querySelector('{selector}')?.textContent.includes('{words}')"
    ))
    .await
}

/// Begins to write down what is announced.
async fn listen(page: &Page) -> Result<()> {
    page.run(
        "window.heard = [];
        const status = document.querySelector('#status');
        new MutationObserver(() => heard.push(status.textContent)).observe(status, { childList: true });",
    )
    .await
}

async fn is_heard(page: &Page, words: &str) -> Result<()> {
    page.until(&format!("heard.some((each) => each.includes('{words}'))"))
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

    // However slow the driver is, it does not come to its end before it is paused.
    stage.site.server.hold_after(TARGET, SIZE / 2);
    tab_to(page, "url").await?;
    page.press(Key::Return).await?;
    state_is(page, "downloading").await?;
    ensure!(buttons(page).await? == ["pause", "remove"]);
    // The driver of WebKit, which needs it, does not tell roles.
    page.until("document.querySelector('ul').getAttribute('role') === 'list'")
        .await?;
    page.until("document.querySelectorAll('.bar .arriving').length > 1")
        .await?;
    stage.sent(TARGET, SIZE / 3).await?;

    tab_to(page, "pause").await?;
    page.press(Key::Return).await?;
    state_is(page, "paused").await?;
    stage.site.server.release(TARGET);
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
    let percent = text(page, ".percent").await?;
    ensure!(percent == "100%", "complete at {percent}");
    focus_is_on(page, "save").await?;
    // Where WebKit's driver lets a page save to cannot be chosen.
    if kind != Kind::WebKit {
        page.press(Key::Return).await?;
        let saved = saved_file(&stage.profile, "sample.iso", SIZE).await?;
        ensure!(saved == content::sha256(0, 0..SIZE), "saved {saved}");
        says(page, ".outcome", "Remove it here once that has ended").await?;
    }

    tab_to(page, "remove").await?;
    page.press(Key::Return).await?;
    says(
        page,
        "[data-action=remove]",
        "Remove? This deletes 25.2 MB.",
    )
    .await?;
    page.press(Key::Escape).await?;
    page.until("!document.querySelector('.asking')").await?;
    page.press(Key::Return).await?;
    page.until("document.querySelector('.asking')").await?;
    focus_is_on(page, "remove").await?;
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
    let stage = Stage::on(Site::start().await?, Kind::Chromium, "/").await?;
    let page = stage.page();
    for address in ["ftp://a/b", "foo", "http://me:secret@a.test/b"] {
        let path = format!("/?url={address}");
        page.open(&stage.site.url(&path)).await?;
        tab_to(page, "url").await?;
        page.press(Key::Return).await?;
        says(page, "#message", "The address must ").await?;
        page.until("document.querySelector('#url').ariaInvalid === 'true'")
            .await?;
        focus_is_on(page, "url").await?;
        page.until("!document.querySelector('.download')").await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_engine_that_cannot_start_is_no_fault_of_the_address() -> Result<()> {
    // The page allows wasm; its worker obeys the policy that it came with.
    let site = Site::with_policy("script-src 'self'").await?;
    let stage = Stage::on(site, Kind::Chromium, "/?url=/files/9/a.iso").await?;
    let page = stage.page();
    says(page, "#trouble", "Content-Security-Policy").await?;
    let blamed: String = page
        .run("return document.querySelector('#url').ariaInvalid ?? ''")
        .await?;
    ensure!(
        blamed != "true" && text(page, "#message").await?.is_empty(),
        "the address is blamed"
    );
    let empty: bool = page
        .run("return document.querySelector('#empty').checkVisibility()")
        .await?;
    ensure!(!empty, "a list that is not known is said to be empty");
    // It has no name yet: the engine did not read the address.
    page.click("#start").await?;
    state_is(page, "failed").await?;
    let button = page
        .accessible("document.querySelector('[data-action=remove]')")
        .await?;
    ensure!(button.name.ends_with("/files/9/a.iso"), "{button:?}");
    Ok(())
}

#[tokio::test]
async fn a_failure_is_told_in_words_and_can_be_resumed() -> Result<()> {
    let site = Site::start().await?;
    let path = "/?url=/files/3MiB/gone.iso%3Fstatus%3D404%26times%3D1";
    let stage = Stage::on(site, Kind::Chromium, path).await?;
    let page = stage.page();
    listen(page).await?;
    tab_to(page, "start").await?;
    page.press(Key::Return).await?;
    state_is(page, "failed").await?;
    let told = text(page, ".error").await?;
    ensure!(told.contains("404") && told.contains("(http)"), "{told}");
    is_heard(
        page,
        "gone.iso: Failed. the server answered with status 404",
    )
    .await?;
    ensure!(buttons(page).await? == ["resume", "remove"]);
    tab_to(page, "resume").await?;
    page.press(Key::Return).await?;
    state_is(page, "complete").await
}

#[tokio::test]
async fn what_the_page_may_not_read_is_left_to_the_browser() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, "/").await?;
    let page = stage.page();
    let url = stage.site.other_url("/files/1000/b.iso?cors=none");
    page.run::<()>(&format!(
        "document.querySelector('#url').value = '{url}';
        document.querySelector('form').requestSubmit()"
    ))
    .await?;
    state_is(page, "failed").await?;
    let told = text(page, ".error").await?;
    ensure!(
        told.contains("(blocked). The link above still works"),
        "{told}"
    );
    page.click(".address a").await?;
    let saved = saved_file(&stage.profile, "b.iso", 1000).await?;
    ensure!(saved == content::sha256(0, 0..1000), "saved {saved}");
    Ok(())
}

#[tokio::test]
async fn what_has_changed_is_started_again_and_not_resumed() -> Result<()> {
    let path = "/?url=/files/24MiB/new.iso%3Frate%3D2MB%26delay%3D300%26skip%3D2%26etag-after%3D2";
    let stage = Stage::on(Site::start().await?, Kind::Chromium, path).await?;
    let page = stage.page();
    listen(page).await?;
    tab_to(page, "start").await?;
    page.press(Key::Return).await?;
    state_is(page, "failed").await?;
    let told = text(page, ".error").await?;
    ensure!(told.contains("(changed)"), "{told}");
    ensure!(buttons(page).await? == ["again", "remove"]);
    tab_to(page, "again").await?;
    page.press(Key::Return).await?;
    is_heard(page, "new.iso: Starting again").await?;
    page.until("document.activeElement.matches('.download')")
        .await?;
    state_is(page, "complete").await?;
    let cards: usize = page
        .run("return document.querySelectorAll('.download').length")
        .await?;
    ensure!(cards == 1, "{cards} of one address");
    Ok(())
}

#[tokio::test]
async fn an_address_that_is_there_already_leads_to_its_card() -> Result<()> {
    let path = "/?url=/files/0/empty.iso";
    let stage = Stage::on(Site::start().await?, Kind::Chromium, path).await?;
    let page = stage.page();
    tab_to(page, "url").await?;
    page.press(Key::Return).await?;
    state_is(page, "complete").await?;
    focus_is_on(page, "url").await?;
    let width: String = page
        .run("return document.querySelector('.bar .stored').getAttribute('width')")
        .await?;
    ensure!(width == "100%", "an empty file is there to {width}");
    page.press(Key::Return).await?;
    page.until("document.activeElement.matches('.download')")
        .await?;
    // There is nothing to lose: it is not asked about.
    tab_to(page, "remove").await?;
    page.press(Key::Return).await?;
    page.until("!document.querySelector('.download')").await
}

/// The dialog that asks where to save is played by the test.
#[tokio::test]
async fn what_became_of_a_save_is_told() -> Result<()> {
    let path = "/?url=/files/3MiB/a.iso";
    let stage = Stage::on(Site::start().await?, Kind::Chromium, path).await?;
    let page = stage.page();
    listen(page).await?;
    page.click("#start").await?;
    state_is(page, "complete").await?;

    page.run::<()>(
        "window.asked = 0;
        window.showSaveFilePicker = () => {
            asked += 1;
            return new Promise((resolve) => { window.choose = resolve; });
        };",
    )
    .await?;
    page.click("[data-action=save]").await?;
    page.until("window.choose").await?;
    let off: String = page
        .run("return document.querySelector('[data-action=save]').getAttribute('aria-disabled')")
        .await?;
    ensure!(off == "true", "it can be saved twice at once");
    page.click("[data-action=save]").await?;
    page.run::<()>(
        "navigator.storage.getDirectory()
            .then((root) => root.getFileHandle('chosen', { create: true }))
            .then(choose);",
    )
    .await?;
    let saved = "Saved. The copy in this browser can be removed.";
    says(page, ".outcome", saved).await?;
    is_heard(page, "a.iso: Saving").await?;
    is_heard(page, saved).await?;
    let asked: usize = page.run("return asked").await?;
    ensure!(asked == 1, "asked {asked} times");

    for (dialog, words) in [
        (
            "throw new DOMException('closed', 'AbortError')",
            "Not saved: no place was chosen.",
        ),
        (
            "return { createWritable: async () => { throw new Error('full of sand'); } }",
            "Not saved. the file cannot be saved: full of sand",
        ),
    ] {
        page.run::<()>(&format!(
            "window.showSaveFilePicker = async () => {{ {dialog} }};"
        ))
        .await?;
        page.click("[data-action=save]").await?;
        is_heard(page, words).await.context(words)?;
        page.until("document.querySelector('[data-action=save]').getAttribute('aria-disabled') === 'false'")
            .await?;
    }
    says(page, ".error", "full of sand (storage)").await
}

/// To a slow place, which the test plays.
#[tokio::test]
async fn a_save_to_a_place_that_was_chosen_can_be_cancelled() -> Result<()> {
    let path = "/?url=/files/12MiB/a.iso";
    let stage = Stage::on(Site::start().await?, Kind::Chromium, path).await?;
    let page = stage.page();
    listen(page).await?;
    page.click("#start").await?;
    state_is(page, "complete").await?;
    page.run::<()>(
        "const write = () => new Promise((done) => setTimeout(done, 500));
        const abort = () => { window.given = 'up'; };
        const createWritable = async () => new WritableStream({ write, abort });
        window.showSaveFilePicker = async () => ({ createWritable });",
    )
    .await?;
    page.click("[data-action=save]").await?;
    focus_is_on(page, "cancel").await?;
    ensure!(buttons(page).await? == ["cancel", "remove"]);
    page.press(Key::Return).await?;
    says(page, ".outcome", "Not saved: it was cancelled.").await?;
    is_heard(page, "a.iso: Not saved: it was cancelled.").await?;
    page.until("window.given === 'up'").await?;
    focus_is_on(page, "save").await
}

#[tokio::test]
async fn the_bar_is_drawn_in_the_readers_own_colours_and_without_motion() -> Result<()> {
    let path = "/?url=/files/9MiB/x%3Franges%3Dignore%26length%3Dunknown%26rate%3D300KB";
    let stage = Stage::on(Site::start().await?, Kind::Chromium, path).await?;
    let page = stage.page();
    let features = [
        ("prefers-reduced-motion", "reduce"),
        ("forced-colors", "active"),
    ];
    let features = features.map(|(name, value)| json!({ "name": name, "value": value }));
    page.devtools(
        "Emulation.setEmulatedMedia",
        json!({ "features": features }),
    )
    .await?;
    page.click("#start").await?;
    page.until("document.querySelector('[data-state=downloading] .indeterminate')")
        .await?;
    let (animation, background): (String, String) = page
        .run(
            "const { animationName, backgroundImage } = getComputedStyle(document.querySelector('.bar'));
            return [animationName, backgroundImage]",
        )
        .await?;
    ensure!(animation == "none", "it moves: {animation}");
    ensure!(
        background.starts_with("repeating-linear-gradient("),
        "no stripes: {background}"
    );

    page.open(&stage.site.url("/?url=/files/9/a")).await?;
    page.click("#start").await?;
    page.until("document.querySelector('[data-state=complete] .stored')")
        .await?;
    let (fill, own): (String, String) = page
        .run(
            "const { fill } = getComputedStyle(document.querySelector('[data-state=complete] .stored'));
            document.documentElement.style.fill = 'Highlight';
            return [fill, getComputedStyle(document.documentElement).fill]",
        )
        .await?;
    ensure!(fill == own, "{fill} in place of {own}");
    Ok(())
}

#[tokio::test]
async fn a_wait_is_told_with_its_reason_and_its_end() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, "/").await?;
    let page = stage.page();
    listen(page).await?;
    let target = "/files/1MiB/late.iso?status=503&retry-after=60";
    page.run::<()>(&format!(
        "document.querySelector('#url').value = '{target}';
        document.querySelector('form').requestSubmit()"
    ))
    .await?;
    says(page, ".note", "status 503. Next try at").await?;
    is_heard(page, "Waiting. the server answered with status 503").await
}
