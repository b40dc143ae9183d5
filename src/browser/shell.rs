//! Carries out what the machine of one download asks for, and sends back what came of it.
//!
//! It decides nothing: each action is one call of the platform, each outcome one event.

use std::cell::RefCell;
use std::ops::Range;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::channel::What;
use super::fetch::{self, Request};
use super::lock::Lock;
use super::mailbox::Sender;
use super::readers::Reading;
use super::store::{Kept, StorageError, Store};
use crate::core::download::{Action, Command, ConnectionId, Reach, SourceIndex, StoreFailure};
use crate::core::response::Head;
use crate::core::terms::Terms;
use crate::core::vec_map::VecMap;

/// What happens to a download.
pub(super) enum Event {
    Command(Command),
    Response(ConnectionId, Head),
    Bytes(ConnectionId, u64),
    End(ConnectionId),
    Failure(ConnectionId, String),
    Compared(ConnectionId, Result<bool, StoreFailure>),
    /// The part that begins there did not take these bytes.
    Unwritten(u64, Range<u64>, StoreFailure),
    Committed(Result<(), StoreFailure>),
    Erased(Result<(), StoreFailure>),
    Probed(SourceIndex, Reach),
    /// Stored bytes from an offset on.
    Loaded(u64, Result<Uint8Array, StoreFailure>),
    /// The caller knows another URL, or does not.
    Refreshed(Option<String>),
    Timeout,
    /// The caller asks for the state.
    Describe(Sender<JsValue>),
    /// The caller waits to be told the state.
    Show,
    /// The caller asks for the finished file.
    Blob(Sender<Result<JsValue, JsValue>>),
    /// A reader asks for the next bytes.
    Read(Reading),
    /// The store has read for a reader.
    Fetched(u32, Result<JsValue, StorageError>),
    Leave(u32),
    /// The caller gives the URL and the options anew.
    Terms(Terms),
    /// Another tab speaks of this download.
    Told(What),
    /// The lock that was asked for as the n-th; `None` if another tab has it.
    Lock(u32, Option<Lock>),
}

/// Of one type, whatever it does: what waits for it is then made once.
type Task = Pin<Box<dyn Future<Output = Event>>>;

pub(super) struct Shell {
    pub terms: RefCell<Rc<Terms>>,
    /// Those that the machine knows by number.
    pub mirrors: RefCell<Vec<String>>,
    pub store: RefCell<Rc<Kept>>,
    pub events: Sender<Event>,
    requests: Rc<RefCell<VecMap<ConnectionId, Rc<Request>>>>,
}

impl Shell {
    pub(super) fn new(terms: Terms, store: Kept, events: Sender<Event>) -> Self {
        Self {
            terms: RefCell::new(Rc::new(terms)),
            mirrors: RefCell::default(),
            store: RefCell::new(Rc::new(store)),
            events,
            requests: Rc::default(),
        }
    }

    pub(super) fn store(&self) -> Rc<Kept> {
        self.store.borrow().clone()
    }

    /// Starts the action and returns at once; `report` is called for `Action::Report`, and `ask`
    /// with the status for `Action::Refresh`. What is to be known before the next action is
    /// returned.
    pub(super) fn perform(
        &self,
        action: Action,
        report: impl FnOnce(),
        ask: impl FnOnce(u16),
    ) -> Option<Event> {
        let store = self.store();
        match action {
            Action::Open {
                connection,
                source,
                range,
                plain,
                low,
            } => self.open(connection, source, range, plain, low),
            Action::Read {
                connection,
                limit,
                least,
            } => self.with(connection, async move |request| {
                match request.read(limit, least).await {
                    Ok(Some(len)) => Event::Bytes(connection, len),
                    Ok(None) => Event::End(connection),
                    Err(error) => Event::Failure(connection, words(&error)),
                }
            }),
            Action::Compare { connection, range } => {
                self.with(connection, async move |request| {
                    let stored = store.read(range.clone()).await;
                    let sent = read_exactly(&request, range.end - range.start).await;
                    match (stored, sent) {
                        (Ok(stored), Ok(sent)) => {
                            Event::Compared(connection, Ok(stored.to_vec() == sent))
                        }
                        (Err(error), _) => Event::Compared(connection, Err(error.into())),
                        (_, Err(words)) => Event::Failure(connection, words),
                    }
                });
            }
            Action::Write {
                connection,
                part,
                at,
                skip,
                len,
            } => {
                let failure = self.write(connection, part, at, skip..skip + len).err()?;
                return Some(Event::Unwritten(part, at..at + len, failure.into()));
            }
            Action::Close { connection } => {
                if let Some(request) = self.requests.borrow_mut().remove(&connection) {
                    spawn_local(async move { request.finish().await });
                }
            }
            Action::Commit { saves, record } => self.spawn(async move {
                let result = store.commit(&saves, &record).await;
                Event::Committed(result.map_err(Into::into))
            }),
            Action::Discard { kept, record } => self.spawn(async move {
                let result = store.discard(&kept, &record).await;
                Event::Erased(result.map_err(Into::into))
            }),
            Action::Erase => self.spawn(async move {
                let result = store.erase().await;
                Event::Erased(result.map_err(Into::into))
            }),
            Action::Probe { source } => {
                let address = self.address(source);
                self.spawn(async move { Event::Probed(source, fetch::reach(&address).await) });
            }
            Action::Load { range } => self.spawn(async move {
                let start = range.start;
                let result = store.read(range).await;
                Event::Loaded(start, result.map_err(Into::into))
            }),
            Action::Refresh { status } => ask(status),
            Action::Report => report(),
        }
        None
    }

