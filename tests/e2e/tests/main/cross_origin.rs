//! Files of another origin, of whose headers the page may see all, a few, or none.

use anyhow::{Context, Result, ensure};
use rangeload_e2e::{Kind, Site};
use serde_json::json;

use crate::record;
use crate::stage::{Stage, ask, begin, failed, identical, received, recorded};

const MIB: u64 = 1 << 20;
const SIZE: &str = "12MiB+7";

/// A preflight would be a request that carries no data.
async fn a_file_of_another_origin_needs_no_preflight(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    for (knobs, connections) in [
        ("", 4),
        ("&expose=none", 4),
        // Nothing proves which file an answer is of: one connection goes through it.
        ("&expose=none&validators=none", 1),
        ("&expose=none&ranges=ignore", 1),
    ] {
        let target = format!("/files/{SIZE}/sample.iso?rate=4MB{knobs}");
        let url = stage.site.other_url(&target);
        let id = begin(stage.page(), &url, json!({ "connections": 6 })).await?;
        let compared = identical(stage.page(), &id, SIZE, 0).await;
        compared.with_context(|| target.clone())?;
        let records = stage.silence(&target).await?;
        record::asks_only_for_bytes(&records)?;
        record::runs_beside_each_other(&records, connections)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_file_of_another_origin_needs_no_preflight_in_chromium() -> Result<()> {
    a_file_of_another_origin_needs_no_preflight(Kind::Chromium).await
}

#[tokio::test]
async fn a_file_of_another_origin_needs_no_preflight_in_firefox() -> Result<()> {
    a_file_of_another_origin_needs_no_preflight(Kind::Firefox).await
}

#[tokio::test]
async fn a_file_of_another_origin_needs_no_preflight_in_webkit() -> Result<()> {
    a_file_of_another_origin_needs_no_preflight(Kind::WebKit).await
}

#[tokio::test]
async fn a_file_of_another_origin_goes_on_after_a_reload_whatever_it_shows() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    for knobs in ["expose=none", "expose=none&validators=none"] {
        let target = format!("/files/{SIZE}/sample.iso?rate=4MB&tag=reload&{knobs}");
        let url = stage.site.other_url(&target);
        stage.site.server.hold_after(&target, 8 * MIB);
        let id = begin(page, &url, json!({})).await?;
        received(page, &id, 4 * MIB).await?;
        recorded(page, &id).await?;
        page.reload().await?;
        let found = ask(page, "status", &id).await?;
        ensure!(
            found.interrupted && found.progress.received > 0,
            "{found:?}"
        );
        let before = stage.silence(&target).await?.len();
        stage.site.server.release(&target);
        ask(page, "resume", &id).await?;
        identical(page, &id, SIZE, 0).await?;
        let records = stage.silence(&target).await?;
        let again = record::sent_again(&records[..before], &records[before..]);
        ensure!(
            again < found.progress.received,
            "{knobs}: {again} bytes were sent again, of {found:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_redirect_to_another_origin_is_followed() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    for knobs in ["redirect=1", "redirect=2&expose=none"] {
        let target = format!("/files/3MiB/sample.iso?rate=4MB&redirect-to=other&{knobs}");
        let id = stage.begin(&target, json!({ "connections": 6 })).await?;
        let compared = identical(stage.page(), &id, "3MiB", 0).await;
        compared.with_context(|| target)?;
    }
    Ok(())
}

async fn what_the_page_may_not_read_is_blocked_and_says_what_is_missing(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let url = stage.site.other_url("/files/1MiB/sample.iso?cors=none");
    let id = begin(stage.page(), &url, json!({})).await?;
    let (_, failure) = failed(stage.page(), &id).await?;
    let helps = failure.message.contains("Access-Control-Allow-Origin");
    ensure!(
        failure.code == "blocked" && helps && !failure.retryable,
        "{failure:?}"
    );
    Ok(())
}

#[tokio::test]
async fn what_the_page_may_not_read_is_blocked_in_chromium() -> Result<()> {
    what_the_page_may_not_read_is_blocked_and_says_what_is_missing(Kind::Chromium).await
}

#[tokio::test]
async fn what_the_page_may_not_read_is_blocked_in_firefox() -> Result<()> {
    what_the_page_may_not_read_is_blocked_and_says_what_is_missing(Kind::Firefox).await
}

#[tokio::test]
async fn what_the_page_may_not_read_is_blocked_in_webkit() -> Result<()> {
    what_the_page_may_not_read_is_blocked_and_says_what_is_missing(Kind::WebKit).await
}

/// To a script, such a request fails like one that nobody answers; WebKit's workers are not told
/// more than that.
async fn what_the_policy_of_the_page_forbids_is_blocked_and_says_so(kind: Kind) -> Result<()> {
    let site = Site::with_policy("connect-src 'self'").await?;
    let stage = Stage::on(site, kind, "/test/blank.html").await?;
    let url = stage.site.other_url("/files/1MiB/sample.iso");
    let id = begin(stage.page(), &url, json!({})).await?;
    let (_, failure) = failed(stage.page(), &id).await?;
    let helps = failure.message.contains("connect-src");
    ensure!(
        failure.code == "blocked" && helps && !failure.retryable,
        "{failure:?}"
    );
    Ok(())
}

#[tokio::test]
async fn what_the_policy_of_the_page_forbids_is_blocked_in_chromium() -> Result<()> {
    what_the_policy_of_the_page_forbids_is_blocked_and_says_so(Kind::Chromium).await
}

#[tokio::test]
async fn what_the_policy_of_the_page_forbids_is_blocked_in_firefox() -> Result<()> {
    what_the_policy_of_the_page_forbids_is_blocked_and_says_so(Kind::Firefox).await
}

/// Where the page cannot see that the bytes it gets are not those on the way: never wrong ones.
/// All at once: what takes long here is to wait between the tries.
async fn a_hidden_compression_is_an_error_or_the_right_file(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    let mut downloads = Vec::new();
    for knobs in [
        "",
        "&rate=2MB",
        "&validators=none",
        "&ranges=ignore",
        "&ranges=ignore&length=unknown",
        "&skip=1&rate=2MB",
        "&skip=2&rate=2MB&validators=none",
    ] {
        let target = format!("/files/4MiB+3/sample.iso?encoding=gzip&expose=none{knobs}");
        let url = stage.site.other_url(&target);
        let id = begin(page, &url, json!({ "connections": 6 })).await?;
        downloads.push((target, id));
    }
    for (target, id) in downloads {
        let status = ask(page, "rest", &id).await?;
        if status.state == "failed" {
            let (_, failure) = failed(page, &id).await?;
            // Where the last bytes cannot be read once more, Chromium says no more than that.
            let named = ["mismatch", "network"].contains(&failure.code.as_str());
            ensure!(named, "{target}: {failure:?}");
        } else {
            let compared = identical(page, &id, "4MiB+3", 0).await;
            compared.with_context(|| target)?;
        }
        ask(page, "remove", &id).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_hidden_compression_is_an_error_or_the_right_file_in_chromium() -> Result<()> {
    a_hidden_compression_is_an_error_or_the_right_file(Kind::Chromium).await
}

#[tokio::test]
async fn a_hidden_compression_is_an_error_or_the_right_file_in_firefox() -> Result<()> {
    a_hidden_compression_is_an_error_or_the_right_file(Kind::Firefox).await
}

#[tokio::test]
async fn a_hidden_compression_is_an_error_or_the_right_file_in_webkit() -> Result<()> {
    a_hidden_compression_is_an_error_or_the_right_file(Kind::WebKit).await
}
