//! A lock for pages to which browsers give none: a database that one of them has open.
//!
//! Who wants it opens it in a newer version than there is. Nobody gets that before all others have
//! closed theirs, and a browser closes what a page had open when it goes or crashes. It is empty.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::prelude::*;
use web_sys::IdbDatabase;

use crate::browser::file_system::is;
use crate::browser::idb;

pub(super) struct Held {
    connection: IdbDatabase,
    /// Someone waits for it.
    wanted: Rc<Cell<bool>>,
    _listener: EventListener,
}

impl Held {
    fn new(connection: IdbDatabase) -> Self {
        let wanted = Rc::new(Cell::new(false));
        let flag = wanted.clone();
        let listener = EventListener::new(&connection, "versionchange", move |_| flag.set(true));
        Self {
            connection,
            wanted,
            _listener: listener,
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.connection.close();
        // Otherwise the next one has it, and removes it in turn. One that stays does no harm.
        if let (false, Ok(Some(factory))) = (self.wanted.get(), idb::factory()) {
            let _ = factory.delete_database(&self.connection.name());
        }
    }
}

/// Waits until nobody else has it. Fails where there are no databases.
pub(super) async fn acquire(name: &str) -> Result<Held, JsValue> {
    let mut version = None;
    loop {
        match open(name, version).await {
            Ok((connection, true)) => return Ok(Held::new(connection)),
            // There already, or someone was as quick.
            Ok((connection, false)) => {
                version = Some(connection.version() + 1.0);
                connection.close();
            }
            Err(error) if is(&error, "VersionError") => version = None,
            Err(error) => return Err(error),
        }
    }
}

/// The database in this version, or in the one that it has, and whether that was made for the call.
async fn open(name: &str, version: Option<f64>) -> Result<(IdbDatabase, bool), JsValue> {
    let factory = idb::factory()?.ok_or(JsValue::NULL)?;
    let request = match version {
        Some(version) => factory.open_with_f64(name, version)?,
        None => factory.open(name)?,
    };
    let made = Rc::new(Cell::new(false));
    let flag = made.clone();
    let _upgrade = EventListener::once(&request, "upgradeneeded", move |_| flag.set(true));
    let connection = idb::result(&request).await?.unchecked_into();
    Ok((connection, made.get()))
}
