//! The keys of parts: `[id, start, end]`, so that a part says what it holds before it is read.
//!
//! IndexedDB orders arrays by their elements, and numbers before arrays.

use std::ops::Range;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::IdbKeyRange;

use super::StorageError;

pub(super) fn key(id: &str, part: &Range<u64>) -> JsValue {
    Array::of3(&id.into(), &number(part.start), &number(part.end)).into()
}

/// The range that a key names; `None` for a key which this module has not made.
pub(super) fn parse(key: &JsValue) -> Option<Range<u64>> {
    let key = key.dyn_ref::<Array>()?;
    let range = offset(&key.get(1))?..offset(&key.get(2))?;
    (key.length() == 3 && !range.is_empty()).then_some(range)
}

/// The download that a key's part is of.
pub(in crate::browser) fn owner(key: &JsValue) -> Option<String> {
    parse(key)?;
    key.dyn_ref::<Array>()?.get(0).as_string()
}

/// All parts of a download, and of none whose id only begins alike.
pub(in crate::browser) fn all(id: &str) -> Result<IdbKeyRange, JsValue> {
    let beyond_numbers = Array::new();
    between(
        Array::of1(&id.into()),
        Array::of2(&id.into(), &beyond_numbers),
    )
}

/// The parts that begin in `range`.
pub(super) fn beginning_in(id: &str, range: &Range<u64>) -> Result<IdbKeyRange, JsValue> {
    let bound = |at| Array::of2(&id.into(), &number(at));
    between(bound(range.start), bound(range.end))
}

fn between(first: Array, end: Array) -> Result<IdbKeyRange, JsValue> {
    IdbKeyRange::bound_with_lower_open_and_upper_open(&first, &end, false, true)
}

/// Offsets are far below 2^53, up to which a number is exact.
fn number(offset: u64) -> JsValue {
    JsValue::from_f64(offset as f64)
}

fn offset(number: &JsValue) -> Option<u64> {
    let number = number.as_f64()?;
    let offset = number as u64;
    (offset as f64 == number).then_some(offset)
}

/// What to take of a part, so that all takes together are a range without gap or overlap.
pub(super) struct Take {
    pub(super) part: Range<u64>,
    /// Counted from the beginning of the part.
    pub(super) within: Range<u64>,
}

/// How to cover `wanted` with parts, which come in the order of their keys.
pub(super) fn cover(
    parts: impl IntoIterator<Item = Range<u64>>,
    wanted: &Range<u64>,
) -> Result<Vec<Take>, StorageError> {
    let mut takes = Vec::new();
    let mut at = wanted.start;
    for part in parts {
        if part.start > at {
            break;
        }
        let until = part.end.min(wanted.end);
        if until > at {
            let within = at - part.start..until - part.start;
            takes.push(Take { part, within });
            at = until;
        }
    }
    match at < wanted.end {
        true => Err(StorageError::Missing { at }),
        false => Ok(takes),
    }
}
