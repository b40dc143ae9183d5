//! `<rangeload-link>`: the link that it is without JavaScript, and what it does with it.

use std::fs;

use anyhow::{Context, Result, ensure};
use http::header::CONTENT_SECURITY_POLICY;
use rangeload_e2e::{Accessible, Key, Kind, Page, Site, saved_file};
use rangeload_server::{RequestRecord, Summary, content};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::record;
use crate::stage::{Stage, identical, recorded, stored};

const MIB: u64 = 1 << 20;
const SIZE: u64 = 12 * MIB;
pub(crate) const TARGET: &str = "/files/12MiB/sample.iso?rate=1500KB";
pub(crate) const PAGE: &str = "/test/element.html";

const LINK: &str = "document.querySelector('rangeload-link')";

/// An element that it has added to the page.
fn part(name: &str) -> String {
    format!("{LINK}.shadowRoot.querySelector('[part~={name}]')")
}

async fn text(page: &Page, name: &str) -> Result<String> {
    page.run(&format!("return {}.textContent", part(name)))
        .await
}

async fn state_is(page: &Page, state: &str) -> Result<()> {
    page.until(&format!("{LINK}.download?.state === '{state}'"))
        .await
}

/// What has the focus, the link or a button.
async fn focus(page: &Page) -> Result<String> {
    page.run(
        "const { activeElement } = document;
        return activeElement.shadowRoot?.activeElement.part.value ?? activeElement.localName",
    )
    .await
}

async fn press(page: &Page, keys: &[Key]) -> Result<()> {
    for key in keys {
        page.press(*key).await?;
    }
    Ok(())
}

/// How often it was asked for as a browser does it by itself, with no word of ranges.
fn plain_requests(records: &[RequestRecord]) -> usize {
    records
        .iter()
        .filter(|record| record.range.is_none())
        .count()
}

async fn without_javascript_it_is_the_link_that_it_wraps(kind: Kind) -> Result<()> {
    let site = Site::with_headers(&[(CONTENT_SECURITY_POLICY, "script-src 'none'")]).await?;
    let stage = Stage::on(site, kind, PAGE).await?;
    let page = stage.page();
    let added: bool = page
        .run(&format!("return {LINK}.shadowRoot !== null"))
        .await?;
    ensure!(!added, "it has become more than a link");
    page.click("a").await?;
    let saved = saved_file(&stage.profile, "image.iso", SIZE).await?;
    ensure!(saved == content::sha256(0, 0..SIZE), "saved {saved}");
    let records = stage.silence(TARGET).await?;
    ensure!(plain_requests(&records) == 1, "{records:?}");
    Ok(())
}

#[tokio::test]
async fn without_javascript_it_is_the_link_that_it_wraps_in_chromium() -> Result<()> {
    without_javascript_it_is_the_link_that_it_wraps(Kind::Chromium).await
}

#[tokio::test]
async fn without_javascript_it_is_the_link_that_it_wraps_in_firefox() -> Result<()> {
    without_javascript_it_is_the_link_that_it_wraps(Kind::Firefox).await
}

