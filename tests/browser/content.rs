//! Bytes that differ from their neighbours near and far, so that one in the wrong place is seen.

use std::ops::Range;

use js_sys::Uint8Array;

pub(crate) fn content(range: Range<u64>) -> Vec<u8> {
    // A prime period: no power of two is a multiple of it.
    range.map(|offset| (offset % 251) as u8).collect()
}

pub(crate) fn chunk(range: Range<u64>) -> Uint8Array {
    Uint8Array::from(content(range).as_slice())
}
