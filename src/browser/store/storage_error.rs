//! How storage fails, told apart by what can be done about it.

use wasm_bindgen::prelude::*;
use web_sys::DomException;

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
    #[error("the browser has closed the database")]
    Closed,
    /// The record claims bytes that the browser does not have.
    #[error("the stored bytes at {at} are missing")]
    Missing { at: u64 },
    /// Another thread writes it all the time.
    #[error("the stored bytes change while they are read")]
    Changing,
    /// What was written is not what is read back.
    #[error("{0}")]
    Unfit(&'static str),
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
            "VersionError" => Self::Newer,
            "InvalidStateError" | "AbortError" => Self::Closed,
            name => Self::Other([name, ": ", &exception.message()].concat()),
        }
    }
}
