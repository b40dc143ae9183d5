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
use web_sys::{Blob, IdbKeyRange, IdbObjectStore, IdbTransactionMode};

use super::held::Held;
use super::keys::{self, Take};
use super::piece::{self, Piece};
use super::{StorageError, Store, opfs};
use crate::browser::idb;
use crate::browser::progress::{Database, Transaction};
use crate::core::ranges::RangeSet;
use crate::core::save::Save;
use crate::core::tier::PART;

thread_local! {
    /// Whether this browser keeps Blobs in IndexedDB, once it has been tried.
    static KEEPS_BLOBS: Cell<Option<bool>> = const { Cell::new(None) };
}

pub struct IndexedDb {
    id: String,
    /// The connection of the last `open`: once that is lost, so may be what was stored.
    database: RefCell<Option<Rc<Database>>>,
    held: RefCell<Held>,
    /// Parts are stored as Blobs; known once there has been room to try.
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
    /// A part that is not what its key says is lost.
    async fn cover(&self, wanted: &Range<u64>) -> Result<Vec<Piece>, StorageError> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let database = Database::open().await?;
        let transaction = Transaction::begin(&database, IdbTransactionMode::Readonly).await?;
        let parts = transaction.parts()?;
        // What begins earlier ends before the range begins: no part is longer. All keys of a large
        // file would be megabytes, to be had anew for each of its own.
        let near = wanted.start.saturating_sub(PART)..wanted.end;
        let known = keys_in(&parts, keys::beginning_in(&self.id, &near)?).await?;
        let known = known.iter().filter_map(|key| keys::parse(&key));
        let mut pieces = Vec::new();
        for Take { part, within } in keys::cover(known, wanted)? {
            let key = keys::key(&self.id, &part);
            let piece = match idb::result(&parts.get(&key)?).await {
                // The browser has kept its bytes beside the database, and has them no more.
                Err(thrown) if piece::is_lost(&thrown) && piece::can_read().await => None,
                value => Piece::of(value?, part.clone(), &within)?,
            };
            match piece {
                Some(piece) => pieces.push(piece),
                None => return Err(self.lose(&part).await?),
            }
        }
        Ok(pieces)
    }

    /// Removes a part that cannot be read, so that its bytes are known to be missing, and are
    /// fetched anew.
    async fn lose(&self, part: &Range<u64>) -> Result<StorageError, StorageError> {
        let database = Database::open().await?;
        let key = keys::key(&self.id, part);
        let transaction = Transaction::begin(&database, IdbTransactionMode::Readwrite).await?;
        transaction
            .complete(|transaction| transaction.parts()?.delete(&key).map(drop))
            .await?;
        Ok(StorageError::Missing { at: part.start })
    }

    /// Those of the pieces that cannot be read are lost.
    async fn lose_unreadable(&self, pieces: &[Piece]) -> Result<(), StorageError> {
        let mut lost = None;
        for piece in pieces {
            if piece.is_lost().await {
                lost = Some(self.lose(&piece.part).await?);
            }
        }
        lost.map_or(Ok(()), Err)
    }

    /// What is kept of parts of which something is not.
    async fn slices(
        &self,
        database: &Database,
        kept: &RangeSet,
    ) -> Result<Vec<(Range<u64>, JsValue)>, StorageError> {
        let transaction = Transaction::begin(database, IdbTransactionMode::Readonly).await?;
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

    async fn look_for_blobs(&self, database: &Database) -> Result<(), StorageError> {
        self.blobs.set(keeps_blobs(database).await?);
        Ok(())
    }

    /// The keys of all parts, in order.
    async fn keys(&self, parts: &IdbObjectStore) -> Result<Array, JsValue> {
        keys_in(parts, keys::all(&self.id)?).await
    }
}

async fn keys_in(parts: &IdbObjectStore, range: IdbKeyRange) -> Result<Array, JsValue> {
    let request = parts.get_all_keys_with_key(&range.into())?;
    Ok(idb::result(&request).await?.unchecked_into())
}

impl Store for IndexedDb {
    async fn stored(&self, claimed: &RangeSet) -> Result<RangeSet, StorageError> {
        let database = Database::open().await?;
        let transaction = Transaction::begin(&database, IdbTransactionMode::Readonly).await?;
        let keys = self.keys(&transaction.parts()?).await?;
        let parts = keys.iter().filter_map(|key| keys::parse(&key));
        Ok(parts.filter(|part| claimed.covers(part)).collect())
    }

    async fn open(&self, kept: &RangeSet) -> Result<(), StorageError> {
        let database = Database::open().await?;
        self.look_for_blobs(&database).await?;
        *self.database.borrow_mut() = Some(database.clone());
        let transaction = Transaction::begin(&database, IdbTransactionMode::Readwrite).await?;
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
        // There may have been no room to find out before: a run that was out of room may go on.
        self.look_for_blobs(&database).await?;
        let transaction = Transaction::begin(&database, IdbTransactionMode::Readwrite).await?;
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
        match piece::read(&pieces).await {
            // A part may have been replaced meanwhile, and its file with it: so it looks again.
            Err(thrown) if piece::is_lost(&thrown) => {
                let pieces = self.cover(&range).await?;
                self.lose_unreadable(&pieces).await?;
                Ok(piece::read(&pieces).await?)
            }
            bytes => Ok(bytes?),
        }
    }

    fn close(&self) {
        self.held.borrow_mut().clear();
    }

    async fn blob(&self, size: u64, media_type: &str) -> Result<Blob, StorageError> {
        let pieces = self.cover(&(0..size)).await?;
        // Whoever found out later that it cannot be read would have no one to tell. One read for
        // all of them: there are thousands.
        let lasts = piece::lasts(&pieces)?;
        if piece::read(&lasts).await.is_err() {
            self.lose_unreadable(&lasts).await?;
        }
        Ok(piece::join(&pieces, media_type)?)
    }

    async fn discard(&self, kept: &RangeSet, record: &str) -> Result<(), StorageError> {
        self.close();
        let database = Database::open().await?;
        let slices = self.slices(&database, kept).await?;
        let transaction = Transaction::begin(&database, IdbTransactionMode::Readwrite).await?;
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

/// Whether a part can be stored: does it, and undoes it.
pub(super) async fn try_out() -> Result<(), StorageError> {
    let database = Database::open().await?;
    if keeps_blobs(&database).await? {
        return Ok(());
    }
    let transaction = Transaction::begin(&database, IdbTransactionMode::Readwrite).await?;
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
    let transaction = Transaction::begin(database, IdbTransactionMode::Readwrite).await?;
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
