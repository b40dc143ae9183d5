//! Those who read a file in order while it arrives: where each stands and what it waits for.
//!
//! What a reader may be given is decided by the core. An answer is sent when the bytes are
//! durable, so nobody has to ask twice.

use std::ops::Range;

use wasm_bindgen::prelude::*;

use super::mailbox::Sender;
use super::message;
use super::store::StorageError;
use crate::core::download::{Download, Edition, State, Supply};
use crate::core::resource::Identity;

/// The bytes as a `Uint8Array`, null at the end of the file, or an error for the page.
pub(super) type Reply = Sender<Result<JsValue, JsValue>>;

/// A question for the next bytes.
pub(super) struct Reading {
    pub reader: u32,
    pub from: u64,
    pub limit: u64,
    /// The file that the bytes before were of, as it was told with them.
    pub begun: Identity,
    pub reply: Reply,
}

#[derive(Default)]
pub(super) struct Readers(Vec<Reader>);

struct Reader {
    id: u32,
    /// The version of the file it was given the first bytes of.
    edition: Option<Edition>,
    waiting: Option<Reading>,
    /// What is being fetched from the store for it, and of which version that is.
    fetching: Option<Edition>,
}

impl Readers {
    /// A reader that asks again has given its last question up.
    pub(super) fn ask(&mut self, reading: Reading) {
        match self.find(reading.reader) {
            Some(reader) => {
                reader.fetching = None;
                reader.waiting = Some(reading);
            }
            None => self.0.push(Reader {
                id: reading.reader,
                // One that stands half-way comes from an engine that was there before.
                edition: (reading.from > 0)
                    .then(|| Edition::of_another_machine(reading.begun.clone())),
                waiting: Some(reading),
                fetching: None,
            }),
        }
    }

    pub(super) fn are_waiting(&self) -> bool {
        self.0.iter().any(|reader| reader.waiting.is_some())
    }

    pub(super) fn leave(&mut self, reader: u32) {
        self.0.retain(|known| known.id != reader);
    }

    /// Answers whom it can; the ranges are to be read from the store for the readers named. What
    /// is `under_way` again has not failed yet, though this machine may still say so.
    pub(super) fn serve(&mut self, download: &Download, under_way: bool) -> Vec<(u32, Range<u64>)> {
        let mut reads = Vec::new();
        let outdated = under_way && download.state() == State::Failed;
        for reader in &mut self.0 {
            if reader.fetching.is_some() {
                continue;
            }
            let Some(reading) = &reader.waiting else {
                continue;
            };
            match download.supply(reading.from, reading.limit, reader.edition.as_ref()) {
                Supply::Wait => {}
                Supply::Failed(_) if outdated => {}
                Supply::Bytes(range) => {
                    reader.fetching = Some(download.edition());
                    reads.push((reader.id, range));
                }
                Supply::End => reader.answer(Ok(JsValue::NULL)),
                Supply::Failed(error) => reader.answer(Err(message::error(&error))),
            }
        }
        reads
    }

    /// Nobody who waits is given anything.
    pub(super) fn refuse(&mut self, why: &JsValue) {
        for reader in &mut self.0 {
            reader.answer(Err(why.clone()));
        }
    }

    /// What the store had, unless that was thrown away while it was read. Bytes that cannot be
    /// read `while_owned` by another tab are read later.
    pub(super) fn fetched(
        &mut self,
        id: u32,
        result: Result<JsValue, StorageError>,
        download: &Download,
        while_owned: bool,
    ) {
        let Some(reader) = self.find(id) else {
            return;
        };
        let Some(edition) = reader.fetching.take() else {
            return;
        };
        let later = while_owned && matches!(result, Err(StorageError::Changing));
        if edition != download.edition() || later {
            return;
        }
        reader.edition.get_or_insert(edition);
        reader.answer(result.map_err(|error| message::storage_error(&error.to_string())));
    }

    fn find(&mut self, id: u32) -> Option<&mut Reader> {
        self.0.iter_mut().find(|reader| reader.id == id)
    }
}

impl Reader {
    fn answer(&mut self, result: Result<JsValue, JsValue>) {
        if let Some(reading) = self.waiting.take() {
            reading.reply.send(result);
        }
    }
}
