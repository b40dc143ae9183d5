//! What only Chromium's DevTools protocol can do to a page.

use anyhow::{Context, Result};
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::Page;

#[derive(Debug)]
struct Execute {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Execute {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = json!({ "cmd": self.command, "params": self.parameters });
        (Method::POST, Some(body.to_string()))
    }
}

impl Page {
    /// Sends a command of the DevTools protocol.
    ///
    /// # Errors
    /// The browser is not Chromium, or refuses.
    pub async fn devtools(&self, command: &'static str, parameters: Value) -> Result<()> {
        let execute = Execute {
            command,
            parameters,
        };
        let done = self.client.issue_cmd(execute).await;
        done.with_context(|| format!("DevTools cannot do {command}"))?;
        Ok(())
    }
}
