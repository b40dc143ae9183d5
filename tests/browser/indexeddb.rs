//! What is true of the IndexedDB store alone: bytes and record are one transaction.

use js_sys::Function;
use rangeload::browser::progress::Database;
use rangeload::browser::store::{IndexedDb, StorageError, Store};
use rangeload::core::ranges::RangeSet;
use rangeload::core::save::Save;
use rangeload::core::tier::PART;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::content::{chunk, content};
use crate::javascript::call;

pub(crate) async fn open(id: &str) -> IndexedDb {
    let store = IndexedDb::new(id.to_owned());
    store.open(&everything()).await.expect("a store");
    store
}

fn everything() -> RangeSet {
    [0..u64::MAX].into_iter().collect()
}

/// As long as it lives, the records of this realm cannot be written: `body` runs instead.
struct Sabotage {
    undo: Function,
}

impl Sabotage {
    fn of_records(body: &str) -> Self {
        let patch = "
            const [fail] = arguments;
            const { prototype } = IDBObjectStore;
            const { put } = prototype;
            prototype.put = function (...parameters) {
                return this.name === 'records' ? fail.call(this, put, ...parameters) : put.apply(this, parameters);
            };
            return () => { prototype.put = put; };
        ";
        let fail = Function::new_with_args("put, value, key", body);
        let undo = call(patch, &[fail.into()]).unchecked_into();
        Self { undo }
    }
}

impl Drop for Sabotage {
    fn drop(&mut self) {
        self.undo.call0(&JsValue::UNDEFINED).expect("the real put");
    }
}

fn sealed(start: u64, end: u64) -> Save {
    Save {
        part: start..end,
        from: start,
        whole: false,
        sealed: true,
    }
}

/// The bytes are put before the record, so each of these comes when they seem to be stored.
async fn nothing_is_stored_of(id: &str, sabotage: &str, expected: StorageError) {
    let store = open(id).await;
    store.write(0, 0, &chunk(0..100)).expect("a write");
    store
        .commit(&[sealed(0, 100)], "before")
        .await
        .expect("a commit");
    store.write(100, 100, &chunk(100..200)).expect("a write");

    let sabotage = Sabotage::of_records(sabotage);
    let refused = store.commit(&[sealed(100, 200)], "after").await;
    drop(sabotage);
    assert_eq!(refused, Err(expected));
    let stored = open(id).await.stored(&everything()).await;
    assert_eq!(stored, Ok([0..100].into_iter().collect()));
    let database = Database::open().await.expect("a database");
    assert_eq!(database.record(id).await, Ok(Some("before".into())));

    store
        .commit(&[sealed(100, 200)], "after")
        .await
        .expect("a commit");
    let all = store.read(0..200).await.expect("all of it");
    assert_eq!(all.to_vec(), content(0..200));
}

#[wasm_bindgen_test]
async fn a_record_that_cannot_be_written_takes_its_bytes_with_it() {
    let throw = "throw new DOMException('no more', 'QuotaExceededError')";
    nothing_is_stored_of("thrown", throw, StorageError::Quota).await;
}

/// Chromium copies a Blob to a file when the transaction ends; WebKit has one word for all it
/// cannot store.
#[wasm_bindgen_test]
async fn a_full_disk_is_no_room_in_the_words_of_each_browser() {
    for (id, name, message) in [
        ("blobs", "DataError", "Failed to write blobs (IOError)"),
        (
            "rows",
            "UnknownError",
            "Unable to store record in object store",
        ),
    ] {
        let throw = ["throw new DOMException('", message, "', '", name, "')"].concat();
        nothing_is_stored_of(id, &throw, StorageError::Quota).await;
    }
}

#[wasm_bindgen_test]
async fn an_aborted_transaction_stores_nothing_and_can_be_repeated() {
    let abort =
        "const request = put.call(this, value, key); this.transaction.abort(); return request";
    nothing_is_stored_of("aborted", abort, StorageError::Closed).await;
}

/// As long as it lives, so many Blobs of this realm cannot be read.
struct Unreadable {
    undo: Function,
}

