//! The database of this origin: a record for each download, and the parts of those whose bytes
//! are kept in IndexedDB. It knows where things are, not what they mean.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::EventListener;
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbTransaction, IdbTransactionMode};

use super::file_system::is;
use super::idb;
use super::store::{StorageError, keys};

const NAME: &str = "rangeload";
const VERSION: u32 = 1;

/// The text of a record, by the download's id.
const RECORDS: &str = "records";
/// Bytes, by `[id, start, end]`.
const PARTS: &str = "parts";

#[wasm_bindgen]
extern "C" {
    /// An `IDBDatabase`, with the options that not every browser heeds.
    type Durable;
    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &Durable,
        stores: &Array,
        mode: IdbTransactionMode,
        options: &Object,
    ) -> Result<IdbTransaction, JsValue>;
}

thread_local! {
    static OPEN: RefCell<Option<Rc<Database>>> = const { RefCell::new(None) };
    /// Resolved when the last transaction that was asked for has ended.
    static LAST: RefCell<Promise> = RefCell::new(Promise::resolve(&JsValue::UNDEFINED));
}

pub struct Database {
    connection: IdbDatabase,
    closed: Rc<Cell<bool>>,
    lost: Rc<Cell<bool>>,
    _listeners: [EventListener; 2],
}

impl Database {
    /// The one connection of this thread, opened anew when the browser has closed it.
    pub async fn open() -> Result<Rc<Self>, StorageError> {
        let open = OPEN.with_borrow(|open| open.clone().filter(|database| !database.closed.get()));
        if let Some(database) = open {
            return Ok(database);
        }
        let database = match Self::connect().await {
            // Browsers that have lost sight of it find it again when they are asked once more.
            Err(StorageError::Other(_) | StorageError::Closed) => Self::connect().await,
            result => result,
        };
        let database = Rc::new(database?);
        OPEN.set(Some(database.clone()));
        Ok(database)
    }

    /// The same; `None` where nothing can be kept, and so nothing can have been. One that only
    /// cannot be opened now may well have something in it.
    pub async fn open_if_any() -> Result<Option<Rc<Self>>, StorageError> {
        match Self::open().await {
            Ok(database) => Ok(Some(database)),
            Err(StorageError::Unavailable) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn connect() -> Result<Self, StorageError> {
        let factory = idb::factory()?.ok_or(StorageError::Unavailable)?;
        let request = factory.open_with_u32(NAME, VERSION).map_err(refused)?;
        let opening = request.clone();
        let _upgrade = EventListener::once(&request, "upgradeneeded", move |_| {
            if let Ok(database) = opening.result() {
                let database: IdbDatabase = database.unchecked_into();
                let present = database.object_store_names();
                for name in [RECORDS, PARTS]
                    .into_iter()
                    .filter(|name| !present.contains(name))
                {
                    // What fails here fails the request too.
                    let _ = database.create_object_store(name);
                }
            }
        });
        let connection = idb::result(&request).await.map_err(refused)?;
        let connection: IdbDatabase = connection.unchecked_into();
        let [closed, lost] = [(); 2].map(|()| Rc::new(Cell::new(false)));
        let listeners = ["close", "versionchange"].map(|event| {
            let (closed, lost) = (closed.clone(), lost.clone());
            let connection = connection.clone();
            // Another tab's newer version, or the user who clears the site's data, goes first.
            EventListener::new(&connection.clone(), event, move |_| {
                closed.set(true);
                lost.set(event == "close");
                connection.close();
            })
        });
        Ok(Self {
            connection,
            closed,
            lost,
            _listeners: listeners,
        })
    }

    /// Whether the browser has closed it: all that the site has stored is gone.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.get()
    }

    /// The record of a download, as text.
    pub async fn record(&self, id: &str) -> Result<Option<String>, StorageError> {
        let transaction = Transaction::begin(self, IdbTransactionMode::Readonly).await?;
        let record = idb::result(&transaction.records()?.get(&id.into())?).await?;
        match record.as_string() {
            Some(text) => Ok(Some(text)),
            None if record.is_undefined() => Ok(None),
            // Decoding it as a record says that it is none.
            None => Ok(Some(String::new())),
        }
    }

    /// The ids of all records, whatever these are.
    pub async fn ids(&self) -> Result<Vec<String>, StorageError> {
        let transaction = Transaction::begin(self, IdbTransactionMode::Readonly).await?;
        let ids = idb::result(&transaction.records()?.get_all_keys()?).await?;
        let ids: Array = ids.unchecked_into();
        Ok(ids.iter().filter_map(|id| id.as_string()).collect())
    }

    /// The downloads that parts are stored of.
    pub async fn owners_of_parts(&self) -> Result<Vec<String>, StorageError> {
        let transaction = Transaction::begin(self, IdbTransactionMode::Readonly).await?;
        let keys = idb::result(&transaction.parts()?.get_all_keys()?).await?;
        let keys: Array = keys.unchecked_into();
        let mut owners: Vec<_> = keys.iter().filter_map(|key| keys::owner(&key)).collect();
        // They come in the order of the ids.
        owners.dedup();
        Ok(owners)
    }

    /// Removes the record and every part of a download.
    pub async fn forget(&self, id: &str) -> Result<(), StorageError> {
        let transaction = Transaction::begin_strictly(self).await?;
        transaction
            .complete(|transaction| {
                transaction.parts()?.delete(&keys::all(id)?.into())?;
                transaction.keep(id, None)
            })
            .await
    }
}

/// Some browsers have a database and let pages of some windows have none.
fn refused(thrown: JsValue) -> StorageError {
    match is(&thrown, "InvalidStateError") || is(&thrown, "SecurityError") {
        true => StorageError::Unavailable,
        false => thrown.into(),
    }
}

/// An open connection keeps newer versions waiting, and nobody listens to this one any more.
/// Transactions under way are let run to their end.
impl Drop for Database {
    fn drop(&mut self) {
        self.connection.close();
    }
}

/// Bytes and progress in one transaction: both are stored, or neither is.
///
/// There is one at a time in a thread. A worker that ends with two of them, one that reads and one
/// that writes, leaves Safari's database without any that ends, for every page (WebKit bug 324094).
pub(super) struct Transaction(IdbTransaction);

/// The turn of one transaction: until that has ended, or until it is clear that there is none.
struct Turn(Option<Function>);

impl Turn {
    async fn take() -> Self {
        let mut end = None;
        let ended = Promise::new(&mut |resolve, _| end = Some(resolve));
        let before = LAST.replace(ended);
        let turn = Self(end);
        // It is never rejected.
        let _ = JsFuture::from(before).await;
        turn
    }