/// With two reloads: of a download at rest, which stays so, and of one that runs, which goes on.
async fn it_is_used_with_the_keyboard_alone(kind: Kind) -> Result<()> {
    let stage = Stage::on(Site::start().await?, kind, PAGE).await?;
    let page = stage.page();
    press(page, &[Key::Tab]).await?;
    ensure!(focus(page).await? == "a", "{}", focus(page).await?);
    // However slow the driver is, it does not come to its end before it is paused.
    let server = &stage.site.server;
    server.hold_after(TARGET, SIZE / 2);
    press(page, &[Key::Return]).await?;
    stage.sent(TARGET, SIZE / 3).await?;
    // The driver of WebKit does not tell roles and names.
    if kind != Kind::WebKit {
        is_told_to_assistive_technology(page).await?;
    }
    tells_how_far_it_is(page).await?;

    press(page, &[Key::Tab]).await?;
    ensure!(focus(page).await? == "button toggle");
    ensure!(text(page, "toggle").await? == "Pause");
    press(page, &[Key::Space]).await?;
    state_is(page, "paused").await?;
    server.hold_after(TARGET, SIZE / 3);
    ensure!(focus(page).await? == "button toggle");
    ensure!(text(page, "toggle").await? == "Resume");
    record::runs_beside_each_other(&stage.silence(TARGET).await?, 2)?;
    let line = text(page, "text").await?;
    ensure!(line.starts_with("Paused · "), "{line}");

    page.reload().await?;
    state_is(page, "paused").await?;
    let restored = text(page, "text").await?;
    ensure!(restored == line, "{line}, after a reload {restored}");

    press(page, &[Key::Tab, Key::Tab]).await?;
    ensure!(focus(page).await? == "button toggle");
    press(page, &[Key::Return]).await?;
    stage.sent(TARGET, SIZE / 3 * 2).await?;
    page.reload().await?;
    server.release(TARGET);
    state_is(page, "complete").await?;
    ensure!(text(page, "text").await?.starts_with("Complete · "));
    identical(page, &stage.site.url(TARGET), "12MiB", 0).await?;

    press(page, &[Key::Tab, Key::Tab]).await?;
    ensure!(focus(page).await? == "button save");
    // Where WebKit's driver lets a page save to cannot be chosen.
    if kind != Kind::WebKit {
        press(page, &[Key::Space]).await?;
        let saved = saved_file(&stage.profile, "image.iso", SIZE).await?;
        ensure!(saved == content::sha256(0, 0..SIZE), "saved {saved}");
    }
    press(page, &[Key::Tab]).await?;
    ensure!(focus(page).await? == "button remove");
    // What is there may be all there is: it takes a second press, and Escape keeps it.
    let question = "Remove? This deletes 12.6 MB.";
    for (key, words) in [
        (Key::Return, question),
        (Key::Escape, "Remove"),
        (Key::Return, question),
    ] {
        press(page, &[key]).await?;
        let told = text(page, "remove").await?;
        ensure!(told == words, "{told}, not {words}");
        ensure!(focus(page).await? == "button remove");
    }
    press(page, &[Key::Return]).await?;
    page.until(&format!("{}.hidden", part("panel"))).await?;
    ensure!(focus(page).await? == "a", "{}", focus(page).await?);
    record::asks_only_for_bytes(&stage.silence(TARGET).await?)
}

async fn is_told_to_assistive_technology(page: &Page) -> Result<()> {
    let told = |role: &str, name: &str| Accessible {
        role: role.into(),
        name: name.into(),
    };
    let bar = page.accessible(&part("bar")).await?;
    ensure!(
        bar == told("progressbar", "Download of image.iso"),
        "{bar:?}"
    );
    let button = page.accessible(&part("toggle")).await?;
    ensure!(button == told("button", "Pause image.iso"), "{button:?}");
    Ok(())
}

async fn tells_how_far_it_is(page: &Page) -> Result<()> {
    let values: [String; 3] = page
        .run(&format!(
            "return ['min', 'now', 'max'].map((which) => {}.getAttribute(`aria-value${{which}}`))",
            part("bar")
        ))
        .await?;
    let [min, now, max] = values.map(|value| value.parse::<u64>());
    let now = now.context("where the bar stands is not told")?;
    ensure!(min == Ok(0) && max == Ok(100) && (1..100).contains(&now));
    Ok(())
}

#[tokio::test]
async fn it_is_used_with_the_keyboard_alone_in_chromium() -> Result<()> {
    it_is_used_with_the_keyboard_alone(Kind::Chromium).await
}

#[tokio::test]
async fn it_is_used_with_the_keyboard_alone_in_firefox() -> Result<()> {
    it_is_used_with_the_keyboard_alone(Kind::Firefox).await
}

#[tokio::test]
async fn it_is_used_with_the_keyboard_alone_in_webkit() -> Result<()> {
    it_is_used_with_the_keyboard_alone(Kind::WebKit).await
}

