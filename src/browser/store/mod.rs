//! Where bytes go: what a store must be able to do, and how it can fail.
//!
//! A store carries out saves. When to save, and what a record says, is decided by the core.

mod held;
mod indexeddb;
mod kept;
pub(super) mod keys;
mod memory;
mod opfs;
mod piece;
mod storage_error;
mod trial;

use std::ops::Range;

use js_sys::Uint8Array;
use web_sys::Blob;

use crate::core::ranges::RangeSet;
use crate::core::save::Save;

pub use indexeddb::IndexedDb;
pub use kept::Kept;
pub use memory::Memory;
pub use opfs::Opfs;
pub(super) use opfs::{file_name, files, free};
pub use storage_error::StorageError;
pub use trial::{choose, prepare};

/// The bytes of one download. Offsets are those of the file.
#[expect(async_fn_in_trait, reason = "one thread, and no trait objects")]
pub trait Store {
    /// What is there of the bytes that a record claims. It reads no content.
    async fn stored(&self, claimed: &RangeSet) -> Result<RangeSet, StorageError>;

    /// Gets ready for writes. Bytes that are not `kept` belong to nothing, and are freed.
    async fn open(&self, kept: &RangeSet) -> Result<(), StorageError>;

    /// Adds the file's bytes from `at` on to the end of the part that begins at `part`; they need
    /// not be durable until a commit that saves them has succeeded.
    fn write(&self, part: u64, at: u64, bytes: &Uint8Array) -> Result<(), StorageError>;

    /// Whether the bytes of a write are copied, so that their buffer may be used again.
    fn copies(&self) -> bool;

    /// Makes the saves and the record durable. On failure no record claims a byte that is not.
    async fn commit(&self, saves: &[Save], record: &str) -> Result<(), StorageError>;

    /// Durable bytes, from any number of parts.
    async fn read(&self, range: Range<u64>) -> Result<Uint8Array, StorageError>;

    /// Until it is opened again nothing is written, and others may read and remove the bytes.
    fn close(&self);

    /// The first `size` bytes as a file that the browser keeps, not the script.
    async fn blob(&self, size: u64, media_type: &str) -> Result<Blob, StorageError>;

    /// Frees all other bytes, durable or not, and leaves this record.
    async fn discard(&self, kept: &RangeSet, record: &str) -> Result<(), StorageError>;

    /// Frees everything, the record too.
    async fn erase(&self) -> Result<(), StorageError>;
}
