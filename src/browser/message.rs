//! The messages between the engine and the page: plain objects, made and read here only.

use std::ops::Range;
use std::rc::Rc;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::channel::{Told, What};
use super::clock;
use crate::core::diagnosis::{Diagnosis, Page};
use crate::core::digest::Digest;
use crate::core::download::{Command, Segment, Snapshot, State, Waiting};
use crate::core::error::Error;
use crate::core::headers::ETag;
use crate::core::options::{OnChanged, Options};
use crate::core::pieces::Pieces;
use crate::core::resource::Identity;
use crate::core::terms::Terms;
use crate::core::tier::Tier;

/// What the page asks for.
pub(super) enum Request {
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
    Resume {
        id: String,
    },
    Pause {
        id: String,
    },
    Remove {
        id: String,
    },
    Yield {
        id: String,
    },
}

/// `None` for a message that is none of these: it came from a page of another version.
pub(super) fn parse(message: &JsValue) -> Option<Request> {
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
        "resume" => Request::Resume { id },
        "pause" => Request::Pause { id },
        "remove" => Request::Remove { id },
        "yield" => Request::Yield { id },
        _ => return None,
    })
}

fn terms(message: &JsValue) -> Option<Terms> {
    let options = get(message, "options");
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
            digest: text(&options, "digest").and_then(|digest| Digest::parse(&digest)),
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

fn get(from: &JsValue, key: &str) -> JsValue {
    // Reflect refuses what is no object, and then there is no such property.
    Reflect::get(from, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// What is no array is an empty one.
fn array(value: JsValue) -> Array {
    value.dyn_into().unwrap_or_default()
}

fn text(from: &JsValue, key: &str) -> Option<String> {
    get(from, key).as_string()
}

/// What another tab says; `None` for what this version does not understand.
pub(super) fn told(message: &JsValue) -> Option<Told> {
    let word = text(message, "type")?;
    if word == "snapshot" {
        let snapshot = get(message, "snapshot");
        return Some(Told {
            id: text(&snapshot, "id")?,
            what: What::Stands {
                state: State::parse(&text(&snapshot, "state")?)?,
                snapshot,
            },
        });
    }
    let what = match word.as_str() {
        "hello" => What::Hello,
        "resume" => What::Order(Command::Resume),
        "pause" => What::Order(Command::Pause),
        "remove" => What::Order(Command::Remove),
        "yield" => What::Order(Command::Yield),
        _ => return None,
    };
    let id = text(message, "id")?;
    Some(Told { id, what })
}

/// The word for an order that one tab may give another.
pub(super) fn order(command: Command) -> Option<&'static str> {
    match command {
        Command::Resume => Some("resume"),
        Command::Pause => Some("pause"),
        Command::Remove => Some("remove"),
        Command::Yield => Some("yield"),
        _ => None,
    }
}

/// Asks the page for another URL of the file.
pub(super) fn refresh(id: &str, status: u16) -> JsValue {
    object([
        ("type", "refresh".into()),
        ("id", id.into()),
        ("status", status.into()),
    ])
}

pub(super) fn telling(word: &str, id: &str) -> JsValue {
    object([("type", word.into()), ("id", id.into())])
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

pub(super) fn event(snapshot: &JsValue) -> JsValue {
    object([("type", "snapshot".into()), ("snapshot", snapshot.clone())])
}

pub(super) fn snapshot(id: &str, snapshot: &Snapshot) -> JsValue {
    object([
        ("id", id.into()),
        ("url", snapshot.url.as_str().into()),
        ("filename", snapshot.filename.as_str().into()),
        ("type", snapshot.media_type.as_str().into()),
        ("size", number(snapshot.size)),
        ("etag", optional(snapshot.etag.as_deref())),
        ("lastModified", optional(snapshot.last_modified.as_deref())),
        ("created", (snapshot.created as f64).into()),
        ("state", snapshot.state.as_str().into()),
        ("waiting", optional(snapshot.waiting.as_ref().map(waiting))),
        ("interrupted", snapshot.interrupted.into()),
        ("failedBefore", snapshot.failed_before.into()),
        ("resumable", snapshot.unresumable.is_none().into()),
        ("reason", optional(snapshot.unresumable)),
        ("storage", snapshot.tier.key().into()),
        ("progress", progress(snapshot)),
        ("error", optional(snapshot.error.as_ref().map(error))),
    ])
}

fn waiting(waiting: &Waiting) -> JsValue {
    let until = waiting.until.map(clock::told);
    object([
        ("until", optional(until)),
        ("error", optional(waiting.failure.as_ref().map(error))),
    ])
}

/// When the download of a snapshot was first asked for.
pub(super) fn created(snapshot: &JsValue) -> f64 {
    get(snapshot, "created").as_f64().unwrap_or_default()
}

/// Whether the bytes of a snapshot's download are in its owner's memory only.
pub(super) fn is_in_memory(snapshot: &JsValue) -> bool {
    text(snapshot, "storage").is_some_and(|key| key == Tier::Memory.key())
}

fn progress(snapshot: &Snapshot) -> JsValue {
    let received = snapshot.received as f64;
    let ratio = snapshot.size.map(|size| match size {
        0 => 1.0,
        size => (received / size as f64).min(1.0),
    });
    object([
        ("received", received.into()),
        ("total", number(snapshot.size)),
        ("ratio", optional(ratio)),
        ("bytesPerSecond", snapshot.bytes_per_second.into()),
        ("secondsLeft", optional(snapshot.seconds_left)),
        ("connections", (snapshot.connections as u32).into()),
        (
            "segments",
            snapshot
                .segments
                .iter()
                .map(segment)
                .collect::<Array>()
                .into(),
        ),
    ])
}

fn bounds(range: &Range<u64>) -> JsValue {
    object([
        ("start", (range.start as f64).into()),
        ("end", (range.end as f64).into()),
    ])
}

fn segment(segment: &Segment) -> JsValue {
    object([
        ("start", (segment.start as f64).into()),
        ("end", (segment.end as f64).into()),
        ("received", (segment.received as f64).into()),
        (
            "source",
            optional(segment.source.map(|source| source as u32)),
        ),
        ("active", segment.active.into()),
    ])
}

pub(super) fn error(error: &Error) -> JsValue {
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

pub(super) fn diagnosis(url: &str, diagnosis: &Diagnosis, page: Page<'_>) -> JsValue {
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

pub(super) fn storage_error(words: &str) -> JsValue {
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

fn number(value: Option<u64>) -> JsValue {
    optional(value.map(|value| value as f64))
}

fn optional(value: Option<impl Into<JsValue>>) -> JsValue {
    value.map_or(JsValue::NULL, Into::into)
}

fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
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
