//! Where the bytes of a body come from, made as they are asked for.

use std::io::{self, Write};
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::content;

/// What is made at a time: enough for a system call to be cheap, little enough to stay in a cache.
pub(crate) const CHUNK: usize = 256 << 10;

#[derive(Debug)]
pub(crate) enum Source {
    Ready(Bytes),
    Content(Content),
    Gzip(Gzip),
}

#[derive(Debug)]
pub(crate) struct Content {
    seed: u64,
    left: Range<u64>,
    rot: Range<u64>,
    buffer: BytesMut,
}

#[derive(Debug)]
pub(crate) struct Gzip {
    content: Content,
    /// None once its trailer is written.
    encoder: Option<GzEncoder<Vec<u8>>>,
    ready: Bytes,
}

impl Source {
    /// The bytes of `rot` are sent with every bit wrong.
    pub(crate) fn content(seed: u64, range: Range<u64>, rot: Range<u64>) -> Self {
        let content = Content::new(seed, range);
        Self::Content(Content { rot, ..content })
    }

    pub(crate) fn gzip(seed: u64, range: Range<u64>) -> Self {
        Self::Gzip(Gzip {
            content: Content::new(seed, range),
            encoder: Some(GzEncoder::new(Vec::new(), Compression::fast())),
            ready: Bytes::new(),
        })
    }

    /// At least one byte and at most so many; none at the end.
    pub(crate) fn next(&mut self, most: usize) -> io::Result<Option<Bytes>> {
        let chunk = match self {
            Self::Ready(ready) => ready.split_to(ready.len().min(most)),
            Self::Content(content) => content.next(most),
            Self::Gzip(gzip) => gzip.next(most)?,
        };
        Ok((!chunk.is_empty()).then_some(chunk))
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        match self {
            Self::Ready(ready) => ready.is_empty(),
            Self::Content(content) => content.left.is_empty(),
            Self::Gzip(gzip) => gzip.ready.is_empty() && gzip.encoder.is_none(),
        }
    }
}

impl Content {
    fn new(seed: u64, left: Range<u64>) -> Self {
        Self {
            seed,
            left,
            rot: 0..0,
            buffer: BytesMut::new(),
        }
    }

    fn next(&mut self, most: usize) -> Bytes {
        let left = self.left.end.saturating_sub(self.left.start);
        let length = left.min(most.min(CHUNK) as u64) as usize;
        // Takes the last chunk's memory again if that has been sent, which it normally has.
        self.buffer.resize(length, 0);
        content::fill(self.seed, self.left.start, &mut self.buffer);
        let [start, end] = [self.rot.start, self.rot.end].map(|at| {
            let within = at.saturating_sub(self.left.start);
            within.min(length as u64) as usize
        });
        self.buffer[start..end.max(start)]
            .iter_mut()
            .for_each(|byte| *byte = !*byte);
        self.left.start += length as u64;
        self.buffer.split().freeze()
    }
}

impl Gzip {
    fn next(&mut self, most: usize) -> io::Result<Bytes> {
        while self.ready.is_empty() {
            let Some(mut encoder) = self.encoder.take() else {
                break;
            };
            let chunk = self.content.next(CHUNK);
            if chunk.is_empty() {
                self.ready = encoder.finish()?.into();
            } else {
                encoder.write_all(&chunk)?;
                self.ready = std::mem::take(encoder.get_mut()).into();
                self.encoder = Some(encoder);
            }
        }
        Ok(self.ready.split_to(self.ready.len().min(most)))
    }
}
