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
use web_sys::{Blob, BlobPropertyBag, IdbObjectStore, IdbTransactionMode};

use super::held::Held;
use super::keys::{self, Take};
use super::{StorageError, Store, opfs};
use crate::browser::idb;
use crate::browser::progress::{Database, Transaction};
use crate::core::ranges::RangeSet;
use crate::core::save::Save;

thread_local! {
    /// Whether this browser keeps Blobs in IndexedDB, once it has been tried.
    static KEEPS_BLOBS: Cell<Option<bool>> = const { Cell::new(None) };
}

pub struct IndexedDb {
    id: String,
    /// The connection of the last `open`: once that is lost, so may be what was stored.
    database: RefCell<Option<Rc<Database>>>,
    held: RefCell<Held>,
    /// Parts are stored as Blobs; known once it is open.
    blobs: Cell<bool>,
}

impl IndexedDb {
    pub fn new(id: String) -> Self {
        Self {
            id,
            database: RefCell::default(),
            held: RefCell::default(),
            blobs: Cell::default(),
        }
    }

    fn save(&self, transaction: &Transaction, save: &Save) -> Result<(), JsValue> {
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
        let held = self.held.borrow();
        let value: JsValue = match self.blobs.get() {
            true => held.blob(save.part.start, &range)?.into(),
            false => held.gather(save.part.start, &range)?.buffer().into(),
        };
        parts.put_with_key(&value, &keys::key(&self.id, &range))?;
        Ok(())
    }

    /// The bytes of a range as pieces of stored parts, none of which is read here.
    ///
    /// A part that is not what its key says is removed: its bytes are lost, and to be fetched anew.
    async fn cover(&self, wanted: &Range<u64>) -> Result<Array, StorageError> {
        let database = Database::open().await?;
        let transaction = Transaction::begin(&database, IdbTransactionMode::Readonly)?;
        let parts = transaction.parts()?;
        let known = self.keys(&parts).await?;
        let known = known.iter().filter_map(|key| keys::parse(&key));
        let pieces = Array::new();
        for Take { part, within } in keys::cover(known, wanted)? {
            let key = keys::key(&self.id, &part);
            let value = idb::result(&parts.get(&key)?).await?;
            match piece(value, &part, &within)? {
                Some(piece) => pieces.push(&piece.into()),
                None => {
                    let transaction = Transaction::begin(&database, IdbTransactionMode::Readwrite)?;
                    transaction
                        .complete(|transaction| transaction.parts()?.delete(&key).map(drop))
                        .await?;
                    return Err(StorageError::Missing { at: part.start });
                }
            };
        }
        Ok(pieces)
    }

    /// What is kept of parts of which something is not.
    async fn slices(
        &self,
        database: &Database,
        kept: &RangeSet,
    ) -> Result<Vec<(Range<u64>, JsValue)>, StorageError> {
        let transaction = Transaction::begin(database, IdbTransactionMode::Readonly)?;
        let keys = self.keys(&transaction.parts()?).await?;
        let mut slices = Vec::new();
        for part in keys.iter().filter_map(|key| keys::parse(&key)) {
            for left in kept.within(&part).filter(|left| *left != part) {
                let bytes = self.read(left.clone()).await?;
                let value: JsValue = match self.blobs.get() {
                    true => Blob::new_with_u8_array_sequence(&Array::of1(&bytes))?.into(),
                    false => bytes.buffer().into(),
                };
                slices.push((left, value));
            }
        }
        Ok(slices)
    }

    /// The keys of all parts, in order.
    async fn keys(&self, parts: &IdbObjectStore) -> Result<Array, JsValue> {
        let request = parts.get_all_keys_with_key(&keys::all(&self.id)?.into())?;
        Ok(idb::result(&request).await?.unchecked_into())
    }
}

impl Store for IndexedDb {
    async fn stored(&self, claimed: &RangeSet) -> Result<RangeSet, StorageError> {
        let database = Database::open().await?;
        let transaction = Transaction::begin(&database, IdbTransactionMode::Readonly)?;
        let keys = self.keys(&transaction.parts()?).await?;
        let parts = keys.iter().filter_map(|key| keys::parse(&key));
        Ok(parts.filter(|part| claimed.covers(part)).collect())
    }

    async fn open(&self, kept: &RangeSet) -> Result<(), StorageError> {
        let database = Database::open().await?;
        self.blobs.set(keeps_blobs(&database).await?);
        *self.database.borrow_mut() = Some(database.clone());
        let transaction = Transaction::begin(&database, IdbTransactionMode::Readwrite)?;
        let parts = transaction.parts()?;
        let keys = self.keys(&parts).await?;
        transaction
            .complete(|_| delete_others(&parts, &keys, kept))
            .await
    }

    fn write(&self, part: u64, _at: u64, bytes: &Uint8Array) -> Result<(), StorageError> {
        let mut held = self.held.borrow_mut();
        held.append(part, bytes, self.blobs.get());
        Ok(())
    }

    fn copies(&self) -> bool {
        false
    }

