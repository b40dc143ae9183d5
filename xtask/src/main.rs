//! `cargo xtask …`: one command for each thing that is done to this project.
//! This table decides what a command is called; how it is done lives in the module of its name.
//! A command that fails ends with one line and a non-zero exit code.

mod bench;
mod browser_tests;
mod bundled;
mod check;
mod declarations;
mod inlined;
mod install;
mod manifest;
mod modules;
mod mutations;
mod names;
mod package;
mod packaging;
mod panics;
mod process;
mod serve;
mod server;
mod simulate;
mod sizes;
mod tally;
mod test;
mod wasm;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask <command>

  build                     makes the npm package in pkg/ and prints what it weighs
  serve [--port N]          builds, then serves the page with a sample to download
  test [part] [filter]      runs all tests, or one part: native, packaging, browser, e2e
  matrix [set-up]...        tries the packed package in bundlers and pages, and prints a table
  simulate [options]        runs the core against a simulated world; without options, says which there are
  check                     formatting, lints, types, the package's size and manifest
  bench [what] [options]    measures speed, memory or what kills cost; see `bench help`";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["build"] => package::build().map(|()| ExitCode::SUCCESS),
        ["serve", options @ ..] => serve::serve(options).map(|()| ExitCode::SUCCESS),
        ["test", selection @ ..] => test::test(selection),
        ["simulate", options @ ..] => simulate::simulate(options).map(|()| ExitCode::SUCCESS),
        ["matrix", names @ ..] => packaging::matrix(names),
        ["check"] => check::check(),
        ["bench", arguments @ ..] => bench::bench(arguments).map(|()| ExitCode::SUCCESS),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!(
            "unknown command `{}`; see `cargo xtask help`",
            other.join(" ")
        ),
    }
}
