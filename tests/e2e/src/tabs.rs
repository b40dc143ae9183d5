//! Several tabs in one browser. A page acts on the one that is in front.

use anyhow::{Context, Result};
use fantoccini::wd::WindowHandle;

use crate::Page;

#[derive(Clone, Debug)]
pub struct Tab(WindowHandle);

impl Page {
    /// The tab in front.
    ///
    /// # Errors
    /// It is gone.
    pub async fn tab(&self) -> Result<Tab> {
        Ok(Tab(self.client.window().await.context("no tab")?))
    }

    /// Opens another tab, in front.
    ///
    /// # Errors
    /// The driver opens none, or it does not load the page.
    pub async fn open_tab(&self, url: &str) -> Result<Tab> {
        let opened = self.client.new_window(true).await;
        let opened = opened.context("the driver opens no tab")?;
        let tab = Tab(opened.handle);
        self.show(&tab).await?;
        self.open(url).await?;
        Ok(tab)
    }

    /// # Errors
    /// It is gone.
    pub async fn show(&self, tab: &Tab) -> Result<()> {
        let shown = self.client.switch_to_window(tab.0.clone()).await;
        shown.context("a tab is gone")
    }

    /// Closes the tab in front, as a person does; none is in front then.
    ///
    /// # Errors
    /// It is gone.
    pub async fn close_tab(&self) -> Result<()> {
        self.client.close_window().await.context("a tab is gone")
    }

    /// From now on acts on the first frame in the page; until another tab is shown.
    ///
    /// # Errors
    /// The page has no frame.
    pub async fn enter_frame(&self) -> Result<()> {
        self.client.enter_frame(0).await.context("no frame")
    }

    /// # Errors
    /// The page around the frame is gone.
    pub async fn leave_frame(&self) -> Result<()> {
        let left = self.client.enter_parent_frame().await;
        left.context("no page around the frame")
    }
}
