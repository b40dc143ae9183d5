//! Files that a person saved, as they are on disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, interval};

use crate::Profile;

/// Bounds a save that never comes; no test depends on it.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until a file is all there, and returns its SHA-256 in hexadecimal. No browser tells its
/// driver when it is: looked for until the file has its size and no partial one is beside it.
///
/// # Errors
/// It does not come, or grows longer than that.
pub async fn saved_file(profile: &Profile, name: &str, size: u64) -> Result<String> {
    let started = Instant::now();
    let mut tick = interval(Duration::from_millis(50));
    loop {
        tick.tick().await;
        let files = files(profile.downloads())?;
        if let [(only, length)] = files.as_slice()
            && only == name
            && *length >= size
        {
            ensure!(*length == size, "{name} has {length} bytes, not {size}");
            return sha256(&profile.downloads().join(name));
        }
        if started.elapsed() > PATIENCE {
            bail!("{name} of {size} bytes is not saved; there are {files:?}");
        }
    }
}

fn files(directory: &Path) -> io::Result<Vec<(String, u64)>> {
    fs::read_dir(directory)?
        .map(|entry| {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // One that was renamed since the directory was read is found the next time.
            Ok((name, entry.metadata().map_or(0, |metadata| metadata.len())))
        })
        .collect()
}

fn sha256(path: &Path) -> Result<String> {
    let mut hasher = Hasher(Sha256::new());
    io::copy(&mut File::open(path)?, &mut hasher)?;
    let digest = hasher.0.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

struct Hasher(Sha256);

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
