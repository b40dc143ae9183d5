//! Records, and what becomes of them when the user clears the site's data.

use std::rc::Rc;

use rangeload::browser::progress::Database;
use rangeload::browser::store::{StorageError, Store};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::content::chunk;
use crate::indexeddb;
use crate::javascript::call_async;

#[wasm_bindgen_test]
async fn a_thread_has_one_connection() {
    let first = Database::open().await.expect("a database");
    let second = Database::open().await.expect("a database");
    assert!(Rc::ptr_eq(&first, &second));
}

#[wasm_bindgen_test]
async fn a_record_is_there_from_its_first_commit_until_it_is_erased() {
    let database = Database::open().await.expect("a database");
    let store = indexeddb::open("recorded").await;
    store.erase().await.expect("an erasure");
    assert_eq!(database.record("recorded").await, Ok(None));
    store.commit(&[], "text\nof it").await.expect("a commit");
    assert_eq!(
        database.record("recorded").await,
        Ok(Some("text\nof it".into()))
    );
    let ids = database.ids().await.expect("ids");
    assert!(ids.contains(&"recorded".to_owned()));
    store.erase().await.expect("an erasure");
    let ids = database.ids().await.expect("ids");
    assert!(!ids.contains(&"recorded".to_owned()));
}

/// Something else than text under an id is a record that cannot be read, not an absent one.
#[wasm_bindgen_test]
async fn what_is_no_text_is_an_empty_record() {
    let database = Database::open().await.expect("a database");
    let put = "return new Promise((resolve, reject) => {
        const open = indexedDB.open('rangeload');
        open.onsuccess = () => {
            const transaction = open.result.transaction('records', 'readwrite');
            transaction.objectStore('records').put({ a: 1 }, 'foreign');
            transaction.onabort = reject;
            transaction.oncomplete = () => { open.result.close(); resolve(); };
        };
    })";
    call_async(put, &[]).await;
    assert_eq!(database.record("foreign").await, Ok(Some(String::new())));
    let ids = database.ids().await.expect("ids");
    assert!(ids.contains(&"foreign".to_owned()));
    let store = indexeddb::open("foreign").await;
    store.erase().await.expect("an erasure");
    assert_eq!(database.record("foreign").await, Ok(None));
}

#[wasm_bindgen_test]
async fn a_deleted_database_is_let_go_of_and_opened_anew() {
    let store = indexeddb::open("deleted").await;
    store.commit(&[], "record").await.expect("a commit");
    store.write(0, 0, &chunk(0..10)).expect("a write");
    let delete = "return new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase('rangeload');
        request.onsuccess = () => resolve();
        request.onerror = reject;
    })";
    call_async(delete, &[]).await;
    let closed = store.commit(&[], "record").await;
    assert_eq!(closed, Err(StorageError::Closed));
    let anew = Database::open().await.expect("a database");
    assert_eq!(anew.record("deleted").await, Ok(None));
}
