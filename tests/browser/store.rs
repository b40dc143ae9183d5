//! What every store must do, whatever it is made of. `store_tests!` holds one to it.

use std::ops::Range;

use rangeload::browser::progress::Database;
use rangeload::browser::store::Store;
use rangeload::core::ranges::RangeSet;
use rangeload::core::save::Save;

use crate::content::{chunk, content};
use crate::javascript::bytes_of;

const PART: u64 = 8 << 20;

/// One test for each function below. `$open` is an `async fn(&str) -> impl Store`, which takes up
/// what is stored under an id.
macro_rules! store_tests {
    ($tier:ident, $open:path) => {
        mod $tier {
            store_tests!(@each $open:
                committed_bytes_are_read_back_and_make_the_blob,
                bytes_that_were_not_committed_are_not_stored,
                a_part_saved_piece_by_piece_reads_as_one,
                the_last_save_replaces_the_pieces_before_it,
                parts_that_arrive_in_any_order_make_one_file,
                a_full_part_of_many_chunks_is_right_to_the_byte,
                an_empty_file_is_an_empty_blob,
                what_is_erased_is_gone_and_can_be_begun_again,
                a_record_survives_the_bytes_it_is_left_without,
                what_is_discarded_from_the_midst_of_parts_can_be_written_again,
                downloads_whose_ids_begin_alike_do_not_see_each_other,
            );
        }
    };
    (@each $open:path: $($case:ident,)*) => {
        $(
            #[wasm_bindgen_test::wasm_bindgen_test]
            async fn $case() {
                let open = async |id: &str| $open(&[stringify!($case), "/", id].concat()).await;
                crate::store::$case(open).await;
            }
        )*
    };
}

fn set<const N: usize>(ranges: [Range<u64>; N]) -> RangeSet {
    ranges.into_iter().collect()
}

fn sealed(part: Range<u64>) -> Save {
    Save {
        from: part.start,
        part,
        whole: false,
        sealed: true,
    }
}

fn growing(part: Range<u64>, from: u64) -> Save {
    Save {
        part,
        from,
        whole: false,
        sealed: false,
    }
}

async fn commit(store: &impl Store, saves: &[Save], record: &str) {
    store.commit(saves, record).await.expect("a commit");
}

async fn assert_reads(store: &impl Store, range: Range<u64>) {
    let bytes = store.read(range.clone()).await.expect("stored bytes");
    assert!(
        bytes.to_vec() == content(range.clone()),
        "other bytes at {range:?}"
    );
}

async fn stored(store: &impl Store) -> RangeSet {
    store
        .stored(&set([0..u64::MAX]))
        .await
        .expect("what is stored")
}

pub(crate) async fn committed_bytes_are_read_back_and_make_the_blob<S: Store>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = open("a").await;
    store.write(0, 0, &chunk(0..60)).expect("a write");
    store.write(0, 60, &chunk(60..100)).expect("a write");
    commit(&store, &[sealed(0..100)], "record").await;
    drop(store);
    let store = open("a").await;
    assert_eq!(stored(&store).await, set([0..100]));
    for range in [0..100, 10..90, 59..61, 99..100, 50..50] {
        assert_reads(&store, range).await;
    }
    let blob = store.blob(100, "a/b").await.expect("a blob");
    drop(store);
    assert_eq!((blob.size(), blob.type_()), (100.0, "a/b".to_owned()));
    assert_eq!(bytes_of(&blob).await, content(0..100));
}

pub(crate) async fn bytes_that_were_not_committed_are_not_stored<S: Store>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = open("a").await;
    store.write(0, 0, &chunk(0..100)).expect("a write");
    commit(&store, &[], "record").await;
    assert_eq!(stored(&open("a").await).await, set([]));
}

pub(crate) async fn a_part_saved_piece_by_piece_reads_as_one<S: Store>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = open("a").await;
    store
        .write(1000, 1000, &chunk(1000..1050))
        .expect("a write");
    commit(&store, &[growing(1000..1050, 1000)], "1").await;
    store
        .write(1000, 1050, &chunk(1050..1080))
        .expect("a write");
    commit(&store, &[growing(1000..1080, 1050)], "2").await;
    assert_eq!(stored(&open("a").await).await, set([1000..1080]));
    assert_reads(&store, 1040..1060).await;
    // All of it has been saved when its connection ends.
    let seal = Save {
        from: 1080,
        ..sealed(1000..1080)
    };
    commit(&store, &[seal], "3").await;
    assert_eq!(stored(&open("a").await).await, set([1000..1080]));
    assert_reads(&open("a").await, 1000..1080).await;
}

pub(crate) async fn the_last_save_replaces_the_pieces_before_it<S: Store>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = open("a").await;
    // Neighbours on both sides, which a replacement must leave alone.
    store.write(0, 0, &chunk(0..10)).expect("a write");
    store.write(100, 100, &chunk(100..110)).expect("a write");
    store.write(10, 10, &chunk(10..40)).expect("a write");
    commit(
        &store,
        &[sealed(0..10), growing(10..40, 10), sealed(100..110)],
        "1",
    )
    .await;
    store.write(10, 40, &chunk(40..70)).expect("a write");
    commit(&store, &[growing(10..70, 40)], "2").await;
    store.write(10, 70, &chunk(70..100)).expect("a write");
    let whole = Save {
        whole: true,
        from: 70,
        ..sealed(10..100)
    };
    commit(&store, &[whole], "3").await;
    assert_eq!(stored(&store).await, set([0..110]));
    assert_reads(&open("a").await, 0..110).await;
}

