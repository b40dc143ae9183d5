//! Bytes that live as long as the page does, for browsers that keep nothing.
//!
//! They are Blobs, so that the browser may page them out; nothing of it outlives the page.

use std::cell::RefCell;
use std::ops::Range;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag};

use super::held::Held;
use super::keys;
use super::{StorageError, Store};
use crate::core::ranges::RangeSet;
use crate::core::save::Save;

#[derive(Default)]
pub struct Memory {
    contents: RefCell<Contents>,
}

#[derive(Default)]
struct Contents {
    held: Held,
    /// In the order in which they begin.
    parts: Vec<(Range<u64>, Blob)>,
    record: Option<String>,
}

impl Memory {
    pub(super) fn record(&self) -> Option<String> {
        self.contents.borrow().record.clone()
    }

    fn cover(&self, range: &Range<u64>) -> Result<Array, StorageError> {
        let contents = self.contents.borrow();
        let known = contents.parts.iter().map(|(range, _)| range.clone());
        let pieces = Array::new();
        for take in keys::cover(known, range)? {
            let part = contents.parts.iter().find(|(range, _)| *range == take.part);
            if let Some((_, blob)) = part {
                let (first, end) = (take.within.start as f64, take.within.end as f64);
                pieces.push(&blob.slice_with_f64_and_f64(first, end)?.into());
            }
        }
        Ok(pieces)
    }
}

impl Store for Memory {
    async fn stored(&self, _claimed: &RangeSet) -> Result<RangeSet, StorageError> {
        let contents = self.contents.borrow();
        let ranges = contents.parts.iter().map(|(range, _)| range.clone());
        Ok(ranges.collect())
    }

    async fn open(&self, _kept: &RangeSet) -> Result<(), StorageError> {
        Ok(())
    }

    fn write(&self, part: u64, _at: u64, bytes: &Uint8Array) -> Result<(), StorageError> {
        let mut contents = self.contents.borrow_mut();
        contents.held.append(part, bytes, true);
        Ok(())
    }

    fn copies(&self) -> bool {
        false
    }

    async fn commit(&self, saves: &[Save], record: &str) -> Result<(), StorageError> {
        let mut contents = self.contents.borrow_mut();
        for save in saves {
            let range = match save.whole {
                true => save.part.clone(),
                false => save.from..save.part.end,
            };
            let blob = contents.held.blob(save.part.start, &range)?;
            if save.whole {
                let parts = &mut contents.parts;
                parts.retain(|(range, _)| !save.part.contains(&range.start));
            }
            if !range.is_empty() {
                let parts = &mut contents.parts;
                let index = parts.partition_point(|(part, _)| part.start < range.start);
                parts.insert(index, (range, blob));
            }
            if save.sealed {
                contents.held.forget(save.part.start);
            }
        }
        contents.record = Some(record.into());
        Ok(())
    }

    async fn read(&self, range: Range<u64>) -> Result<Uint8Array, StorageError> {
        let pieces = self.cover(&range)?;
        let blob = Blob::new_with_blob_sequence(&pieces)?;
        let buffer: ArrayBuffer = JsFuture::from(blob.array_buffer()).await?.unchecked_into();
        Ok(Uint8Array::new(&buffer))
    }

    fn close(&self) {}

    async fn blob(&self, size: u64, media_type: &str) -> Result<Blob, StorageError> {
        let options = BlobPropertyBag::new();
        options.set_type(media_type);
        let pieces = self.cover(&(0..size))?;
        Ok(Blob::new_with_blob_sequence_and_options(&pieces, &options)?)
    }

    async fn discard(&self, kept: &RangeSet, record: &str) -> Result<(), StorageError> {
        let mut contents = self.contents.borrow_mut();
        let mut parts = Vec::new();
        for (part, blob) in &contents.parts {
            for left in kept.within(part) {
                let within = [left.start, left.end].map(|at| (at - part.start) as f64);
                let slice = blob.slice_with_f64_and_f64(within[0], within[1])?;
                parts.push((left, slice));
            }
        }
        *contents = Contents {
            held: Held::default(),
            parts,
            record: Some(record.into()),
        };
        Ok(())
    }

    async fn erase(&self) -> Result<(), StorageError> {
        *self.contents.borrow_mut() = Contents::default();
        Ok(())
    }
}
