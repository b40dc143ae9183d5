//! Bytes that differ from their neighbours near and far, so that one in the wrong place is seen.

use std::ops::Range;

use js_sys::Uint8Array;

/// A prime: no power of two is a multiple of it.
const PERIOD: u64 = 251;

pub(crate) fn content(range: Range<u64>) -> Vec<u8> {
    let len = (range.end - range.start) as usize;
    let first = (range.start % PERIOD) as u8;
    let mut bytes = Vec::with_capacity(len);
    bytes.extend((first..PERIOD as u8).chain(0..first).take(len));
    // Copied, not computed: tests are not optimised, and parts are long.
    while bytes.len() < len {
        let more = bytes.len().min(len - bytes.len());
        bytes.extend_from_within(..more);
    }
    bytes
}

pub(crate) fn chunk(range: Range<u64>) -> Uint8Array {
    Uint8Array::from(content(range).as_slice())
}