/// What `pages/element.js` has noted.
#[derive(Debug, Deserialize)]
struct Heard {
    progress: u64,
    states: Vec<String>,
    bubbled: u64,
    said: Vec<String>,
}

async fn one_click_downloads_and_saves_and_each_state_is_told_once(kind: Kind) -> Result<()> {
    let stage = Stage::on(Site::start().await?, kind, PAGE).await?;
    let page = stage.page();
    page.until("window.heard").await?;
    page.click("a").await?;
    // Where WebKit's driver lets a page save to cannot be chosen.
    if kind != Kind::WebKit {
        let saved = saved_file(&stage.profile, "image.iso", SIZE).await?;
        ensure!(saved == content::sha256(0, 0..SIZE), "saved {saved}");
    }
    page.until("heard.said.length === 3").await?;
    let heard: Heard = page.run("return window.heard").await?;
    ensure!(heard.states == ["downloading", "complete"], "{heard:?}");
    ensure!(heard.progress >= 5 && heard.bubbled == 0, "{heard:?}");
    // The browser may still be reading the file: nobody is to remove it yet.
    let handed = "Handed to the browser. Remove it here once that has ended.";
    let line = text(page, "text").await?;
    ensure!(
        line.starts_with("Complete · ") && line.ends_with(handed),
        "{line}"
    );
    let said = ["Downloading", "Complete", handed].map(|words| format!("image.iso: {words}"));
    ensure!(heard.said == said, "{heard:?}");
    let records = stage.silence(TARGET).await?;
    record::runs_beside_each_other(&records, 2)?;
    record::asks_only_for_bytes(&records)
}

#[tokio::test]
async fn one_click_downloads_and_saves_and_each_state_is_told_once_in_chromium() -> Result<()> {
    one_click_downloads_and_saves_and_each_state_is_told_once(Kind::Chromium).await
}

#[tokio::test]
async fn one_click_downloads_and_saves_and_each_state_is_told_once_in_firefox() -> Result<()> {
    one_click_downloads_and_saves_and_each_state_is_told_once(Kind::Firefox).await
}

#[tokio::test]
async fn one_click_downloads_and_saves_and_each_state_is_told_once_in_webkit() -> Result<()> {
    one_click_downloads_and_saves_and_each_state_is_told_once(Kind::WebKit).await
}

#[tokio::test]
async fn the_first_click_saves_what_a_script_has_completed() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    page.until("window.heard").await?;
    page.until(
        "import('/pkg/index.js').then(async ({ download, downloads }) => {
            // The element has looked for it by then, and found nothing.
            await downloads();
            return download(document.querySelector('a').href).finished;
        })",
    )
    .await?;
    page.click("a").await?;
    let saved = saved_file(&stage.profile, "image.iso", SIZE).await?;
    ensure!(saved == content::sha256(0, 0..SIZE), "saved {saved}");
    Ok(())
}

/// Puts another link in the place of the one that is there, and clicks on it.
async fn click(page: &Page, attributes: Value, href: &str) -> Result<()> {
    page.until("window.place").await?;
    page.run::<()>(&format!("place({attributes}, {})", Value::from(href)))
        .await?;
    page.click("a").await
}

