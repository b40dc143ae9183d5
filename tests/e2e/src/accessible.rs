//! What a browser tells assistive technology of an element.

use anyhow::{Context, Result};
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde::Deserialize;
use url::{ParseError, Url};

use crate::Page;

/// As computed by the browser, from markup and defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accessible {
    pub role: String,
    pub name: String,
}

/// WebDriver §12.4.9 and §12.4.10.
#[derive(Debug)]
struct Computed {
    element: String,
    property: &'static str,
}

impl WebDriverCompatibleCommand for Computed {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        let Self { element, property } = self;
        base.join(&format!("session/{session}/element/{element}/{property}"))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::GET, None)
    }
}

/// An element on its way from a script of the page.
#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "element-6066-11e4-a52e-4f735466cecf")]
    element: String,
}

impl Page {
    /// Of the element that an expression gives, in a shadow tree too.
    ///
    /// # Errors
    /// It gives none.
    pub async fn accessible(&self, expression: &str) -> Result<Accessible> {
        let found: Reference = self.run(&format!("return {expression}")).await?;
        let role = self.computed(&found, "computedrole").await?;
        let name = self.computed(&found, "computedlabel").await?;
        Ok(Accessible { role, name })
    }

    async fn computed(&self, found: &Reference, property: &'static str) -> Result<String> {
        let element = found.element.clone();
        let value = self.client.issue_cmd(Computed { element, property }).await;
        let value = value.with_context(|| format!("the browser does not tell the {property}"))?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }
}
