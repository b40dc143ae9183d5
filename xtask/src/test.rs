//! All tests, or one part of them. A part that ran no test has failed: it would prove nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::process::{cargo, command};
use crate::tally::Tally;
use crate::{browser_tests, install, package, packaging, workspace};

/// The benchmarks find and end processes in ways that only Linux knows.
const NATIVE: &[&str] = if cfg!(target_os = "linux") {
    &[
        "rangeload",
        "rangeload-server",
        "rangeload-sim",
        "rangeload-bench",
    ]
} else {
    &["rangeload", "rangeload-server", "rangeload-sim"]
};

#[derive(Clone, Copy)]
enum Part {
    /// What decides: the core, the facade's own logic, the range server and these tools.
    Native,
    /// The package as it is published.
    Packaging,
    /// What acts: fetch and stores against real browsers.
    Browser,
    /// The page and the package as a person has them.
    EndToEnd,
}

impl Part {
    /// Cheap ones first.
    const ALL: [Self; 4] = [Self::Native, Self::Packaging, Self::Browser, Self::EndToEnd];

    fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Packaging => "packaging",
            Self::Browser => "browser",
            Self::EndToEnd => "e2e",
        }
    }

    fn needs_browsers(self) -> bool {
        !matches!(self, Self::Native)
    }

    fn run(self, filter: Option<&str>) -> Result<Tally> {
        match self {
            Self::Native => native(filter),
            Self::Packaging => packaging::test(filter),
            Self::Browser => browser_tests::test(filter),
            Self::EndToEnd => end_to_end(filter),
        }
    }
}

/// Runs what was selected; the last line printed is the sum.
pub(crate) fn test(selection: &[&str]) -> Result<ExitCode> {
    let (parts, filter) = match selection {
        [] => (Part::ALL.to_vec(), None),
        [name] => (vec![part(name)?], None),
        [name, filter] => (vec![part(name)?], Some(*filter)),
        _ => bail!("usage: cargo xtask test [part] [filter]"),
    };
    install::node()?;
    if parts.iter().any(|part| part.needs_browsers()) {
        install::missing_browsers().context("`cargo xtask test native` needs no browsers")?;
    }
    let mut total = Tally::default();
    let mut summary = String::new();
    for part in parts {
        let mut tally = part.run(filter).unwrap_or_else(|error| {
            eprintln!("{}: {error:#}", part.name());
            Tally::FAILURE
        });
        if tally.ran_nothing() {
            eprintln!("{}: no test was run", part.name());
            tally = Tally::FAILURE;
        }
        summary += &format!("{:<10} {tally}\n", part.name());
        total += tally;
    }
    println!("\n{summary}\n{total}");
    Ok(total.exit_code())
}

fn part(name: &str) -> Result<Part> {
    match Part::ALL.into_iter().find(|part| part.name() == name) {
        Some(part) => Ok(part),
        None => bail!("there is no part `{name}`; see `cargo xtask help`"),
    }
}

fn native(filter: Option<&str>) -> Result<Tally> {
    let mut tally = Tally::default();
    for packages in [NATIVE, &["xtask"]] {
        let mut command = cargo_test(filter);
        for package in packages {
            command.args(["--package", package]);
        }
        tally += Tally::of(&mut command)?;
    }
    // The reference is compared with the types, which the compiler of TypeScript reads.
    install::joined(install::npm_packages())?;
    tally += Tally::of(&mut node("tests/js", filter)?)?;
    Ok(tally)
}

fn end_to_end(filter: Option<&str>) -> Result<Tally> {
    install::browsers()?;
    package::build()?;
    Tally::of(
        cargo_test(filter)
            .args(["--package", "rangeload-e2e"])
            .env("RANGELOAD_PROFILES", profiles()?)
            .env("RANGELOAD_PKG", workspace::package())
            .env("RANGELOAD_WWW", workspace::page()),
    )
}

/// Where browsers keep what they store. What a run left behind that was cut short goes first.
fn profiles() -> Result<PathBuf> {
    let directory = workspace::target().join("profiles");
    if directory.exists() {
        fs::remove_dir_all(&directory)
            .with_context(|| format!("cannot empty {}", directory.display()))?;
    }
    fs::create_dir_all(&directory)?;
    Ok(directory)
}

fn cargo_test(filter: Option<&str>) -> Command {
    let mut command = cargo();
    command
        .args(["test", "--profile", "tools", "--no-fail-fast"])
        .args(filter);
    command
}

/// The tests of one directory, by Node's own runner.
pub(crate) fn node(directory: &str, filter: Option<&str>) -> Result<Command> {
    let mut command = command("node");
    command.args(["--test", "--test-reporter=spec"]);
    if let Some(filter) = filter {
        command.arg(format!("--test-name-pattern={filter}"));
    }
    command.args(test_files(&workspace::root().join(directory))?);
    Ok(command)
}

/// By name, as Node 20 takes a directory and no pattern, and Node 22 a pattern and no directory.
fn test_files(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.js") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_is_given_the_files_that_hold_tests_and_no_others() -> Result<()> {
        let files = test_files(&workspace::root().join("tests/packaging"))?;
        let names: Vec<_> = files.iter().filter_map(|path| path.file_name()).collect();
        assert_eq!(names, ["matrix.test.js", "package.test.js"]);
        Ok(())
    }
}