/// One after the other in one browser, each with what it is seen by.
#[tokio::test]
async fn its_attributes_are_options_of_the_download() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    let download = format!("{LINK}.download");

    click(
        page,
        json!({ "filename": "mine.iso", "download-id": "mine" }),
        "/files/1000/a.iso",
    )
    .await?;
    state_is(page, "complete").await?;
    saves(&stage, "mine.iso", 1000).await?;
    page.until(&format!("{download}.id === 'mine'")).await?;

    let target = "/files/8MiB/b.iso?rate=2MB";
    click(
        page,
        json!({ "connections": "2", "storage": "indexeddb" }),
        target,
    )
    .await?;
    state_is(page, "complete").await?;
    saves(&stage, "b.iso", 8 * MIB).await?;
    page.until(&format!("{download}.storage === 'indexeddb'"))
        .await?;
    let most = Summary::of(&stage.silence(target).await?).max_in_flight;
    ensure!(most == 2, "{most} connections");

    let target = "/files/8MiB/c.iso?rate=1MB";
    let mirrors = [
        "/files/8MiB/c.iso?rate=1MB&tag=1",
        "/files/8MiB/c.iso?rate=1MB&tag=2",
    ];
    click(page, json!({ "mirrors": mirrors.join("\n ") }), target).await?;
    state_is(page, "complete").await?;
    saves(&stage, "c.iso", 8 * MIB).await?;
    for mirror in mirrors {
        ensure!(!stage.site.server.requests(mirror).is_empty(), "{mirror}");
    }

    let digest = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    click(page, json!({ "digest": digest }), "/files/1000/d.iso").await?;
    state_is(page, "failed").await?;
    page.until(&format!("{download}.error.code === 'integrity'"))
        .await?;
    ensure!(
        !text(page, "error").await?.is_empty(),
        "it does not say why"
    );

    let target = "/files/8MiB/e.iso?rate=2MB&content-after=2&delay=300&skip=2";
    click(
        page,
        json!({ "on-changed": "restart", "connections": "6" }),
        target,
    )
    .await?;
    state_is(page, "complete").await?;
    identical(page, &stage.site.url(target), "8MiB", 1).await?;
    Ok(())
}

async fn saves(stage: &Stage, name: &str, size: u64) -> Result<()> {
    let saved = saved_file(&stage.profile, name, size).await?;
    ensure!(saved == content::sha256(0, 0..size), "saved {saved}");
    fs::remove_file(stage.profile.downloads().join(name))?;
    Ok(())
}

/// Cookies are refused with an answer that anyone may read, which shows that they were to be sent.
#[tokio::test]
async fn where_the_page_may_not_read_the_file_the_link_is_the_link_that_it_is() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    for (attributes, target) in [
        (json!({}), "/files/1000/a.iso?cors=none"),
        (json!({ "credentials": "include" }), "/files/1000/b.iso"),
    ] {
        click(page, attributes, &stage.site.other_url(target)).await?;
        state_is(page, "failed").await?;
        let told = text(page, "error").await?;
        ensure!(told.contains("The link still works"), "{told}");
        let before = plain_requests(&stage.silence(target).await?);
        page.click("a").await?;
        saves(&stage, &target[12..17], 1000).await?;
        let after = plain_requests(&stage.silence(target).await?);
        ensure!(after > before, "the browser has asked for nothing");
    }
    let target = "/files/1000/c.iso";
    click(page, json!({ "storage": "nowhere" }), target).await?;
    saves(&stage, "c.iso", 1000).await?;
    ensure!(plain_requests(&stage.silence(target).await?) == 1);
    Ok(())
}

/// Where a bar that stands still a part of the way would be taken for progress.
#[tokio::test]
async fn with_reduced_motion_a_size_that_is_not_known_is_shown_as_stripes() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    let feature = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
    page.devtools(
        "Emulation.setEmulatedMedia",
        json!({ "features": [feature] }),
    )
    .await?;
    let target = "/files/9MiB/x.iso?ranges=ignore&length=unknown&rate=300KB";
    click(page, json!({}), target).await?;
    page.until(&format!("{}?.matches('.unknown')", part("bar")))
        .await?;
    let (background, width): (String, f64) = page
        .run(&format!(
            "const bar = {};
            const {{ width }} = bar.querySelector('rect').getBoundingClientRect();
            return [getComputedStyle(bar).backgroundImage, width]",
            part("bar")
        ))
        .await?;
    ensure!(width == 0.0, "a part of {width} pixels");
    ensure!(
        background.starts_with("repeating-linear-gradient("),
        "no stripes: {background}"
    );
    Ok(())
}

