//! The only loop: poll an action, do it, hand back the event.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures_util::future::{Either, select};
use futures_util::{StreamExt, pin_mut};
use gloo::timers::callback::Timeout;
use wasm_bindgen::prelude::*;

use super::clock;
use super::fetch::Terms;
use super::lock::{self, Lock};
use super::progress::Database;
use super::readers::Readers;
use super::shell::{Event, Shell};
use super::store::{IndexedDb, Store};
use super::{message, online};
use crate::core::Time;
use crate::core::download::{Command, Download, State};
use crate::core::record::Record;

/// Where snapshots go.
pub(super) type Post = Rc<dyn Fn(&JsValue)>;

pub(super) fn channel() -> (UnboundedSender<Event>, UnboundedReceiver<Event>) {
    mpsc::unbounded()
}

pub(super) struct Driver {
    id: String,
    shell: Shell<IndexedDb>,
    database: Rc<Database>,
    machine: RefCell<Download>,
    readers: RefCell<Readers>,
    post: Post,
    timer: RefCell<Option<(Time, Timeout)>>,
}

impl Driver {
    /// Takes up what is stored under the id; nothing runs yet.
    pub(super) async fn new(
        id: String,
        terms: Terms,
        database: Rc<Database>,
        events: UnboundedSender<Event>,
        post: Post,
    ) -> Self {
        let store = IndexedDb::new(database.clone(), id.clone());
        let shell = Shell::new(terms, store, events);
        let machine = Download::new(String::new(), Default::default(), 0);
        let driver = Self {
            id,
            shell,
            database,
            machine: RefCell::new(machine),
            readers: RefCell::default(),
            post,
            timer: RefCell::default(),
        };
        driver.load().await;
        driver.report(None);
        driver
    }

    /// Until the download is removed: rests until told to go on, then owns it until it rests.
    pub(super) async fn run(self, mut events: UnboundedReceiver<Event>) {
        while let Some(event) = events.next().await {
            let command = match event {
                Event::Command(command @ (Command::Resume | Command::Remove)) => command,
                event => {
                    self.answer(event).await;
                    continue;
                }
            };
            let Some((lock, command)) = self.own(command, &mut events).await else {
                self.report(None);
                continue;
            };
            self.load().await;
            if !online::is_online() {
                self.handle(Event::Command(Command::Offline)).await;
            }
            self.handle(Event::Command(command)).await;
            self.drive(&mut events).await;
            drop(lock);
            if self.machine.borrow().state() == State::Removed {
                return;
            }
        }
    }

    /// Waits until no other tab owns the download, or until the caller thinks better of it.
    async fn own(
        &self,
        mut command: Command,
        events: &mut UnboundedReceiver<Event>,
    ) -> Option<(Lock, Command)> {
        if let Some(lock) = lock::try_acquire(&self.id).await {
            return Some((lock, command));
        }
        self.report(Some(State::Waiting));
        let lock = lock::acquire(&self.id);
        pin_mut!(lock);
        loop {
            match select(lock.as_mut(), events.next()).await {
                Either::Left((lock, _)) => return Some((lock, command)),
                Either::Right((Some(Event::Command(Command::Pause)) | None, _)) => return None,
                Either::Right((Some(Event::Command(Command::Remove)), _)) => {
                    command = Command::Remove;
                }
                Either::Right((Some(event), _)) => self.answer(event).await,
            }
        }
    }

    async fn drive(&self, events: &mut UnboundedReceiver<Event>) {
        loop {
            loop {
                let action = self.machine.borrow_mut().poll_action();
                let Some(action) = action else { break };
                self.shell.perform(action, || self.report(None));
            }
            self.serve_readers();
            if self.machine.borrow().is_at_rest() {
                break;
            }
            self.set_timer();
            match events.next().await {
                Some(event) => self.handle(event).await,
                None => break,
            }
        }
        self.timer.take();
    }

    async fn handle(&self, event: Event) {
        let at = clock::moment();
        let mut machine = self.machine.borrow_mut();
        match event {
            Event::Command(command) => machine.handle_command(at, command),
            Event::Response(id, head) => machine.handle_response(at, id, &head),
            Event::Bytes(id, len) => machine.handle_bytes(at, id, len),
            Event::End(id) => machine.handle_end(at, id),
            Event::Failure(id, words) => machine.handle_failure(at, id, words),
            Event::Compared(id, same) => machine.handle_compared(at, id, same),
            Event::Committed(result) => machine.handle_committed(at, result),
            Event::Erased(result) => machine.handle_erased(at, result),
            Event::Probed(reachable) => machine.handle_probed(at, reachable),
            Event::Timeout => machine.handle_timeout(at),
            event => {
                drop(machine);
                self.answer(event).await;
            }
        }
    }

