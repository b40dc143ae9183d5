//! An answer decided on and not yet under way.

use bytes::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, StatusCode};

use crate::body::Plan;
use crate::source::Source;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) plan: Plan,
    /// The offset of the body's first byte, where the body is a file's content as it is.
    pub(crate) content_start: Option<u64>,
}

impl Answer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            plan: Plan::of(Source::Ready(Bytes::new())),
            content_start: None,
        }
    }

    pub(crate) fn ready(
        status: StatusCode,
        media_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        let body = body.into();
        let mut answer = Self::empty(status);
        let headers = &mut answer.headers;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(CONTENT_LENGTH, body.len().into());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer.plan = Plan::of(Source::Ready(body));
        answer
    }

    pub(crate) fn text(status: StatusCode, text: impl Into<String>) -> Self {
        let mut text = text.into();
        text.push('\n');
        Self::ready(status, "text/plain; charset=utf-8", text)
    }
}
