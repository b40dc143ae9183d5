//! One ranged request, as it is on the wire and as it comes back.

use std::ops::Range;

use rangeload::browser::fetch::{Request, reach};
use rangeload::core::download::Reach;
use rangeload::core::headers::ContentRange;
use rangeload::core::response::Head;
use rangeload::core::terms::Terms;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::server::{endings, published, recorded, sha256, url};

fn terms(target: &str) -> Terms {
    Terms {
        url: url(target),
        ..Terms::default()
    }
}

/// Targets are counted by the server, and every browser asks the same one.
fn target(path: &str) -> String {
    let tag = (js_sys::Math::random() * 1e15) as u64;
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}tag={tag}")
}

async fn open(target: &str, range: Range<u64>) -> Result<(Request, Head), JsValue> {
    let request = Request::new(&range)?;
    let head = request
        .open(&terms(target), &url(target), Some(&range), false, false)
        .await?;
    Ok((request, head))
}

#[wasm_bindgen_test]
async fn a_range_is_asked_for_without_a_preflight_and_its_head_is_understood() {
    let target = target("/files/1000/a.bin");
    let (_request, head) = open(&target, 5..10).await.expect("an answer");
    assert_eq!(head.status, 206);
    let range = ContentRange::Bytes {
        range: 5..10,
        total: Some(1000),
    };
    assert_eq!(head.content_range, Some(Ok(range)));
    assert_eq!(head.content_length, Some(5));
    assert!(head.etag.is_some() && head.last_modified.is_some() && !head.encoded);
    assert_eq!(recorded(&target, "method").await, ["\"GET\""]);
    assert_eq!(recorded(&target, "range").await, ["\"bytes=5-9\""]);
}

#[wasm_bindgen_test]
async fn an_open_end_asks_for_everything() {
    let target = target("/files/1000/a.bin");
    let (_request, head) = open(&target, 0..u64::MAX).await.expect("an answer");
    assert_eq!(head.content_length, Some(1000));
    assert_eq!(recorded(&target, "range").await, ["\"bytes=0-\""]);
}

#[wasm_bindgen_test]
async fn headers_that_are_not_exposed_are_absent() {
    let target = target("/files/1000/a.bin?expose=none");
    let (_request, head) = open(&target, 5..10).await.expect("an answer");
    assert_eq!((head.content_range, head.etag), (None, None));
    assert_eq!(head.content_length, Some(5));
    assert!(head.last_modified.is_some());
}

/// Whatever the platform's chunks are.
#[wasm_bindgen_test]
async fn no_read_brings_more_than_its_limit_and_all_together_are_the_range() {
    let (start, end) = (7, 300_007);
    let target = target("/files/1MB/a.bin");
    let (request, _) = open(&target, start..end).await.expect("an answer");
    let mut all = Vec::new();
    for limit in [1, 10, 1000, 65_536].into_iter().cycle() {
        let Some(len) = request.read(limit, 1).await.expect("bytes") else {
            break;
        };
        assert!(0 < len && len <= limit, "{len} of {limit}");
        let bytes = request.take(0, len).expect("what was read");
        all.extend(bytes.to_vec());
        assert!(request.take(0, len).is_none(), "taken twice");
    }
    assert_eq!(all.len() as u64, end - start);
    assert_eq!(sha256(&all).await, published("1MB", start, end).await);
}

#[wasm_bindgen_test]
async fn of_a_read_the_middle_can_be_taken() {
    let target = target("/files/1000/a.bin");
    let (request, _) = open(&target, 100..110).await.expect("an answer");
    let mut read = 0;
    while read < 10 {
        read += request
            .read(10 - read, 1)
            .await
            .expect("bytes")
            .expect("ten bytes");
        if read == 10 {
            break;
        }
        let _ = request.take(0, 0);
    }
    let middle = request.take(2, 5).expect("what was read").to_vec();
    assert_eq!(sha256(&middle).await, published("1000", 102, 107).await);
}

#[wasm_bindgen_test]
async fn a_body_that_is_cut_off_is_an_error_and_not_an_end() {
    let target = target("/files/1MB/a.bin?cut=1000");
    let (request, _) = open(&target, 0..1_000_000).await.expect("an answer");
    let ended = loop {
        match request.read(1 << 20, 1).await {
            Ok(Some(_)) => {}
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    assert!(!ended);
}

#[wasm_bindgen_test]
async fn a_dropped_request_is_aborted() {
    let target = target("/files/1GiB/a.bin?rate=1MB");
    let (request, _) = open(&target, 0..1 << 30).await.expect("an answer");
    request.read(1000, 1).await.expect("bytes");
    drop(request);
    assert_eq!(endings(&target).await, ["\"client-gone\""]);
}

#[wasm_bindgen_test]
async fn a_request_dropped_before_its_answer_is_aborted_too() {
    let target = target("/files/1GiB/a.bin?rate=1MB&delay=600000");
    let request = Request::new(&(0..10)).expect("a request");
    let terms = terms(&target);
    {
        let range = 0..10;
        let answer = std::pin::pin!(request.open(&terms, &terms.url, Some(&range), false, false));
        let arrived =
            std::pin::pin!(async { while recorded(&target, "method").await.is_empty() {} });
        futures_util::future::select(answer, arrived).await;
    }
    drop(request);
    assert_eq!(endings(&target).await, ["\"client-gone\""]);
}

#[wasm_bindgen_test]
async fn a_request_whose_bytes_have_all_come_is_let_run_to_its_end() {
    let target = target("/files/1000/a.bin");
    let (request, _) = open(&target, 0..10).await.expect("an answer");
    let mut read = 0;
    while read < 10 {
        read += request
            .read(10, 1)
            .await
            .expect("bytes")
            .expect("ten bytes");
    }
    request.finish().await;
    drop(request);
    assert_eq!(endings(&target).await, ["\"complete\""]);
}

/// Here it does not end because there is more of it that does not come.
#[wasm_bindgen_test]
async fn a_body_that_does_not_end_after_its_last_byte_is_not_waited_for() {
    let target = target("/files/1000/a.bin?stall=10");
    let request = Request::new(&(0..10)).expect("a request");
    let (terms, range) = (terms(&target), 0..20);
    let answer = request.open(&terms, &terms.url, Some(&range), false, false);
    let _head = answer.await.expect("an answer");
    let mut read = 0;
    while read < 10 {
        let bytes = request.read(10, 1).await.expect("bytes");
        read += bytes.expect("ten bytes");
    }
    request.finish().await;
    assert_eq!(endings(&target).await, ["\"client-gone\""]);
}

#[wasm_bindgen_test]
async fn an_answer_that_may_not_be_read_is_an_error_but_shows_that_there_is_a_server() {
    let target = target("/files/1000/a.bin?cors=none");
    assert!(open(&target, 0..10).await.is_err());
    assert_eq!(reach(&url(&target)).await, Reach::Opaque);
}

#[wasm_bindgen_test]
async fn where_nobody_answers_there_is_no_server() {
    // Reserved (RFC 6761 §6.4): no name below it is ever found.
    assert_eq!(reach("http://nobody.invalid/").await, Reach::Nowhere);
}

#[wasm_bindgen_test]
async fn a_status_that_is_no_success_is_still_an_answer() {
    let target = target("/files/1000/a.bin?status=503&retry-after=7");
    let (_request, head) = open(&target, 0..10).await.expect("an answer");
    assert_eq!(head.status, 503);
}
