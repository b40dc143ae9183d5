//! How a download stands.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::error::error;
use super::fields::{get, number, object, optional, text};
use crate::browser::clock;
use crate::core::download::{Segment, Snapshot, Waiting};
use crate::core::tier::Tier;

pub(in crate::browser) fn snapshot(id: &str, snapshot: &Snapshot) -> JsValue {
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
        ("unremoved", snapshot.unremoved.into()),
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
pub(in crate::browser) fn created(snapshot: &JsValue) -> f64 {
    get(snapshot, "created").as_f64().unwrap_or_default()
}

/// Whether the bytes of a snapshot's download are in its owner's memory only.
pub(in crate::browser) fn is_in_memory(snapshot: &JsValue) -> bool {
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

/// The message that tells it.
pub(in crate::browser) fn event(snapshot: &JsValue) -> JsValue {
    object([("type", "snapshot".into()), ("snapshot", snapshot.clone())])
}