impl Unreadable {
    fn first(times: f64) -> Self {
        let patch = "
            let [left] = arguments;
            const { prototype } = Blob;
            const { arrayBuffer } = prototype;
            prototype.arrayBuffer = async function () {
                if (left-- > 0) throw new DOMException('', 'NotReadableError');
                return arrayBuffer.call(this);
            };
            return () => { prototype.arrayBuffer = arrayBuffer; return left; };
        ";
        let undo = call(patch, &[times.into()]).unchecked_into();
        Self { undo }
    }

    /// Ends it; how many more could not have been read.
    fn end(self) -> f64 {
        let left = self.undo.call0(&JsValue::UNDEFINED).expect("what it was");
        left.as_f64().expect("a number")
    }
}

impl Drop for Unreadable {
    fn drop(&mut self) {
        self.undo.call0(&JsValue::UNDEFINED).expect("what it was");
    }
}

async fn with_two_parts(id: &str) -> IndexedDb {
    let store = open(id).await;
    store.write(0, 0, &chunk(0..100)).expect("a write");
    store.write(100, 100, &chunk(100..200)).expect("a write");
    let saves = [sealed(0, 100), sealed(100, 200)];
    store.commit(&saves, "record").await.expect("a commit");
    store
}

#[wasm_bindgen_test]
async fn a_part_that_is_unreadable_for_a_moment_is_read_again_and_kept() {
    let store = with_two_parts("fleeting").await;
    let unreadable = Unreadable::first(1.0);
    let all = store.read(0..200).await.expect("all of it");
    drop(unreadable);
    assert_eq!(all.to_vec(), content(0..200));
    let stored = store.stored(&everything()).await;
    assert_eq!(stored, Ok([0..200].into_iter().collect()));
}

#[wasm_bindgen_test]
async fn where_nothing_can_be_read_nothing_is_lost() {
    let store = with_two_parts("while it is left").await;
    let unreadable = Unreadable::first(100.0);
    let refused = store.read(0..200).await.err();
    let buffers = unreadable.end() == 100.0;
    assert_eq!(refused.is_none(), buffers, "{refused:?}");
    let all = store.read(0..200).await.expect("all of it");
    assert_eq!(all.to_vec(), content(0..200));
}

#[wasm_bindgen_test]
async fn a_part_that_stays_unreadable_is_lost_and_no_other() {
    let store = with_two_parts("for good").await;
    // Both as one, and then twice the first of them.
    let unreadable = Unreadable::first(3.0);
    let missing = store.read(50..150).await.err();
    // What a browser keeps as buffers is read without a Blob.
    if unreadable.end() == 3.0 {
        return assert_eq!(missing, None);
    }
    assert_eq!(missing, Some(StorageError::Missing { at: 0 }));
    let stored = store.stored(&everything()).await;
    assert_eq!(stored, Ok([100..200].into_iter().collect()));
    let rest = store.read(100..200).await.expect("the other");
    assert_eq!(rest.to_vec(), content(100..200));
}

#[wasm_bindgen_test]
async fn a_blob_that_cannot_be_made_for_a_moment_costs_no_byte() {
    let store = open("moment").await;
    let end = 3 << 19;
    let patch = "
        const { Blob } = globalThis;
        globalThis.Blob = function () {
            globalThis.Blob = Blob;
            throw new RangeError('out of memory');
        };
        return () => { globalThis.Blob = Blob; };
    ";
    let undo: Function = call(patch, &[]).unchecked_into();
    for at in (0..end).step_by(1 << 19) {
        store
            .write(0, at, &chunk(at..at + (1 << 19)))
            .expect("a write");
    }
    undo.call0(&JsValue::UNDEFINED).expect("the real Blob");
    store
        .commit(&[sealed(0, end)], "record")
        .await
        .expect("a commit");
    let all = store.read(0..end).await.expect("all of it");
    assert!(all.to_vec() == content(0..end), "other bytes");
}

#[wasm_bindgen_test]
async fn a_part_of_which_bytes_are_missing_is_not_stored_as_whole() {
    let store = open("short").await;
    store.write(0, 0, &chunk(0..100)).expect("a write");
    assert!(store.commit(&[sealed(0, 101)], "record").await.is_err());
    let stored = open("short").await.stored(&everything()).await;
    assert_eq!(stored, Ok(RangeSet::new()));
}

