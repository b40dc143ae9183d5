//! Every way in which the range server can misbehave: each ends in a right file, or in the error
//! that the contract names with what was received still there.

use anyhow::{Result, bail, ensure};
use rangeload_e2e::Kind;
use serde_json::{Value, json};

use crate::stage::{Stage, ask, failed, identical, received, stored};

const SIZE: &str = "8MiB+5";

/// With several connections, each held back enough for the others to have work to do.
const RATE: &str = "rate=4MB";

/// All of them in one browser; what is wrong with any is told at the end.
async fn each_ends_byte_identical(faults: &[&str]) -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let mut wrong = Vec::new();
    for fault in faults {
        let result = ends_byte_identical(&stage, fault).await;
        wrong.extend(result.err().map(|error| format!("{fault}: {error:#}")));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

async fn ends_byte_identical(stage: &Stage, fault: &str) -> Result<()> {
    let target = format!("/files/{SIZE}/sample.iso?{RATE}&{fault}");
    let id = stage.begin(&target, json!({ "connections": 6 })).await?;
    identical(stage.page(), &id, SIZE, 0).await?;
    ask(stage.page(), "remove", &id).await?;
    Ok(())
}

async fn each_ends_in_its_error(faults: &[(&str, &str)]) -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let mut wrong = Vec::new();
    for (fault, code) in faults {
        let result = ends_in_an_error(&stage, fault, code).await;
        wrong.extend(result.err().map(|error| format!("{fault}: {error:#}")));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// What was received when it failed is still there after a reload, and gone once it is removed.
async fn ends_in_an_error(stage: &Stage, fault: &str, code: &str) -> Result<()> {
    let page = stage.page();
    let target = format!("/files/{SIZE}/sample.iso?{RATE}&{fault}");
    let id = stage.begin(&target, json!({ "connections": 6 })).await?;
    let (status, failure) = failed(page, &id).await?;
    ensure!(failure.code == code, "{failure:?}");
    page.reload().await?;
    let all = stored(page).await?;
    let [after] = all.as_slice() else {
        bail!("stored: {all:?}");
    };
    ensure!(
        after.progress.received == status.progress.received && !after.interrupted,
        "{status:?}, after a reload {after:?}"
    );
    ask(page, "remove", &id).await?;
    ensure!(stored(page).await?.is_empty(), "it is still stored");
    Ok(())
}

#[tokio::test]
async fn what_breaks_off_or_falls_silent_is_taken_up_where_it_was() -> Result<()> {
    each_ends_byte_identical(&[
        "cut=0&times=2",
        "cut=1&times=3",
        "cut=0&skip=1&times=4",
        "cut=300KB",
        "cut=300KB&length=unknown",
        "stall=300KB&times=1",
        "stall=300KB&skip=1&times=2",
        "delay=200",
        "slow=3:100KB",
        "body=short:1&times=3",
        "body=short:100KB&times=3",
        "body=short:100KB&times=3&length=unknown",
        "ranges=ignore&cut=1MB&times=1",
        "ranges=ignore&body=short:1&times=2",
    ])
    .await
}

#[tokio::test]
async fn an_answer_that_contradicts_the_request_is_asked_for_again() -> Result<()> {
    each_ends_byte_identical(&[
        "length=unknown",
        "content-range=missing",
        "content-range=shifted&times=1",
        "content-range=shifted&skip=1&times=2",
        "content-range=lies&times=1",
        "content-range=lies&skip=1&times=2",
        "content-range=garbage&times=1",
        "content-range=garbage&skip=1&times=2",
        "ranges=ignore&skip=1&times=2",
        "ranges=claim&skip=1&times=2",
        "encoding=gzip&skip=1&times=2",
        "body=long:1",
        "body=long:100KB",
        "body=long:100KB&skip=1",
    ])
    .await
}

#[tokio::test]
async fn validators_that_differ_without_a_change_do_no_harm() -> Result<()> {
    each_ends_byte_identical(&[
        "validators=date",
        "validators=weak",
        "validators=weak&weak-varies=1",
        "validators=weak-only",
        "validators=weak-only&weak-varies=1",
        "validators=none",
        "redirect=1",
        "redirect=3",
    ])
    .await
}

/// Nothing is wrong with the file that such a server sends without being asked for a range.
#[tokio::test]
async fn where_no_range_comes_out_right_the_file_is_fetched_as_a_whole() -> Result<()> {
    each_ends_byte_identical(&[
        "content-range=shifted",
        "content-range=lies",
        "content-range=garbage",
    ])
    .await
}

/// A total that is never reached: the file seems to have become shorter.
#[tokio::test]
async fn a_file_that_is_shorter_than_its_server_says_has_changed() -> Result<()> {
    each_ends_in_its_error(&[("content-range=total", "changed")]).await
}

#[tokio::test]
async fn a_status_that_another_try_cannot_mend_is_an_error_at_once() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    for status in [400, 401, 403, 404, 410, 451, 501] {
        let target = format!("/files/1MiB/sample.iso?status={status}");
        let id = stage.begin(&target, json!({})).await?;
        let (_, failure) = failed(stage.page(), &id).await?;
        let told = (failure.code.as_str(), &failure.detail["status"]);
        ensure!(told == ("http", &json!(status)), "{status}: {failure:?}");
        let requests = stage.silence(&target).await?.len();
        ensure!(requests == 1, "{status}: {requests} requests");
    }
    Ok(())
}

/// What was let in runs to its end; what is asked for after a pause is not let in any more.
#[tokio::test]
async fn a_status_in_the_middle_keeps_what_was_received() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    for status in [404, 410, 451] {
        let target = format!("/files/{SIZE}/sample.iso?rate=1MB&status={status}&skip=1");
        let id = stage.begin(&target, json!({ "connections": 1 })).await?;
        received(page, &id, 1 << 20).await?;
        let kept = ask(page, "pause", &id).await?.progress.received;
        ask(page, "resume", &id).await?;
        let (now, failure) = failed(page, &id).await?;
        ensure!(
            failure.code == "http" && now.progress.received == kept,
            "{status}: {now:?}"
        );
    }
    Ok(())
}

