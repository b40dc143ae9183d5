//! One download in several tabs: one set of requests, seen and steered from each, and taken over
//! by a tab that remains.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rangeload_e2e::{Comparison, Kind, Page, Tab, saved_file};
use rangeload_server::{Ending, RequestRecord, Summary, content};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::record;
use crate::stage::{Stage, ask, begin, failed, identical, received, stored};

const MIB: u64 = 1 << 20;
const CONNECTIONS: usize = 6;
/// What may be fetched twice after a tab is gone: what came since the last checkpoint, and a part
/// for each connection.
const LOST: u64 = (32 + 8 * CONNECTIONS as u64) * MIB;

/// What a tab saw since it began to watch.
#[derive(Debug, Deserialize)]
struct Watched {
    states: Vec<String>,
    progress: u32,
}

fn options() -> Value {
    json!({ "connections": CONNECTIONS })
}

/// With the engine at work in it.
async fn another_tab(stage: &Stage) -> Result<Tab> {
    let tab = stage.page().open_tab(&stage.site.blank()).await?;
    stored(stage.page()).await?;
    Ok(tab)
}

async fn watch(page: &Page, id: &str) -> Result<()> {
    let _: Option<Value> = page.call("watch", json!([id])).await?;
    Ok(())
}

async fn read(page: &Page, id: &str) -> Result<()> {
    let _: Option<Value> = page.call("read", json!([id])).await?;
    Ok(())
}

async fn reads_the_same(page: &Page, id: &str, size: &str) -> Result<()> {
    let compared: Comparison = page.call("readToEnd", json!([id, size, "0"])).await?;
    ensure!(
        compared.size > 0 && compared.wrong.is_empty(),
        "{compared:?}"
    );
    Ok(())
}

/// Waits until a tab knows that it is complete, and holds its Blob against the server's content.
async fn gives_the_same(page: &Page, id: &str, size: &str) -> Result<()> {
    let compared: Comparison = page.call("compare", json!([id, size, "0"])).await?;
    ensure!(
        compared.size > 0 && compared.wrong.is_empty(),
        "{compared:?}"
    );
    Ok(())
}

/// That one tab at a time asks for the file, and for nothing twice but what was on its way when
/// it paused.
fn is_one_set_of_requests(records: &[RequestRecord]) -> Result<()> {
    record::asks_only_for_bytes(records)?;
    let summary = Summary::of(records);
    ensure!(summary.max_in_flight <= CONNECTIONS, "{summary:?}");
    ensure!(summary.repeated <= CONNECTIONS as u64 * MIB, "{summary:?}");
    Ok(())
}

/// Where a tab that is gone ends and the next one begins: the longest time without a request
/// after one that its client has left. With the requests before it and those after. There may be
/// none such time: the last connections of the one may end a little after the other has asked.
fn handover(mut records: Vec<RequestRecord>) -> Result<(Duration, [Vec<RequestRecord>; 2])> {
    records.sort_by_key(|record| record.started);
    let mut longest = None;
    for next in 1..records.len() {
        let (before, after) = records.split_at(next);
        let last = before.iter().max_by_key(|record| record.ended);
        let last = last.context("no request before it")?;
        let (Some(ended), Some(Ending::ClientGone)) = (last.ended, last.ending) else {
            continue;
        };
        let gap = after[0].started.as_secs_f64() - ended.as_secs_f64();
        if longest.is_none_or(|(longest, _)| gap > longest) {
            longest = Some((gap, next));
        }
    }
    let (gap, next) = longest.context("nobody has taken over")?;
    let after = records.split_off(next);
    Ok((Duration::from_secs_f64(gap.max(0.0)), [records, after]))
}

fn little_was_lost(kind: Kind, what: &str, records: Vec<RequestRecord>) -> Result<()> {
    record::asks_only_for_bytes(&records)?;
    let (gap, [before, after]) = handover(records)?;
    let sent: u64 = before.iter().map(|record| record.bytes).sum();
    let again = record::sent_again(&before, &after);
    println!(
        "{kind:?}, {what}: {} ms without a request, {again} of {sent} bytes sent again",
        gap.as_millis()
    );
    // What would be as true if the next tab began anew says nothing.
    let most = LOST.min(sent / 2);
    ensure!(again <= most, "{again} of {sent} bytes were sent again");
    Ok(())
}

