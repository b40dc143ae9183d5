//! A page that is left for another one, and may be as it was when the way leads back.

use anyhow::{Result, ensure};
use rangeload_e2e::{Comparison, Kind};
use serde_json::{Value, json};

use crate::stage::{Stage, ask, identical, received, recorded, stored};

const TARGET: &str = "/files/8MiB/sample.iso?rate=400KB";

/// The page after it is of the same origin: it finds the download, and finishes it.
async fn the_next_page_takes_over_and_so_does_the_one_before_it(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    let id = stage.begin(TARGET, json!({})).await?;
    recorded(page, &id).await?;
    page.open(&stage.site.url("/test/blank.html?second"))
        .await?;
    let found = stored(page).await?;
    ensure!(found.len() == 1 && found[0].interrupted, "{found:?}");
    let kept = found[0].progress.received;
    ensure!(kept > 0, "nothing was kept");
    ask(page, "resume", &id).await?;
    // There and back, while it is under way again.
    page.back().await?;
    page.until("document.readyState === 'complete'").await?;
    let here = stored(page).await?;
    ensure!(here[0].progress.received >= kept, "{here:?}");
    if here[0].state == "paused" {
        ask(page, "resume", &id).await?;
    }
    identical(page, &id, "8MiB", 0).await?;
    Ok(())
}

#[tokio::test]
async fn the_next_page_takes_over_and_so_does_the_one_before_it_in_chromium() -> Result<()> {
    the_next_page_takes_over_and_so_does_the_one_before_it(Kind::Chromium).await
}

#[tokio::test]
async fn the_next_page_takes_over_and_so_does_the_one_before_it_in_firefox() -> Result<()> {
    the_next_page_takes_over_and_so_does_the_one_before_it(Kind::Firefox).await
}

#[tokio::test]
async fn the_next_page_takes_over_and_so_does_the_one_before_it_in_webkit() -> Result<()> {
    the_next_page_takes_over_and_so_does_the_one_before_it(Kind::WebKit).await
}

/// The engine of a page that is kept has ended, and the next one finds nothing: there was no one to
/// hear of the removal.
#[tokio::test]
async fn what_another_page_removed_is_removed_on_the_page_that_was_kept_too() -> Result<()> {
    let stage = Stage::start(Kind::WebKit).await?;
    let page = stage.page();
    let id = stage.begin(TARGET, json!({})).await?;
    recorded(page, &id).await?;
    let second = stage.site.url("/test/blank.html?second");
    page.open(&second).await?;
    // It is known from the list only: nobody here has said what it is.
    ask(page, "resume", &id).await?;
    page.run::<()>("addEventListener('pageshow', (event) => { window.kept = event.persisted })")
        .await?;
    page.open(&stage.site.url("/test/blank.html?third")).await?;
    ask(page, "remove", &id).await?;
    page.back().await?;
    page.until("window.kept").await?;
    let left = ask(page, "rest", &id).await?;
    ensure!(left.state == "removed", "{left:?}");
    ensure!(stored(page).await?.is_empty(), "it is back");
    Ok(())
}

/// The page that is kept has begun it, and was at work when it was left.
#[tokio::test]
async fn what_another_page_paused_or_removed_does_not_go_on_where_the_page_was_kept() -> Result<()>
{
    let stage = Stage::start(Kind::WebKit).await?;
    let page = stage.page();
    for (verb, state) in [("pause", "paused"), ("remove", "removed")] {
        let target = format!("{TARGET}&tag={verb}");
        // However slow the machine is, it is not complete before it is paused.
        stage.site.server.hold_after(&target, 4 << 20);
        let id = stage.begin(&target, json!({})).await?;
        recorded(page, &id).await?;
        page.run::<()>(
            "window.kept = false;
            addEventListener('pageshow', (event) => { window.kept = event.persisted });",
        )
        .await?;
        page.open(&stage.site.url("/test/blank.html?second"))
            .await?;
        // It is at work here once it has brought more.
        let kept = ask(page, "status", &id).await?.progress.received;
        stage.site.server.hold_after(&target, 2 << 20);
        ask(page, "resume", &id).await?;
        received(page, &id, kept + 1).await?;
        ask(page, verb, &id).await?;
        page.back().await?;
        page.until("window.kept").await?;
        let left = ask(page, "rest", &id).await?;
        ensure!(left.state == state && !left.interrupted, "{left:?}");
        let found = stored(page).await?;
        let states: Vec<&str> = found.iter().map(|one| one.state.as_str()).collect();
        ensure!(states.iter().all(|state| *state == "paused"), "{found:?}");
        ensure!(found.len() == 1, "{found:?}");
    }
    Ok(())
}

/// There a page is kept as it was, and so is who reads in it.
#[tokio::test]
async fn a_reader_goes_on_where_the_page_is_kept_for_the_way_back() -> Result<()> {
    let stage = Stage::start(Kind::WebKit).await?;
    let page = stage.page();
    let id = stage.begin(TARGET, json!({})).await?;
    let _: Option<Value> = page.call("read", json!([id])).await?;
    recorded(page, &id).await?;
    page.run::<()>("addEventListener('pageshow', (event) => { window.kept = event.persisted })")
        .await?;
    page.open(&stage.site.url("/test/blank.html?second"))
        .await?;
    page.back().await?;
    page.until("window.kept").await?;
    let read: Comparison = page.call("readToEnd", json!([id, "8MiB", "0"])).await?;
    ensure!(read.size == 8 << 20 && read.wrong.is_empty(), "{read:?}");
    Ok(())
}

/// From the moment a page is about to be left until the next one is there, WebKit reads no Blob,
/// whatever it is made of. Who reads meanwhile reads on.
#[tokio::test]
async fn a_reader_reads_on_while_the_next_page_is_waited_for() -> Result<()> {
    let stage = Stage::start(Kind::WebKit).await?;
    let page = stage.page();
    let id = stage.begin("/files/24MiB/sample.iso", json!({})).await?;
    identical(page, &id, "24MiB", 0).await?;
    page.run::<()>(&format!(
        "const read = async ({{ download }}) => {{
            const reader = download('{id}').stream().getReader();
            for (window.bytes = 0; ;) {{
                const {{ done, value }} = await reader.read();
                if (done) return 'all';
                window.bytes += value.byteLength;
                await new Promise((resolve) => setTimeout(resolve, 100));
            }}
        }};
        import('/pkg/index.js').then(read).catch(String).then((end) => {{ window.end = end; }});"
    ))
    .await?;
    page.until("window.bytes > 0").await?;
    page.open(
        &stage
            .site
            .url("/files/1KiB/next.html?delay=1000&type=text/html"),
    )
    .await?;
    page.back().await?;
    page.until("window.end").await?;
    let (end, bytes): (String, u64) = page.run("return [window.end, window.bytes]").await?;
    ensure!(end == "all" && bytes == 24 << 20, "{end}, {bytes} bytes");
    Ok(())
}
