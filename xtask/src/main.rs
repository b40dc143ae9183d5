//! `cargo xtask …`: one command for each thing that is done to this project.
//! This table decides what a command is called; how it is done lives in the module of its name.
//! A command that fails ends with one line and a non-zero exit code.

mod bench;
mod browser_tests;
mod check;
mod declarations;
mod display;
mod install;
mod manifest;
mod package;
mod packaging;
mod process;
mod serve;
mod server;
mod sizes;
mod tally;
mod test;
mod wasm;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask <command>

  build                     makes the npm package in pkg/ and prints the size of each file
  serve [--port N]          builds, then serves the page with a sample to download
  test [part] [filter]      runs all tests, or one part: native, packaging, browser, e2e
  check                     formatting, lints, types and the package's manifest
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
