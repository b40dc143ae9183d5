//! The package.json that is shipped. Its order is kept: of the conditions of an export the first that applies is taken.

use serde_json::{Value, json};

pub(crate) fn package_json() -> Value {
    json!({
        "name": "rangeload",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Downloads large files inside a web page: parallel ranges, resumed after a reload",
        "keywords": ["download", "resumable", "range", "parallel", "fetch", "wasm"],
        "license": env!("CARGO_PKG_LICENSE"),
        "type": "module",
        "exports": {
            ".": { "types": "./index.d.ts", "default": "./index.js" },
            "./element": { "types": "./element.d.ts", "default": "./element.js" },
            "./worker": { "types": "./worker.d.ts", "default": "./worker.js" },
            "./rangeload.wasm": "./rangeload.wasm",
            "./package.json": "./package.json",
        },
        "types": "./index.d.ts",
        "files": ["*.js", "*.d.ts", "rangeload.wasm", "LICENSE-*"],
        // These are run for what they do, not for what they export.
        "sideEffects": ["./element.js", "./worker.js"],
        "engines": { "node": ">=20" },
    })
}
