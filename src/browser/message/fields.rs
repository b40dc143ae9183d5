//! Plain objects: read without trust, and made.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

pub(super) fn get(from: &JsValue, key: &str) -> JsValue {
    // Reflect refuses what is no object, and then there is no such property.
    Reflect::get(from, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// What is no array is an empty one.
pub(super) fn array(value: JsValue) -> Array {
    value.dyn_into().unwrap_or_default()
}

pub(super) fn text(from: &JsValue, key: &str) -> Option<String> {
    get(from, key).as_string()
}

pub(super) fn number(value: Option<u64>) -> JsValue {
    optional(value.map(|value| value as f64))
}

pub(super) fn optional(value: Option<impl Into<JsValue>>) -> JsValue {
    value.map_or(JsValue::NULL, Into::into)
}

pub(super) fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    object_of(&fields)
}

fn object_of(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields {
        // A new object takes any property.
        let _ = Reflect::set(&object, &(*key).into(), value);
    }
    object.into()
}
