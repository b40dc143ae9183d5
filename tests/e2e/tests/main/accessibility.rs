//! axe-core finds nothing on the page, the link and the examples, in light and in dark.

use anyhow::{Context, Result, ensure};
use rangeload_e2e::{Kind, Page, Site};
use serde_json::json;

use crate::stage::Stage;
use crate::{element, examples};

const MIB: u64 = 1 << 20;

async fn findings(page: &Page) -> Result<Vec<String>> {
    page.call("audit", json!([])).await
}

async fn is_clean(page: &Page, state: &str) -> Result<()> {
    for scheme in ["light", "dark"] {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        page.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": [feature] }),
        )
        .await?;
        let found = findings(page).await.context(state.to_owned())?;
        ensure!(found.is_empty(), "{state}, {scheme}: {}", found.join("\n"));
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_wrong_with_the_page_in_any_state() -> Result<()> {
    let path = "/?url=/files/32MiB/sample.iso%3Frate%3D1MB";
    let target = "/files/32MiB/sample.iso?rate=1MB";
    let stage = Stage::on(Site::start().await?, Kind::Chromium, path).await?;
    let page = stage.page();
    is_clean(page, "empty").await?;
    stage.site.server.hold_after(target, 8 * MIB);
    for (button, state) in [
        ("#start", "downloading"),
        ("[data-action=pause]", "paused"),
        ("[data-action=resume]", "complete"),
    ] {
        page.click(button).await?;
        page_shows(page, state).await?;
        is_clean(page, state).await?;
        if state == "paused" {
            stage.site.server.release(target);
        }
    }

    page.click("[data-action=save]").await?;
    page.until("document.querySelector('.outcome').textContent")
        .await?;
    is_clean(page, "saved").await?;
    page.click("[data-action=remove]").await?;
    page.until("document.querySelector('.asking')").await?;
    is_clean(page, "asking before it removes").await?;
    page.click("#start").await?;
    page.until("document.activeElement.matches('.download')")
        .await?;
    is_clean(page, "pointed at").await?;

    page.open(&stage.site.url("/?url=ftp://a/b")).await?;
    page.click("#start").await?;
    page.until("document.querySelector('#message').textContent")
        .await?;
    is_clean(page, "an address that is none").await?;

    for (query, shown) in [
        ("status%3D404", "[data-state=failed]"),
        (
            "rate%3D2MB%26delay%3D300%26skip%3D2%26etag-after%3D2",
            "[data-action=again]:not([hidden])",
        ),
        (
            "ranges%3Dignore%26length%3Dunknown%26rate%3D300KB",
            "[data-state=downloading]",
        ),
    ] {
        let path = format!("/?url=/files/9MiB/x%3F{query}");
        page.open(&stage.site.url(&path)).await?;
        page.click("#start").await?;
        page.until(&format!("document.querySelector('{shown}')"))
            .await?;
        is_clean(page, query).await?;
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_wrong_with_the_page_where_the_engine_cannot_start() -> Result<()> {
    let site = Site::with_policy("script-src 'self'").await?;
    let stage = Stage::on(site, Kind::Chromium, "/?url=/files/9/x").await?;
    let page = stage.page();
    page.until("document.querySelector('#trouble').textContent")
        .await?;
    is_clean(page, "without an engine").await?;
    page.click("#start").await?;
    page_shows(page, "failed").await?;
    is_clean(page, "a download without an engine").await
}

async fn page_shows(page: &Page, state: &str) -> Result<()> {
    page.until(&format!(
        "document.querySelector('.download[data-state={state}]')"
    ))
    .await
}

#[tokio::test]
async fn nothing_is_wrong_with_the_link_in_any_state() -> Result<()> {
    let stage = Stage::on(Site::start().await?, Kind::Chromium, element::PAGE).await?;
    let page = stage.page();
    is_clean(page, "untouched").await?;
    stage.site.server.hold_after(element::TARGET, 4 * MIB);
    for (action, state) in [
        ("link.querySelector('a').click()", "downloading"),
        ("link.download.pause()", "paused"),
        ("link.download.resume()", "complete"),
        (
            "link.shadowRoot.querySelector('[part~=remove]').click()",
            "complete",
        ),
        (
            "place({}, '/files/9/x?status=404'); document.querySelector('a').click()",
            "failed",
        ),
    ] {
        let script = format!("const link = document.querySelector('rangeload-link'); {action}");
        page.run::<()>(&script).await?;
        page.until(&format!(
            "document.querySelector('rangeload-link').download?.state === '{state}'"
        ))
        .await?;
        is_clean(page, state).await?;
        if state == "paused" {
            stage.site.server.release(element::TARGET);
        }
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_wrong_with_the_examples() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    for name in examples::names()? {
        page.open(&stage.site.url(&format!("/examples/{name}")))
            .await?;
        is_clean(page, &name).await?;
    }
    // It does find what is wrong.
    page.run::<()>("document.body.append(new Image())").await?;
    ensure!(
        !findings(page).await?.is_empty(),
        "it finds nothing anywhere"
    );
    Ok(())
}
