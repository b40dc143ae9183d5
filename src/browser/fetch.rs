//! One ranged request: the head of its answer, then its body, chunk by chunk.
//!
//! It reports what came and judges nothing. Dropping it aborts the request.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use gloo::timers::callback::Timeout;
use js_sys::{ArrayBuffer, JsString, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestCache, RequestInit, RequestMode, Response, ResponseType};

use super::{clock, policy};
use crate::core::download::Reach;
use crate::core::error::Barrier;
use crate::core::headers::range_header;
use crate::core::options::Options;
use crate::core::origin;
use crate::core::response::Head;
use crate::core::terms::Terms;

#[wasm_bindgen]
extern "C" {
    // A window and a worker have it alike.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<js_sys::Promise, JsValue>;

    /// A `ReadableStreamDefaultReader`, or a `ReadableStreamBYOBReader` (Streams Standard, WHATWG).
    #[derive(Clone, Debug)]
    type Reader;
    #[wasm_bindgen(method)]
    fn read(this: &Reader) -> js_sys::Promise;
    #[wasm_bindgen(method, js_name = read)]
    fn read_into(this: &Reader, view: &Uint8Array, options: &Object) -> js_sys::Promise;

    type Body;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &Body, options: &JsValue) -> Result<Reader, JsValue>;
}

/// What a read into a buffer of our own may bring, in bytes.
const BUFFER: u32 = 512 << 10;

/// How long a body may take to end after its last byte: the browser has few connections, and some
/// servers end a body late, or never.
const PATIENCE_MS: u32 = 2000;

#[derive(Debug)]
pub struct Request {
    abort: AbortController,
    reader: RefCell<Option<Source>>,
    /// Bytes of a chunk that was longer than the read.
    rest: RefCell<Option<Uint8Array>>,
    /// What the last read brought.
    chunk: RefCell<Option<Uint8Array>>,
    /// Bytes of the range asked for that have not been read.
    outstanding: Cell<u64>,
}

/// Where the body comes from, and into what.
#[derive(Debug)]
enum Source {
    /// Each read brings a chunk of the browser's, of any length.
    Chunks(Reader),
    /// Every read fills the same buffer: what the last one brought must be done with by then.
    Buffer(Reader, ArrayBuffer),
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

    /// Sends the request and waits for the head of its answer. With `reuse`, bytes are valid until
    /// the next read only, and cost no more memory than that one does.
    pub async fn open(
        &self,
        terms: &Terms,
        address: &str,
        range: Option<&Range<u64>>,
        reuse: bool,
        low: bool,
    ) -> Result<Head, JsValue> {
        let init = init(&terms.options)?;
        if low {
            Reflect::set(&init, &"priority".into(), &"low".into())?;
        }
        init.set_signal(Some(&self.abort.signal()));
        let headers = web_sys::Headers::new()?;
        for (name, value) in &terms.headers {
            headers.append(name, value)?;
        }
        if let Some(range) = range {
            headers.set("Range", &range_header(range))?;
        }
        init.set_headers(&headers);
        let response: Response = JsFuture::from(fetch(address, &init)?).await?.dyn_into()?;
        let fields = response.headers();
        let head = Head::parse(response.status(), clock::time_of_day(), |name| {
            fields.get(name).ok().flatten()
        });
        if let Some(body) = response.body() {
            *self.reader.borrow_mut() = Some(Source::new(body.unchecked_ref(), reuse)?);
        }
        Ok(head)
    }

