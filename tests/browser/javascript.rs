//! What a test asks of the platform itself, past the crate: bodies of functions, run as they are.

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// Calls the body of a function whose parameters are `arguments[0]` and so on.
pub(crate) fn call(body: &str, arguments: &[JsValue]) -> JsValue {
    let arguments: Array = arguments.iter().collect();
    Function::new_no_args(body)
        .apply(&JsValue::UNDEFINED, &arguments)
        .expect(body)
}

pub(crate) async fn call_async(body: &str, arguments: &[JsValue]) -> JsValue {
    let promise = Promise::resolve(&call(body, arguments));
    JsFuture::from(promise).await.expect(body)
}

pub(crate) async fn bytes_of(blob: &Blob) -> Vec<u8> {
    let buffer = JsFuture::from(blob.array_buffer()).await.expect("a buffer");
    Uint8Array::new(&buffer).to_vec()
}
