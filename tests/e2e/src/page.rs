//! What the window shows: opened, reloaded, asked, clicked.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::{Instant, interval};

/// Bounds a test that hangs; no test depends on it.
const PATIENCE: Duration = Duration::from_secs(300);

/// Calls a function of the helper module, which the page does not have to know.
const CALL: &str = "
    const [name, parameters, done] = arguments;
    const call = () => window.rangeloadTest[name](...parameters).then(
        (value) => done({ value: value ?? null }),
        (error) => done({ error: `${error?.stack ?? error} ${error?.message ?? ''}` }),
    );
    if (window.rangeloadTest) {
        call();
    } else {
        const script = document.createElement('script');
        script.type = 'module';
        script.src = '/test/helper.js';
        script.onload = call;
        script.onerror = () => done({ error: 'the helper cannot be loaded' });
        document.head.append(script);
    }
";

#[derive(Debug)]
pub struct Page {
    pub(crate) client: Client,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Value(Value),
    Error(String),
}

impl Page {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// # Errors
    /// The browser does not load it.
    pub async fn open(&self, url: &str) -> Result<()> {
        let opened = self.client.goto(url).await;
        opened.with_context(|| format!("cannot open {url}"))
    }

    /// # Errors
    /// The browser does not load it.
    pub async fn reload(&self) -> Result<()> {
        self.client.refresh().await.context("cannot reload")
    }

    /// The page before this one; it may be as it was when it was left.
    ///
    /// # Errors
    /// The browser does not load it.
    pub async fn back(&self) -> Result<()> {
        self.client.back().await.context("cannot go back")
    }

    /// Runs the body of a function in the page.
    ///
    /// # Errors
    /// It throws, or returns something else than expected.
    pub async fn run<T: DeserializeOwned>(&self, script: &str) -> Result<T> {
        let value = self.client.execute(script, Vec::new()).await;
        let value = value.with_context(|| format!("in the page: {script}"))?;
        serde_json::from_value(value).with_context(|| format!("the value of: {script}"))
    }

    /// Calls a function of `pages/helper.js` and waits for what it promises.
    ///
    /// # Errors
    /// It rejects, or fulfils with something else than expected.
    pub async fn call<T: DeserializeOwned>(&self, name: &str, parameters: Value) -> Result<T> {
        let outcome = self
            .client
            .execute_async(CALL, vec![json!(name), parameters])
            .await
            .with_context(|| format!("in the page: {name}"))?;
        match serde_json::from_value(outcome)? {
            Outcome::Value(value) => {
                serde_json::from_value(value).with_context(|| format!("the value of {name}"))
            }
            Outcome::Error(error) => Err(anyhow!("in the page, {name}: {error}")),
        }
    }

    /// Waits until an expression is true, or fulfils with what is. For what sends no event; and for
    /// pages that have to be left alone.
    ///
    /// # Errors
    /// It throws, or is not true for a very long time.
    pub async fn until(&self, condition: &str) -> Result<()> {
        let started = Instant::now();
        let mut tick = interval(Duration::from_millis(50));
        loop {
            tick.tick().await;
            let look = format!("return Promise.resolve({condition}).then(Boolean)");
            if self.run(&look).await? {
                return Ok(());
            }
            if started.elapsed() > PATIENCE {
                let text: String = self.run("return document.body.innerText").await?;
                return Err(anyhow!("waited in vain for {condition}; the page: {text}"));
            }
        }
    }

    /// As a person does it.
    ///
    /// # Errors
    /// Nothing like it can be clicked.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let element = self.client.find(Locator::Css(selector)).await;
        let element = element.with_context(|| format!("the page has no {selector}"))?;
        let clicked = element.click().await;
        clicked.with_context(|| format!("cannot click {selector}"))
    }

    /// As a person does it, to whatever has the focus.
    ///
    /// # Errors
    /// The browser takes no keys.
    pub async fn press(&self, key: Key) -> Result<()> {
        let value = key.into();
        let stroke = KeyActions::new("keyboard".into())
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value });
        let pressed = self.client.perform_actions(stroke).await;
        pressed.with_context(|| format!("cannot press {key:?}"))
    }
}
