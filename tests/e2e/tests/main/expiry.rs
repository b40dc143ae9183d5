//! Addresses that expire, as presigned ones do: another is asked for, and the bytes go on.

use anyhow::{Context, Result, ensure};
use rangeload_e2e::{Kind, Page, Status};
use rangeload_server::Summary;
use serde::Deserialize;
use serde_json::json;

use crate::record;
use crate::stage::{Stage, ask, failed, identical, recorded};

const MIB: u64 = 1 << 20;

fn file(knobs: &str) -> String {
    format!("/files/12MiB/sample.iso?rate=1MB&{knobs}")
}

#[derive(Debug, Deserialize, PartialEq)]
struct Reason {
    status: u16,
    url: String,
}

/// With addresses to be given one after the other.
async fn begin(stage: &Stage, target: &str, next: &[&String]) -> Result<String> {
    let urls: Vec<String> = next.iter().map(|target| stage.site.url(target)).collect();
    let options = json!({ "id": "it", "connections": 4 });
    let arguments = json!([stage.site.url(target), options, urls]);
    let begun: Status = stage.page().call("beginWithUrls", arguments).await?;
    Ok(begun.id)
}

async fn reasons(page: &Page) -> Result<Vec<Reason>> {
    page.call("reasons", json!([])).await
}

/// The first address works for some requests, the second for none.
async fn an_expired_address_is_replaced_and_nothing_begins_anew(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    for status in [401, 403, 410] {
        let first = file(&format!("status={status}&skip=2"));
        let second = file(&format!("status={status}&tag=second"));
        let third = file(&format!("tag=third-{status}"));
        let before = reasons(page).await?.len();
        let id = begin(&stage, &first, &[&second, &third]).await?;
        let compared = identical(page, &id, "12MiB", 0).await;
        compared.with_context(|| status.to_string())?;
        let asked = reasons(page).await?.split_off(before);
        let expected = [&first, &second].map(|target| Reason {
            status,
            url: stage.site.url(target),
        });
        ensure!(asked == expected, "{asked:?}");
        let mut sent = stage.silence(&first).await?;
        sent.extend(stage.silence(&third).await?);
        let repeated = Summary::of(&sent).repeated;
        ensure!(repeated < 6 * MIB, "{repeated} bytes were sent again");
        let now = ask(page, "status", &id).await?;
        ensure!(now.url == stage.site.url(&third), "{now:?}");
        ask(page, "remove", &id).await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_expired_address_is_replaced_and_nothing_begins_anew_in_chromium() -> Result<()> {
    an_expired_address_is_replaced_and_nothing_begins_anew(Kind::Chromium).await
}

#[tokio::test]
async fn an_expired_address_is_replaced_and_nothing_begins_anew_in_firefox() -> Result<()> {
    an_expired_address_is_replaced_and_nothing_begins_anew(Kind::Firefox).await
}

/// Who has none to give is told the status, and may come back with one after a reload.
#[tokio::test]
async fn where_there_is_no_other_address_the_bytes_wait_for_one() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let first = file("status=403&skip=1");
    let id = begin(&stage, &first, &[]).await?;
    // What was let in would bring all of it.
    recorded(page, &id).await?;
    page.reload().await?;
    begin(&stage, &first, &[]).await?;
    let (status, failure) = failed(page, &id).await?;
    ensure!(
        failure.code == "http" && failure.detail["status"] == 403,
        "{failure:?}"
    );
    ensure!(reasons(page).await?.len() == 1);
    let kept = status.progress.received;
    ensure!(kept > 0, "{status:?}");

    page.reload().await?;
    let second = file("tag=after");
    begin(&stage, &second, &[]).await?;
    identical(page, &id, "12MiB", 0).await?;
    let records = stage.silence(&second).await?;
    record::asks_only_for_bytes(&records)?;
    let sent: u64 = records.iter().map(|record| record.bytes).sum();
    ensure!(sent <= 13 * MIB - kept, "{sent} bytes, with {kept} there");
    Ok(())
}
