//! Stretches of stored parts. How long a Blob is stands in the database, and its bytes in a file of
//! their own, which can be lost alone: that is seen only when it is read.

use std::ops::Range;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, DomException};

use crate::core::refusal;

pub(super) struct Piece {
    /// All that is stored under its key.
    pub(super) part: Range<u64>,
    /// A Blob, or the bytes themselves.
    content: JsValue,
}

impl Piece {
    /// What lies `within` a part, counted from its beginning; `None` where the value is not that
    /// part.
    pub(super) fn of(
        value: JsValue,
        part: Range<u64>,
        within: &Range<u64>,
    ) -> Result<Option<Self>, JsValue> {
        let content = match value.dyn_into::<ArrayBuffer>() {
            Ok(buffer) => Uint8Array::new(&buffer).into(),
            Err(value) => value,
        };
        match size(&content) == Some((part.end - part.start) as f64) {
            true => Self::slice(&content, part, within).map(Some),
            false => Ok(None),
        }
    }

    fn slice(content: &JsValue, part: Range<u64>, within: &Range<u64>) -> Result<Self, JsValue> {
        let content = match content.dyn_ref::<Blob>() {
            Some(blob) => {
                let (start, end) = (within.start as f64, within.end as f64);
                blob.slice_with_f64_and_f64(start, end)?.into()
            }
            None => content
                .unchecked_ref::<Uint8Array>()
                .subarray(within.start as u32, within.end as u32)
                .into(),
        };
        Ok(Self { part, content })
    }

    /// Whether its bytes are not there. What can be read the second time is there.
    pub(super) async fn is_lost(&self) -> bool {
        let Some(blob) = self.content.dyn_ref::<Blob>() else {
            return false;
        };
        for _ in 0..2 {
            match JsFuture::from(blob.array_buffer()).await {
                Err(thrown) if is_lost(&thrown) => {}
                _ => return false,
            }
        }
        can_read().await
    }

    /// The last byte: if that can be read, its file can be opened, and is as long as it should be.
    fn last(&self) -> Result<Self, JsValue> {
        let len = size(&self.content).unwrap_or_default() as u64;
        Self::slice(&self.content, self.part.clone(), &(len - 1..len))
    }
}

fn size(content: &JsValue) -> Option<f64> {
    match content.dyn_ref::<Blob>() {
        Some(blob) => Some(blob.size()),
        None => content
            .dyn_ref::<Uint8Array>()
            .map(|bytes| bytes.length().into()),
    }
}

/// Whether any Blob can be read. From the moment a page is about to be left until it is, WebKit
/// reads none, and what is stored has not been lost then.
pub(super) async fn can_read() -> bool {
    let bytes = Uint8Array::new_with_length(1);
    match Blob::new_with_buffer_source_sequence(&Array::of1(&bytes)) {
        Ok(blob) => JsFuture::from(blob.array_buffer()).await.is_ok(),
        Err(_) => false,
    }
}

/// Of each the last byte, to see whether it is there.
pub(super) fn lasts(pieces: &[Piece]) -> Result<Vec<Piece>, JsValue> {
    pieces.iter().map(Piece::last).collect()
}

/// Whether it was thrown because bytes that were stored are not there.
pub(super) fn is_lost(thrown: &JsValue) -> bool {
    let exception = thrown.dyn_ref::<DomException>();
    exception.is_some_and(|exception| refusal::is_lost(&exception.name()))
}

/// One Blob of all of them.
pub(super) fn join(pieces: &[Piece], media_type: &str) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let contents: Array = pieces.iter().map(|piece| &piece.content).collect();
    Blob::new_with_blob_sequence_and_options(&contents, &options)
}

pub(super) async fn read(pieces: &[Piece]) -> Result<Uint8Array, JsValue> {
    if let Some(bytes) = joined(pieces) {
        return Ok(bytes);
    }
    let buffer = JsFuture::from(join(pieces, "")?.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer))
}

/// Bytes that are in memory as they are, where none of the pieces is a Blob.
fn joined(pieces: &[Piece]) -> Option<Uint8Array> {
    let all = || {
        pieces
            .iter()
            .map(|piece| piece.content.dyn_ref::<Uint8Array>())
    };
    let len = all().try_fold(0, |len, bytes| Some(len + bytes?.length()))?;
    let joined = Uint8Array::new_with_length(len);
    let mut at = 0;
    for bytes in all().flatten() {
        joined.set(bytes, at);
        at += bytes.length();
    }
    Some(joined)
}
