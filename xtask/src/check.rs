//! What can be said about the code without running it: formatting, lints, types, the package's size and manifest.

use std::process::ExitCode;

use anyhow::Result;

use crate::install::{self, WASM};
use crate::process::{cargo, npm_program, run};
use crate::tally::Tally;
use crate::{package, packaging, workspace};

type Check = (&'static str, fn() -> Result<()>);

const CHECKS: [Check; 8] = [
    ("formatting", formatting),
    ("lints, native", native_lints),
    ("lints, wasm", wasm_lints),
    ("package and types", package::build),
    ("sizes", package::guard_size),
    ("types of the page", page_types),
    ("manifest", manifest),
    ("resolution of types", resolution),
];

/// Runs every check, whatever the others say; the last line printed is the sum.
pub(crate) fn check() -> Result<ExitCode> {
    install::node()?;
    install::wasm_target()?;
    install::lint_tools()?;
    let mut total = Tally::default();
    let mut summary = String::new();
    for (name, check) in CHECKS {
        println!("\n{name}");
        let tally = Tally::of_one(check());
        summary += &format!("{name:<20} {tally}\n");
        total += tally;
    }
    println!("\n{summary}\n{total}");
    Ok(total.exit_code())
}

fn formatting() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

fn native_lints() -> Result<()> {
    // The profile of the tools shares what they have already compiled.
    clippy(&["--workspace", "--all-targets", "--profile", "tools"])
}

fn wasm_lints() -> Result<()> {
    let target = format!("--target={WASM}");
    clippy(&["--package=rangeload", "--lib", "--test=browser", &target])
}

fn clippy(selection: &[&str]) -> Result<()> {
    let mut command = cargo();
    command.arg("clippy").args(selection);
    run(command.args(["--", "-D", "warnings"]))
}

/// The page sees the types that are shipped, and nothing private.
fn page_types() -> Result<()> {
    run(npm_program("tsc").args(["--project", "tsconfig.page.json"]))
}

fn manifest() -> Result<()> {
    run(npm_program("publint")
        .arg("--strict")
        .arg(workspace::package()))
}

/// Whether TypeScript finds the types in every way that a project may look for them.
fn resolution() -> Result<()> {
    let tarball = packaging::pack()?;
    run(npm_program("attw")
        .arg(tarball)
        .args(["--profile", "esm-only"])
        .args(["--exclude-entrypoints", "./rangeload.wasm"])
        .args(["--no-emoji", "--no-color", "--format", "ascii"]))
}