/// It comes again in no time.
#[tokio::test]
async fn a_small_file_is_removed_at_the_first_press() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    click(page, json!({}), "/files/1000/a.iso").await?;
    state_is(page, "complete").await?;
    page.run::<()>(&format!("{}.click()", part("remove")))
        .await?;
    page.until(&format!("{}.hidden", part("panel"))).await
}

#[tokio::test]
async fn words_and_moves_in_the_document_count_whenever_they_come() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    page.until("window.heard").await?;
    page.run::<()>(&format!(
        "const {{ constructor }} = {LINK};
        constructor.labels = {{ ...constructor.labels, pause: 'Anhalten' }};
        {LINK}.addEventListener('progress', ({{ lengthComputable, loaded, total }}) => {{
            if (lengthComputable) window.counted = {{ loaded, total }};
        }})"
    ))
    .await?;
    page.click("a").await?;
    page.until("window.counted?.loaded > 0").await?;
    ensure!(page.run::<u64>("return window.counted.total").await? == SIZE);
    ensure!(text(page, "toggle").await? == "Anhalten");
    let gone = format!(
        "const link = {LINK};
        const {{ parentNode, download }} = link;
        link.remove();
        return download.remove().then(() => {{
            parentNode.append(link);
            return {}.hidden;
        }})",
        part("panel")
    );
    ensure!(page.run::<bool>(&gone).await?, "what is gone is shown");
    Ok(())
}

/// As its words are.
#[tokio::test]
async fn its_numbers_are_in_the_language_of_the_page() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    page.run::<()>("document.documentElement.lang = 'fr'")
        .await?;
    click(page, json!({}), "/files/2500000/a.iso").await?;
    state_is(page, "complete").await?;
    let line = text(page, "text").await?;
    ensure!(line.contains("2,5") && line.contains("Mo"), "{line}");
    Ok(())
}

#[tokio::test]
async fn what_was_asked_for_is_saved_once_though_the_link_was_away_when_it_came() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    let target = "/files/4MiB/away.iso?rate=2MB";
    click(page, json!({}), target).await?;
    stage.sent(target, MIB).await?;
    page.run::<()>(&format!("window.link = {LINK}; link.remove()"))
        .await?;
    page.until("link.download.state === 'complete'").await?;
    page.run::<()>(
        "window.clicks = 0;
        const { click } = HTMLAnchorElement.prototype;
        HTMLAnchorElement.prototype.click = function () {
            window.clicks += 1;
            return click.call(this);
        };
        document.querySelector('p').append(link)",
    )
    .await?;
    saves(&stage, "away.iso", 4 * MIB).await?;
    page.run::<()>("document.querySelector('p').append(link)")
        .await?;
    page.run::<Option<Value>>("return link.download.finished.then(() => null)")
        .await?;
    let clicks: u32 = page.run("return window.clicks").await?;
    ensure!(clicks == 1, "saved {clicks} times");
    Ok(())
}

#[tokio::test]
async fn a_link_that_is_taken_away_while_it_looks_begins_nothing() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    let target = "/files/12MiB/cut-off.iso?rate=500KB";
    click(page, json!({}), target).await?;
    let id = stage.site.url(target);
    recorded(page, &id).await?;
    page.reload().await?;
    page.until("window.place").await?;
    page.run::<()>(&format!(
        "place({{}}, '{target}'); window.link = {LINK}; link.remove()"
    ))
    .await?;
    // What the link asked for is answered before this is.
    let found = stored(page).await?;
    ensure!(found.len() == 1 && found[0].interrupted, "{found:?}");
    let none: bool = page.run("return link.download === null").await?;
    ensure!(none, "it has taken it up");
    page.run::<()>("document.querySelector('p').append(link)")
        .await?;
    state_is(page, "complete").await
}

