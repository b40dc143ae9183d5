//! Where figures go besides the terminal.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use serde::Serialize;

/// The machine and the moment of a measurement.
#[derive(Debug, Serialize)]
pub(crate) struct Circumstances {
    /// Seconds since the Unix epoch.
    time: u64,
    cores: usize,
    /// Bytes.
    memory: u64,
}

impl Circumstances {
    pub(crate) fn now() -> Self {
        let time = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            time: time.unwrap_or_default().as_secs(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory: crate::processes::memory_of_the_machine().unwrap_or(0),
        }
    }
}

/// Writes a file of that name, and says where it is.
pub(crate) fn write(name: &str, content: impl AsRef<[u8]>) -> Result<()> {
    let directory = env::var_os("RANGELOAD_BENCH").map(PathBuf::from);
    let directory = directory.context("RANGELOAD_BENCH is not set; run `cargo xtask bench`")?;
    fs::create_dir_all(&directory)?;
    let path = directory.join(name);
    fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    println!("written: {}", path.display());
    Ok(())
}

pub(crate) fn write_json(name: &str, content: &impl Serialize) -> Result<()> {
    write(name, serde_json::to_vec_pretty(content)?)
}
