//! What a server allows.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::fields::{number, object, optional};
use crate::core::diagnosis::{Diagnosis, Page};

pub(in crate::browser) fn diagnosis(url: &str, diagnosis: &Diagnosis, page: Page<'_>) -> JsValue {
    let Diagnosis { identity, .. } = diagnosis;
    let etag = identity.etag.as_ref().map(ToString::to_string);
    let advice = diagnosis.advice.iter().map(|advice| {
        let headers = advice.headers(url, page).into_iter().map(JsValue::from);
        object([
            ("code", advice.code().into()),
            ("problem", advice.problem().into()),
            ("headers", headers.collect::<Array>().into()),
        ])
    });
    object([
        ("url", url.into()),
        ("status", optional(diagnosis.status)),
        ("reachable", diagnosis.reachable.into()),
        ("crossOrigin", page.cross_origin.into()),
        ("size", number(identity.size)),
        ("type", optional(diagnosis.media_type.as_deref())),
        ("filename", diagnosis.filename.as_str().into()),
        ("etag", optional(etag)),
        ("lastModified", optional(identity.last_modified.as_deref())),
        ("encoded", diagnosis.encoded.into()),
        ("ranges", diagnosis.ranges.into()),
        ("resumable", diagnosis.resumable.into()),
        ("parallel", diagnosis.parallel.into()),
        ("advice", advice.collect::<Array>().into()),
    ])
}