async fn several_tabs_are_one_download(kind: Kind, count: usize) -> Result<()> {
    several_tabs_on_a_stage(&Stage::start(kind).await?, &format!("{kind:?}"), count).await
}

async fn several_tabs_on_a_stage(stage: &Stage, what: &str, count: usize) -> Result<()> {
    const SIZE: &str = "24MiB+5";
    let page = stage.page();
    let target = format!("/files/{SIZE}/sample.iso?rate=1MB");
    let mut tabs = vec![page.tab().await?];
    while tabs.len() < count {
        tabs.push(another_tab(stage).await?);
    }
    let mut id = String::new();
    for tab in &tabs {
        page.show(tab).await?;
        id = stage.begin(&target, options()).await?;
        watch(page, &id).await?;
        read(page, &id).await?;
    }
    // The last one owns nothing.
    received(page, &id, 4 * MIB).await?;
    ask(page, "pause", &id).await?;
    let records = stage.silence(&target).await?;
    let mut paused = Vec::new();
    for tab in &tabs {
        page.show(tab).await?;
        let status = ask(page, "rest", &id).await?;
        ensure!(status.state == "paused", "{status:?}");
        paused.push(status.progress.received);
    }
    paused.dedup();
    ensure!(paused.len() == 1, "not the same in all tabs: {paused:?}");
    ensure!(
        stage.site.server.requests(&target).len() == records.len(),
        "it went on by itself"
    );
    // Now the last one owns it.
    ask(page, "resume", &id).await?;
    for tab in &tabs {
        page.show(tab).await?;
        gives_the_same(page, &id, SIZE).await?;
        reads_the_same(page, &id, SIZE).await?;
        let seen: Watched = page.call("watched", json!([id])).await?;
        let told = ["downloading", "paused", "downloading", "complete"];
        let mut states = seen.states.iter();
        ensure!(
            told.iter().all(|told| states.any(|state| state == told)) && seen.progress > 8,
            "{seen:?}"
        );
    }
    let records = stage.silence(&target).await?;
    println!("{what}, {count} tabs: {:?}", Summary::of(&records));
    is_one_set_of_requests(&records)
}

#[tokio::test]
async fn two_tabs_of_chromium_are_one_download() -> Result<()> {
    several_tabs_are_one_download(Kind::Chromium, 2).await
}

#[tokio::test]
async fn three_tabs_of_chromium_are_one_download() -> Result<()> {
    several_tabs_are_one_download(Kind::Chromium, 3).await
}

#[tokio::test]
async fn five_tabs_of_chromium_are_one_download() -> Result<()> {
    several_tabs_are_one_download(Kind::Chromium, 5).await
}

#[tokio::test]
async fn two_tabs_of_firefox_are_one_download() -> Result<()> {
    several_tabs_are_one_download(Kind::Firefox, 2).await
}

#[tokio::test]
async fn two_tabs_of_webkit_are_one_download() -> Result<()> {
    several_tabs_are_one_download(Kind::WebKit, 2).await
}

/// Locks and messages come in no order: the tab that is left has the lock before the last word.
#[tokio::test]
async fn what_its_owner_removes_does_not_begin_anew_in_another_tab() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/24MiB/sample.iso?rate=500KB";
    let owner = page.tab().await?;
    let follower = page.open_tab(&stage.site.blank()).await?;
    let late = json!(["worker that hears late"]);
    let _: Option<Value> = page.call("configure", late).await?;
    stored(page).await?;
    page.show(&owner).await?;
    let id = stage.begin(target, options()).await?;
    received(page, &id, 2 * MIB).await?;
    page.show(&follower).await?;
    stored(page).await?;
    received(page, &id, 4 * MIB).await?;
    page.show(&owner).await?;
    ask(page, "remove", &id).await?;
    let records = stage.silence(target).await?;
    page.show(&follower).await?;
    let left = ask(page, "removed", &id).await?;
    ensure!(left.state == "removed", "{left:?}");
    let asked = stage.site.server.requests(target).len();
    ensure!(asked == records.len(), "it has begun anew");
    Ok(())
}

