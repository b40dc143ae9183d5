//! What a test acts on: a site, and a browser that shows a page of it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rangeload_e2e::{Browser, Comparison, Failure, Kind, Page, Profile, Site, Status};
use rangeload_server::RequestRecord;
use serde_json::{Value, json};

/// Bounds a test that hangs; no test depends on it.
const PATIENCE: Duration = Duration::from_secs(300);

/// Bounds a test whose browser hangs; no test depends on it.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

pub(crate) struct Stage {
    pub(crate) site: Site,
    pub(crate) profile: Profile,
    browser: Browser,
}

impl Stage {
    /// On a page that does nothing by itself.
    pub(crate) async fn start(kind: Kind) -> Result<Self> {
        Self::on(Site::start().await?, kind, "/test/blank.html").await
    }

    pub(crate) async fn on(site: Site, kind: Kind, path: &str) -> Result<Self> {
        let profile = Profile::new()?;
        let browser = browser(kind, &profile).await?;
        browser.page().open(&site.url(path)).await?;
        Ok(Self {
            site,
            profile,
            browser,
        })
    }

    /// On a page to which Chromium gives neither locks nor files.
    pub(crate) async fn without_tls() -> Result<Self> {
        let site = Site::start().await?.untrusted();
        let stage = Self::on(site, Kind::Chromium, "/test/blank.html").await?;
        stage.page().until("isSecureContext === false").await?;
        Ok(stage)
    }

    pub(crate) fn page(&self) -> &Page {
        self.browser.page()
    }

    /// Begins a download from the page's own origin; returns its id.
    pub(crate) async fn begin(&self, target: &str, options: Value) -> Result<String> {
        begin(self.page(), &self.site.url(target), options).await
    }

    /// Waits until the server has sent so many bytes of a file.
    pub(crate) async fn sent(&self, target: &str, bytes: u64) -> Result<()> {
        sent(&self.site, target, bytes).await
    }

    /// Waits until no request for a file is under way.
    pub(crate) async fn silence(&self, target: &str) -> Result<Vec<RequestRecord>> {
        let ended = |records: &[RequestRecord]| records.iter().all(|r| r.ended.is_some());
        let records = self.site.server.until(target, ended);
        let records = tokio::time::timeout(PATIENCE, records).await;
        records.with_context(|| format!("requests for {target} go on and on"))
    }
}

/// With what an earlier browser left in the profile.
pub(crate) async fn browser(kind: Kind, profile: &Profile) -> Result<Browser> {
    Browser::start_for(LIFETIME, kind, profile).await
}

pub(crate) async fn begin(page: &Page, url: &str, options: Value) -> Result<String> {
    let status: Status = page.call("begin", json!([url, options])).await?;
    Ok(status.id)
}

pub(crate) async fn sent(site: &Site, target: &str, bytes: u64) -> Result<()> {
    let enough =
        |records: &[RequestRecord]| records.iter().map(|record| record.bytes).sum::<u64>() >= bytes;
    let records = tokio::time::timeout(PATIENCE, site.server.until(target, enough)).await;
    records.with_context(|| format!("{target} does not come to {bytes} bytes"))?;
    Ok(())
}

/// Asks for a verb of `Download`, or waits as the helper says; returns what is seen afterwards.
pub(crate) async fn ask(page: &Page, verb: &str, id: &str) -> Result<Status> {
    page.call(verb, json!([id])).await
}

/// Waits until so many bytes have been received.
pub(crate) async fn received(page: &Page, id: &str, bytes: u64) -> Result<Status> {
    let status: Status = page.call("received", json!([id, bytes])).await?;
    ensure!(
        status.progress.received >= bytes,
        "at rest too early: {status:?}"
    );
    Ok(status)
}

/// Waits until the record claims bytes: from then on a reload finds them.
pub(crate) async fn recorded(page: &Page, id: &str) -> Result<()> {
    // To look for a database that is not there yet would make one.
    received(page, id, 1).await?;
    page.until(&format!(
        "import('/test/damage.js').then(({{ claims }}) => claims('{id}'))"
    ))
    .await
}

pub(crate) async fn stored(page: &Page) -> Result<Vec<Status>> {
    page.call("list", json!([])).await
}

/// Waits until it is complete, and holds its Blob against the server's content. `size` is spelt
/// as in the address.
pub(crate) async fn identical(page: &Page, id: &str, size: &str, seed: u64) -> Result<Comparison> {
    let status = ask(page, "rest", id).await?;
    ensure!(status.state == "complete", "not complete: {status:?}");
    let compared: Comparison = page
        .call("compare", json!([id, size, seed.to_string()]))
        .await?;
    ensure!(
        Some(compared.size) == status.size && compared.wrong.is_empty(),
        "other bytes than the server's: {compared:?}"
    );
    Ok(compared)
}

/// Waits until it has failed; the error that `finished` rejects with.
pub(crate) async fn failed(page: &Page, id: &str) -> Result<(Status, Failure)> {
    let status = ask(page, "rest", id).await?;
    ensure!(status.state == "failed", "not failed: {status:?}");
    let rejection: Option<Failure> = page.call("rejection", json!([id])).await?;
    let failure = rejection.context("`finished` does not reject")?;
    let shown = status.error.as_ref().map(|error| &error.code);
    ensure!(
        shown == Some(&failure.code),
        "{failure:?} is not {:?}",
        status.error
    );
    Ok((status, failure))
}
