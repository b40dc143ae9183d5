//! Where bytes go: what a store must be able to do, and how it can fail.
//!
//! A store carries out saves. When to save, and what a record says, is decided by the core.

mod indexeddb;
mod keys;
mod memory;

use std::ops::Range;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, DomException};

use crate::core::ranges::RangeSet;
use crate::core::save::Save;

pub use indexeddb::IndexedDb;

/// The bytes of one download. Offsets are those of the file.
#[expect(async_fn_in_trait, reason = "one thread, and no trait objects")]
pub trait Store {
    /// What is durable. It reads no content.
    async fn stored(&self) -> Result<RangeSet, StorageError>;

    /// Adds the file's bytes from `at` on to the end of the part that begins at `part`; they need
    /// not be durable until a commit that saves them has succeeded.
    fn append(&self, part: u64, at: u64, bytes: Uint8Array);

    /// Makes the saves and the record durable: all of it, or on failure nothing.
    async fn commit(&self, saves: &[Save], record: &str) -> Result<(), StorageError>;

    /// Durable bytes, from any number of parts.
    async fn read(&self, range: Range<u64>) -> Result<Uint8Array, StorageError>;

    /// The first `size` bytes as a file that the browser keeps, not the script.
    async fn blob(&self, size: u64, media_type: &str) -> Result<Blob, StorageError>;

    /// Frees all bytes, durable or not, and leaves this record, or none.
    async fn erase(&self, record: Option<&str>) -> Result<(), StorageError>;
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    #[error("the browser gives no more space")]
    Quota,
    #[error("this browser has no IndexedDB")]
    Unavailable,
    /// Another tab needs a newer version, or the user has cleared the site's data.
    #[error("the browser has closed the database")]
    Closed,
    /// The record claims bytes that the browser does not have.
    #[error("the stored bytes at {at} are missing")]
    Missing { at: u64 },
    /// In the browser's words.
    #[error("{0}")]
    Other(String),
}

impl From<JsValue> for StorageError {
    fn from(thrown: JsValue) -> Self {
        let Some(exception) = thrown.dyn_ref::<DomException>() else {
            // A transaction that neither a request nor the disk ended has lost its connection.
            return match thrown.is_null() {
                true => Self::Closed,
                false => Self::Other(crate::browser::shell::words(&thrown)),
            };
        };
        match exception.name().as_str() {
            "QuotaExceededError" => Self::Quota,
            "InvalidStateError" | "AbortError" => Self::Closed,
            name => Self::Other([name, ": ", &exception.message()].concat()),
        }
    }
}
