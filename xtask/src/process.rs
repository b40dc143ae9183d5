//! Other programs: found, started in the workspace's root, and named when they fail.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace;

/// What the file of a program may end in. Programs written in JavaScript are batch files on Windows.
const ENDINGS: &[&str] = if cfg!(windows) {
    &[".exe", ".cmd"]
} else {
    &[""]
};

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
    let mut command = command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // A setting may name another directory, or a target, which has a directory of its own: nobody
    // would look there for what is built.
    command
        .env("CARGO_TARGET_DIR", workspace::target())
        .env_remove("CARGO_BUILD_TARGET");
    command
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
    find_in(&search_path(), program, ENDINGS)
}

fn find_in(search_path: &OsStr, program: &str, endings: &[&str]) -> Option<PathBuf> {
    env::split_paths(search_path)
        .flat_map(|directory| {
            let file = move |ending| directory.join(format!("{program}{ending}"));
            endings.iter().map(file)
        })
        .find(|path| path.is_file())
}

fn search_path() -> OsString {
    let inherited = env::var_os("PATH").unwrap_or_default();
    let tools = workspace::tools().join("bin");
    let all = std::iter::once(tools).chain(env::split_paths(&inherited));
    env::join_paths(all).unwrap_or(inherited)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_program_is_found_by_any_ending_that_it_may_have() -> Result<()> {
        let directory = env::temp_dir().join(format!("xtask-find-{}", std::process::id()));
        let empty = directory.join("empty");
        fs::create_dir_all(&empty)?;
        for file in ["node.exe", "npm", "npm.cmd"] {
            fs::write(directory.join(file), "")?;
        }
        let path = env::join_paths([&empty, &directory])?;
        let found = |program, endings| {
            let path = find_in(&path, program, endings)?;
            Some(path.strip_prefix(&directory).ok()?.to_owned())
        };
        let windows = &[".exe", ".cmd"];
        assert_eq!(found("node", windows), Some("node.exe".into()));
        assert_eq!(found("npm", windows), Some("npm.cmd".into()));
        assert_eq!(found("npm", &[""]), Some("npm".into()));
        assert_eq!(found("node", &[""]), None);
        assert_eq!(found("empty", &[""]), None);
        Ok(fs::remove_dir_all(&directory)?)
    }
}
