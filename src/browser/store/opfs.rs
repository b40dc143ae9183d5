//! Bytes in the origin private file system: one file for each download, written at offsets as
//! the bytes come, so that the finished file is the result as it lies there.
//!
//! The file is flushed before the record that claims its bytes is stored, never the other way
//! round. Its name is a hash of the id, which may be of any length and contain anything.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, IdbTransactionMode};

use super::{StorageError, Store};
use crate::browser::clock;
use crate::browser::file_system::{self, Access, Directory, is};
use crate::browser::progress::{Database, Transaction};
use crate::core::ranges::RangeSet;
use crate::core::refusal::{self, Refusal};
use crate::core::save::Save;

/// Under the root, which the page may use for files of its own.
const DIRECTORY: &str = "rangeload";

/// A page that was closed holds its files until its worker is gone; no event tells when.
const PATIENCE_MS: u32 = 5000;
const RETRY_MS: u32 = 50;

/// A file that another thread writes is read between two writes; no event tells when.
const GAP_MS: u32 = 20;

pub struct Opfs {
    id: String,
    access: RefCell<Option<Access>>,
    /// The connection of the last `open`: once that is lost, so may be what was stored.
    database: RefCell<Option<Rc<Database>>>,
}

impl Opfs {
    pub fn new(id: String) -> Self {
        Self {
            id,
            access: RefCell::default(),
            database: RefCell::default(),
        }
    }

    /// Calls `act` with the open file.
    fn with<T>(
        &self,
        act: impl FnOnce(&Access) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let access = self.access.borrow();
        act(access.as_ref().ok_or(StorageError::Closed)?)
    }

    /// Reads what this thread does not write. Another may: a browser refuses to read a file as it
    /// was when it has been written to since, so it is asked again for the file as it is then.
    async fn read_beside(&self, range: Range<u64>) -> Result<Uint8Array, StorageError> {
        let mut waited = 0;
        loop {
            let file = self.file().await?.ok_or(StorageError::Missing { at: 0 })?;
            let has = file.size() as u64;
            if has < range.end {
                return Err(StorageError::Missing { at: has });
            }
            let slice = file.slice_with_f64_and_f64(range.start as f64, range.end as f64)?;
            match JsFuture::from(slice.array_buffer()).await {
                Err(error) if is(&error, "NotReadableError") => {
                    if waited >= PATIENCE_MS {
                        return Err(StorageError::Changing);
                    }
                    clock::pause(GAP_MS).await;
                    waited += GAP_MS;
                }
                buffer => return Ok(Uint8Array::new(&buffer?)),
            }
        }
    }

    async fn file(&self) -> Result<Option<Blob>, StorageError> {
        let name = file_name(&self.id).await?;
        Ok(directory().await?.file(&name).await?)
    }
}

impl Store for Opfs {
    async fn stored(&self, _claimed: &RangeSet) -> Result<RangeSet, StorageError> {
        let file = self.file().await?;
        let size = file.map_or(0, |file| file.size() as u64);
        Ok([0..size].into_iter().collect())
    }

    async fn open(&self, kept: &RangeSet) -> Result<(), StorageError> {
        self.close();
        // Where there is no record to be had, no byte is known to be of no use.
        let database = Database::open().await?;
        let name = file_name(&self.id).await?;
        let access = open(&directory().await?, &name).await?;
        truncate(&access, kept.end())?;
        *self.access.borrow_mut() = Some(access);
        *self.database.borrow_mut() = Some(database);
        Ok(())
    }

    fn write(&self, _part: u64, at: u64, bytes: &Uint8Array) -> Result<(), StorageError> {
        self.with(|access| write_all(access, at, bytes))
    }

    fn copies(&self) -> bool {
        true
    }

    async fn commit(&self, _saves: &[Save], record: &str) -> Result<(), StorageError> {
        self.with(flush)?;
        let database = self.database.borrow().clone().ok_or(StorageError::Closed)?;
        let transaction = Transaction::begin(&database, IdbTransactionMode::Readwrite).await?;
        transaction
            .complete(|transaction| transaction.keep(&self.id, Some(record)))
            .await
    }

    async fn read(&self, range: Range<u64>) -> Result<Uint8Array, StorageError> {
        if self.access.borrow().is_none() {
            return self.read_beside(range).await;
        }
        let len = range.end - range.start;
        let bytes = Uint8Array::new_with_length(len as u32);
        let read = self.with(|access| Ok(access.read(&bytes, range.start)?))?;
        match read == len {
            true => Ok(bytes),
            false => Err(StorageError::Missing {
                at: range.start + read,
            }),
        }
    }

    fn close(&self) {
        let access = self.access.take();
        let database = self.database.borrow();
        if database.as_ref().is_some_and(|database| database.is_lost()) {
            // Its file is gone with all of the site's data. Chromium never returns from closing
            // such a file, and with it would stand everything that this thread does.
            std::mem::forget(access);
        }
    }

    async fn blob(&self, size: u64, media_type: &str) -> Result<Blob, StorageError> {
        let file = self.file().await?.ok_or(StorageError::Missing { at: 0 })?;
        let has = file.size() as u64;
        if has < size {
            return Err(StorageError::Missing { at: has });
        }
        Ok(file.slice_with_f64_and_f64_and_content_type(0.0, size as f64, media_type)?)
    }

    async fn discard(&self, kept: &RangeSet, record: &str) -> Result<(), StorageError> {
        let database = Database::open().await?;
        let transaction = Transaction::begin_strictly(&database).await?;
        transaction
            .complete(|transaction| transaction.keep(&self.id, Some(record)))
            .await?;
        // What no record claims is written over.
        self.with(|access| truncate(access, kept.end()))
    }