/// Some servers say so of one request too many: those before it go on.
#[tokio::test]
async fn a_status_that_others_escape_ends_nothing_and_is_not_asked_for_again_and_again()
-> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    for status in ["404", "403", "410"] {
        let target = format!("/files/24MiB+5/sample.iso?rate=4MB&status={status}&skip=1");
        let id = stage.begin(&target, json!({})).await?;
        identical(stage.page(), &id, "24MiB+5", 0).await?;
        let requests = stage.silence(&target).await?.len();
        ensure!(requests < 20, "{requests} requests");
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_recovers_is_asked_again() -> Result<()> {
    each_ends_byte_identical(&[
        "status=500&times=2",
        "status=502&skip=1&times=2",
        "status=503&skip=2&times=3",
        "status=408&times=1",
        "status=429&skip=1&times=5",
    ])
    .await
}

/// By the server's own clock; the date has whole seconds, so that up to one of them is lost.
/// Its monotonic clock stood still, and the page knows no other than the time of day.
#[tokio::test]
async fn a_machine_that_has_slept_says_rightly_how_long_it_waits() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    page.call::<()>("configure", json!(["worker after sleep"]))
        .await?;
    let url = stage
        .site
        .url("/files/1MiB/sample.iso?status=503&retry-after=2&times=1");
    let told: Value = page.call("beginUntilWaiting", json!([url])).await?;
    let seconds = told["seconds"].as_f64().unwrap_or_default();
    ensure!(seconds > 0.0 && seconds <= 3.0, "{told}");
    Ok(())
}

/// A timer may fire before such a clock has come to its time.
#[tokio::test]
async fn a_wait_ends_where_the_clock_moves_in_steps() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    stage
        .page()
        .call::<()>("configure", json!(["worker with a coarse clock"]))
        .await?;
    let id = stage
        .begin("/files/1MiB/sample.iso?status=503&times=3", json!({}))
        .await?;
    identical(stage.page(), &id, "1MiB", 0).await?;
    Ok(())
}

#[tokio::test]
async fn retry_after_is_obeyed_in_both_of_its_forms() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    for (knobs, least) in [
        ("status=503&retry-after=1&times=1", 1000),
        ("status=429&retry-after=1&times=1", 1000),
        ("status=503&retry-after=date:3&times=1", 1900),
        ("status=429&retry-after=date:3&times=1", 1900),
    ] {
        let target = format!("/files/1MiB/sample.iso?{knobs}");
        let page = stage.page();
        let url = stage.site.url(&target);
        let told: Value = page.call("beginUntilWaiting", json!([url])).await?;
        let seconds = told["seconds"].as_f64();
        ensure!(
            told["code"] == "http" && seconds.is_some_and(|seconds| seconds < 4.0),
            "{told}"
        );
        identical(page, &url, "1MiB", 0).await?;
        let records = stage.silence(&target).await?;
        let [refused, next, ..] = records.as_slice() else {
            bail!("{knobs}: {records:?}");
        };
        let waited = next.started.saturating_sub(refused.started).as_millis();
        ensure!(waited >= least, "{knobs}: asked again after {waited} ms");
    }
    Ok(())
}

/// All at once: what takes long here is to wait between the tries.
#[tokio::test]
async fn a_server_that_stays_broken_is_given_up_with_the_last_cause() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let mut ids = Vec::new();
    for (knobs, code) in [
        ("status=500", "http"),
        ("status=503", "http"),
        ("cut=0", "network"),
        // However much of it comes each time, none of it brings a stream further.
        ("cut=200KB&ranges=ignore", "network"),
    ] {
        let target = format!("/files/1MiB/sample.iso?{knobs}");
        ids.push((stage.begin(&target, json!({})).await?, code));
    }
    for (id, code) in ids {
        let (_, failure) = failed(stage.page(), &id).await?;
        ensure!(
            failure.code == code && failure.retryable,
            "{id}: {failure:?}"
        );
    }
    Ok(())
}