/// From 114 to 118 Firefox knows the attributes, and not the properties that reflect them.
#[tokio::test]
async fn buttons_have_their_names_where_no_property_stands_for_the_attribute() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    page.run::<()>("delete Element.prototype.ariaLabel").await?;
    page.until("window.place").await?;
    page.click("a").await?;
    page.until(&format!(
        "{}.getAttribute('aria-label') === 'Pause image.iso'",
        part("toggle")
    ))
    .await
}

/// Each try leads from waiting to connecting and back; it is said once that there is one to wait for.
#[tokio::test]
async fn tries_that_fail_are_not_announced_one_by_one() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    let href = "/files/1MiB/late.iso?status=503&times=3";
    page.run::<()>(&format!("place({{}}, '{href}'); {LINK}.start()"))
        .await?;
    state_is(page, "complete").await?;
    page.until("heard.said.some((said) => said.includes('Complete'))")
        .await?;
    let heard: Value = page.run("return heard").await?;
    let count = |list: &str, word: &str| {
        let words = heard[list].as_array().into_iter().flatten();
        words
            .filter(|said| said.as_str().is_some_and(|said| said.contains(word)))
            .count()
    };
    ensure!(count("states", "waiting") >= 3, "{heard}");
    ensure!(count("said", "Waiting") == 1, "{heard}");
    ensure!(count("said", "Connecting") <= 1, "{heard}");
    Ok(())
}

/// To go on would find the same again. The button keeps the focus, whatever becomes of it.
#[tokio::test]
async fn what_has_changed_is_started_again_and_not_resumed() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    let target = "/files/8MiB/new.iso?rate=2MB&delay=300&skip=2&etag-after=2";
    click(page, json!({}), target).await?;
    state_is(page, "failed").await?;
    page.until(&format!("{LINK}.download.error.code === 'changed'"))
        .await?;
    ensure!(text(page, "toggle").await? == "Start again");
    page.run::<()>(&format!("heard.states = []; {}.focus()", part("toggle")))
        .await?;
    press(page, &[Key::Return]).await?;
    page.until(&format!("{}.textContent === 'Pause'", part("toggle")))
        .await?;
    ensure!(focus(page).await? == "button toggle");
    state_is(page, "complete").await?;
    saves(&stage, "new.iso", 8 * MIB).await?;
    let said: Vec<String> = page.run("return heard.said").await?;
    let removed = said.iter().any(|said| said.contains("Removed"));
    ensure!(!removed, "{said:?}");
    Ok(())
}

/// It is read anew what was wanted: it was the digest that was wrong.
#[tokio::test]
async fn a_click_on_the_link_starts_again_what_is_not_the_file_promised() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    let digest = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    click(page, json!({ "digest": digest }), "/files/1000/d.iso").await?;
    state_is(page, "failed").await?;
    page.run::<()>(&format!("{LINK}.removeAttribute('digest')"))
        .await?;
    page.click("a").await?;
    state_is(page, "complete").await?;
    saves(&stage, "d.iso", 1000).await
}

#[tokio::test]
async fn a_wait_is_told_with_its_reason_and_its_end() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    click(
        page,
        json!({}),
        "/files/1MiB/late.iso?status=503&retry-after=60",
    )
    .await?;
    state_is(page, "waiting").await?;
    let line = text(page, "text").await?;
    let why = "the server answered with status 503. Next try at ";
    ensure!(line.starts_with(&format!("Waiting · {why}")), "{line}");
    let heard = format!("heard.said.some((said) => said.includes('Waiting. {why}'))");
    page.until(&heard).await
}

/// A link that leads nowhere is often one that is switched off.
#[tokio::test]
async fn a_click_on_a_link_that_leads_nowhere_does_nothing() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, PAGE).await?;
    let page = stage.page();
    page.run::<()>(
        "window.errors = 0; console.error = () => (window.errors += 1);
        document.querySelector('rangeload-link a').removeAttribute('href')",
    )
    .await?;
    page.click("rangeload-link a").await?;
    let seen: Value = page
        .run(&format!("return [window.errors, {LINK}.download]"))
        .await?;
    ensure!(seen == json!([0, null]), "{seen}");
    Ok(())
}
