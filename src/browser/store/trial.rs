//! Which tier a new download gets: the first that does what it is asked to when it is tried.
//!
//! The order is the core's; a tier that is only full is no worse than the next one.

use std::cell::RefCell;

use wasm_bindgen_futures::spawn_local;

use super::{StorageError, indexeddb, opfs};
use crate::browser::lock;
use crate::core::tier::Tier;

thread_local! {
    /// What came of trying this file system, once it is known. What was in the way for a moment
    /// only rules nothing out.
    static OPFS: RefCell<Option<Result<(), StorageError>>> = const { RefCell::new(None) };
}

/// Tries this file system beside the first questions to the database: who begins a download waits
/// for the answers to both.
pub fn prepare(wanted: Option<Tier>) {
    if wanted.is_none_or(|tier| tier == Tier::Opfs) {
        // Who asks for it gets the answer, whichever it is.
        spawn_local(async { drop(try_opfs().await) });
    }
}

/// The tier asked for, or the first one that works. The error says why none does.
pub async fn choose(wanted: Option<Tier>) -> Result<Tier, String> {
    let Some(wanted) = wanted else {
        for tier in Tier::ALL {
            match try_out(tier).await {
                Ok(()) | Err(StorageError::Quota) => return Ok(tier),
                // What was stored by a newer version would not be found in memory either.
                Err(StorageError::Newer) => return Err(StorageError::Newer.to_string()),
                Err(_) => {}
            }
        }
        return Ok(Tier::Memory);
    };
    match try_out(wanted).await {
        Ok(()) | Err(StorageError::Quota) => Ok(wanted),
        Err(error) => Err([
            "\"",
            wanted.key(),
            "\" does not work here: ",
            &error.to_string(),
        ]
        .concat()),
    }
}

async fn try_out(tier: Tier) -> Result<(), StorageError> {
    match tier {
        Tier::Opfs => {
            // Its records are kept in the database.
            indexeddb::try_out().await?;
            try_opfs().await
        }
        Tier::IndexedDb => indexeddb::try_out().await,
        Tier::Memory => Ok(()),
    }
}

async fn try_opfs() -> Result<(), StorageError> {
    let known = || OPFS.with_borrow(Clone::clone);
    if let Some(known) = known() {
        return known;
    }
    // Two that try at once would find each other's file locked.
    let lock = lock::acquire_for("trial").await;
    // It was known to the one that had the lock.
    if let Some(known) = known() {
        return known;
    }
    let result = opfs::try_out().await;
    drop(lock);
    use StorageError::{Closed, Quota, Unflushed};
    if !matches!(result, Err(Quota | Closed | Unflushed)) {
        OPFS.set(Some(result.clone()));
    }
    result
}