/// The tab that remains has only looked at what is stored.
async fn an_owner_that_is_closed_is_taken_over(kind: Kind, crash: bool) -> Result<()> {
    an_owner_on_a_stage_is_taken_over(&Stage::start(kind).await?, kind, crash).await
}

async fn an_owner_on_a_stage_is_taken_over(stage: &Stage, kind: Kind, crash: bool) -> Result<()> {
    const SIZE: &str = "96MiB";
    let page = stage.page();
    let target = format!("/files/{SIZE}/sample.iso?rate=1500KB");
    let owner = page.tab().await?;
    let follower = another_tab(stage).await?;
    page.show(&owner).await?;
    let id = stage.begin(&target, options()).await?;
    received(page, &id, 8 * MIB).await?;
    page.show(&follower).await?;
    let all = stored(page).await?;
    let [listed] = all.as_slice() else {
        anyhow::bail!("listed: {all:?}");
    };
    let at_work = ["connecting", "downloading", "waiting"].contains(&listed.state.as_str());
    ensure!(at_work && !listed.interrupted, "{listed:?}");
    received(page, &id, 40 * MIB).await?;
    page.show(&owner).await?;
    match crash {
        // The driver has lost its tab then.
        true => drop(page.devtools("Page.crash", json!({})).await),
        false => page.close_tab().await?,
    }
    page.show(&follower).await?;
    identical(page, &id, SIZE, 0).await?;
    let what = if crash { "crashed" } else { "closed" };
    little_was_lost(kind, what, stage.silence(&target).await?)
}

#[tokio::test]
async fn an_owner_that_is_closed_is_taken_over_in_chromium() -> Result<()> {
    an_owner_that_is_closed_is_taken_over(Kind::Chromium, false).await
}

#[tokio::test]
async fn an_owner_that_crashes_is_taken_over_in_chromium() -> Result<()> {
    an_owner_that_is_closed_is_taken_over(Kind::Chromium, true).await
}

#[tokio::test]
async fn an_owner_that_is_closed_is_taken_over_in_firefox() -> Result<()> {
    an_owner_that_is_closed_is_taken_over(Kind::Firefox, false).await
}

#[tokio::test]
async fn an_owner_that_is_closed_is_taken_over_in_webkit() -> Result<()> {
    an_owner_that_is_closed_is_taken_over(Kind::WebKit, false).await
}

#[tokio::test]
async fn three_tabs_without_tls_are_one_download() -> Result<()> {
    several_tabs_on_a_stage(&Stage::without_tls().await?, "without TLS", 3).await
}

#[tokio::test]
async fn an_owner_that_is_closed_is_taken_over_without_tls() -> Result<()> {
    an_owner_on_a_stage_is_taken_over(&Stage::without_tls().await?, Kind::Chromium, false).await
}

#[tokio::test]
async fn an_owner_that_crashes_is_taken_over_without_tls() -> Result<()> {
    an_owner_on_a_stage_is_taken_over(&Stage::without_tls().await?, Kind::Chromium, true).await
}

/// Where a page without TLS cannot be had, its browser's locks are taken from it.
async fn an_owner_without_locks_is_taken_over(kind: Kind) -> Result<()> {
    const SIZE: &str = "48MiB";
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    let target = format!("/files/{SIZE}/sample.iso?rate=1500KB");
    let configured = json!(["worker without locks"]);
    let owner = page.tab().await?;
    page.call::<()>("configure", configured.clone()).await?;
    let follower = page.open_tab(&stage.site.blank()).await?;
    page.call::<()>("configure", configured).await?;
    stored(page).await?;
    page.show(&owner).await?;
    let id = stage.begin(&target, options()).await?;
    received(page, &id, 8 * MIB).await?;
    page.show(&follower).await?;
    stage.begin(&target, options()).await?;
    received(page, &id, 28 * MIB).await?;
    // Databases are what it locks then, and none stays.
    page.call::<()>("untilLocked", json!([true])).await?;
    page.show(&owner).await?;
    page.close_tab().await?;
    page.show(&follower).await?;
    identical(page, &id, SIZE, 0).await?;
    page.call::<()>("untilLocked", json!([false])).await?;
    little_was_lost(kind, "closed, no locks", stage.silence(&target).await?)
}

