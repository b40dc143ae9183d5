//! What a fresh machine lacks: installed where that can be done unasked, else named in one line.
//! Asks the network for nothing that is already here.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, anyhow, bail};

use crate::process::{cargo, command, find, npm, run};
use crate::workspace;

pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// What npm's packages and the tests run on, as they say it themselves: `^20.19 || >=22.12`.
const NODE: &str = "20.19, 22.12 or later";

/// The programs that the browser tests start, and the Debian packages they come in.
const BROWSERS: [(&str, &str); 5] = [
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("firefox-esr", "firefox-esr"),
    ("WebKitWebDriver", "webkit2gtk-driver"),
    ("Xvfb", "xvfb"),
];

/// It drives the Firefox that Debian has.
const GECKODRIVER: &str = "geckodriver@0.37.1";

/// Asked for before anything is compiled: nobody should wait to be told that it is missing.
pub(crate) fn node() -> Result<()> {
    let install = format!("install Node.js {NODE} with npm, from https://nodejs.org");
    for program in ["node", "npm"] {
        if find(program).is_none() {
            bail!("{install}: {program} is not on the PATH");
        }
    }
    let output = command("node").arg("--version").output();
    let output = output.with_context(|| format!("{install}: `node` does not start"))?;
    let version = String::from_utf8_lossy(&output.stdout);
    if !is_recent_node(&version) {
        let version = version.trim();
        bail!("{install}: `node --version` says `{version}`");
    }
    Ok(())
}

/// By what `node --version` says: `v20.20.2`.
fn is_recent_node(version: &str) -> bool {
    let number = || {
        let mut numbers = version.strip_prefix('v')?.splitn(3, '.');
        let mut next = || numbers.next()?.parse::<u32>().ok();
        Some((next()?, next()?))
    };
    number().is_some_and(|number| (20, 19) <= number && number.0 < 21 || (22, 12) <= number)
}

/// The compiler's target for the browser.
pub(crate) fn wasm_target() -> Result<()> {
    if has_wasm_target()? {
        return Ok(());
    }
    if find("rustup").is_none() {
        bail!("install the standard library of {WASM} for this rustc");
    }
    run(command("rustup").args(["target", "add", WASM]))
        .with_context(|| format!("install it by hand: rustup target add {WASM}"))
}

fn has_wasm_target() -> Result<bool> {
    let output = command("rustc")
        .args(["--print", "target-libdir", "--target", WASM])
        .output()
        .context("install Rust: rustc is not on the PATH")?;
    let directory = String::from_utf8_lossy(&output.stdout);
    Ok(output.status.success() && Path::new(directory.trim()).is_dir())
}

/// What formats and lints Rust; a minimal toolchain has neither.
pub(crate) fn lint_tools() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let present = cargo().args([subcommand, "--version"]).output();
        if present.is_ok_and(|output| output.status.success()) {
            continue;
        }
        if find("rustup").is_none() {
            bail!("install {component} for this toolchain");
        }
        run(command("rustup").args(["component", "add", component]))
            .with_context(|| format!("install it by hand: rustup component add {component}"))?;
    }
    Ok(())
}

/// The npm packages of package-lock.json, installed beside whatever else is going on.
/// Needs [`node`].
pub(crate) fn npm_packages() -> JoinHandle<Result<()>> {
    thread::spawn(install_npm_packages)
}

/// Waits for work that runs beside ours.
pub(crate) fn joined(work: JoinHandle<Result<()>>) -> Result<()> {
    work.join()
        .map_err(|_| anyhow!("installing the npm packages was cut short"))?
}

fn install_npm_packages() -> Result<()> {
    let wanted = fs::read(workspace::root().join("package-lock.json"))?;
    // npm rewrites its own record of what is installed, so a copy of what was asked for is kept.
    let record = workspace::root().join("node_modules/.installed-lock.json");
    if fs::read(&record).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    // All of them are for development, which npm leaves out where NODE_ENV is `production`.
    run(npm().args(["ci", "--include=dev"])).context("the npm packages cannot be installed")?;
    fs::write(&record, wanted).with_context(|| format!("cannot write {}", record.display()))
}

/// Chromium, Firefox and WebKit with what drives them.
pub(crate) fn browsers() -> Result<()> {
    let missing = missing_browsers()?;
    if !missing.is_empty() {
        let by_hand = || format!("install these by hand: {}", missing.join(" "));
        run(apt_get().arg("update")).with_context(by_hand)?;
        run(apt_get()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(&missing))
        .with_context(by_hand)?;
    }
    geckodriver()
}

/// The packages that have to be installed for [`browsers`]. Fails where that cannot be done unasked,
/// which is better known before anything is compiled.
pub(crate) fn missing_browsers() -> Result<Vec<&'static str>> {
    if !cfg!(target_os = "linux") {
        bail!("tests and measurements in browsers run on Linux alone");
    }
    let missing: Vec<_> = BROWSERS
        .iter()
        .filter(|(program, _)| find(program).is_none())
        .map(|(_, package)| *package)
        .collect();
    if !missing.is_empty() {
        let packages = missing.join(" ");
        if find("apt-get").is_none() {
            bail!("install the browsers under test, which Debian has as: {packages}");
        }
        if !is_root() {
            bail!("install the browsers under test: sudo apt-get install {packages}");
        }
    }
    Ok(missing)
}

fn apt_get() -> Command {
    let mut command = command("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Debian has no package of it.
fn geckodriver() -> Result<()> {
    if find("geckodriver").is_some() {
        return Ok(());
    }
    run(cargo()
        .args(["install", GECKODRIVER, "--locked", "--root"])
        .arg(workspace::tools())
        // In a temporary directory: nothing else needs what it is made of.
        .env_remove("CARGO_TARGET_DIR"))
    .context("install geckodriver and put it on the PATH")
}

fn is_root() -> bool {
    command("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_is_too_old_is_told_from_one_that_will_do() {
        for version in [
            "v20.19.0\n",
            "v22.12.0",
            "v22.23.3",
            "v24.1.0",
            "v100.1.0-nightly\n",
        ] {
            assert!(is_recent_node(version), "{version:?}");
        }
        for version in [
            "v16.20.2\n",
            "v20.18.3\n",
            "v21.7.3",
            "v22.11.0",
            "v9.11.2",
            "",
            "20.0.0",
            "v20",
            "no version is set",
        ] {
            assert!(!is_recent_node(version), "{version:?}");
        }
    }
}
