//! Header fields, from text to values: what cannot be understood is `None` or a typed error.
//!
//! Nothing here judges an answer and nothing panics, whatever a server sends.

mod content_disposition;
mod content_range;
mod etag;
mod fields;
mod wait;

pub use content_disposition::content_disposition_filename;
pub use content_range::{ContentRange, MalformedContentRange, content_range, range_header};
pub use etag::ETag;
pub use fields::{content_length, is_identity_encoding, media_type};
pub use wait::{RetryAfter, rate_limit_reset, retry_after};

/// A number as HTTP writes it: digits alone, where Rust would take a sign too.
pub(super) fn digits(text: &str) -> Option<u64> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}
