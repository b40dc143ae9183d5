//! A program and all that it started, ended together and at once, as a crash or a power cut would.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::process::{Child, Command};

use anyhow::{Context, Result};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::OwnedFd;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// Killed when dropped.
#[derive(Debug)]
pub(crate) struct Tree {
    root: Child,
}

impl Tree {
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let root = command
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self { root })
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.root.try_wait(), Ok(None))
    }

    /// What it started, and what these started.
    pub(crate) fn descendants(&self) -> io::Result<Vec<u32>> {
        Ok(numbers(self.root.id())?.split_off(1))
    }

    /// Ends it from elsewhere, as long as this is there.
    pub(crate) fn killer(&self) -> impl FnOnce() + Send + 'static {
        let root = self.root.id();
        move || tell(kill(root))
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        tell(kill(self.root.id()).and_then(|()| self.root.wait().map(drop)));
    }
}

fn tell(killed: io::Result<()>) {
    if let Err(error) = killed {
        eprintln!("a browser may still be running: {error}");
    }
}

/// Returns when every process of it is gone: what comes next may want its files.
fn kill(root: u32) -> io::Result<()> {
    let members = members(root)?;
    for member in &members {
        // One that has ended meanwhile needs no signal.
        let _ = pidfd_send_signal(member, Signal::KILL);
    }
    for member in &members {
        poll(&mut [PollFd::new(member, PollFlags::IN)], None)?;
    }
    Ok(())
}

/// A process and its descendants, parents first. A handle names one process for good, where a
/// number may be given to another.
fn members(root: u32) -> io::Result<Vec<OwnedFd>> {
    let open = |number: &u32| {
        let pid = Pid::from_raw(i32::try_from(*number).ok()?)?;
        pidfd_open(pid, PidfdFlags::empty()).ok()
    };
    Ok(numbers(root)?.iter().filter_map(open).collect())
}

/// The same, as numbers.
fn numbers(root: u32) -> io::Result<Vec<u32>> {
    let children = children()?;
    let mut numbers = vec![root];
    let mut next = 0;
    while let Some(&parent) = numbers.get(next) {
        numbers.extend(children.get(&parent).into_iter().flatten());
        next += 1;
    }
    Ok(numbers)
}

fn children() -> io::Result<HashMap<u32, Vec<u32>>> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(number) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if let Some(parent) = parent(number) {
            children.entry(parent).or_default().push(number);
        }
    }
    Ok(children)
}

/// None if the process has ended meanwhile.
fn parent(number: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    // The name before it may contain anything, parentheses and spaces too.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(1)?.parse().ok()
}
