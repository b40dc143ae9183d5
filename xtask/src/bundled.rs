//! The package's JavaScript as it is shipped: js/ and wasm-bindgen's glue, joined where they are loaded together.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::manifest::ENTRIES;
use crate::process::{command, run};
use crate::{wasm, workspace};

/// Every module that the package's entries lead to, by file name.
pub(crate) fn modules() -> Result<BTreeMap<String, Vec<u8>>> {
    let directory = workspace::staging().join("bundled");
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    fs::create_dir_all(&directory)?;
    let sources = workspace::root().join("js");
    let entries = ENTRIES.map(|entry| sources.join(format!("{}.js", entry.module)));
    run(command("node")
        .arg("xtask/bundle.js")
        .arg(&directory)
        .arg(wasm::bindings().join("rangeload.js"))
        .args(entries))?;
    scripts(&directory)?.iter().map(|path| read(path)).collect()
}
fn scripts(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
    let mut scripts = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "js") {
            scripts.push(path);
        }
    }
    Ok(scripts)
}

fn read(path: &Path) -> Result<(String, Vec<u8>)> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.with_context(|| format!("the name of {} is not Unicode", path.display()))?;
    let contents = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok((name.to_owned(), contents))
}
