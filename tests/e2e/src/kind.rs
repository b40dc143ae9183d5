//! The browsers under test, and what each has to be told. Everything else treats them alike.

use std::env;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{Profile, Site};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Chromium,
    ChromiumIncognito,
    Firefox,
    FirefoxPrivate,
    /// Under WebDriver its windows are private ones: nothing outlives the browser.
    WebKit,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// The driver's program and the arguments that make it listen on a port.
    pub(crate) fn driver(self, port: u16) -> (&'static str, Vec<String>) {
        match self {
            Self::Chromium | Self::ChromiumIncognito => {
                ("chromedriver", vec![format!("--port={port}")])
            }
            // Its second listener has a fixed port otherwise, so that two could not run at once.
            Self::Firefox | Self::FirefoxPrivate => (
                "geckodriver",
                vec![format!("--port={port}"), "--websocket-port=0".into()],
            ),
            Self::WebKit => ("WebKitWebDriver", vec![format!("--port={port}")]),
        }
    }

    pub(crate) fn needs_display(self) -> bool {
        self == Self::WebKit
    }

    pub(crate) fn capabilities(self, profile: &Profile) -> Value {
        match self {
            Self::Chromium => chromium(profile.data(), profile.downloads()),
            Self::ChromiumIncognito => {
                let mut capabilities = chromium(profile.data(), profile.downloads());
                let arguments = &mut capabilities["goog:chromeOptions"]["args"];
                if let Some(arguments) = arguments.as_array_mut() {
                    arguments.push(json!("--incognito"));
                }
                capabilities
            }
            Self::Firefox => firefox(profile.data(), profile.downloads()),
            Self::FirefoxPrivate => {
                let mut capabilities = firefox(profile.data(), profile.downloads());
                let preferences = &mut capabilities["moz:firefoxOptions"]["prefs"];
                preferences["browser.privatebrowsing.autostart"] = json!(true);
                capabilities
            }
            Self::WebKit => json!({ "webkitgtk:browserOptions": { "args": ["--automation"] } }),
        }
    }
}

fn on_the_path(program: &str) -> Option<PathBuf> {
    let directories = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&directories)
        .map(|directory| directory.join(program))
        .find(|path| path.is_file())
}

fn chromium(data: &Path, downloads: &Path) -> Value {
    json!({
        "goog:chromeOptions": {
            // By itself the driver would take Chrome, where there is one.
            "binary": on_the_path("chromium"),
            "args": [
                format!("--user-data-dir={}", data.display()),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                format!("--host-resolver-rules=MAP {} 127.0.0.1", Site::UNTRUSTED),
                // WebDriver cannot answer the dialog that asks where to save.
                "--disable-blink-features=FileSystemAccessLocal",
            ],
            "prefs": {
                "download.default_directory": downloads,
                "download.prompt_for_download": false,
            },
        },
    })
}

fn firefox(data: &Path, downloads: &Path) -> Value {
    json!({
        "moz:firefoxOptions": {
            "binary": "firefox-esr",
            "args": ["-headless", "-profile", data],
            "prefs": {
                // 2: the directory named next.
                "browser.download.folderList": 2,
                "browser.download.dir": downloads,
                "browser.download.always_ask_before_handling_new_types": false,
                // It would take the keyboard from the page.
                "browser.download.alwaysOpenPanel": false,
            },
        },
    })
}
