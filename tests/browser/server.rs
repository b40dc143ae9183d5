//! The range server beside the tests: another origin than theirs.

use wasm_bindgen::prelude::*;

use crate::javascript::call_async;

pub(crate) fn url(target: &str) -> String {
    let Some(origin) = option_env!("RANGELOAD_TEST_SERVER") else {
        panic!("run by `cargo xtask test browser`");
    };
    [origin, target].concat()
}

/// A field of each request for a file, in JSON.
pub(crate) async fn recorded(target: &str, field: &str) -> Vec<String> {
    let body = "
        const [url, target, field] = arguments;
        const question = `${url}?path=${encodeURIComponent(target)}`;
        return fetch(question, { cache: 'no-store' })
            .then((answer) => answer.json())
            .then((records) => records.map((record) => JSON.stringify(record[field])));
    ";
    let arguments = [url("/requests").into(), target.into(), field.into()];
    let fields: js_sys::Array = call_async(body, &arguments).await.unchecked_into();
    fields
        .iter()
        .filter_map(|field| field.as_string())
        .collect()
}

/// Waits until every request for a file has ended, and says how.
pub(crate) async fn endings(target: &str) -> Vec<String> {
    loop {
        let endings = recorded(target, "ending").await;
        if !endings.iter().any(|ending| ending == "null") {
            return endings;
        }
    }
}

/// The SHA-256 that the server publishes of a range of its content.
pub(crate) async fn published(size: &str, start: u64, end: u64) -> String {
    let query = format!("/sha256/{size}?start={start}&end={end}");
    let body = "return fetch(arguments[0]).then((answer) => answer.text())";
    let text = call_async(body, &[url(&query).into()]).await;
    text.as_string().unwrap_or_default().trim().to_owned()
}

pub(crate) async fn sha256(bytes: &[u8]) -> String {
    let body = "
        return crypto.subtle.digest('SHA-256', arguments[0]).then((digest) =>
            Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(''));
    ";
    let digest = call_async(body, &[js_sys::Uint8Array::from(bytes).into()]).await;
    digest.as_string().unwrap_or_default()
}
