//! From what is stored to a machine, and from a machine to the finished file.
//!
//! It reads and decides nothing: what a record is worth is said in the core.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::{Driver, ELSEWHERE};
use crate::browser::progress::Database;
use crate::browser::store::{self, Kept, StorageError, Store};
use crate::browser::{clock, message};
use crate::core::download::Download;
use crate::core::record::Record;
use crate::core::tier::Tier;

impl Driver {
    /// Another tab has worked since the machine was made of what is stored.
    pub(super) async fn refresh(&self) {
        if self.seat.borrow().is_owner() || !self.stale.replace(false) {
            return;
        }
        let found = self.load().await.is_some();
        if found && !self.seat.borrow().follows() {
            self.heard.take();
        }
    }

    /// Makes the machine of what is stored now. Whether that says that it was running; `None`
    /// where nothing is stored.
    pub(super) async fn load(&self) -> Option<bool> {
        let mut record = self.record().await;
        let mut machine = loop {
            let machine = self.machine_of(&record).await;
            // An owner in another tab may have stored more between the record and its bytes.
            let newer = match self.seat.borrow().is_owner() {
                true => break machine,
                false => self.record(),
            };
            match newer.await {
                newer if newer == record => break machine,
                newer => record = newer,
            }
        };
        let mirrors = self.shell.terms.borrow().options.mirrors.clone();
        *self.shell.mirrors.borrow_mut() = mirrors;
        machine.succeed(&self.machine.borrow());
        let running = machine.is_interrupted();
        *self.machine.borrow_mut() = machine;
        (!matches!(record, Ok(None))).then_some(running)
    }

    async fn machine_of(&self, record: &Result<Option<String>, StorageError>) -> Download {
        let machine = match record {
            Ok(None) => self.begin().await,
            Ok(Some(text)) => match Record::decode(text) {
                Ok(record) => self
                    .restore(record)
                    .await
                    .map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            },
            Err(error) => Err(error.to_string()),
        };
        machine.unwrap_or_else(|why| {
            let url = self.shell.terms.borrow().url.clone();
            let url = if url.is_empty() { self.id.clone() } else { url };
            Download::unreadable(url, why)
        })
    }

    async fn record(&self) -> Result<Option<String>, StorageError> {
        if let Some(record) = self.shell.store().volatile_record() {
            return Ok(Some(record));
        }
        match Database::open_if_any().await? {
            Some(database) => database.record(&self.id).await,
            None => Ok(None),
        }
    }

    /// A download of which nothing is stored.
    async fn begin(&self) -> Result<Download, String> {
        let terms = self.shell.terms.borrow().clone();
        let tier = store::choose(terms.storage).await?;
        self.keep_in(tier);
        let created = clock::time_of_day().as_millis() as u64;
        let download = Download::new(terms.url.clone(), terms.options.clone(), created);
        Ok(download.kept_in(tier))
    }

    async fn restore(&self, mut record: Record) -> Result<Download, StorageError> {
        self.keep_in(record.tier);
        let stored = self.shell.store().stored(&record.stored).await?;
        Rc::make_mut(&mut self.shell.terms.borrow_mut()).join(&mut record);
        Ok(Download::restore(record, &stored))
    }

    /// A store in memory is the only one of its bytes, and stays as long as it is the right one.
    fn keep_in(&self, tier: Tier) {
        let volatile = self.shell.store().volatile_record().is_some();
        if !(volatile && tier == Tier::Memory) {
            *self.shell.store.borrow_mut() = Rc::new(Kept::new(tier, &self.id));
        }
    }

    pub(super) async fn blob(&self) -> Result<JsValue, JsValue> {
        let complete = {
            let machine = self.machine.borrow();
            let size = machine.complete_size();
            size.map(|size| (size, machine.media_type().to_owned()))
        };
        let Some((size, media_type)) = complete else {
            return Err(message::storage_error(match self.is_elsewhere() {
                true => ELSEWHERE,
                false => "the download is not complete",
            }));
        };
        let blob = self.shell.store().blob(size, &media_type).await;
        if let Err(StorageError::Missing { .. }) = blob {
            // Complete no more: what is left of it is found out anew.
            self.load().await;
            self.report(None);
        }
        blob.map(Into::into)
            .map_err(|error| message::storage_error(&error.to_string()))
    }
}