#[wasm_bindgen_test]
async fn a_read_asks_for_the_keys_near_it_and_not_for_all() {
    let store = open("keys").await;
    let places = (0..20).map(|n| n * (PART + 100));
    let mut saves = Vec::new();
    for at in places.clone() {
        store.write(at, at, &chunk(at..at + 100)).expect("a write");
        saves.push(sealed(at, at + 100));
    }
    store.commit(&saves, "record").await.expect("a commit");
    let patch = "
        const { prototype } = IDBObjectStore;
        const { getAllKeys } = prototype;
        let seen = 0;
        prototype.getAllKeys = function (...parameters) {
            const request = getAllKeys.apply(this, parameters);
            request.addEventListener('success', () => { seen += request.result.length; });
            return request;
        };
        return () => {
            prototype.getAllKeys = getAllKeys;
            return seen;
        };
    ";
    let undo: Function = call(patch, &[]).unchecked_into();
    for at in places {
        let bytes = store.read(at + 1..at + 99).await.expect("a part");
        assert_eq!(bytes.to_vec(), content(at + 1..at + 99));
    }
    let seen = undo.call0(&JsValue::UNDEFINED).expect("a number");
    assert_eq!(seen.as_f64(), Some(20.0));
}

#[wasm_bindgen_test]
async fn the_end_of_the_longest_part_is_read_by_its_key_at_the_beginning() {
    let store = open("longest").await;
    store.write(7, 7, &chunk(7..7 + PART)).expect("a write");
    store
        .commit(&[sealed(7, 7 + PART)], "record")
        .await
        .expect("a commit");
    let last = store.read(6 + PART..7 + PART).await.expect("the last byte");
    assert_eq!(last.to_vec(), content(6 + PART..7 + PART));
}

#[wasm_bindgen_test]
async fn bytes_that_are_not_there_are_named_and_never_made_up() {
    let store = open("gap").await;
    store.write(0, 0, &chunk(0..100)).expect("a write");
    store.write(150, 150, &chunk(150..200)).expect("a write");
    let saves = [sealed(0, 100), sealed(150, 200)];
    store.commit(&saves, "record").await.expect("a commit");
    for (range, at) in [
        (0..101, 100),
        (99..160, 100),
        (100..150, 100),
        (150..201, 200),
    ] {
        let missing = store.read(range.clone()).await.err();
        assert_eq!(missing, Some(StorageError::Missing { at }), "{range:?}");
    }
    let blob = store.blob(200, "").await.err();
    assert_eq!(blob, Some(StorageError::Missing { at: 100 }));
}

/// Ends with how many transactions there were at once at the most.
fn count_transactions() -> Function {
    let patch = "
        const { prototype } = IDBDatabase;
        const { transaction } = prototype;
        let [now, most] = [0, 0];
        prototype.transaction = function (...given) {
            const made = transaction.apply(this, given);
            most = Math.max(most, ++now);
            for (const end of ['complete', 'abort']) made.addEventListener(end, () => { now -= 1; });
            return made;
        };
        return () => { prototype.transaction = transaction; return most; };
    ";
    call(patch, &[]).unchecked_into()
}

#[wasm_bindgen_test]
async fn there_is_one_transaction_at_a_time() {
    let store = with_two_parts("one at a time").await;
    store.write(200, 200, &chunk(200..300)).expect("a write");
    let saves = [sealed(200, 300)];
    let count = count_transactions();
    let (read, committed, again) = futures_util::future::join3(
        store.read(0..200),
        store.commit(&saves, "record"),
        store.read(100..200),
    )
    .await;
    let most = count.call0(&JsValue::UNDEFINED).expect("a count");
    assert_eq!(read.expect("bytes").to_vec(), content(0..200));
    committed.expect("a commit");
    assert_eq!(again.expect("bytes").to_vec(), content(100..200));
    assert_eq!(most.as_f64(), Some(1.0));
}
