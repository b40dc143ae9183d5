//! How many tests passed and failed, read from the closing lines of test runners.
//! A runner that fails without saying so counts as a failure.

use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::ops::AddAssign;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};

use crate::process::describe;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    pub(crate) const FAILURE: Self = Self {
        passed: 0,
        failed: 1,
    };

    /// Runs a test runner; what it prints is passed on as it comes.
    pub(crate) fn of(command: &mut Command) -> Result<Self> {
        let mut process = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", describe(command)))?;
        let mut tally = Self::default();
        if let Some(output) = process.stdout.take() {
            tally.follow(BufReader::new(output), &mut io::stdout().lock())?;
        }
        let status = process.wait()?;
        if !status.success() && tally.failed == 0 {
            eprintln!("{} ended with {status}", describe(command));
            tally.failed = 1;
        }
        Ok(tally)
    }

    /// One thing that can only succeed or fail.
    pub(crate) fn of_one(outcome: Result<()>) -> Self {
        match outcome {
            Ok(()) => Self {
                passed: 1,
                failed: 0,
            },
            Err(error) => {
                eprintln!("{error:#}");
                Self::FAILURE
            }
        }
    }

    pub(crate) fn ran_nothing(self) -> bool {
        self == Self::default()
    }

    pub(crate) fn exit_code(self) -> ExitCode {
        if self.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn follow(&mut self, mut output: impl BufRead, echo: &mut impl Write) -> io::Result<()> {
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line)? > 0 {
            echo.write_all(&line)?;
            echo.flush()?;
            *self += closing_line(&String::from_utf8_lossy(&line)).unwrap_or_default();
            line.clear();
        }
        Ok(())
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// `test result: ok. 3 passed; 0 failed; …` of libtest and wasm-bindgen-test,
/// `ℹ pass 3` and `ℹ fail 0` of Node's spec reporter.
fn closing_line(line: &str) -> Option<Tally> {
    let line = plain(line);
    let line = line.trim();
    if let Some(count) = line.strip_prefix("ℹ pass ") {
        let passed = count.parse().ok()?;
        return Some(Tally { passed, failed: 0 });
    }
    if let Some(count) = line.strip_prefix("ℹ fail ") {
        let failed = count.parse().ok()?;
        return Some(Tally { passed: 0, failed });
    }
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut tally = Tally::default();
    for count in counts.split("; ") {
        match count.split_once(' ')? {
            (count, "passed") => tally.passed = count.parse().ok()?,
            (count, "failed") => tally.failed = count.parse().ok()?,
            _ => {}
        }
    }
    Some(tally)
}

/// Without colours: Node's reporter gives them where standard error is a terminal, whatever its
/// standard output is.
fn plain(line: &str) -> String {
    let mut pieces = line.split("\x1b[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        text + piece.split_once('m').map_or(piece, |(_, rest)| rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Option<Tally> {
        Some(Tally { passed, failed })
    }

    #[test]
    fn the_closing_line_of_libtest_is_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.01s\n";
        assert_eq!(closing_line(line), tally(12, 3));
    }

    #[test]
    fn the_closing_line_of_a_browser_is_counted() {
        let line =
            "test result: ok. 4 passed; 0 failed; 0 ignored; 0 filtered out; finished in 1.20s";
        assert_eq!(closing_line(line), tally(4, 0));
    }

    #[test]
    fn the_closing_lines_of_node_are_counted() {
        assert_eq!(closing_line("ℹ pass 5\n"), tally(5, 0));
        assert_eq!(closing_line("ℹ fail 2\n"), tally(0, 2));
    }

    #[test]
    fn a_closing_line_in_colour_is_counted() {
        assert_eq!(closing_line("\x1b[34mℹ pass 5\x1b[39m\n"), tally(5, 0));
        assert_eq!(
            closing_line("test result: \x1b[32mok\x1b[0m. 3 passed; 0 failed"),
            tally(3, 0)
        );
    }

    #[test]
    fn any_other_line_is_not_counted() {
        for line in [
            "",
            "test a ... ok",
            "running 3 tests",
            "ℹ suites 2",
            "test result: ",
        ] {
            assert_eq!(closing_line(line), None, "{line:?}");
        }
    }

    #[test]
    fn every_closing_line_of_an_output_is_added_up() {
        let output = "test result: ok. 1 passed; 0 failed\ntest x ... ok\ntest result: ok. 2 passed; 1 failed\n";
        let mut tally = Tally::default();
        let mut echo = Vec::new();
        tally.follow(output.as_bytes(), &mut echo).unwrap();
        assert_eq!(echo, output.as_bytes());
        assert_eq!(
            tally,
            Tally {
                passed: 3,
                failed: 1
            }
        );
    }
}
