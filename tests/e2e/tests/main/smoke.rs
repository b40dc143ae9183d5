//! The harness itself: every browser starts, loads a page and runs its scripts.

use anyhow::{Result, ensure};
use rangeload_e2e::{Kind, Profile, Site};

use crate::stage::browser;

async fn a_browser_starts(kind: Kind) -> Result<()> {
    let site = Site::start().await?;
    let profile = Profile::new()?;
    let browser = browser(kind, &profile).await?;
    let page = browser.page();
    page.open(&site.blank()).await?;
    let title: String = page.run("return document.title").await?;
    ensure!(title == "Blank", "the title is {title}");
    let hashes: bool = page
        .run("return isSecureContext && 'subtle' in crypto")
        .await?;
    ensure!(hashes, "the page cannot hash");
    page.reload().await?;
    page.until("document.readyState === 'complete'").await
}

#[tokio::test]
async fn chromium_starts() -> Result<()> {
    a_browser_starts(Kind::Chromium).await
}

#[tokio::test]
async fn firefox_starts() -> Result<()> {
    a_browser_starts(Kind::Firefox).await
}

#[tokio::test]
async fn webkit_starts() -> Result<()> {
    a_browser_starts(Kind::WebKit).await
}
