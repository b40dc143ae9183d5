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
    install::node()?;
    install::wasm_target()?;
    let packages = install::npm_packages();
    let compiled = wasm::compile().and_then(|()| wasm::bind());
    // Whatever came of that: what is built next must not find npm at work.
    let installed = install::joined(packages);
    compiled.and(installed)?;
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
    for path in PAGES {
        let text = String::from_utf8(read(&root.join(path))?)?;
        files.insert(name(path).into(), page(&text).into_bytes());
    }
    Ok(files)
}

/// Documentation, where it lies in a checkout.
const PAGES: [&str; 6] = [
    "README.md",
    "CHANGELOG.md",
    "docs/COMPARISON.md",
    "docs/RECIPES.md",
    "docs/REFERENCE.md",
    "docs/SERVER.md",
];

fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Documentation as it lies in the package: all in one directory, without pictures, without
/// comments, and without links to what is in a checkout only.
fn page(text: &str) -> String {
    let is_shipped = |line: &&str| !line.starts_with("![") && !line.starts_with("<!--");
    let lines = text.lines().filter(is_shipped);
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    // Code between fences may look like a link.
    let stretches = text.split("```").enumerate();
    let stretches = stretches.map(|(at, stretch)| match at % 2 {
        0 => linked(stretch),
        _ => stretch.to_owned(),
    });
    stretches.collect::<Vec<_>>().join("```")
}

/// The text with links to pages of the package; of other links within a checkout the words alone.
fn linked(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let link = before.rfind('[').zip(after.split_once(')'));
        let Some((opening, (target, after))) = link else {
            result += before;
            result += "](";
            rest = after;
            continue;
        };
        let words = &before[opening + 1..];
        result += &before[..opening];
        result += &match shipped(target) {
            Some(target) => format!("[{words}]({target})"),
            None => words.to_owned(),
        };
        rest = after;
    }
    result + rest
}

/// Where a link leads from within the package, if anywhere.
fn shipped(target: &str) -> Option<&str> {
    if target.starts_with('#') || target.contains("://") {
        return Some(target);
    }
    let target = target.trim_start_matches("../");
    let target = target.strip_prefix("docs/").unwrap_or(target);
    let path = target.split('#').next();
    let is_shipped = PAGES.iter().any(|page| path == Some(name(page)));
    is_shipped.then_some(target)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_links_to_pages_beside_it_and_to_other_hosts() {
        for (written, packed) in [
            (
                "[a](docs/SERVER.md), [b](REFERENCE.md)",
                "[a](SERVER.md), [b](REFERENCE.md)",
            ),
            ("[a](../README.md#limits)", "[a](README.md#limits)"),
            (
                "[a](#limits) [b](https://example.org/x)",
                "[a](#limits) [b](https://example.org/x)",
            ),
        ] {
            assert_eq!(page(written).trim_end(), packed);
        }
    }

    #[test]
    fn of_a_link_to_what_is_not_in_the_package_only_the_words_are_shipped() {
        for (written, packed) in [
            ("see ([src/core](src/core)).", "see (src/core)."),
            (
                "[`a` b](../examples/queue.js), [c](SERVER.md)",
                "`a` b, [c](SERVER.md)",
            ),
            ("[two\nlines](../examples)", "two\nlines"),
            ("[d](tests/README.md)", "d"),
        ] {
            assert_eq!(page(written).trim_end(), packed);
        }
    }

    #[test]
    fn code_is_shipped_as_it_is() {
        let text = "[a](src)\n```js\nlist[0](examples);\n```\n[b](js)\n";
        assert_eq!(page(text), "a\n```js\nlist[0](examples);\n```\nb\n");
    }

    #[test]
    fn pictures_and_comments_are_not_shipped() {
        assert_eq!(page("![x](docs/x.png)\n<!-- y -->\nz\n"), "z\n");
    }

    /// What a page says outside of code.
    fn prose(text: &str) -> impl Iterator<Item = &str> {
        text.split("```").step_by(2)
    }

    /// The file and the anchor of each link that stays within the checkout or the package.
    fn links(text: &str) -> Vec<(&str, &str)> {
        prose(text)
            .flat_map(|stretch| stretch.split("](").skip(1))
            .filter_map(|link| link.split(')').next())
            .filter(|target| !target.contains("://"))
            .map(|target| target.split_once('#').unwrap_or((target, "")))
            .collect()
    }

    /// As renderers of Markdown name them.
    fn anchors(text: &str) -> Vec<String> {
        let kept = |c: char| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || "-_".contains(c) => Some(c),
            _ => None,
        };
        prose(text)
            .flat_map(str::lines)
            .filter(|line| line.starts_with('#'))
            .map(|line| line.trim_start_matches('#').trim().to_lowercase())
            .map(|heading| heading.chars().filter_map(kept).collect())
            .collect()
    }

    fn source(path: &str) -> String {
        fs::read_to_string(workspace::root().join(path)).unwrap()
    }

    #[test]
    fn every_link_of_a_page_leads_to_something() {
        for path in PAGES {
            for (file, anchor) in links(&source(path)) {
                let directory = Path::new(path).parent().unwrap();
                let target = match file {
                    "" => workspace::root().join(path),
                    file => workspace::root().join(directory).join(file),
                };
                assert!(target.exists(), "{path}: {file}");
                if !anchor.is_empty() {
                    let there = anchors(&fs::read_to_string(&target).unwrap());
                    assert!(
                        there.iter().any(|one| one == anchor),
                        "{path}: {file}#{anchor}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_link_of_a_page_that_is_shipped_leads_to_another_one() {
        for path in PAGES {
            for (file, anchor) in links(&page(&source(path))) {
                let beside = PAGES.iter().any(|page| file == name(page));
                assert!(file.is_empty() || beside, "{path}: {file}#{anchor}");
            }
        }
    }
}
