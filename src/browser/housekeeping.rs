//! Frees bytes that belong to no download: of a page that crashed before its first record, or
//! while it removed one. What is left over is decided by the core.

use super::lock;
use super::progress::Database;
use super::store::{self, StorageError};
use crate::core::leftovers::leftovers;

/// To be run once for each life of the engine, beside its work. Where it fails it frees nothing,
/// and is tried again in the next life.
pub(super) async fn tidy() -> Result<(), StorageError> {
    let files = store::files().await;
    let database = Database::open().await?;
    let owners = database.owners_of_parts().await?;
    let Some(live) = lock::owned().await else {
        return Ok(());
    };
    let recorded = database.ids().await?;
    for id in leftovers(owners, &live, &recorded) {
        if let Some(lock) = lock::try_acquire(id.clone()).await {
            if database.record(&id).await?.is_none() {
                database.forget(&id).await?;
            }
            drop(lock);
        }
    }
    let live = names(&live).await?;
    for name in leftovers(files, &live, &names(&recorded).await?) {
        store::free(&name).await;
    }
    Ok(())
}

/// The files that these downloads would have.
async fn names(ids: &[String]) -> Result<Vec<String>, StorageError> {
    let mut names = Vec::new();
    for id in ids {
        names.push(store::file_name(id).await?);
    }
    Ok(names)
}
