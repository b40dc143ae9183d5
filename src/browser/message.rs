//! The messages between the engine and the page, and between tabs: plain objects, made and read
//! here only.

mod diagnosis;
mod error;
mod fields;
mod orders;
mod request;
mod snapshot;
mod tabs;

use wasm_bindgen::prelude::*;

pub(super) use diagnosis::diagnosis;
pub(super) use error::{error, storage_error};
use fields::object;
pub(super) use request::{Request, parse};
pub(super) use snapshot::{created, event, is_in_memory, snapshot};
pub(super) use tabs::{hello, order, told};

/// Asks the page for another URL of the file.
pub(super) fn refresh(id: &str, status: u16) -> JsValue {
    object([
        ("type", "refresh".into()),
        ("id", id.into()),
        ("status", status.into()),
    ])
}

pub(super) fn reply(call: &JsValue, result: Result<JsValue, JsValue>) -> JsValue {
    let (key, value) = match result {
        Ok(value) => ("value", value),
        Err(error) => ("error", error),
    };
    object([
        ("type", "reply".into()),
        ("call", call.clone()),
        (key, value),
    ])
}
