//! What a page asks the engine for.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::fields::{array, get, text};
use super::orders;
use crate::core::digest::Digest;
use crate::core::download::Command;
use crate::core::headers::ETag;
use crate::core::options::{OnChanged, Options};
use crate::core::pieces::Pieces;
use crate::core::resource::Identity;
use crate::core::terms::Terms;
use crate::core::tier::Tier;

/// What the page asks for.
pub(in crate::browser) enum Request {
    Open {
        id: String,
        terms: Terms,
        start: bool,
    },
    List {
        call: JsValue,
    },
    Blob {
        id: String,
        call: JsValue,
    },
    Read {
        id: String,
        call: JsValue,
        reader: u32,
        from: u64,
        limit: u64,
        /// The file that the bytes before `from` were of.
        begun: Identity,
    },
    Leave {
        id: String,
        reader: u32,
    },
    Diagnose {
        call: JsValue,
        terms: Terms,
    },
    /// The caller's answer to a `refresh`: another URL of the file, or none.
    Refreshed {
        id: String,
        url: Option<String>,
    },
    /// A name that the caller wants for a file, or none for that of its URL.
    Filename {
        call: JsValue,
        name: Option<String>,
        url: String,
    },
    Order {
        id: String,
        command: Command,
    },
}

/// `None` for a message that is none of these: it came from a page of another version.
pub(in crate::browser) fn parse(message: &JsValue) -> Option<Request> {
    let call = get(message, "call");
    let kind = text(message, "type")?;
    match kind.as_str() {
        "list" => return Some(Request::List { call }),
        "diagnose" => {
            let terms = terms(message)?;
            return Some(Request::Diagnose { call, terms });
        }
        "filename" => {
            return Some(Request::Filename {
                call,
                name: text(message, "name"),
                url: text(message, "url")?,
            });
        }
        _ => {}
    }
    let id = text(message, "id")?;
    Some(match kind.as_str() {
        "open" => Request::Open {
            id,
            terms: terms(message)?,
            start: get(message, "start").is_truthy(),
        },
        "blob" => Request::Blob { id, call },
        "read" => Request::Read {
            id,
            call,
            reader: get(message, "reader").as_f64()? as u32,
            from: get(message, "from").as_f64()? as u64,
            limit: get(message, "limit").as_f64()? as u64,
            begun: identity_of(&get(message, "begun")),
        },
        "leave" => Request::Leave {
            id,
            reader: get(message, "reader").as_f64()? as u32,
        },
        "refreshed" => Request::Refreshed {
            url: text(message, "url"),
            id,
        },
        word => Request::Order {
            id,
            command: orders::parse(word)?,
        },
    })
}

/// `None` where the page means something by them that this engine does not know.
fn terms(message: &JsValue) -> Option<Terms> {
    let options = get(message, "options");
    let digest = match text(&options, "digest") {
        // One that is not understood must not pass as checked.
        Some(digest) => Some(Digest::parse(&digest)?),
        None => None,
    };
    let headers = array(get(&options, "headers"));
    let headers = headers.iter().filter_map(|pair| {
        let pair = array(pair);
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    });
    Some(Terms {
        url: text(message, "url")?,
        headers: headers.collect(),
        complete: !get(&options, "partial").is_truthy(),
        storage: text(&options, "storage").and_then(|key| Tier::from_key(&key)),
        options: Options {
            filename: text(&options, "filename"),
            mirrors: array(get(&options, "mirrors"))
                .iter()
                .filter_map(|mirror| mirror.as_string())
                .collect(),
            connections: get(&options, "connections").as_f64().map(|n| n as usize),
            credentials: text(&options, "credentials"),
            referrer_policy: text(&options, "referrerPolicy"),
            on_changed: match text(&options, "onChanged").as_deref() {
                Some("restart") => OnChanged::Restart,
                _ => OnChanged::Fail,
            },
            digest,
            size: get(&options, "size").as_f64().map(|size| size as u64),
            pieces: text(&options, "pieces")
                .and_then(|pieces| Pieces::parse(&pieces))
                .map(Rc::new),
            refreshes: get(&options, "refreshes").is_truthy(),
        },
    })
}

fn identity_of(told: &JsValue) -> Identity {
    Identity {
        size: get(told, "size").as_f64().map(|size| size as u64),
        etag: text(told, "etag").and_then(|etag| ETag::parse(&etag)),
        last_modified: text(told, "lastModified"),
    }
}
