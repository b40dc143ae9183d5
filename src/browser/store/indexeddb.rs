//! Bytes in IndexedDB: parts of up to 8 MiB, each stored with the record that claims it in one
//! transaction.
//!
//! A part is a Blob where the browser keeps Blobs, so that the finished file is made of them
//! without loading one; else an ArrayBuffer (private windows of WebKit).

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, IdbTransactionMode};

use super::memory::Memory;
use super::{StorageError, Store, keys};
use crate::browser::idb;
use crate::browser::progress::{Database, Transaction};
use crate::core::ranges::RangeSet;
use crate::core::save::Save;

thread_local! {
    /// Whether this browser keeps Blobs in IndexedDB, once it has been tried.
    static KEEPS_BLOBS: Cell<Option<bool>> = const { Cell::new(None) };
}

pub struct IndexedDb {
    database: Rc<Database>,
    id: String,
    memory: RefCell<Memory>,
}

impl IndexedDb {
    pub fn new(database: Rc<Database>, id: String) -> Self {
        Self {
            database,
            id,
            memory: RefCell::default(),
        }
    }

    fn begin(&self, mode: IdbTransactionMode) -> Result<Transaction, StorageError> {
        Transaction::begin(&self.database, mode)
    }

    fn save(&self, transaction: &Transaction, save: &Save, blobs: bool) -> Result<(), JsValue> {
        let parts = transaction.parts()?;
        let range = if save.whole {
            parts.delete(&keys::beginning_in(&self.id, &save.part)?.into())?;
            save.part.clone()
        } else {
            save.from..save.part.end
        };
        if range.is_empty() {
            return Ok(());
        }
        let bytes = self.memory.borrow().gather(save.part.start, &range);
        let value: JsValue = if blobs {
            Blob::new_with_u8_array_sequence(&Array::of1(&bytes))?.into()
        } else {
            bytes.buffer().into()
        };
        parts.put_with_key(&value, &keys::key(&self.id, &range))?;
        Ok(())
    }

    /// The parts that cover a range, in order: each as stored, with what to take of it.
    async fn cover(&self, wanted: &Range<u64>) -> Result<Vec<(JsValue, Range<u64>)>, StorageError> {
        let transaction = self.begin(IdbTransactionMode::Readonly)?;
        let parts = transaction.parts()?;
        let all = parts.get_all_keys_with_key(&keys::all(&self.id)?.into())?;
        let all: Array = idb::result(&all).await?.unchecked_into();
        let known = all.iter().filter_map(|key| keys::parse(&key));
        let mut covering = Vec::new();
        for take in keys::cover(known, wanted)? {
            let request = parts.get(&keys::key(&self.id, &take.part))?;
            covering.push((idb::result(&request).await?, take.within));
        }
        Ok(covering)
    }
}

impl Store for IndexedDb {
    async fn stored(&self) -> Result<RangeSet, StorageError> {
        let transaction = self.begin(IdbTransactionMode::Readonly)?;
        let all = transaction
            .parts()?
            .get_all_keys_with_key(&keys::all(&self.id)?.into())?;
        let all: Array = idb::result(&all).await?.unchecked_into();
        Ok(all.iter().filter_map(|key| keys::parse(&key)).collect())
    }

    fn append(&self, part: u64, _at: u64, bytes: Uint8Array) {
        self.memory.borrow_mut().append(part, bytes);
    }

    async fn commit(&self, saves: &[Save], record: &str) -> Result<(), StorageError> {
        let blobs = match saves {
            [] => false,
            _ => keeps_blobs(&self.database).await?,
        };
        let transaction = self.begin(IdbTransactionMode::Readwrite)?;
        transaction
            .complete(|transaction| {
                for save in saves {
                    self.save(transaction, save, blobs)?;
                }
                transaction.keep(&self.id, Some(record))
            })
            .await?;
        let mut memory = self.memory.borrow_mut();
        for save in saves.iter().filter(|save| save.sealed) {
            memory.forget(save.part.start);
        }
        Ok(())
    }

    async fn read(&self, range: Range<u64>) -> Result<Uint8Array, StorageError> {
        let pieces = Array::new();
        for (value, within) in self.cover(&range).await? {
            pieces.push(&slice(value, &within)?.into());
        }
        let blob = Blob::new_with_blob_sequence(&pieces)?;
        let buffer: ArrayBuffer = JsFuture::from(blob.array_buffer()).await?.unchecked_into();
        Ok(Uint8Array::new(&buffer))
    }

    async fn blob(&self, size: u64, media_type: &str) -> Result<Blob, StorageError> {
        let pieces = Array::new();
        for (value, within) in self.cover(&(0..size)).await? {
            pieces.push(&slice(value, &within)?.into());
        }
        let options = BlobPropertyBag::new();
        options.set_type(media_type);
        Ok(Blob::new_with_blob_sequence_and_options(&pieces, &options)?)
    }

    async fn erase(&self, record: Option<&str>) -> Result<(), StorageError> {
        self.memory.borrow_mut().clear();
        let transaction = self.begin(IdbTransactionMode::Readwrite)?;
        transaction
            .complete(|transaction| {
                transaction.parts()?.delete(&keys::all(&self.id)?.into())?;
                transaction.keep(&self.id, record)
            })
            .await
    }
}

/// A stretch of a stored part, as a Blob.
fn slice(value: JsValue, within: &Range<u64>) -> Result<Blob, JsValue> {
    let blob = match value.dyn_into::<Blob>() {
        Ok(blob) => blob,
        Err(buffer) => Blob::new_with_buffer_source_sequence(&Array::of1(&buffer))?,
    };
    if within.start == 0 && within.end as f64 == blob.size() {
        return Ok(blob);
    }
    blob.slice_with_f64_and_f64(within.start as f64, within.end as f64)
}

/// Tried once for each life of the engine, by storing one and reading it back; nothing stays.
async fn keeps_blobs(database: &Database) -> Result<bool, StorageError> {
    if let Some(known) = KEEPS_BLOBS.get() {
        return Ok(known);
    }
    let transaction = Transaction::begin(database, IdbTransactionMode::Readwrite)?;
    let kept = try_blob(&transaction).await.unwrap_or(false);
    transaction.abort();
    KEEPS_BLOBS.set(Some(kept));
    Ok(kept)
}

async fn try_blob(transaction: &Transaction) -> Result<bool, JsValue> {
    let blob = Blob::new_with_str_sequence(&Array::of1(&"?".into()))?;
    let key = keys::key("", &(0..1));
    let parts = transaction.parts()?;
    parts.put_with_key(&blob, &key)?;
    let back = idb::result(&parts.get(&key)?).await?;
    Ok(back.dyn_into::<Blob>().is_ok_and(|back| back.size() == 1.0))
}
