//! What a browser keeps on disk: its own data, and the files that a person saved.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// Outlives the browsers that are started with it; gone when dropped.
#[derive(Debug)]
pub struct Profile {
    directory: TempDir,
    data: PathBuf,
    downloads: PathBuf,
}

impl Profile {
    /// Of a browser that was never started.
    ///
    /// # Errors
    /// There is no place for temporary files.
    pub fn new() -> Result<Self> {
        // Gigabytes are stored in it, and the system's own place may be in memory.
        let place = env::var_os("RANGELOAD_PROFILES").map_or_else(env::temp_dir, PathBuf::from);
        let directory = tempfile::Builder::new()
            .prefix("rangeload-e2e-")
            .tempdir_in(place)
            .context("no directory for a profile can be made")?;
        let (data, downloads) = (
            directory.path().join("data"),
            directory.path().join("downloads"),
        );
        fs::create_dir(&data)?;
        fs::create_dir(&downloads)?;
        Ok(Self {
            directory,
            data,
            downloads,
        })
    }

    /// Where saved files end up.
    pub fn downloads(&self) -> &Path {
        &self.downloads
    }

    /// The files in which the browser keeps what is in its databases beside them. Not while it runs.
    ///
    /// # Errors
    /// They cannot be listed.
    pub fn blobs(&self) -> io::Result<Vec<PathBuf>> {
        let (mut files, mut directories) = (Vec::new(), vec![self.data.clone()]);
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory)? {
                let path = entry?.path();
                if path.is_dir() {
                    directories.push(path);
                } else if path.to_string_lossy().contains(".indexeddb.blob") {
                    files.push(path);
                }
            }
        }
        Ok(files)
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// What the driver had to say.
    pub(crate) fn log(&self) -> PathBuf {
        self.directory.path().join("driver.log")
    }
}