#[tokio::test]
async fn an_owner_without_locks_is_taken_over_in_firefox() -> Result<()> {
    an_owner_without_locks_is_taken_over(Kind::Firefox).await
}

#[tokio::test]
async fn an_owner_without_locks_is_taken_over_in_webkit() -> Result<()> {
    an_owner_without_locks_is_taken_over(Kind::WebKit).await
}

#[tokio::test]
async fn a_tab_that_followed_saves_the_file() -> Result<()> {
    const SIZE: u64 = 12 * MIB;
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/12MiB/sample.iso?rate=2MB";
    stage.begin(target, options()).await?;
    another_tab(&stage).await?;
    let id = stage.begin(target, options()).await?;
    let _: Option<Value> = page.call("save", json!([id])).await?;
    let saved = saved_file(&stage.profile, "sample.iso", SIZE).await?;
    let expected = content::sha256(0, 0..SIZE);
    ensure!(saved == expected, "saved {saved}, not {expected}");
    is_one_set_of_requests(&stage.silence(target).await?)
}

#[tokio::test]
async fn a_tab_that_follows_removes_the_download_from_all() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/24MiB/sample.iso?rate=500KB";
    let owner = page.tab().await?;
    let other = another_tab(&stage).await?;
    page.show(&owner).await?;
    let id = stage.begin(target, options()).await?;
    received(page, &id, MIB).await?;
    page.show(&other).await?;
    let removed = ask(page, "remove", &id).await?;
    ensure!(removed.state == "removed", "{removed:?}");
    ensure!(stored(page).await?.is_empty(), "still there");
    page.show(&owner).await?;
    let (status, failure) = (
        ask(page, "rest", &id).await?,
        page.call::<Value>("rejection", json!([id])).await?,
    );
    ensure!(status.state == "removed", "{status:?}");
    ensure!(failure["code"] == "removed", "{failure}");
    let sent = Summary::of(&stage.silence(target).await?).bytes;
    ensure!(sent < 24 * MIB, "nothing was cut short");
    Ok(())
}

/// Its reader waits for bytes when the download goes, and what it was of is begun again at once.
#[tokio::test]
async fn a_tab_that_reads_and_follows_removes_the_download_and_begins_it_again() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/12MiB/sample.iso?rate=300KB";
    let owner = page.tab().await?;
    let other = another_tab(&stage).await?;
    page.show(&owner).await?;
    let id = stage.begin(target, options()).await?;
    received(page, &id, MIB).await?;
    page.show(&other).await?;
    stage.begin(target, options()).await?;
    received(page, &id, 2 * MIB).await?;
    read(page, &id).await?;
    page.run::<Option<Value>>(&format!(
        "const {{ remove, begin }} = window.rangeloadTest;
        return remove({id}).then(() => begin({id}, {})).then(() => null);",
        options(),
        id = json!(id),
    ))
    .await?;
    identical(page, &id, "12MiB", 0).await?;
    Ok(())
}

#[tokio::test]
async fn a_download_in_a_frame_is_that_of_the_page_around_it() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/24MiB/sample.iso?rate=1MB";
    add_frames(&stage, 1).await?;
    // The page's engine is there before the download takes every connection, and the frame is the
    // owner before the page asks.
    stored(page).await?;
    page.enter_frame().await?;
    let id = stage.begin(target, options()).await?;
    received(page, &id, 1).await?;
    page.leave_frame().await?;
    stage.begin(target, options()).await?;
    received(page, &id, 14 * MIB).await?;
    // Its owner goes with the frame.
    let _: Option<Value> = page
        .run("document.querySelector('iframe').remove(); return null")
        .await?;
    identical(page, &id, "24MiB", 0).await?;
    let records = stage.silence(target).await?;
    little_was_lost(Kind::Chromium, "frame removed", records)
}

#[tokio::test]
async fn pages_that_start_it_at_the_same_moment_start_one_download() -> Result<()> {
    frames_start_one_download(&Stage::start(Kind::Chromium).await?).await
}

#[tokio::test]
async fn pages_without_tls_that_start_it_at_the_same_moment_start_one_download() -> Result<()> {
    frames_start_one_download(&Stage::without_tls().await?).await
}

