//! What can be said about the code without running it: formatting, lints, types, the package's manifest.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::install::{self, WASM};
use crate::process::{cargo, npm_program, run};
use crate::tally::Tally;
use crate::{declarations, package, packaging, workspace};

type Check = (&'static str, fn() -> Result<()>);

const CHECKS: [Check; 7] = [
    ("formatting", formatting),
    ("lints, native", native_lints),
    ("lints, wasm", wasm_lints),
    ("package", package::build),
    ("types", declarations::check),
    ("manifest", manifest),
    ("types as resolved", resolution),
];

/// Runs every check, whatever the others say; the last line printed is the sum.
pub(crate) fn check() -> Result<ExitCode> {
    install::wasm_target()?;
    let mut total = Tally::default();
    let mut summary = String::new();
    for (name, check) in CHECKS {
        println!("\n{name}");
        let tally = Tally::of_one(check());
        summary += &format!(
            "{name:<18} {}\n",
            if tally.failed == 0 { "ok" } else { "FAILED" }
        );
        total += tally;
    }
    println!("\n{summary}\n{total}");
    Ok(if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn formatting() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

fn native_lints() -> Result<()> {
    // The profile of the tools shares what they have already compiled.
    clippy(&["--workspace", "--all-targets", "--profile", "tools"])
}

fn wasm_lints() -> Result<()> {
    clippy(&[
        "--package",
        "rangeload",
        "--lib",
        "--test",
        "browser",
        "--target",
        WASM,
    ])
}

fn clippy(selection: &[&str]) -> Result<()> {
    run(cargo()
        .arg("clippy")
        .args(selection)
        .args(["--", "-D", "warnings"]))
}

fn manifest() -> Result<()> {
    run(npm_program("publint")
        .arg("--strict")
        .arg(workspace::package()))
}

/// Whether TypeScript finds the types in every way that a project may look for them.
fn resolution() -> Result<()> {
    let tarball = packaging::pack()?;
    let mut command: Command = npm_program("attw");
    run(command
        .arg(tarball)
        .args([
            "--profile",
            "esm-only",
            "--exclude-entrypoints",
            "./rangeload.wasm",
        ])
        .args(["--no-emoji", "--no-color", "--format", "ascii"]))
}
