//! What a browser's processes cost, as the kernel accounts for it.

use std::fs;
use std::io;
use std::time::Duration;

use anyhow::{Result, bail};
use rangeload_e2e::Browser;
use tokio::time::{Instant, interval};

/// Below this share of one core a browser that shows a blank page is idle.
const IDLE: f64 = 0.05;
const WINDOW: Duration = Duration::from_millis(500);
/// One that is never idle would be measured together with whatever it does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until a browser has finished starting.
pub(crate) async fn settled(browser: &Browser) -> Result<()> {
    let started = Instant::now();
    let mut tick = interval(WINDOW);
    tick.tick().await;
    let mut before = processor_time(browser)?;
    while started.elapsed() < PATIENCE {
        tick.tick().await;
        let now = processor_time(browser)?;
        if now.saturating_sub(before) < WINDOW.mul_f64(IDLE) {
            return Ok(());
        }
        before = now;
    }
    bail!("the browser is still busy after {PATIENCE:?} on a blank page")
}

/// Memory of all processes in bytes: what several map is split between them, so that nothing is
/// counted twice (PSS).
pub(crate) fn memory(browser: &Browser) -> io::Result<u64> {
    let processes = browser.processes()?;
    // One that has ended since it was listed has no memory.
    let sizes = processes.iter().filter_map(|number| pss(*number));
    Ok(sizes.sum())
}

fn pss(number: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{number}/smaps_rollup")).ok()?;
    kibibytes(&rollup, "Pss:")
}

pub(crate) fn memory_of_the_machine() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    kibibytes(&text, "MemTotal:")
}

/// A line such as `Pss:    1234 kB`, in bytes.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    let number: u64 = value.split_whitespace().next()?.parse().ok()?;
    Some(number << 10)
}

fn processor_time(browser: &Browser) -> io::Result<Duration> {
    let processes = browser.processes()?;
    let ticks: u64 = processes.iter().filter_map(|number| ticks(*number)).sum();
    let a_second = rustix::param::clock_ticks_per_second().max(1);
    Ok(Duration::from_secs(ticks) / u32::try_from(a_second).unwrap_or(100))
}

/// User and system time, fields 14 and 15 of proc_pid_stat(5).
fn ticks(number: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_tells_of_this_process() {
        let own = std::process::id();
        assert!(pss(own).is_some_and(|bytes| bytes > 1 << 18));
        assert!(ticks(own).is_some());
        assert!(memory_of_the_machine() > pss(own));
    }
}
