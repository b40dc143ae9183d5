//! How storage fails, told apart by what can be done about it.

use wasm_bindgen::prelude::*;
use web_sys::DomException;

use crate::core::refusal::{self, Refusal};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    #[error("the browser gives no more space")]
    Quota,
    #[error("this browser has no IndexedDB")]
    Unavailable,
    /// The database is of a version of this package that is newer than this one.
    #[error("a newer version of this page has written it: reload the page")]
    Newer,
    /// Another tab needs a newer version, or the user has cleared the site's data.
    #[error("the browser has closed the file or the database")]
    Closed,
    /// The record claims bytes that the browser does not have.
    #[error("the stored bytes at {at} are missing")]
    Missing { at: u64 },
    /// Another thread writes it all the time.
    #[error("the stored bytes change while they are read")]
    Changing,
    /// What was written may not be on disk.
    #[error("the browser could not write the file to disk")]
    Unflushed,
    /// What was written is not what is read back.
    #[error("{0}")]
    Unfit(&'static str),
    /// In the browser's words.
    #[error("{0}")]
    Other(String),
}

impl From<JsValue> for StorageError {
    fn from(thrown: JsValue) -> Self {
        Self::of(&thrown, None)
    }
}

impl StorageError {
    /// With `open`, a write to a file has thrown it that is open, or is not any more.
    pub(super) fn of(thrown: &JsValue, open: Option<bool>) -> Self {
        let Some(exception) = thrown.dyn_ref::<DomException>() else {
            // A transaction that neither a request nor the disk ended has lost its connection.
            return match thrown.is_null() {
                true => Self::Closed,
                false => Self::Other(crate::browser::shell::words(thrown)),
            };
        };
        let (name, message) = (exception.name(), exception.message());
        match refusal::thrown(&name, &message, open) {
            Refusal::Full => Self::Quota,
            Refusal::Newer => Self::Newer,
            Refusal::Closed => Self::Closed,
            Refusal::Other => Self::Other([&name, ": ", &message].concat()),
        }
    }
}