async fn frames_start_one_download(stage: &Stage) -> Result<()> {
    let page = stage.page();
    let target = "/files/24MiB/sample.iso?rate=3MB";
    let url = stage.site.url(target);
    add_frames(stage, 3).await?;
    let started: Vec<String> = page
        .run(&format!(
            "const started = Array.from(frames).map((frame) =>
                frame.rangeloadTest.begin({}, {{ connections: {CONNECTIONS} }}));
            return Promise.all(started).then((all) => all.map(({{ id }}) => id));",
            json!(url),
        ))
        .await?;
    ensure!(started == [url.as_str(); 3], "{started:?}");
    let id = begin(page, &url, options()).await?;
    identical(page, &id, "24MiB", 0).await?;
    is_one_set_of_requests(&stage.silence(target).await?)
}

/// Frames of the same origin, each with the helper in it.
async fn add_frames(stage: &Stage, count: usize) -> Result<()> {
    let script = format!(
        "const load = () => new Promise((resolve, reject) => {{
            const frame = document.createElement('iframe');
            frame.src = '/test/blank.html';
            frame.onload = () => {{
                const script = frame.contentDocument.createElement('script');
                script.type = 'module';
                script.src = '/test/helper.js';
                script.onload = resolve;
                script.onerror = reject;
                frame.contentDocument.head.append(script);
            }};
            document.body.append(frame);
        }});
        return Promise.all(Array.from({{ length: {count} }}, load)).then(() => null);"
    );
    stage.page().run::<Option<Value>>(&script).await?;
    Ok(())
}

async fn an_owner_that_does_not_answer_is_busy(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    let target = "/files/12MiB/sample.iso?rate=4MB";
    let silent = page.tab().await?;
    let _: Option<Value> = page.call("lock", json!([stage.site.url(target)])).await?;
    let tab = another_tab(&stage).await?;
    let id = stage.begin(target, options()).await?;
    let (_, failure) = failed(page, &id).await?;
    ensure!(failure.code == "busy" && failure.retryable, "{failure:?}");
    ensure!(stage.site.server.requests(target).is_empty(), "it started");
    page.show(&silent).await?;
    let _: Option<Value> = page.call("unlock", json!([])).await?;
    page.show(&tab).await?;
    stage.sent(target, 1).await?;
    gives_the_same(page, &id, "12MiB").await?;
    is_one_set_of_requests(&stage.silence(target).await?)
}

#[tokio::test]
async fn an_owner_that_does_not_answer_is_busy_in_chromium() -> Result<()> {
    an_owner_that_does_not_answer_is_busy(Kind::Chromium).await
}

#[tokio::test]
async fn bytes_in_the_memory_of_another_tab_are_said_to_be_there() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/12MiB/sample.iso?rate=500KB";
    let options = json!({ "connections": CONNECTIONS, "storage": "memory" });
    let owner = page.tab().await?;
    let other = another_tab(&stage).await?;
    page.show(&owner).await?;
    let id = stage.begin(target, options.clone()).await?;
    // It is the owner, and still at work when the other tab begins.
    received(page, &id, 1).await?;
    page.show(&other).await?;
    stage.begin(target, options).await?;
    let status = ask(page, "rest", &id).await?;
    ensure!(status.state == "complete", "{status:?}");
    let failure: Value = page.call("rejection", json!([id])).await?;
    ensure!(failure["code"] == "storage", "{failure}");
    let message = failure["message"].as_str().unwrap_or_default();
    ensure!(message.contains("memory of another"), "{message}");
    page.show(&owner).await?;
    identical(page, &id, "12MiB", 0).await?;
    is_one_set_of_requests(&stage.silence(target).await?)
}

/// Begins to read a body, which `window.controller` leaves.
async fn fetch(page: &Page, url: &str, init: &Value) -> Result<()> {
    let script = format!(
        "const controller = new AbortController();
        const init = {{ ...{init}, signal: controller.signal }};
        return import('/pkg/index.js')
            .then(({{ resumableFetch }}) => resumableFetch({}, init))
            .then((response) => {{
                const body = response.body.getReader();
                const first = body.read();
                // Not all are read to the end.
                first.catch(() => {{}});
                Object.assign(window, {{ controller, body, first }});
                return null;
            }});",
        json!(url),
    );
    page.run::<Option<Value>>(&script).await?;
    Ok(())
}

