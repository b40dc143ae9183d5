//! Other programs: found, started in the workspace's root, and named when they fail.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace;

/// A command that runs in the workspace's root and sees the tools installed for it.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(workspace::root())
        .env("PATH", search_path());
    command
}

/// The cargo that runs this program, so that both use one toolchain.
pub(crate) fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A program of an npm package of this workspace.
pub(crate) fn npm_program(name: &str) -> Command {
    command(script(
        workspace::root().join("node_modules/.bin").join(name),
    ))
}

pub(crate) fn npm() -> Command {
    command(script(PathBuf::from("npm")))
}

/// Programs written in JavaScript are started through a batch file on Windows.
fn script(path: PathBuf) -> PathBuf {
    if cfg!(windows) {
        path.with_extension("cmd")
    } else {
        path
    }
}

/// Runs a command to its end; its output goes where ours goes.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", describe(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", describe(command));
    }
    Ok(())
}

/// The command as a person would type it.
pub(crate) fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
    format!("`{}`", words.join(" "))
}

/// Where a program is, if it is installed.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&search_path())
        .map(|directory| directory.join(&file))
        .find(|path| path.is_file())
}

fn search_path() -> OsString {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let tools = workspace::tools().join("bin");
    let all = std::iter::once(tools).chain(env::split_paths(&inherited));
    env::join_paths(all).unwrap_or(inherited)
}