    async fn commit(&self, saves: &[Save], record: &str) -> Result<(), StorageError> {
        let database = self.database.borrow().clone().ok_or(StorageError::Closed)?;
        let transaction = Transaction::begin(&database, IdbTransactionMode::Readwrite)?;
        transaction
            .complete(|transaction| {
                for save in saves {
                    self.save(transaction, save)?;
                }
                transaction.keep(&self.id, Some(record))
            })
            .await?;
        let mut held = self.held.borrow_mut();
        for save in saves.iter().filter(|save| save.sealed) {
            held.forget(save.part.start);
        }
        Ok(())
    }

    async fn read(&self, range: Range<u64>) -> Result<Uint8Array, StorageError> {
        let pieces = self.cover(&range).await?;
        let blob = Blob::new_with_blob_sequence(&pieces)?;
        let buffer: ArrayBuffer = JsFuture::from(blob.array_buffer()).await?.unchecked_into();
        Ok(Uint8Array::new(&buffer))
    }

    fn close(&self) {
        self.held.borrow_mut().clear();
    }

    async fn blob(&self, size: u64, media_type: &str) -> Result<Blob, StorageError> {
        let options = BlobPropertyBag::new();
        options.set_type(media_type);
        let pieces = self.cover(&(0..size)).await?;
        Ok(Blob::new_with_blob_sequence_and_options(&pieces, &options)?)
    }

    async fn discard(&self, kept: &RangeSet, record: &str) -> Result<(), StorageError> {
        self.close();
        let database = Database::open().await?;
        let slices = self.slices(&database, kept).await?;
        let transaction = Transaction::begin(&database, IdbTransactionMode::Readwrite)?;
        let parts = transaction.parts()?;
        let keys = self.keys(&parts).await?;
        transaction
            .complete(|transaction| {
                delete_others(&parts, &keys, kept)?;
                for (range, slice) in &slices {
                    parts.put_with_key(slice, &keys::key(&self.id, range))?;
                }
                transaction.keep(&self.id, Some(record))
            })
            .await
    }

    async fn erase(&self) -> Result<(), StorageError> {
        self.close();
        Database::open().await?.forget(&self.id).await?;
        // Whose record cannot be read may have been kept there.
        opfs::remove(&self.id).await
    }
}

/// Of the parts with these keys, those that are not wholly kept.
fn delete_others(parts: &IdbObjectStore, keys: &Array, kept: &RangeSet) -> Result<(), JsValue> {
    let is_kept = |key: &JsValue| keys::parse(key).is_some_and(|part| kept.covers(&part));
    for key in keys.iter().filter(|key| !is_kept(key)) {
        parts.delete(&key)?;
    }
    Ok(())
}

/// A stretch of a stored part, as a Blob; `None` where the value is not that part.
fn piece(value: JsValue, part: &Range<u64>, within: &Range<u64>) -> Result<Option<Blob>, JsValue> {
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
    if *within == (0..len) {
        return Ok(Some(blob));
    }
    blob.slice_with_f64_and_f64(within.start as f64, within.end as f64)
        .map(Some)
}

/// Whether a part can be stored: does it, and undoes it.
pub(super) async fn try_out() -> Result<(), StorageError> {
    let database = Database::open().await?;
    if keeps_blobs(&database).await? {
        return Ok(());
    }
    let transaction = Transaction::begin(&database, IdbTransactionMode::Readwrite)?;
    let bytes = Uint8Array::from([1].as_slice()).buffer();
    let back = put_and_get(&transaction, &bytes.into()).await;
    transaction.abort();
    match back?.dyn_into::<ArrayBuffer>() {
        Ok(back) if back.byte_length() == 1 => Ok(()),
        _ => Err(StorageError::Unfit(
            "the database does not keep what is written",
        )),
    }
}

/// Tried once for each life of the engine, by storing one and reading it back; nothing stays.
async fn keeps_blobs(database: &Database) -> Result<bool, StorageError> {
    if let Some(known) = KEEPS_BLOBS.get() {
        return Ok(known);
    }
    let transaction = Transaction::begin(database, IdbTransactionMode::Readwrite)?;
    let kept = try_blob(&transaction).await.map_err(StorageError::from);
    transaction.abort();
    // Without room, or without a connection, nothing is known: not by the next one either.
    if !matches!(kept, Err(StorageError::Quota | StorageError::Closed)) {
        KEEPS_BLOBS.set(Some(kept == Ok(true)));
    }
    Ok(kept == Ok(true))
}

async fn try_blob(transaction: &Transaction) -> Result<bool, JsValue> {
    let blob = Blob::new_with_str_sequence(&Array::of1(&"?".into()))?;
    let back = put_and_get(transaction, &blob).await?;
    Ok(back.dyn_into::<Blob>().is_ok_and(|back| back.size() == 1.0))
}

/// Under a key that belongs to no download.
async fn put_and_get(transaction: &Transaction, value: &JsValue) -> Result<JsValue, JsValue> {
    let key = keys::key("", &(0..1));
    let parts = transaction.parts()?;
    parts.put_with_key(value, &key)?;
    idb::result(&parts.get(&key)?).await
}
