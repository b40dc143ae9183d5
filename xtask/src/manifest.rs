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
            "./rangeload.wasm": "./rangeload.wasm",
            "./package.json": "./package.json",
        },
        "types": "./index.d.ts",
        "files": ["*.js", "*.d.ts", "rangeload.wasm", "LICENSE-*"],
        // The worker is run for what it does, not for what it exports.
        "sideEffects": ["./worker.js"],
        "engines": { "node": ">=20" },
    })
}
