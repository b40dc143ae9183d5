//! Servers that cannot be downloaded from in ranges: one stream, and the reason for it.

use anyhow::{Context, Result, ensure};
use rangeload_e2e::Kind;
use rangeload_server::RequestRecord;
use serde_json::json;

use crate::stage::{Stage, ask, identical, received};

const MIB: u64 = 1 << 20;
const SIZE: u64 = 5 * MIB + 3;

const NO_RANGES: &str = "does not answer byte ranges";
const COMPRESSED: &str = "compresses the file";

/// Each with the reason, and whether the size is known before the end.
async fn are_one_stream_and_say_why(kind: Kind, servers: &[(&str, &str, bool)]) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    for (knobs, reason, announced) in servers {
        let target = format!("/files/5MiB+3/sample.iso?rate=8MB&{knobs}");
        let id = stage.begin(&target, json!({})).await?;
        let midway = received(page, &id, MIB).await?;
        let size = announced.then_some(SIZE);
        let why = midway.reason.clone().unwrap_or_default();
        ensure!(
            !midway.resumable && midway.size == size && why.contains(reason),
            "{knobs}: {midway:?}"
        );
        let compared = identical(page, &id, "5MiB+3", 0).await;
        compared.with_context(|| target)?;
        let status = ask(page, "status", &id).await?;
        ensure!(!status.resumable, "{knobs}: {status:?}");
    }
    Ok(())
}

const WITHOUT_RANGES: [(&str, &str, bool); 4] = [
    ("ranges=ignore", NO_RANGES, true),
    ("ranges=claim", NO_RANGES, true),
    ("ranges=ignore&length=unknown", NO_RANGES, false),
    ("ranges=ignore&validators=none", NO_RANGES, true),
];

#[tokio::test]
async fn servers_without_ranges_are_one_stream_and_say_why_in_chromium() -> Result<()> {
    are_one_stream_and_say_why(Kind::Chromium, &WITHOUT_RANGES).await
}

#[tokio::test]
async fn servers_without_ranges_are_one_stream_and_say_why_in_firefox() -> Result<()> {
    are_one_stream_and_say_why(Kind::Firefox, &WITHOUT_RANGES).await
}

#[tokio::test]
async fn servers_without_ranges_are_one_stream_and_say_why_in_webkit() -> Result<()> {
    are_one_stream_and_say_why(Kind::WebKit, &WITHOUT_RANGES).await
}

/// Chromium fails these where the request has Range, and is asked without.
const COMPRESSING: [(&str, &str, bool); 2] = [
    ("encoding=gzip", COMPRESSED, false),
    ("encoding=gzip&ranges=ignore", COMPRESSED, false),
];

#[tokio::test]
async fn servers_that_compress_are_one_stream_and_say_why_in_chromium() -> Result<()> {
    are_one_stream_and_say_why(Kind::Chromium, &COMPRESSING).await
}

#[tokio::test]
async fn servers_that_compress_are_one_stream_and_say_why_in_firefox() -> Result<()> {
    are_one_stream_and_say_why(Kind::Firefox, &COMPRESSING).await
}

#[tokio::test]
async fn servers_that_compress_are_one_stream_and_say_why_in_webkit() -> Result<()> {
    are_one_stream_and_say_why(Kind::WebKit, &COMPRESSING).await
}

fn starts_at(record: &RequestRecord) -> Option<u64> {
    record.sent.as_ref().map(|sent| sent.start)
}

#[tokio::test]
async fn a_stream_that_a_reload_cut_off_starts_over_and_ends_byte_identical() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    for knobs in ["ranges=ignore", "ranges=ignore&length=unknown"] {
        let target = format!("/files/5MiB+3/sample.iso?rate=4MB&tag=again&{knobs}");
        stage.site.server.hold_after(&target, 3 * MIB);
        let id = stage.begin(&target, json!({})).await?;
        received(page, &id, 2 * MIB).await?;
        page.reload().await?;
        let found = ask(page, "status", &id).await?;
        ensure!(found.interrupted, "{knobs}: {found:?}");
        stage.site.server.release(&target);
        ask(page, "resume", &id).await?;
        identical(page, &id, "5MiB+3", 0).await?;
        let records = stage.silence(&target).await?;
        let starts: Vec<_> = records.iter().map(starts_at).collect();
        ensure!(starts == [Some(0), Some(0)], "{knobs}: {records:?}");
    }
    Ok(())
}
