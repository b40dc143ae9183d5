//! What the whole file must hash to: told right it is complete, told wrong it is not.

use anyhow::{Context, Result, ensure};
use rangeload_e2e::Kind;
use serde::Deserialize;
use serde_json::json;

use crate::stage::{Stage, ask, failed, identical};

const SIZE: u64 = 8 << 20;
const TARGET: &str = "/files/8MiB/sample.iso?rate=4MB";
const WRONG: &str = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[derive(Deserialize)]
struct Watched {
    states: Vec<String>,
}

/// In each way of writing them, hashed by the browser from what the server sends.
async fn right_ones(stage: &Stage) -> Result<[String; 4]> {
    let script = "return (async () => {
        const bytes = await (await fetch('/files/8MiB/sample.iso')).arrayBuffer();
        const digest = async (bits) => {
            const digest = await crypto.subtle.digest(`SHA-${bits}`, bytes);
            return btoa(String.fromCharCode(...new Uint8Array(digest)));
        };
        const [short, long] = [await digest(256), await digest(512)];
        return [`sha256-${short}`, `sha512-${long}`, `sha-256=:${short}:`, `sha-512=:${long}:`];
    })()";
    stage.page().run(script).await
}

async fn a_right_digest_is_checked_and_a_wrong_one_keeps_every_byte(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    let right = right_ones(&stage).await?;
    for (number, digest) in right.iter().enumerate() {
        let options = json!({ "id": format!("it{number}"), "digest": digest });
        let id = stage.begin(TARGET, options).await?;
        page.call::<()>("watch", json!([id])).await?;
        identical(page, &id, "8MiB", 0)
            .await
            .context(digest.clone())?;
        let watched: Watched = page.call("watched", json!([id])).await?;
        ensure!(
            watched
                .states
                .ends_with(&["verifying".into(), "complete".into()]),
            "{digest}: {:?}",
            watched.states
        );
    }

    let id = stage.begin(TARGET, json!({ "digest": WRONG })).await?;
    let (status, failure) = failed(page, &id).await?;
    ensure!(
        failure.code == "integrity" && !failure.retryable,
        "{failure:?}"
    );
    ensure!(
        failure.detail == json!({ "expected": WRONG, "actual": right[0], "piece": null }),
        "{failure:?}"
    );
    ensure!(status.progress.received == SIZE, "{status:?}");
    let asked = stage.silence(TARGET).await?.len();
    page.reload().await?;
    let kept = ask(page, "status", &id).await?;
    ensure!(kept.progress.received == SIZE, "after a reload {kept:?}");

    // Nothing has to be fetched again once the right one is known.
    let options = json!({ "digest": right[0] });
    let id = stage.begin(TARGET, options).await?;
    identical(page, &id, "8MiB", 0).await?;
    let again = stage.silence(TARGET).await?.len() - asked;
    ensure!(again == 0, "{again} requests for what was there");
    Ok(())
}

#[tokio::test]
async fn a_right_digest_is_checked_and_a_wrong_one_keeps_every_byte_in_chromium() -> Result<()> {
    a_right_digest_is_checked_and_a_wrong_one_keeps_every_byte(Kind::Chromium).await
}

#[tokio::test]
async fn a_right_digest_is_checked_and_a_wrong_one_keeps_every_byte_in_firefox() -> Result<()> {
    a_right_digest_is_checked_and_a_wrong_one_keeps_every_byte(Kind::Firefox).await
}

#[tokio::test]
async fn a_right_digest_is_checked_and_a_wrong_one_keeps_every_byte_in_webkit() -> Result<()> {
    a_right_digest_is_checked_and_a_wrong_one_keeps_every_byte(Kind::WebKit).await
}
