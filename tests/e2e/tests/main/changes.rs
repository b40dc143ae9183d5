//! The remote file becomes another one while it is downloaded: bytes of two versions never meet.

use anyhow::{Context, Result, ensure};
use rangeload_e2e::Kind;
use serde_json::json;

use crate::stage::{Stage, ask, failed, identical, received, stored};

const MIB: u64 = 1 << 20;
const SIZE: &str = "8MiB+5";

/// From the third request on, which is answered late enough for bytes of the first two to come.
const CHANGES: [&str; 6] = [
    "etag-after=2",
    "content-after=2",
    "size-after=2:9MiB",
    "size-after=2:4MiB",
    "content-after=2&validators=date",
    "content-range=total",
];

#[tokio::test]
async fn a_changed_file_is_an_error_and_the_bytes_of_the_first_stay() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let mut wrong = Vec::new();
    for change in CHANGES {
        let result = keeps_the_first(&stage, change).await;
        wrong.extend(result.err().map(|error| format!("{change}: {error:#}")));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Once the first version is back, the download goes on to the end of it. The server counts its
/// requests anew when it forgets them, so that each time a little more of the first is there.
async fn keeps_the_first(stage: &Stage, change: &str) -> Result<()> {
    let page = stage.page();
    let target = format!("/files/{SIZE}/sample.iso?rate=4MB&delay=300&skip=2&{change}");
    let id = stage.begin(&target, json!({ "connections": 6 })).await?;
    let (status, failure) = failed(page, &id).await?;
    ensure!(
        failure.code == "changed" && !failure.retryable,
        "{failure:?}"
    );
    page.reload().await?;
    let mut now = ask(page, "status", &id).await?;
    ensure!(
        now.progress.received == status.progress.received,
        "{status:?}, after a reload {now:?}"
    );
    while now.state != "complete" {
        let before = now.progress.received;
        stage.silence(&target).await?;
        stage.site.server.forget(&target);
        ask(page, "resume", &id).await?;
        now = ask(page, "rest", &id).await?;
        ensure!(
            now.state == "complete" || now.progress.received > before,
            "no further than {now:?}"
        );
    }
    identical(page, &id, SIZE, 0).await?;
    ask(page, "remove", &id).await?;
    ensure!(stored(page).await?.is_empty(), "it is still stored");
    Ok(())
}

#[tokio::test]
async fn who_asks_for_a_restart_gets_the_new_file_and_nothing_of_the_old() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    for (change, size, seed) in [
        ("etag-after=2", SIZE, 0),
        ("content-after=2", SIZE, 1),
        ("size-after=2:9MiB", "9MiB", 1),
        ("size-after=2:4MiB", "4MiB", 1),
        ("content-after=2&validators=date", SIZE, 1),
    ] {
        let target = format!("/files/{SIZE}/sample.iso?rate=4MB&tag=restart&{change}");
        let options = json!({ "connections": 6, "onChanged": "restart" });
        let id = stage.begin(&target, options).await?;
        let compared = identical(stage.page(), &id, size, seed).await;
        compared.with_context(|| change.to_owned())?;
    }
    Ok(())
}

/// Nothing in the answers tells the versions apart: only their bytes do.
#[tokio::test]
async fn without_validators_stored_bytes_are_compared_before_any_are_added() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    for (seed, validators) in (10..).zip(["none", "weak-only"]) {
        for (change, code) in [("", None), ("&content-after=1", Some("changed"))] {
            let target = format!(
                "/files/{SIZE}/sample.iso?rate=6MB&seed={seed}&validators={validators}{change}"
            );
            let id = stage.begin(&target, json!({})).await?;
            received(page, &id, 3 * MIB).await?;
            let paused = ask(page, "pause", &id).await?;
            page.reload().await?;
            ask(page, "resume", &id).await?;
            match code {
                None => drop(identical(page, &id, SIZE, seed).await?),
                Some(code) => {
                    let (status, failure) = failed(page, &id).await?;
                    ensure!(failure.code == code, "{target}: {failure:?}");
                    ensure!(
                        status.progress.received == paused.progress.received,
                        "{target}: {paused:?}, then {status:?}"
                    );
                }
            }
        }
    }
    Ok(())
}
