//! A running browser with one window.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use fantoccini::ClientBuilder;
use fantoccini::wd::Capabilities;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::driver::Driver;
use crate::{Kind, Page, Profile};

/// Two at a time: more would measure the machine.
static RUNNING: Semaphore = Semaphore::const_new(2);

/// A script may wait for a whole download.
const SCRIPT_TIMEOUT_MS: u64 = 10 * 60 * 1000;

/// Dropping it kills it, as a crash would: it gets no chance to write anything.
#[derive(Debug)]
pub struct Browser {
    page: Page,
    // Given up before what it would kill is gone.
    _end: JoinSet<()>,
    driver: Driver,
    _permit: SemaphorePermit<'static>,
}

impl Browser {
    /// With what an earlier browser left in the profile.
    ///
    /// # Errors
    /// The driver or the browser cannot be started.
    pub async fn start(kind: Kind, profile: &Profile) -> Result<Self> {
        Self::launch(kind, profile, None).await
    }

    /// The same, killed when it has run so long: what waits for it then fails. Drivers do not
    /// always keep to the limits that they are given.
    ///
    /// # Errors
    /// As of [`start`](Self::start).
    pub async fn start_for(lifetime: Duration, kind: Kind, profile: &Profile) -> Result<Self> {
        Self::launch(kind, profile, Some(lifetime)).await
    }

    async fn launch(kind: Kind, profile: &Profile, lifetime: Option<Duration>) -> Result<Self> {
        let permit = RUNNING.acquire().await?;
        let driver = Driver::start(kind, profile).await?;
        let mut end = JoinSet::new();
        if let Some(lifetime) = lifetime {
            let kill = driver.killer();
            end.spawn(async move {
                sleep(lifetime).await;
                eprintln!("{kind:?} is killed after {lifetime:?}");
                kill();
            });
        }
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(kind, profile)?)
            .connect(&driver.url())
            .await
            .with_context(|| format!("{kind:?} does not start"))?;
        Ok(Self {
            page: Page::new(client),
            _end: end,
            driver,
            _permit: permit,
        })
    }

    /// What its window shows.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// The numbers of all its processes, the driver's not among them.
    ///
    /// # Errors
    /// The system does not list its processes.
    pub fn processes(&self) -> std::io::Result<Vec<u32>> {
        self.driver.browser()
    }

    /// With every process of it, at once.
    pub fn kill(self) {}
}

fn capabilities(kind: Kind, profile: &Profile) -> Result<Capabilities> {
    let Value::Object(mut capabilities) = kind.capabilities(profile) else {
        return Err(anyhow!("capabilities are an object"));
    };
    capabilities.insert("timeouts".into(), json!({ "script": SCRIPT_TIMEOUT_MS }));
    Ok(capabilities)
}