    async fn erase(&self) -> Result<(), StorageError> {
        self.close();
        let database = Database::open().await?;
        match database.forget(&self.id).await {
            // To forget takes room too. A record that claims bytes which are gone does no harm.
            Err(StorageError::Quota) => {
                remove(&self.id).await?;
                database.forget(&self.id).await
            }
            forgotten => {
                forgotten?;
                remove(&self.id).await
            }
        }
    }
}

/// Never longer: what is not written is not there.
fn truncate(access: &Access, size: u64) -> Result<(), StorageError> {
    if access.size()? > size {
        access.truncate(size)?;
    }
    Ok(())
}

/// A browser that has no room may write less than it was given instead of refusing.
fn write_all(access: &Access, at: u64, bytes: &Uint8Array) -> Result<(), StorageError> {
    let len = bytes.length();
    let mut written = write(access, at, bytes)?;
    while written < len {
        let rest = bytes.subarray(written, len);
        written += write(access, at + u64::from(written), &rest)?;
    }
    Ok(())
}

/// How many bytes were written: some, unless there are none.
fn write(access: &Access, at: u64, bytes: &Uint8Array) -> Result<u32, StorageError> {
    let number = access
        .write(bytes, at)
        .map_err(|thrown| StorageError::of(&thrown, Some(access.size().is_ok())))?;
    match refusal::written(number, bytes.length()) {
        Ok(written) => Ok(written),
        Err(Refusal::Full) => Err(StorageError::Quota),
        Err(_) => Err(StorageError::Other(
            ["the file cannot be written: ", &number.to_string()].concat(),
        )),
    }
}

/// What a failed flush leaves on disk is unknown, whatever the cause: not even a disk without room
/// lets the bytes count as written.
fn flush(access: &Access) -> Result<(), StorageError> {
    access.flush().map_err(|_| StorageError::Unflushed)
}

async fn directory() -> Result<Directory, StorageError> {
    Ok(file_system::directory(DIRECTORY).await?)
}

/// Opens a file that another thread may hold for a moment longer, or has just removed.
async fn open(directory: &Directory, name: &str) -> Result<Access, StorageError> {
    patiently(|| directory.open(name)).await
}

/// Does what another thread may prevent for a moment longer: a page that was closed holds its
/// files until its worker is gone.
async fn patiently<T>(act: impl AsyncFn() -> Result<T, JsValue>) -> Result<T, StorageError> {
    let mut waited = 0;
    loop {
        match act().await {
            Err(error) if waited < PATIENCE_MS && is_taken(&error) => {
                clock::pause(RETRY_MS).await;
                waited += RETRY_MS;
            }
            result => return Ok(result?),
        }
    }
}

fn is_taken(error: &JsValue) -> bool {
    is(error, "NoModificationAllowedError") || is(error, "NotFoundError")
}

/// Frees what is stored of a download in this file system, if anything is; a browser without one
/// has nothing.
pub(super) async fn remove(id: &str) -> Result<(), StorageError> {
    let Ok(directory) = directory().await else {
        return Ok(());
    };
    let name = file_name(id).await?;
    patiently(|| directory.remove(&name)).await
}

/// The names of all files of downloads; none in a browser without this file system.
pub(in crate::browser) async fn files() -> Vec<String> {
    let Ok(directory) = directory().await else {
        return Vec::new();
    };
    let mut names = directory.names().await.unwrap_or_default();
    names.retain(|name| is_file_name(name));
    names
}

/// Removes the file, unless someone has it open.
pub(in crate::browser) async fn free(name: &str) {
    if let Ok(directory) = directory().await {
        // What is open belongs to someone after all.
        let _ = directory.remove(name).await;
    }
}

#[wasm_bindgen]
extern "C" {
    type SubtleCrypto;
    #[wasm_bindgen(method, catch)]
    fn digest(this: &SubtleCrypto, algorithm: &str, bytes: &Uint8Array)
    -> Result<Promise, JsValue>;
}

/// Where the bytes of a download are: the SHA-256 of its id, in hexadecimal.
pub(in crate::browser) async fn file_name(id: &str) -> Result<String, StorageError> {
    let crypto = js_sys::Reflect::get(&js_sys::global(), &"crypto".into())?;
    let subtle = js_sys::Reflect::get(&crypto, &"subtle".into())?;
    let subtle: SubtleCrypto = subtle.unchecked_into();
    let digest = JsFuture::from(subtle.digest("SHA-256", &Uint8Array::from(id.as_bytes()))?);
    let digest: ArrayBuffer = digest.await?.unchecked_into();
    let mut name = String::with_capacity(64);
    for byte in Uint8Array::new(&digest).to_vec() {
        for digit in [byte >> 4, byte & 15] {
            name.extend(char::from_digit(digit.into(), 16));
        }
    }
    Ok(name)
}

fn is_file_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether files can be written here: does it in one, and removes it. To be called by one thread
/// at a time.
pub(super) async fn try_out() -> Result<(), StorageError> {
    const NAME: &str = "trial";
    const AT: u64 = 3;
    let directory = directory().await?;
    let access = open(&directory, NAME).await?;
    let fits = try_access(&access, AT);
    drop(access);
    directory.remove(NAME).await?;
    fits
}

fn try_access(access: &Access, at: u64) -> Result<(), StorageError> {
    let bytes = Uint8Array::from([1, 2, 3, 4].as_slice());
    let size = at + u64::from(bytes.length());
    access.truncate(0)?;
    write_all(access, at, &bytes)?;
    access.flush()?;
    let back = Uint8Array::new_with_length(bytes.length());
    let read = access.read(&back, at)?;
    if access.size()? != size || read != size - at || back.to_vec() != bytes.to_vec() {
        return Err(StorageError::Unfit("a file does not keep what is written"));
    }
    Ok(())
}
