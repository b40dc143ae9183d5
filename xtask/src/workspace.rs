//! Where things are in this checkout. Nothing here touches the disk.

use std::env;
use std::path::{self, Path, PathBuf};

/// The directory of the workspace's Cargo.toml.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The directory that cargo builds into.
pub(crate) fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        // As cargo takes it that built this program: not from the root.
        Some(directory) => path::absolute(&directory).unwrap_or_else(|_| root().join(directory)),
        None => root().join("target"),
    }
}

/// Intermediate files of the package. Its place is fixed: tsconfig.json finds the types here.
pub(crate) fn staging() -> PathBuf {
    root().join("target/package")
}

/// The npm package, ready to be packed.
pub(crate) fn package() -> PathBuf {
    root().join("pkg")
}

/// The page.
pub(crate) fn page() -> PathBuf {
    root().join("www")
}

/// Programs that cargo installed for this checkout alone.
pub(crate) fn tools() -> PathBuf {
    root().join("target/tools")
}
