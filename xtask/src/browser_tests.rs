//! The wasm tests of tests/browser, in a window and in a worker of Chromium, Firefox and WebKit.
//! The range server runs beside them; its address is compiled into the tests.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use rangeload_display::Display;
use serde_json::{Value, json};

use crate::install::{self, WASM};
use crate::process::{cargo, find, run};
use crate::server::{self, RangeServer};
use crate::tally::Tally;
use crate::workspace;

/// A port that stays the same, so that the tests are not compiled anew for each run.
const PORT: u16 = 8471;

/// Bounds a test that hangs; no test depends on it.
const TIMEOUT_SECONDS: &str = "300";

/// By the variables in which wasm-bindgen's runner looks for a driver.
/// WebKitGTK's driver is started like Safari's and answers like it.
const BROWSERS: [Browser; 3] = [
    Browser {
        name: "Chromium",
        variable: "CHROMEDRIVER",
        driver: "chromedriver",
    },
    Browser {
        name: "Firefox",
        variable: "GECKODRIVER",
        driver: "geckodriver",
    },
    Browser {
        name: "WebKit",
        variable: "SAFARIDRIVER",
        driver: "WebKitWebDriver",
    },
];

/// Where the engine may have to run, by the variable that has wasm-bindgen's runner do so.
const SCOPES: [(&str, &str); 2] = [
    ("window", "WASM_BINDGEN_USE_BROWSER"),
    ("worker", "WASM_BINDGEN_USE_DEDICATED_WORKER"),
];

struct Browser {
    name: &'static str,
    variable: &'static str,
    driver: &'static str,
}

pub(crate) fn test(filter: Option<&str>) -> Result<Tally> {
    install::wasm_target()?;
    install::browsers()?;
    server::build()?;
    let server = RangeServer::start(port()?)?;
    let display = Display::start()?;
    let capabilities = capabilities()?;
    run(cargo().args(["build", "--profile", "tools", "--package", "xtask-runner"]))?;

    let mut tally = Tally::default();
    for browser in &BROWSERS {
        let driver = find(browser.driver)
            .with_context(|| format!("{} is not on the PATH", browser.driver))?;
        for (scope, variable) in SCOPES {
            println!("\n{}, {scope}", browser.name);
            let mut command = cargo_test(filter);
            for other in &BROWSERS {
                command.env_remove(other.variable);
            }
            command
                .env(browser.variable, &driver)
                .env(variable, "1")
                .env("DISPLAY", display.name())
                .env("RANGELOAD_TEST_SERVER", server.origin())
                .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities);
            tally += match Tally::of(&mut command)? {
                // The runner is content where there is nothing to run.
                tally if tally.ran_nothing() => {
                    eprintln!("{}, {scope}: no test was run", browser.name);
                    Tally::FAILURE
                }
                tally => tally,
            };
        }
    }
    Ok(tally)
}

fn cargo_test(filter: Option<&str>) -> Command {
    let runner = json!([workspace::target().join("tools/xtask-runner")]);
    let mut command = cargo();
    command
        .args(["test", "--package", "rangeload", "--test", "browser"])
        .args(["--target", WASM])
        // Not by its variable, which cargo splits at spaces. In TOML a list of strings is as in JSON.
        .args(["--config", &format!("target.{WASM}.runner={runner}")])
        .args(filter)
        // Flags that are meant for this machine are none for the browser's.
        .env("CARGO_ENCODED_RUSTFLAGS", "")
        .env("WASM_BINDGEN_TEST_TIMEOUT", TIMEOUT_SECONDS)
        .env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "30")
        // The pages that use the package are rarely isolated.
        .env("WASM_BINDGEN_TEST_NO_ORIGIN_ISOLATION", "1");
    command
}

/// RANGELOAD_TEST_PORT, else the usual port, else any: another checkout may be testing too.
fn port() -> Result<u16> {
    let wanted = match env::var("RANGELOAD_TEST_PORT") {
        Ok(port) => port.parse().context("RANGELOAD_TEST_PORT is not a port")?,
        Err(_) => PORT,
    };
    let free = server::listen(wanted).is_ok();
    Ok(if free { wanted } else { 0 })
}

/// The file from which the runner takes what each browser is started with.
fn capabilities() -> Result<PathBuf> {
    let path = workspace::target().join("webdriver.json");
    fs::write(&path, format!("{:#}\n", browser_options()))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn browser_options() -> Value {
    json!({
        "goog:chromeOptions": {
            "binary": find("chromium"),
            "args": [
                "headless",
                "no-sandbox",
                "disable-gpu",
                "disable-quic",
                "no-first-run",
                "disable-background-networking",
                "disable-component-update",
                "disable-sync",
            ],
        },
        "moz:firefoxOptions": {
            "binary": find("firefox-esr"),
        },
    })
}