    fn end_with(mut self, transaction: &IdbTransaction) -> Result<(), JsValue> {
        if let Some(end) = self.0.take() {
            for event in ["complete", "abort"] {
                transaction.add_event_listener_with_callback(event, &end)?;
            }
        }
        Ok(())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(end) = &self.0 {
            let _ = end.call0(&JsValue::UNDEFINED);
        }
    }
}

impl Transaction {
    pub(super) async fn begin(
        database: &Database,
        mode: IdbTransactionMode,
    ) -> Result<Self, StorageError> {
        Self::begin_with(database, mode, &Object::new()).await
    }

    /// To forget: a record that comes back when the power fails would claim what has been written
    /// over by then.
    pub(super) async fn begin_strictly(database: &Database) -> Result<Self, StorageError> {
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &"strict".into())?;
        Self::begin_with(database, IdbTransactionMode::Readwrite, &options).await
    }

    async fn begin_with(
        database: &Database,
        mode: IdbTransactionMode,
        options: &Object,
    ) -> Result<Self, StorageError> {
        let turn = Turn::take().await;
        let stores = Array::of2(&RECORDS.into(), &PARTS.into());
        let connection: &Durable = database.connection.unchecked_ref();
        let transaction = connection.transaction(&stores, mode, options)?;
        turn.end_with(&transaction)?;
        Ok(Self(transaction))
    }

    pub(super) fn records(&self) -> Result<IdbObjectStore, JsValue> {
        self.0.object_store(RECORDS)
    }

    pub(super) fn parts(&self) -> Result<IdbObjectStore, JsValue> {
        self.0.object_store(PARTS)
    }

    /// Puts the record, or deletes it where there is to be none.
    pub(super) fn keep(&self, id: &str, record: Option<&str>) -> Result<(), JsValue> {
        let records = self.records()?;
        match record {
            Some(text) => records.put_with_key(&text.into(), &id.into())?,
            None => records.delete(&id.into())?,
        };
        Ok(())
    }

    /// Calls `fill`, then waits until all of it is durable. What throws half-way undoes the rest.
    pub(super) fn complete(
        self,
        fill: impl FnOnce(&Self) -> Result<(), JsValue>,
    ) -> impl Future<Output = Result<(), StorageError>> {
        // Listens before the first request is made.
        let completion = idb::completion(&self.0);
        let filled = fill(&self);
        self.end(completion, filled)
    }

    async fn end(
        self,
        completion: impl Future<Output = Result<(), JsValue>>,
        filled: Result<(), JsValue>,
    ) -> Result<(), StorageError> {
        if let Err(thrown) = filled {
            // It may have been aborted already, by what made the call throw.
            let _ = self.0.abort();
            let _ = completion.await;
            return Err(thrown.into());
        }
        Ok(completion.await?)
    }

    /// Undoes everything.
    pub(super) fn abort(&self) {
        // One that has ended by itself has nothing to undo.
        let _ = self.0.abort();
    }
}
