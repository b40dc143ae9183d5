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
    blob: Blob,
}

impl Piece {
    /// What lies `within` a part, counted from its beginning; `None` where the value is not that
    /// part.
    pub(super) fn of(
        value: JsValue,
        part: Range<u64>,
        within: &Range<u64>,
    ) -> Result<Option<Self>, JsValue> {
        let blob = match value.dyn_into::<Blob>() {
            Ok(blob) => blob,
            Err(value) if value.is_instance_of::<ArrayBuffer>() => {
                Blob::new_with_buffer_source_sequence(&Array::of1(&value))?
            }
            Err(_) => return Ok(None),
        };
        let len = part.end - part.start;
        if blob.size() != len as f64 {
            return Ok(None);
        }
        let blob = match *within == (0..len) {
            true => blob,
            false => blob.slice_with_f64_and_f64(within.start as f64, within.end as f64)?,
        };
        Ok(Some(Self { part, blob }))
    }

    /// Whether its bytes are not there. What can be read the second time is there.
    pub(super) async fn is_lost(&self) -> bool {
        for _ in 0..2 {
            match JsFuture::from(self.blob.array_buffer()).await {
                Err(thrown) if is_lost(&thrown) => {}
                _ => return false,
            }
        }
        true
    }

    /// The last byte: if that can be read, its file can be opened, and is as long as it should be.
    fn last(&self) -> Result<Piece, JsValue> {
        let (part, len) = (self.part.clone(), self.blob.size());
        let blob = self.blob.slice_with_f64_and_f64(len - 1.0, len)?;
        Ok(Piece { part, blob })
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
    let blobs: Array = pieces.iter().map(|piece| &piece.blob).collect();
    Blob::new_with_blob_sequence_and_options(&blobs, &options)
}

pub(super) async fn read(pieces: &[Piece]) -> Result<Uint8Array, JsValue> {
    let buffer = JsFuture::from(join(pieces, "")?.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer))
}
