//! The range server with everything on it: the package, the page and the tests' own pages.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use anyhow::{Context, Result};
use http::header::CONTENT_SECURITY_POLICY;
use http::{HeaderName, HeaderValue};
use rangeload_server::{Options, Page, Server};
use tempfile::TempDir;

/// | address | what |
/// |---|---|
/// | `/` | the page |
/// | `/pkg/` | the package |
/// | `/test/` | tests/e2e/pages |
/// | `/examples/` | the examples |
/// | `/given/` | what a test has put there |
/// | `/ky/`, `/axe/` | the npm packages that an example and a test make use of |
#[derive(Debug)]
pub struct Site {
    pub server: Server,
    given: TempDir,
    trusted: bool,
}

impl Site {
    /// A host that Chromium takes for this machine, and does not trust without TLS.
    pub const UNTRUSTED: &'static str = "untrusted.test";

    /// # Errors
    /// The package is not there (`cargo xtask test e2e` builds it), or no port is free.
    pub async fn start() -> Result<Self> {
        Self::with_headers(&[]).await
    }

    /// The tests' own pages are served with these headers.
    ///
    /// # Errors
    /// As of [`start`](Self::start).
    pub async fn with_headers(headers: &[(HeaderName, &'static str)]) -> Result<Self> {
        Self::serve(headers, &[]).await
    }

    /// The tests' own pages, and the package with its worker, are under this
    /// Content-Security-Policy: a worker obeys the one that it came with.
    ///
    /// # Errors
    /// As of [`start`](Self::start).
    pub async fn with_policy(policy: &'static str) -> Result<Self> {
        let headers = [(CONTENT_SECURITY_POLICY, policy)];
        Self::serve(&headers, &headers).await
    }

    async fn serve(
        headers: &[(HeaderName, &'static str)],
        of_the_package: &[(HeaderName, &'static str)],
    ) -> Result<Self> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = own.join("../..");
        let with = |page: Page, headers: &[(HeaderName, &'static str)]| {
            headers.iter().fold(page, |page, (name, value)| {
                page.with_header(name.clone(), HeaderValue::from_static(value))
            })
        };
        let test = with(Page::new("/test", own.join("pages")), headers);
        let package = Page::new("/pkg", directory("RANGELOAD_PKG")?);
        let given = TempDir::new().context("no directory for a test's files can be made")?;
        let pages = vec![
            Page::new("/", directory("RANGELOAD_WWW")?),
            with(package, of_the_package),
            Page::new("/examples", root.join("examples")),
            Page::new("/ky", root.join("node_modules/ky/distribution")),
            Page::new("/axe", root.join("node_modules/axe-core")),
            Page::new("/given", given.path()),
            test,
        ];
        let server = Server::start(Options {
            pages,
            ..Options::default()
        });
        let server = server.await?;
        Ok(Self {
            server,
            given,
            trusted: true,
        })
    }

    /// From now on under the name of a host that Chromium does not trust without TLS.
    #[must_use]
    pub fn untrusted(self) -> Self {
        Self {
            trusted: false,
            ..self
        }
    }

    /// Serves a text from now on, and says where.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn give(&self, name: &str, text: &str) -> io::Result<String> {
        fs::write(self.given.path().join(name), text)?;
        Ok(self.url(&format!("/given/{name}")))
    }

    pub fn url(&self, path: &str) -> String {
        let url = format!("{}{path}", self.server.origin());
        match self.trusted {
            true => url,
            // Browsers trust their own machine's addresses, TLS or not.
            false => url.replace("127.0.0.1", Self::UNTRUSTED),
        }
    }

    /// The same, as another origin.
    pub fn other_url(&self, path: &str) -> String {
        format!("{}{path}", self.server.other_origin())
    }

    /// A page that does nothing by itself.
    pub fn blank(&self) -> String {
        self.url("/test/blank.html")
    }
}

fn directory(variable: &str) -> Result<PathBuf> {
    let directory = env::var_os(variable)
        .with_context(|| format!("{variable} is not set; run `cargo xtask test e2e`"))?;
    Ok(directory.into())
}