    /// What needs no machine: questions, and terms for the next start.
    async fn answer(&self, event: Event) {
        match event {
            Event::Describe(reply) => {
                let _ = reply.send(self.snapshot(None));
            }
            Event::Blob(reply) => {
                let _ = reply.send(self.blob().await);
            }
            Event::Read(reading) => self.readers.borrow_mut().ask(reading),
            Event::Fetched(reader, result) => {
                let machine = self.machine.borrow();
                self.readers.borrow_mut().fetched(reader, result, &machine);
            }
            Event::Leave(reader) => self.readers.borrow_mut().leave(reader),
            Event::Terms(terms) => *self.shell.terms.borrow_mut() = Rc::new(terms),
            _ => {}
        }
        self.serve_readers();
    }

    fn serve_readers(&self) {
        let reads = self.readers.borrow_mut().serve(&self.machine.borrow());
        for (reader, range) in reads {
            self.shell.fetch(reader, range);
        }
    }

    /// Makes the machine of what is stored now.
    async fn load(&self) {
        let terms = self.shell.terms.borrow().clone();
        let stored = self.database.record(&self.id).await;
        let machine = match stored {
            Ok(None) => {
                let created = clock::now().as_millis() as u64;
                Ok(Download::new(
                    terms.url.clone(),
                    terms.options.clone(),
                    created,
                ))
            }
            Ok(Some(text)) => match Record::decode(&text) {
                Ok(record) => self.restore(record).await,
                Err(error) => Ok(Download::unreadable(self.id.clone(), error.to_string())),
            },
            Err(error) => Err(error),
        };
        let mut machine = machine
            .unwrap_or_else(|error| Download::unreadable(self.id.clone(), error.to_string()));
        machine.succeed(&self.machine.borrow());
        *self.machine.borrow_mut() = machine;
    }

    async fn restore(&self, mut record: Record) -> Result<Download, super::store::StorageError> {
        let stored = self.shell.store.stored().await?;
        let mut terms = (**self.shell.terms.borrow()).clone();
        if terms.url.is_empty() {
            terms.url = record.url.clone();
            terms.options = record.options.clone();
            *self.shell.terms.borrow_mut() = Rc::new(terms);
        } else {
            record.url = terms.url;
            record.options = terms.options;
        }
        Ok(Download::restore(record, &stored))
    }

    async fn blob(&self) -> Result<JsValue, JsValue> {
        let complete = {
            let machine = self.machine.borrow();
            let size = machine.complete_size();
            size.map(|size| (size, machine.media_type().to_owned()))
        };
        let Some((size, media_type)) = complete else {
            return Err(message::storage_error("the download is not complete"));
        };
        let blob = self.shell.store.blob(size, &media_type).await;
        blob.map(Into::into)
            .map_err(|error| message::storage_error(&error.to_string()))
    }

    /// A timer that is early does no harm, so it is replaced only by an earlier one.
    fn set_timer(&self) {
        let now = clock::now();
        let Some(at) = self.machine.borrow().poll_timeout(now) else {
            return;
        };
        let mut timer = self.timer.borrow_mut();
        if timer
            .as_ref()
            .is_some_and(|(set, _)| *set > now && *set <= at)
        {
            return;
        }
        let millis = at.saturating_sub(now).as_millis().min(i32::MAX as u128) as u32;
        let events = self.shell.events.clone();
        // Rounded up: woken a moment too early, there would be nothing to do yet.
        let timeout = Timeout::new(millis + 1, move || {
            let _ = events.unbounded_send(Event::Timeout);
        });
        *timer = Some((at, timeout));
    }

    fn snapshot(&self, state: Option<State>) -> JsValue {
        let mut snapshot = self.machine.borrow().snapshot(clock::now());
        snapshot.state = state.unwrap_or(snapshot.state);
        message::snapshot(&self.id, &snapshot)
    }

    fn report(&self, state: Option<State>) {
        (self.post)(&message::event(&self.snapshot(state)));
    }
}
