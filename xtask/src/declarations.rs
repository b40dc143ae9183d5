//! Types: JSDoc in, `.d.ts` out. Ships only the declarations that the package's entries lead to,
//! so that what is private stays out of sight.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::{npm_program, run};
use crate::{manifest, workspace};

/// Checks js/ and returns its public declarations by file name.
pub(crate) fn emit() -> Result<BTreeMap<String, Vec<u8>>> {
    let directory = directory();
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    run(npm_program("tsc").args(["--project", "tsconfig.json"]))?;
    let entries = manifest::ENTRIES.iter();
    let mut files = reachable(&directory, entries.map(|entry| declaration(entry.module)))?;
    // No comment of a JavaScript file can add to the types of the platform.
    let tag = fs::read(workspace::root().join("js/element-tag.d.ts"))?;
    files.entry("element.d.ts".into()).or_default().extend(tag);
    Ok(files)
}

fn directory() -> PathBuf {
    workspace::staging().join("types")
}

fn reachable(
    directory: &Path,
    entries: impl Iterator<Item = String>,
) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut open: BTreeSet<String> = entries.collect();
    while let Some(name) = open.pop_first() {
        let text = fs::read_to_string(directory.join(&name))
            .with_context(|| format!("{name} is imported by a public declaration"))?;
        open.extend(imports(&text).filter(|name| !found.contains_key(name)));
        found.insert(name, text.into_bytes());
    }
    Ok(found)
}

/// The declarations behind every `"./name.js"` of a declaration file.
fn imports(text: &str) -> impl Iterator<Item = String> {
    text.split('"')
        .filter_map(|word| word.strip_prefix("./")?.strip_suffix(".js"))
        .map(declaration)
}

fn declaration(module: &str) -> String {
    format!("{module}.d.ts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_leads_to_what_it_imports_and_re_exports() {
        let text = r#"
            import { Download } from "./download.js";
            export * from "./error.js";
            export type Options = import("./options.js").Options;
            export const kind: "download" | "./";
        "#;
        let found: Vec<_> = imports(text).collect();
        assert_eq!(found, ["download.d.ts", "error.d.ts", "options.d.ts"]);
    }
}
