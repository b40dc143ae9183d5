//! The bytes that no sealed commit has saved yet, as the chunks in which they came.
//!
//! They are JavaScript's: nothing here copies them into wasm memory.

use std::ops::Range;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

/// So many bytes become a Blob as soon as they are there: handing them to the browser is most of
/// what it costs to store them, and so goes on beside the network. Smaller Blobs cost more than
/// that saves, larger ones come too late.
const WRAP: u32 = 1 << 20;

#[derive(Debug, Default)]
pub(super) struct Held {
    /// A few, one for each connection.
    parts: Vec<Part>,
}

#[derive(Debug, Default)]
struct Part {
    start: u64,
    chunks: Vec<Chunk>,
    /// How many bytes the chunks at the end have that are no Blob.
    loose: u32,
}

#[derive(Debug)]
enum Chunk {
    Bytes(Uint8Array),
    Wrapped(Blob),
}

impl Chunk {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => u64::from(bytes.length()),
            Self::Wrapped(blob) => blob.size() as u64,
        }
    }

    fn slice(&self, range: Range<u64>) -> Result<JsValue, JsValue> {
        Ok(match self {
            Self::Bytes(bytes) => bytes.subarray(range.start as u32, range.end as u32).into(),
            Self::Wrapped(blob) => blob
                .slice_with_f64_and_f64(range.start as f64, range.end as f64)?
                .into(),
        })
    }
}

impl Part {
    /// Where the browser makes no Blob now, the bytes stay as they are until the next write.
    fn wrap(&mut self) {
        let is_bytes = |chunk: &Chunk| matches!(chunk, Chunk::Bytes(_));
        let last = self.chunks.iter().rposition(|chunk| !is_bytes(chunk));
        let first = last.map_or(0, |last| last + 1);
        let pieces = Array::new();
        for chunk in self.chunks.iter().skip(first) {
            if let Chunk::Bytes(bytes) = chunk {
                pieces.push(bytes);
            }
        }
        if let Ok(blob) = Blob::new_with_u8_array_sequence(&pieces) {
            self.chunks.truncate(first);
            self.chunks.push(Chunk::Wrapped(blob));
            self.loose = 0;
        }
    }
}

impl Held {
    /// With `wrap`, bytes become Blobs while the part still grows.
    pub(super) fn append(&mut self, part: u64, bytes: &Uint8Array, wrap: bool) {
        let index = self.parts.iter().position(|held| held.start == part);
        let index = index.unwrap_or_else(|| {
            self.parts.push(Part {
                start: part,
                ..Part::default()
            });
            self.parts.len() - 1
        });
        let part = &mut self.parts[index];
        part.chunks.push(Chunk::Bytes(bytes.clone()));
        part.loose += bytes.length();
        if wrap && part.loose >= WRAP {
            part.wrap();
        }
    }

    /// The bytes of `range`, which belong to the part that begins at `part`, as they are held.
    fn pieces(&self, part: u64, range: &Range<u64>) -> Result<Array, JsValue> {
        let pieces = Array::new();
        let mut at = part;
        let held = self.parts.iter().find(|held| held.start == part);
        for chunk in held.iter().flat_map(|part| &part.chunks) {
            let here = at..at + chunk.len();
            let (first, end) = (here.start.max(range.start), here.end.min(range.end));
            if first < end {
                pieces.push(&chunk.slice(first - at..end - at)?);
            }
            at = here.end;
        }
        match at < range.end {
            // A key must not say more than its part has.
            true => Err("bytes to be stored are missing".into()),
            false => Ok(pieces),
        }
    }

    /// The bytes of `range` as one Blob.
    pub(super) fn blob(&self, part: u64, range: &Range<u64>) -> Result<Blob, JsValue> {
        let pieces = self.pieces(part, range)?;
        Blob::new_with_blob_sequence(&pieces)
    }

    /// The bytes of `range`, copied into one buffer. None of them may have become a Blob.
    pub(super) fn gather(&self, part: u64, range: &Range<u64>) -> Result<Uint8Array, JsValue> {
        let gathered = Uint8Array::new_with_length((range.end - range.start) as u32);
        let mut at = 0;
        for piece in self.pieces(part, range)? {
            let piece: Uint8Array = piece.dyn_into()?;
            gathered.set(&piece, at);
            at += piece.length();
        }
        Ok(gathered)
    }

    pub(super) fn forget(&mut self, part: u64) {
        self.parts.retain(|held| held.start != part);
    }

    pub(super) fn clear(&mut self) {
        self.parts.clear();
    }
}
