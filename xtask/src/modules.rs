//! Which modules of the package a page loads, and when: read from the modules as they are shipped.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

/// How far to follow what a module names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Import and export statements: all that is loaded before the page's own code runs.
    Static,
    /// Also what is loaded when it is needed: dynamic imports and workers.
    Everything,
}

/// The entry and every module it leads to.
pub(crate) fn loaded<'f>(
    files: &'f BTreeMap<String, Vec<u8>>,
    entry: &str,
    reach: Reach,
) -> Result<BTreeMap<&'f str, &'f [u8]>> {
    let mut found = BTreeMap::new();
    let mut open = BTreeSet::from([entry.to_owned()]);
    while let Some(name) = open.pop_first() {
        let (name, contents) = files
            .get_key_value(&name)
            .with_context(|| format!("a module loads {name}, which is not in the package"))?;
        let text = std::str::from_utf8(contents)?;
        found.insert(name.as_str(), contents.as_slice());
        open.extend(references(text, reach).filter(|name| !found.contains_key(name.as_str())));
    }
    Ok(found)
}

/// The names in every `"./name.js"` that a minified module loads. The same text elsewhere is a mere
/// name: wasm-bindgen's glue calls its imports so.
fn references(text: &str, reach: Reach) -> impl Iterator<Item = String> {
    let mut before = "";
    text.split('"').filter_map(move |word| {
        let loads = |by: [&str; 2]| by.iter().any(|by| before.ends_with(by));
        let is_loaded = loads(["from", "import"])
            || (reach == Reach::Everything && loads(["import(", "new URL("]));
        before = word;
        let name = word
            .strip_prefix("./")
            .filter(|name| name.ends_with(".js"))?;
        is_loaded.then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> BTreeMap<String, Vec<u8>> {
        [
            (
                "index.js",
                r#"import{a}from"./a.js";export{b}from"./b.js";"#,
            ),
            ("a.js", r#"import"./b.js";await import("./late.js");"#),
            (
                "b.js",
                r#"new Worker(new URL("./worker.js",import.meta.url));"#,
            ),
            ("late.js", r#"const imports={"./glue.js":{}};"#),
            ("worker.js", r#"import{l}from"./late.js";"#),
            ("other.js", ""),
        ]
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .into()
    }

    fn names(reach: Reach) -> Vec<String> {
        let package = package();
        let loaded = loaded(&package, "index.js", reach).unwrap();
        loaded.keys().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn statements_are_loaded_before_the_page_runs() {
        assert_eq!(names(Reach::Static), ["a.js", "b.js", "index.js"]);
    }

    #[test]
    fn workers_and_dynamic_imports_are_loaded_in_the_end() {
        let everything = ["a.js", "b.js", "index.js", "late.js", "worker.js"];
        assert_eq!(names(Reach::Everything), everything);
    }

    #[test]
    fn a_module_that_is_not_in_the_package_is_an_error() {
        let mut package = package();
        package.remove("late.js");
        assert!(loaded(&package, "index.js", Reach::Everything).is_err());
    }
}
