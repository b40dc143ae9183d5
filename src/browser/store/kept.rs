//! The store of a download, whichever it is: one of the tiers, chosen when it begins.

use std::ops::Range;

use js_sys::Uint8Array;
use web_sys::Blob;

use super::{IndexedDb, Memory, Opfs, StorageError, Store};
use crate::core::ranges::RangeSet;
use crate::core::save::Save;
use crate::core::tier::Tier;

pub enum Kept {
    Opfs(Opfs),
    IndexedDb(IndexedDb),
    Memory(Memory),
}

impl Kept {
    pub fn new(tier: Tier, id: &str) -> Self {
        match tier {
            Tier::Opfs => Self::Opfs(Opfs::new(id.into())),
            Tier::IndexedDb => Self::IndexedDb(IndexedDb::new(id.into())),
            Tier::Memory => Self::Memory(Memory::default()),
        }
    }

    /// The record that is nowhere but in this page.
    pub fn volatile_record(&self) -> Option<String> {
        match self {
            Self::Memory(store) => store.record(),
            Self::Opfs(_) | Self::IndexedDb(_) => None,
        }
    }
}

/// Does the same with each tier.
macro_rules! each {
    ($kept:expr, $store:ident => $act:expr) => {
        match $kept {
            Kept::Opfs($store) => $act,
            Kept::IndexedDb($store) => $act,
            Kept::Memory($store) => $act,
        }
    };
}

impl Store for Kept {
    async fn stored(&self, claimed: &RangeSet) -> Result<RangeSet, StorageError> {
        each!(self, store => store.stored(claimed).await)
    }

    async fn open(&self, kept: &RangeSet) -> Result<(), StorageError> {
        each!(self, store => store.open(kept).await)
    }

    fn write(&self, part: u64, at: u64, bytes: &Uint8Array) -> Result<(), StorageError> {
        each!(self, store => store.write(part, at, bytes))
    }

    fn copies(&self) -> bool {
        each!(self, store => store.copies())
    }

    async fn commit(&self, saves: &[Save], record: &str) -> Result<(), StorageError> {
        each!(self, store => store.commit(saves, record).await)
    }

    async fn read(&self, range: Range<u64>) -> Result<Uint8Array, StorageError> {
        each!(self, store => store.read(range).await)
    }

    fn close(&self) {
        each!(self, store => store.close());
    }

    async fn blob(&self, size: u64, media_type: &str) -> Result<Blob, StorageError> {
        each!(self, store => store.blob(size, media_type).await)
    }

    async fn discard(&self, kept: &RangeSet, record: &str) -> Result<(), StorageError> {
        each!(self, store => store.discard(kept, record).await)
    }

    async fn erase(&self) -> Result<(), StorageError> {
        each!(self, store => store.erase().await)
    }
}
