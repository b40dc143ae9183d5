//! One ranged request: the head of its answer, then its body, chunk by chunk.
//!
//! It reports what came and judges nothing. Dropping it aborts the request.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use js_sys::{JsString, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, ReadableStreamDefaultReader, RequestCache, RequestInit, RequestMode, Response,
    ResponseType,
};

use super::clock;
use crate::core::headers::range_header;
use crate::core::options::Options;
use crate::core::response::Head;

#[wasm_bindgen]
extern "C" {
    // A window and a worker have it alike.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<js_sys::Promise, JsValue>;
}

/// What every request of a download has in common.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    pub url: String,
    pub options: Options,
    pub headers: Vec<(String, String)>,
}

#[derive(Debug)]
pub struct Request {
    abort: AbortController,
    reader: RefCell<Option<ReadableStreamDefaultReader>>,
    /// Bytes of a chunk that was longer than the read.
    rest: RefCell<Option<Uint8Array>>,
    /// What the last read brought.
    chunk: RefCell<Option<Uint8Array>>,
    /// Bytes of the range asked for that have not been read.
    outstanding: Cell<u64>,
}

impl Request {
    pub fn new(range: &Range<u64>) -> Result<Self, JsValue> {
        Ok(Self {
            abort: AbortController::new()?,
            reader: RefCell::default(),
            rest: RefCell::default(),
            chunk: RefCell::default(),
            outstanding: Cell::new(range.end - range.start),
        })
    }

    /// Sends the request and waits for the head of its answer.
    pub async fn open(&self, terms: &Terms, range: &Range<u64>) -> Result<Head, JsValue> {
        let init = terms.init()?;
        init.set_signal(Some(&self.abort.signal()));
        let headers = web_sys::Headers::new()?;
        for (name, value) in &terms.headers {
            headers.append(name, value)?;
        }
        headers.set("Range", &range_header(range))?;
        init.set_headers(&headers);
        let response: Response = JsFuture::from(fetch(&terms.url, &init)?)
            .await?
            .dyn_into()?;
        let fields = response.headers();
        let head = Head::parse(response.status(), clock::now(), |name| {
            fields.get(name).ok().flatten()
        });
        if let Some(body) = response.body() {
            *self.reader.borrow_mut() = Some(body.get_reader().dyn_into()?);
        }
        Ok(head)
    }

    /// Waits for bytes and keeps at most `limit` of them for `take`; `None` at the end.
    pub async fn read(&self, limit: u64) -> Result<Option<u64>, JsValue> {
        let rest = self.rest.borrow_mut().take();
        let bytes = match rest {
            Some(rest) => rest,
            None => match self.next_chunk().await? {
                Some(bytes) => bytes,
                None => return Ok(None),
            },
        };
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let bytes = if bytes.length() > limit {
            *self.rest.borrow_mut() = Some(bytes.subarray(limit, bytes.length()));
            bytes.subarray(0, limit)
        } else {
            bytes
        };
        let len = u64::from(bytes.length());
        self.outstanding
            .set(self.outstanding.get().saturating_sub(len));
        *self.chunk.borrow_mut() = Some(bytes);
        Ok(Some(len))
    }

    /// Of the bytes of the last read, `len` after the first `skip`.
    pub fn take(&self, skip: u64, len: u64) -> Option<Uint8Array> {
        let chunk = self.chunk.borrow_mut().take()?;
        let all = u64::from(chunk.length());
        let (first, end) = (skip.min(all), skip.saturating_add(len).min(all));
        Some(chunk.subarray(first as u32, end as u32))
    }

    async fn next_chunk(&self) -> Result<Option<Uint8Array>, JsValue> {
        let Some(reader) = self.reader.borrow().clone() else {
            return Ok(None);
        };
        loop {
            let result = JsFuture::from(reader.read()).await?;
            let value = js_sys::Reflect::get(&result, &JsString::from("value"))?;
            match value.dyn_into::<Uint8Array>() {
                Ok(bytes) if bytes.length() > 0 => return Ok(Some(bytes)),
                Ok(_) => {}
                Err(_) => return Ok(None),
            }
        }
    }

    /// Drops the request. One whose every byte has come is let run to its end, so that the
    /// browser can use its connection again.
    pub async fn finish(&self) {
        if self.outstanding.get() == 0 && self.rest.borrow().is_none() {
            // More bytes, or an error, are as good an end as any.
            let _ = self.next_chunk().await;
        }
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

impl Terms {
    fn init(&self) -> Result<RequestInit, JsValue> {
        let init = RequestInit::new();
        // The HTTP cache would serialise the ranges of one URL, and could answer with old bytes.
        init.set_cache(RequestCache::NoStore);
        let set = |name: &str, value: &Option<String>| match value {
            Some(value) => js_sys::Reflect::set(
                &init,
                &JsString::from(name),
                &JsString::from(value.as_str()),
            ),
            None => Ok(true),
        };
        set("credentials", &self.options.credentials)?;
        set("referrerPolicy", &self.options.referrer_policy)?;
        Ok(init)
    }
}

/// Whether the server answers a request whose answer may not be read: then it is not the network
/// that keeps the page from reading.
pub async fn probe(url: &str) -> bool {
    answer_type(url).await == Some(ResponseType::Opaque)
}

/// Whether the server answers at all.
pub(super) async fn is_reachable(url: &str) -> bool {
    answer_type(url).await.is_some()
}

async fn answer_type(url: &str) -> Option<ResponseType> {
    let abort = AbortController::new().ok()?;
    let init = RequestInit::new();
    init.set_mode(RequestMode::NoCors);
    init.set_cache(RequestCache::NoStore);
    init.set_signal(Some(&abort.signal()));
    let answer = JsFuture::from(fetch(url, &init).ok()?).await;
    let response = answer.and_then(JsCast::dyn_into::<Response>);
    abort.abort();
    response.map(|response| response.type_()).ok()
}
