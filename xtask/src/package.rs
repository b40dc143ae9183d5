//! The npm package in pkg/: the facade of js/ and the engine, joined and minified, the wasm inlined and by itself, types and manifest.
//! Files that are no longer part of it are removed; files that did not change are not written again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::{bundled, declarations, inlined, install, manifest, sizes, wasm, workspace};

type Files = BTreeMap<String, Vec<u8>>;

/// Builds the package and prints what it weighs.
pub(crate) fn build() -> Result<()> {
    install::wasm_target()?;
    let packages = install::npm_packages();
    wasm::compile()?;
    wasm::bind()?;
    install::joined(packages)?;
    wasm::optimise()?;
    let files = contents()?;
    write(&workspace::package(), &files)?;
    print!("{}", sizes::table(&files)?);
    Ok(())
}

fn contents() -> Result<Files> {
    let root = workspace::root();
    let mut files = declarations::emit()?;
    files.extend(bundled::modules()?);
    let module = read(&wasm::optimised())?;
    files.insert("wasm.js".into(), inlined::script(&module)?.into_bytes());
    files.insert("rangeload.wasm".into(), module);
    files.insert(
        "package.json".into(),
        format!("{:#}\n", manifest::package_json()).into_bytes(),
    );
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        files.insert(name.into(), read(&root.join(name))?);
    }
    for name in ["README.md", "CHANGELOG.md"] {
        files.insert(name.into(), page(&root.join(name))?);
    }
    for name in ["COMPARISON.md", "RECIPES.md", "REFERENCE.md", "SERVER.md"] {
        files.insert(name.into(), page(&root.join("docs").join(name))?);
    }
    Ok(files)
}

/// Documentation as it lies in the package: all in one directory, without pictures.
fn page(path: &Path) -> Result<Vec<u8>> {
    let text = String::from_utf8(read(path)?)?;
    let lines = text.lines().filter(|line| !line.starts_with("!["));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    Ok(text
        .replace("](docs/", "](")
        .replace("](../", "](")
        .into_bytes())
}

/// Fails when what was built would make a page load more than it may.
pub(crate) fn guard_size() -> Result<()> {
    let directory = workspace::package();
    let mut files = Files::new();
    for entry in fs::read_dir(&directory)? {
        let path = entry?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
            files.insert(name.to_owned(), read(&path)?);
        }
    }
    sizes::guard(&files)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(directory: &Path, files: &Files) -> Result<()> {
    fs::create_dir_all(directory)?;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let kept = entry
            .file_name()
            .to_str()
            .is_some_and(|name| files.contains_key(name));
        if !kept && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    for (name, contents) in files {
        let path = directory.join(name);
        if fs::read(&path).is_ok_and(|last| last == *contents) {
            continue;
        }
        fs::write(&path, contents).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
