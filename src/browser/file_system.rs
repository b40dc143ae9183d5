//! The origin private file system (File System Standard, WHATWG) as futures. It knows no names.
//!
//! Files are written through sync access handles, which only dedicated workers have.

use js_sys::{Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, DomException};

#[wasm_bindgen]
extern "C" {
    type StorageManager;
    // Absent in insecure contexts: then calling it throws.
    #[wasm_bindgen(method, catch, js_name = getDirectory)]
    fn get_directory(this: &StorageManager) -> Result<Promise, JsValue>;

    pub(super) type Directory;
    #[wasm_bindgen(method, js_name = getDirectoryHandle)]
    fn get_directory_handle(this: &Directory, name: &str, options: &Object) -> Promise;
    #[wasm_bindgen(method, js_name = getFileHandle)]
    fn get_file_handle(this: &Directory, name: &str, options: &Object) -> Promise;
    #[wasm_bindgen(method, js_name = removeEntry)]
    fn remove_entry(this: &Directory, name: &str) -> Promise;
    #[wasm_bindgen(method)]
    fn keys(this: &Directory) -> js_sys::AsyncIterator;

    type FileHandle;
    #[wasm_bindgen(method, js_name = getFile)]
    fn get_file(this: &FileHandle) -> Promise;
    #[wasm_bindgen(method, catch, js_name = createSyncAccessHandle)]
    fn create_sync_access_handle(this: &FileHandle) -> Result<Promise, JsValue>;

    type AccessHandle;
    #[wasm_bindgen(method, catch)]
    fn read(this: &AccessHandle, into: &Uint8Array, options: &Object) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn write(this: &AccessHandle, bytes: &Uint8Array, options: &Object) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn truncate(this: &AccessHandle, size: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = getSize)]
    fn get_size(this: &AccessHandle) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn flush(this: &AccessHandle) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn close(this: &AccessHandle) -> Result<(), JsValue>;
}

/// A directory under the root, made if it is not there.
pub(super) async fn directory(name: &str) -> Result<Directory, JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into())?;
    let storage = Reflect::get(&navigator, &"storage".into())?;
    let storage: StorageManager = storage.unchecked_into();
    let root: Directory = JsFuture::from(storage.get_directory()?)
        .await?
        .unchecked_into();
    let made = JsFuture::from(root.get_directory_handle(name, &creating(true)));
    Ok(made.await?.unchecked_into())
}

impl Directory {
    /// The file as it is now, to be read; `None` where there is none.
    pub(super) async fn file(&self, name: &str) -> Result<Option<Blob>, JsValue> {
        let handle = match JsFuture::from(self.get_file_handle(name, &creating(false))).await {
            Err(error) if is(&error, "NotFoundError") => return Ok(None),
            handle => handle?.unchecked_into::<FileHandle>(),
        };
        let file = JsFuture::from(handle.get_file()).await?;
        Ok(Some(file.unchecked_into()))
    }

    /// Opens the file for this thread alone, and makes it if it is not there.
    pub(super) async fn open(&self, name: &str) -> Result<Access, JsValue> {
        let handle = JsFuture::from(self.get_file_handle(name, &creating(true))).await?;
        let handle: FileHandle = handle.unchecked_into();
        let access = JsFuture::from(handle.create_sync_access_handle()?).await?;
        Ok(Access {
            handle: access.unchecked_into(),
            options: Object::new(),
        })
    }

    /// Removes the file, if there is one.
    pub(super) async fn remove(&self, name: &str) -> Result<(), JsValue> {
        match JsFuture::from(self.remove_entry(name)).await {
            Err(error) if !is(&error, "NotFoundError") => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) async fn names(&self) -> Result<Vec<String>, JsValue> {
        let keys = self.keys();
        let mut names = Vec::new();
        loop {
            let next = JsFuture::from(keys.next()?).await?;
            if Reflect::get(&next, &"done".into())?.is_truthy() {
                return Ok(names);
            }
            names.extend(Reflect::get(&next, &"value".into())?.as_string());
        }
    }
}

/// An open file; closed when dropped.
pub(super) struct Access {
    handle: AccessHandle,
    /// Reused: there is one for each call otherwise.
    options: Object,
}

impl Access {
    /// How many bytes were read.
    pub(super) fn read(&self, into: &Uint8Array, at: u64) -> Result<u64, JsValue> {
        let read = self.handle.read(into, self.at(at)?)?;
        Ok(read as u64)
    }

    /// How many bytes were written.
    pub(super) fn write(&self, bytes: &Uint8Array, at: u64) -> Result<u64, JsValue> {
        let written = self.handle.write(bytes, self.at(at)?)?;
        Ok(written as u64)
    }

    pub(super) fn truncate(&self, size: u64) -> Result<(), JsValue> {
        self.handle.truncate(size as f64)
    }

    pub(super) fn size(&self) -> Result<u64, JsValue> {
        Ok(self.handle.get_size()? as u64)
    }

    /// Returns when all that was written is on disk.
    pub(super) fn flush(&self) -> Result<(), JsValue> {
        self.handle.flush()
    }

    fn at(&self, offset: u64) -> Result<&Object, JsValue> {
        Reflect::set(&self.options, &"at".into(), &JsValue::from(offset as f64))?;
        Ok(&self.options)
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        // One that the browser has closed already needs nothing more.
        let _ = self.handle.close();
    }
}

/// Whether an exception has this name.
pub(super) fn is(error: &JsValue, name: &str) -> bool {
    let exception = error.dyn_ref::<DomException>();
    exception.is_some_and(|exception| exception.name() == name)
}

fn creating(create: bool) -> Object {
    let options = Object::new();
    // A new object takes any property.
    let _ = Reflect::set(&options, &"create".into(), &create.into());
    options
}
