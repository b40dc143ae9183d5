//! The package.json that is shipped. Its order is kept: of the conditions of an export the first that applies is taken.

use serde_json::{Map, Value, json};

/// What a page can import.
pub(crate) struct Entry {
    /// As in `exports`.
    pub(crate) path: &'static str,
    /// The module behind it, without its extension.
    pub(crate) module: &'static str,
    /// Whether to import it does something: a bundler must then not drop an import that uses nothing of it.
    pub(crate) acts: bool,
}

pub(crate) const ENTRIES: [Entry; 3] = [
    Entry {
        path: ".",
        module: "index",
        acts: false,
    },
    Entry {
        path: "./element",
        module: "element",
        acts: true,
    },
    Entry {
        path: "./worker",
        module: "rangeload-worker",
        acts: true,
    },
];

pub(crate) fn package_json() -> Value {
    json!({
        "name": "rangeload",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Downloads large files inside a web page: parallel ranges, resumed after a reload",
        "keywords": ["download", "resumable", "range", "parallel", "fetch", "wasm"],
        "license": env!("CARGO_PKG_LICENSE"),
        "type": "module",
        "exports": exports(),
        "types": "./index.d.ts",
        "files": ["*.js", "*.d.ts", "rangeload.wasm", "*.md", "LICENSE-*"],
        "sideEffects": side_effects(),
    })
}

fn exports() -> Map<String, Value> {
    let modules = ENTRIES.iter().map(|Entry { path, module, .. }| {
        let conditions = json!({
            "types": format!("./{module}.d.ts"),
            "default": format!("./{module}.js"),
        });
        ((*path).to_owned(), conditions)
    });
    let files = ["./rangeload.wasm", "./package.json"].map(|path| (path.to_owned(), path.into()));
    modules.chain(files).collect()
}

fn side_effects() -> Vec<String> {
    let entries = ENTRIES.iter().filter(|entry| entry.acts);
    entries
        .map(|entry| format!("./{}.js", entry.module))
        .collect()
}