    /// Waits for bytes, `least` of them where the browser can, and keeps at most `limit` of them
    /// for `take`; `None` at the end.
    pub async fn read(&self, limit: u64, least: u64) -> Result<Option<u64>, JsValue> {
        let rest = self.rest.borrow_mut().take();
        let bytes = match rest {
            Some(rest) => rest,
            None => match self.next_chunk(limit, least).await? {
                Some(bytes) => bytes,
                None => return Ok(None),
            },
        };
        let limit = within_u32(limit);
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

    async fn next_chunk(&self, limit: u64, least: u64) -> Result<Option<Uint8Array>, JsValue> {
        loop {
            let read = match &*self.reader.borrow() {
                Some(Source::Chunks(reader)) => reader.read(),
                Some(Source::Buffer(reader, buffer)) => {
                    let limit = within_u32(limit).clamp(1, BUFFER);
                    let least = within_u32(least).clamp(1, limit);
                    let options = Object::new();
                    Reflect::set(&options, &JsString::from("min"), &least.into())?;
                    reader.read_into(&view(buffer, limit), &options)
                }
                None => return Ok(None),
            };
            let result = JsFuture::from(read).await?;
            let bytes = Reflect::get(&result, &JsString::from("value"))?.dyn_into::<Uint8Array>();
            // The buffer comes back as another object each time.
            if let (Ok(bytes), Some(Source::Buffer(_, buffer))) =
                (&bytes, &mut *self.reader.borrow_mut())
            {
                *buffer = bytes.buffer();
            }
            match bytes {
                // A read that waited for more may bring the last bytes together with the end.
                Ok(bytes) if bytes.length() > 0 => return Ok(Some(bytes)),
                _ if Reflect::get(&result, &JsString::from("done"))?.is_truthy() => {
                    return Ok(None);
                }
                _ => {}
            }
        }
    }

    /// Drops the request. One whose every byte has come is let run to its end, so that the
    /// browser can use its connection again, but not for ever.
    pub async fn finish(&self) {
        if self.outstanding.get() == 0 && self.rest.borrow().is_none() {
            let abort = self.abort.clone();
            let patience = Timeout::new(PATIENCE_MS, move || abort.abort());
            // More bytes, or an error, are as good an end as any.
            let _ = self.next_chunk(1, 1).await;
            drop(patience);
        } else {
            // Someone may still wait for its answer, and would keep it alive.
            self.abort.abort();
        }
    }
}

impl Source {
    /// Some browsers cannot fill buffers of ours, and then it is their chunks.
    fn new(body: &Body, reuse: bool) -> Result<Self, JsValue> {
        if reuse {
            let options = Object::new();
            Reflect::set(&options, &JsString::from("mode"), &JsString::from("byob"))?;
            if let Ok(reader) = body.get_reader(&options) {
                return Ok(Self::Buffer(reader, ArrayBuffer::new(BUFFER)));
            }
        }
        Ok(Self::Chunks(body.get_reader(&JsValue::UNDEFINED)?))
    }
}

fn view(buffer: &ArrayBuffer, len: u32) -> Uint8Array {
    Uint8Array::new_with_byte_offset_and_length(buffer, 0, len)
}

fn within_u32(limit: u64) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}

impl Drop for Request {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

fn init(options: &Options) -> Result<RequestInit, JsValue> {
    let init = RequestInit::new();
    // The HTTP cache would serialise the ranges of one URL, and could answer with old bytes.
    init.set_cache(RequestCache::NoStore);
    let set = |name: &str, value: &Option<String>| match value {
        Some(value) => Reflect::set(
            &init,
            &JsString::from(name),
            &JsString::from(value.as_str()),
        ),
        None => Ok(true),
    };
    set("credentials", &options.credentials)?;
    set("referrerPolicy", &options.referrer_policy)?;
    Ok(init)
}

/// Whether the server answers a request whose answer need not be readable: then it is not the
/// network that keeps the page from reading.
pub async fn reach(url: &str) -> Reach {
    match answer_type(url).await {
        None if policy::forbids(url) => Reach::Barred(Barrier::Policy),
        None if origin::is_mixed(&own_origin(), url) => Reach::Barred(Barrier::MixedContent),
        None => Reach::Nowhere,
        Some(ResponseType::Opaque) => Reach::Opaque,
        Some(_) => Reach::Readable,
    }
}

async fn answer_type(url: &str) -> Option<ResponseType> {
    let abort = AbortController::new().ok()?;
    let init = RequestInit::new();
    init.set_mode(RequestMode::NoCors);
    // Firefox reads the body of what a page may not read to its end before it says so.
    init.set_method("HEAD");
    init.set_cache(RequestCache::NoStore);
    init.set_signal(Some(&abort.signal()));
    let answer = JsFuture::from(fetch(url, &init).ok()?).await;
    let response = answer.and_then(JsCast::dyn_into::<Response>);
    abort.abort();
    response.map(|response| response.type_()).ok()
}

/// The origin of the page or of its worker: they are the same.
pub(super) fn own_origin() -> String {
    let location = Reflect::get(&js_sys::global(), &"location".into());
    let origin = location.and_then(|location| Reflect::get(&location, &"origin".into()));
    origin
        .ok()
        .and_then(|origin| origin.as_string())
        .unwrap_or_default()
}