pub(crate) async fn parts_that_arrive_in_any_order_make_one_file<S: Store>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = open("a").await;
    for (part, at, end) in [
        (500, 500, 600),
        (0, 0, 200),
        (500, 600, 900),
        (200, 200, 500),
    ] {
        store.write(part, at, &chunk(at..end)).expect("a write");
    }
    commit(&store, &[sealed(500..900)], "1").await;
    assert_eq!(stored(&store).await, set([500..900]));
    commit(&store, &[sealed(0..200), sealed(200..500)], "2").await;
    assert_eq!(stored(&store).await, set([0..900]));
    for range in [0..900, 199..201, 150..750, 499..500] {
        assert_reads(&store, range).await;
    }
    let blob = store.blob(900, "").await.expect("a blob");
    assert_eq!(bytes_of(&blob).await, content(0..900));
}

/// At an offset past 2^32.
pub(crate) async fn a_full_part_of_many_chunks_is_right_to_the_byte<S: Store>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = open("a").await;
    let start = (1 << 32) + 5;
    let mut at = start;
    while at < start + PART {
        let end = (at + 65_521).min(start + PART);
        store.write(start, at, &chunk(at..end)).expect("a write");
        at = end;
    }
    commit(&store, &[sealed(start..at)], "record").await;
    let store = open("a").await;
    assert_eq!(stored(&store).await, set([start..at]));
    assert_reads(&store, start..at).await;
    store.erase().await.expect("an erasure");
}

pub(crate) async fn an_empty_file_is_an_empty_blob<S: Store>(open: impl AsyncFn(&str) -> S) {
    let store = open("a").await;
    commit(&store, &[], "record").await;
    let blob = store.blob(0, "a/b").await.expect("a blob");
    assert_eq!((blob.size(), blob.type_()), (0.0, "a/b".to_owned()));
}

pub(crate) async fn what_is_erased_is_gone_and_can_be_begun_again<S: Store>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = open("a").await;
    store.write(0, 0, &chunk(0..100)).expect("a write");
    commit(&store, &[sealed(0..100)], "record").await;
    store.write(100, 100, &chunk(100..200)).expect("a write");
    store.erase().await.expect("an erasure");
    assert_eq!(stored(&store).await, set([]));
    assert_eq!(stored(&open("a").await).await, set([]));
    // Nothing of what was in memory comes back either.
    store.write(100, 100, &chunk(100..150)).expect("a write");
    commit(&store, &[sealed(100..150)], "record").await;
    assert_eq!(stored(&store).await, set([100..150]));
    assert_reads(&store, 100..150).await;
}

pub(crate) async fn a_record_survives_the_bytes_it_is_left_without<S: Store>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = open("a").await;
    store.write(0, 0, &chunk(0..100)).expect("a write");
    commit(&store, &[sealed(0..100)], "first").await;
    store
        .discard(&RangeSet::new(), "second")
        .await
        .expect("an erasure");
    assert_eq!(stored(&store).await, set([]));
    let database = Database::open().await.expect("a database");
    let mut records = Vec::new();
    for id in database.ids().await.expect("ids") {
        records.push(database.record(&id).await.expect("a record"));
    }
    assert!(records.contains(&Some("second".into())), "{records:?}");
}

pub(crate) async fn what_is_discarded_from_the_midst_of_parts_can_be_written_again<S: Store>(
    open: impl AsyncFn(&str) -> S,
) {
    let store = open("a").await;
    // Of these parts, what lies in 30..160 is of another place of the file.
    for (part, at, bytes) in [
        (0, 0, 0..30),
        (0, 30, 1000..1070),
        (100, 100, 1000..1060),
        (100, 160, 160..200),
        (200, 200, 200..250),
    ] {
        store.write(part, at, &chunk(bytes)).expect("a write");
    }
    let saves = [sealed(0..100), sealed(100..200), sealed(200..250)];
    commit(&store, &saves, "1").await;
    let kept = set([0..30, 160..250]);
    store.discard(&kept, "2").await.expect("what is kept");
    assert_reads(&store, 0..30).await;
    assert_reads(&store, 160..250).await;
    store.write(30, 30, &chunk(30..90)).expect("a write");
    store.write(90, 90, &chunk(90..160)).expect("a write");
    commit(&store, &[sealed(30..90), sealed(90..160)], "3").await;
    assert_reads(&store, 0..250).await;
    drop(store);
    let store = open("a").await;
    assert_reads(&store, 0..250).await;
    let blob = store.blob(250, "a/b").await.expect("a blob");
    assert_eq!(bytes_of(&blob).await, content(0..250));
}

pub(crate) async fn downloads_whose_ids_begin_alike_do_not_see_each_other<S: Store>(
    open: impl AsyncFn(&str) -> S,
) {
    let ids = ["", "a", "a/b", "ab", "a\u{0}", "a,0", "A", "ä"];
    // Each has its own bytes, at places of its own.
    let part = |index: usize| index as u64 * 100..index as u64 * 100 + 50;
    for (index, id) in ids.iter().enumerate() {
        let store = open(id).await;
        let part = part(index);
        store
            .write(part.start, part.start, &chunk(part.clone()))
            .expect("a write");
        commit(&store, &[sealed(part)], id).await;
    }
    open(ids[1]).await.erase().await.expect("an erasure");
    for (index, id) in ids.iter().enumerate() {
        let store = open(id).await;
        let expected = if index == 1 {
            set([])
        } else {
            set([part(index)])
        };
        assert_eq!(stored(&store).await, expected, "{id:?}");
        if index != 1 {
            assert_reads(&store, part(index)).await;
        }
    }
}