    fn write(
        &self,
        connection: ConnectionId,
        part: u64,
        at: u64,
        taken: Range<u64>,
    ) -> Result<(), StorageError> {
        let request = self.requests.borrow().get(&connection).cloned();
        let len = taken.end - taken.start;
        let bytes = request.and_then(|request| request.take(taken.start, len));
        match bytes.filter(|bytes| u64::from(bytes.length()) == len) {
            Some(bytes) => self.store().write(part, at, &bytes),
            None => Err(StorageError::Missing { at }),
        }
    }

    /// Reads durable bytes for a reader.
    pub(super) fn fetch(&self, reader: u32, range: Range<u64>) {
        let store = self.store();
        self.spawn(async move {
            let result = store.read(range).await;
            Event::Fetched(reader, result.map(Into::into))
        });
    }

    fn open(
        &self,
        connection: ConnectionId,
        source: SourceIndex,
        range: Range<u64>,
        plain: bool,
        low: bool,
    ) {
        match Request::new(&range) {
            Ok(request) => {
                self.requests
                    .borrow_mut()
                    .insert(connection, Rc::new(request));
            }
            Err(error) => {
                self.events.send(Event::Failure(connection, words(&error)));
                return;
            }
        }
        let (terms, address) = (self.terms.borrow().clone(), self.address(source));
        let reuse = self.store().copies();
        self.with(connection, async move |request| {
            let header = (!plain).then_some(&range);
            match request.open(&terms, &address, header, reuse, low).await {
                Ok(head) => Event::Response(connection, head),
                Err(error) => Event::Failure(connection, words(&error)),
            }
        });
    }

    fn address(&self, source: SourceIndex) -> String {
        let terms = self.terms.borrow();
        terms.address(&self.mirrors.borrow(), source).to_owned()
    }

    /// Runs `task` with the request. What comes of it is told only while the request is open: a
    /// machine made anew counts its connections from 0 again.
    fn with<F, T>(&self, connection: ConnectionId, task: F)
    where
        F: FnOnce(Rc<Request>) -> T,
        T: Future<Output = Event> + 'static,
    {
        let request = self.requests.borrow().get(&connection).cloned();
        if let Some(request) = request {
            let task = Box::pin(task(request.clone()));
            self.spawn_while_open(connection, request, task);
        }
    }

    fn spawn_while_open(&self, connection: ConnectionId, request: Rc<Request>, task: Task) {
        let (requests, events) = (self.requests.clone(), self.events.clone());
        spawn_local(async move {
            let event = task.await;
            let current = requests.borrow().get(&connection).cloned();
            if current.is_some_and(|current| Rc::ptr_eq(&current, &request)) {
                events.send(event);
            }
        });
    }

    fn spawn(&self, task: impl Future<Output = Event> + 'static) {
        self.spawn_boxed(Box::pin(task));
    }

    fn spawn_boxed(&self, task: Task) {
        let events = self.events.clone();
        spawn_local(async move { events.send(task.await) });
    }
}

async fn read_exactly(request: &Request, len: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
    while (bytes.len() as u64) < len {
        let limit = len - bytes.len() as u64;
        match request.read(limit, 1).await {
            Ok(Some(len)) => {
                let chunk = request
                    .take(0, len)
                    .unwrap_or_else(|| Uint8Array::new_with_length(0));
                bytes.extend(chunk.to_vec());
            }
            Ok(None) => return Err("the body ended early".into()),
            Err(error) => return Err(words(&error)),
        }
    }
    Ok(bytes)
}

impl From<StorageError> for StoreFailure {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Quota => Self::Quota,
            other => Self::Broken(other.to_string()),
        }
    }
}

/// What JavaScript threw, in its own words.
pub(super) fn words(thrown: &JsValue) -> String {
    match thrown.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => thrown
            .as_string()
            .unwrap_or_else(|| "an unknown error".into()),
    }
}
