//! Where the parts of the package are, told by the page.

use anyhow::{Context, Result, ensure};
use rangeload_e2e::{Failure, Kind, Page};
use serde_json::json;

use crate::stage::{Stage, identical};

/// What the page is told, whether the tests' own worker starts, and what the page loads itself.
const CONFIGURATIONS: [(&str, bool, &[&str]); 7] = [
    ("no worker", false, &["in-page.js"]),
    ("worker by address", true, &[]),
    ("worker that is made", true, &[]),
    ("worker that is not there", false, &["in-page.js"]),
    ("wasm by address", false, &["in-page.js", "rangeload.wasm"]),
    ("wasm in bytes", false, &["in-page.js", "rangeload.wasm"]),
    ("wasm that is compiled", false, &["rangeload.wasm"]),
];

async fn loaded(page: &Page) -> Result<Vec<String>> {
    page.run(
        "const resources = performance.getEntriesByType('resource');
        const names = resources.map(({ name }) => name.split('/').at(-1));
        return ['in-page.js', 'rangeload.wasm'].filter((part) => names.includes(part))",
    )
    .await
}

async fn the_page_says_where_the_parts_are(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    for (what, worker, parts) in CONFIGURATIONS {
        page.open(&stage.site.blank()).await?;
        page.call::<()>("configure", json!([what])).await?;
        let id = stage.begin("/files/3MiB/x", json!({ "id": what })).await?;
        let compared = identical(page, &id, "3MiB", 0).await;
        compared.context(what)?;
        if worker {
            page.call::<()>("workerStarted", json!([])).await?;
        }
        let loaded = loaded(page).await?;
        ensure!(loaded == parts, "{what}: the page loads {loaded:?}");
        let refusal: Option<Failure> = page.call("configureRefusal", json!([])).await?;
        let code = refusal.map(|failure| failure.code);
        ensure!(code.as_deref() == Some("invalid"), "too late: {code:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_page_says_where_the_parts_are_in_chromium() -> Result<()> {
    the_page_says_where_the_parts_are(Kind::Chromium).await
}

#[tokio::test]
async fn the_page_says_where_the_parts_are_in_firefox() -> Result<()> {
    the_page_says_where_the_parts_are(Kind::Firefox).await
}

#[tokio::test]
async fn the_page_says_where_the_parts_are_in_webkit() -> Result<()> {
    the_page_says_where_the_parts_are(Kind::WebKit).await
}
