//! The bytes that no sealed commit has saved yet, as the chunks in which they came.
//!
//! They are JavaScript's: nothing here copies them into wasm memory.

use std::collections::BTreeMap;
use std::ops::Range;

use js_sys::Uint8Array;

#[derive(Debug, Default)]
pub(super) struct Held {
    /// By the offset at which a part begins.
    parts: BTreeMap<u64, Vec<Uint8Array>>,
}

impl Held {
    pub(super) fn append(&mut self, part: u64, bytes: Uint8Array) {
        self.parts.entry(part).or_default().push(bytes);
    }

    /// The bytes of `range`, copied into one buffer. They belong to the part that begins at `part`.
    pub(super) fn gather(&self, part: u64, range: &Range<u64>) -> Uint8Array {
        let gathered = Uint8Array::new_with_length((range.end - range.start) as u32);
        let mut at = 0;
        for chunk in self.chunks(part, range) {
            gathered.set(&chunk, at);
            at += chunk.length();
        }
        gathered
    }

    /// The same bytes, not copied.
    pub(super) fn chunks(&self, part: u64, range: &Range<u64>) -> Vec<Uint8Array> {
        let mut chunks = Vec::new();
        let mut at = part;
        for chunk in self.parts.get(&part).into_iter().flatten() {
            let here = at..at + u64::from(chunk.length());
            let (first, end) = (here.start.max(range.start), here.end.min(range.end));
            if first < end {
                chunks.push(chunk.subarray((first - at) as u32, (end - at) as u32));
            }
            at = here.end;
        }
        chunks
    }

    pub(super) fn forget(&mut self, part: u64) {
        self.parts.remove(&part);
    }

    pub(super) fn clear(&mut self) {
        self.parts.clear();
    }
}