async fn abort(page: &Page) -> Result<()> {
    let _: Option<Value> = page.run("window.controller.abort(); return null").await?;
    Ok(())
}

/// How long the body of `fetch` is, or the code of what it fails with.
async fn body(page: &Page) -> Result<Value> {
    page.run(
        "let size = 0;
        const count = ({ value }) => {
            if (!value) return size;
            size += value.length;
            return window.body.read().then(count);
        };
        return window.first.then(count).catch(({ code }) => code);",
    )
    .await
}

/// In the tab that owns it, and in another one, which is shown.
async fn fetch_in_two_tabs(stage: &Stage, url: &str, init: &Value) -> Result<[Tab; 2]> {
    let page = stage.page();
    let owner = page.tab().await?;
    let other = another_tab(stage).await?;
    // Later the download has every connection.
    page.run::<Option<Value>>("return import('/pkg/fetch.js').then(() => null)")
        .await?;
    for tab in [&owner, &other] {
        page.show(tab).await?;
        fetch(page, url, init).await?;
    }
    Ok([owner, other])
}

async fn a_body_goes_on_when_that_of_another_tab_is_left(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    let target = "/files/48MiB/sample.iso?rate=500KB";
    let url = stage.site.url(target);
    // However long the tabs take, it is not complete before the second of them is left.
    stage.site.server.hold_after(target, 16 * MIB);
    let [owner, _] = fetch_in_two_tabs(&stage, &url, &json!({})).await?;
    abort(page).await?;
    let left = ask(page, "status", &url).await?.progress.received;
    stage.site.server.hold_after(target, 16 * MIB);
    page.show(&owner).await?;
    received(page, &url, left + 8 * MIB).await?;
    // Nobody is left who reads.
    abort(page).await?;
    let rested = ask(page, "rest", &url).await?;
    ensure!(rested.state == "paused", "{rested:?}");
    Ok(())
}

#[tokio::test]
async fn a_body_goes_on_when_that_of_another_tab_is_left_in_chromium() -> Result<()> {
    a_body_goes_on_when_that_of_another_tab_is_left(Kind::Chromium).await
}

#[tokio::test]
async fn a_body_goes_on_when_that_of_another_tab_is_left_in_firefox() -> Result<()> {
    a_body_goes_on_when_that_of_another_tab_is_left(Kind::Firefox).await
}

#[tokio::test]
async fn a_body_goes_on_when_that_of_another_tab_is_left_in_webkit() -> Result<()> {
    a_body_goes_on_when_that_of_another_tab_is_left(Kind::WebKit).await
}

#[tokio::test]
async fn a_copy_that_is_not_kept_goes_with_the_last_tab_that_reads_it() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let url = stage.site.url("/files/12MiB/sample.iso?rate=4MB");
    let init = json!({ "download": { "keep": false } });
    let tabs = fetch_in_two_tabs(&stage, &url, &init).await?;
    for tab in &tabs {
        page.show(tab).await?;
        let all = body(page).await?;
        ensure!(all == 12 * MIB, "{all}");
    }
    ensure!(stored(page).await?.is_empty(), "still there");
    Ok(())
}

#[tokio::test]
async fn a_copy_that_another_tab_reads_is_not_fetched_anew() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = "/files/12MiB/sample.iso?rate=4MB";
    let url = stage.site.url(target);
    let [owner, other] = fetch_in_two_tabs(&stage, &url, &json!({})).await?;
    ask(page, "rest", &url).await?;
    let reload = json!({ "cache": "reload" });
    page.show(&owner).await?;
    body(page).await?;
    fetch(page, &url, &reload).await?;
    body(page).await?;
    let once = stage.silence(target).await?;
    page.show(&other).await?;
    let all = body(page).await?;
    ensure!(all == 12 * MIB, "{all}");
    // Now nobody reads it.
    fetch(page, &url, &reload).await?;
    body(page).await?;
    let twice = stage.silence(target).await?;
    ensure!(
        record::sent_again(&once, &twice[once.len()..]) == 12 * MIB,
        "{twice:?}"
    );
    Ok(())
}
