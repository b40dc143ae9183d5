//! Which pages may read an answer, and what of it (the CORS protocol of the Fetch standard).

use hyper::HeaderMap;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    HeaderValue,
};

use crate::knobs::Cors;

/// What a page cannot read across origins unless it is named.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "Accept-Ranges, Content-Disposition, Content-Encoding, Content-Length, Content-Range, Date, ETag, Retry-After",
);
const ANYONE: HeaderValue = HeaderValue::from_static("*");
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, DELETE");
/// Seconds for which a browser need not ask again.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

pub(crate) fn allow(cors: Cors, headers: &mut HeaderMap) {
    if cors == Cors::None {
        return;
    }
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANYONE);
    if cors == Cors::Exposed {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}

/// For an answer to `OPTIONS`: any header may be sent.
pub(crate) fn allow_request(cors: Cors, request: &HeaderMap, headers: &mut HeaderMap) {
    if cors == Cors::None {
        return;
    }
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    if let Some(wanted) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
}
