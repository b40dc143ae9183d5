//! Why something failed.

use std::ops::Range;

use wasm_bindgen::prelude::*;

use super::fields::{number, object, optional};
use crate::core::error::Error;
use crate::core::resource::Identity;

pub(in crate::browser) fn error(error: &Error) -> JsValue {
    let detail = match error {
        Error::Http { status } => object([("status", (*status).into())]),
        Error::Changed(change) => object([
            ("stored", identity(&change.stored)),
            ("remote", identity(&change.remote)),
        ]),
        Error::Integrity {
            expected,
            actual,
            piece,
        } => object([
            ("expected", expected.to_string().into()),
            ("actual", actual.to_string().into()),
            ("piece", optional(piece.as_ref().map(bounds))),
        ]),
        Error::Quota { missing } => object([("missing", number(*missing))]),
        _ => JsValue::UNDEFINED,
    };
    object([
        ("code", error.code().into()),
        ("message", error.to_string().into()),
        ("retryable", error.is_retryable().into()),
        ("detail", detail),
    ])
}

pub(in crate::browser) fn storage_error(words: &str) -> JsValue {
    error(&Error::Storage(words.into()))
}

fn identity(identity: &Identity) -> JsValue {
    let etag = identity.etag.as_ref().map(ToString::to_string);
    object([
        ("size", number(identity.size)),
        ("etag", optional(etag)),
        ("lastModified", optional(identity.last_modified.as_deref())),
    ])
}

fn bounds(range: &Range<u64>) -> JsValue {
    object([
        ("start", (range.start as f64).into()),
        ("end", (range.end as f64).into()),
    ])
}
