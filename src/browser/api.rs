//! The engine as JavaScript sees it: messages in, messages out.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::events::EventListener;
use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::channel::{Channel, Told};
use super::diagnose::diagnose;
use super::driver::{Driver, Post};
use super::housekeeping;
use super::mailbox::{Sender, mailbox};
use super::message::{self, Request};
use super::online;
use super::policy;
use super::progress::Database;
use super::readers::{Reading, Reply};
use super::shell::Event;
use super::store::{self, StorageError};
use crate::core::download::Command;
use crate::core::error::Error;
use crate::core::filename;
use crate::core::terms::Terms;
use crate::core::vec_map::VecMap;

type Mailboxes = Rc<RefCell<VecMap<String, Sender<Event>>>>;

/// One engine serves a page, in its worker or in the page itself.
#[wasm_bindgen]
#[derive(Clone)]
pub struct Engine {
    post: Post,
    mailboxes: Mailboxes,
    tidied: Rc<Cell<bool>>,
    channel: Rc<Channel>,
    _listeners: Rc<[EventListener; 3]>,
}

#[wasm_bindgen]
impl Engine {
    /// `post` is called with every message for the page.
    #[wasm_bindgen(constructor)]
    pub fn new(post: Function) -> Self {
        let mailboxes = Mailboxes::default();
        let all = mailboxes.clone();
        let [online, offline] = online::listen(move |command| {
            for mailbox in all.borrow().values() {
                mailbox.send(Event::Command(command));
            }
        });
        let all = mailboxes.clone();
        let channel = Channel::open(move |Told { id, what }| {
            // Of a download that nobody here has asked for, nothing need be known.
            if let Some(mailbox) = all.borrow().get(&id) {
                mailbox.send(Event::Told(what));
            }
        });
        Self {
            post: Rc::new(move |message| {
                // A page that throws in its own listener is not the engine's concern.
                let _ = post.call1(&JsValue::UNDEFINED, message);
            }),
            mailboxes,
            tidied: Rc::default(),
            channel: Rc::new(channel),
            _listeners: Rc::new([online, offline, policy::listen()]),
        }
    }

    /// Takes a message of the page; answers come through `post`.
    pub fn handle(&self, message: &JsValue) {
        match message::parse(message) {
            Some(Request::Open { id, terms, start }) => {
                if start {
                    store::prepare(terms.storage);
                }
                let mailbox = self.mailbox(&id, terms.clone());
                mailbox.send(Event::Terms(terms));
                // One that starts has nothing to say before it has.
                mailbox.send(match start {
                    true => Event::Command(Command::Resume),
                    false => Event::Show,
                });
            }
            Some(Request::Order { id, command }) => self
                .mailbox(&id, Terms::default())
                .send(Event::Command(command)),
            Some(Request::Blob { id, call }) => self.ask(&id, call, Event::Blob),
            Some(Request::Read {
                id,
                call,
                reader,
                from,
                limit,
                begun,
            }) => self.ask(&id, call, |reply| {
                Event::Read(Reading {
                    reader,
                    from,
                    limit,
                    begun,
                    reply,
                })
            }),
            Some(Request::Refreshed { id, url }) => {
                if let Some(mailbox) = self.living(&id) {
                    mailbox.send(Event::Refreshed(url));
                }
            }
            Some(Request::Leave { id, reader }) => {
                if let Some(mailbox) = self.living(&id) {
                    mailbox.send(Event::Leave(reader));
                }
            }
            Some(Request::Diagnose { call, terms }) => {
                let post = self.post.clone();
                spawn_local(async move {
                    let diagnosis = diagnose(terms).await;
                    post(&message::reply(&call, Ok(diagnosis)));
                });
            }
            Some(Request::Filename { call, name, url }) => {
                let name = filename::or_from_url(name.as_deref(), &url);
                (self.post)(&message::reply(&call, Ok(name.into())));
            }
            Some(Request::List { call }) => self.list(call),
            None => {}
        }
        // After what the page waits for.
        self.tidy();
    }

    /// Passes a question on to the download; its answer goes to the page.
    fn ask(&self, id: &str, call: JsValue, question: impl FnOnce(Reply) -> Event) {
        let (sender, mut answer) = mailbox();
        let alive = self.living(id);
        if let Some(mailbox) = &alive {
            mailbox.send(question(sender));
        }
        let post = self.post.clone();
        spawn_local(async move {
            let gone = || match alive {
                Some(_) => Err(message::error(&Error::Removed)),
                None => Err(message::storage_error("the download is gone")),
            };
            let result = answer.next().await.unwrap_or_else(gone);
            post(&message::reply(&call, result));
        });
    }

    /// Everything stored, in the order it was asked for; each is brought to life at rest.
    fn list(&self, call: JsValue) {
        let engine = self.clone();
        spawn_local(async move {
            let result = engine.describe_all().await;
            let result = result.map_err(|error| message::storage_error(&error.to_string()));
            (engine.post)(&message::reply(&call, result));
        });
    }

    async fn describe_all(&self) -> Result<JsValue, StorageError> {
        let stored = match Database::open_if_any().await? {
            Some(database) => database.ids().await?,
            None => Vec::new(),
        };
        for id in stored {
            self.mailbox(&id, Terms::default());
        }
        let mut snapshots = Vec::new();
        let downloads: Vec<_> = self.mailboxes.borrow().values().cloned().collect();
        for download in downloads {
            let (sender, mut answer) = mailbox();
            download.send(Event::Describe(sender));
            // One that was removed meanwhile is not listed.
            if let Some(snapshot) = answer.next().await {
                let created = message::created(&snapshot);
                let at = snapshots.partition_point(|other| message::created(other) <= created);
                snapshots.insert(at, snapshot);
            }
        }
        Ok(snapshots.into_iter().collect::<Array>().into())
    }

    /// Looks for leftovers, once: what begins from now on leaves none that were not there before.
    fn tidy(&self) {
        if !self.tidied.replace(true) {
            // A failure is of no one's concern: what could not be freed is found the next time.
            spawn_local(async { drop(housekeeping::tidy().await) });
        }
    }

    /// Where events for the download go, if it has been brought to life.
    fn living(&self, id: &str) -> Option<Sender<Event>> {
        let known = self.mailboxes.borrow().get(id).cloned();
        known.filter(|mailbox| !mailbox.is_closed())
    }

    /// Where events for the download go; it is brought to life if it is not yet.
    fn mailbox(&self, id: &str, terms: Terms) -> Sender<Event> {
        if let Some(mailbox) = self.living(id) {
            return mailbox;
        }
        let (sender, received) = mailbox();
        self.mailboxes
            .borrow_mut()
            .insert(id.into(), sender.clone());
        let (id, post, events) = (id.to_owned(), self.post.clone(), sender.clone());
        let (mailboxes, channel) = (self.mailboxes.clone(), self.channel.clone());
        spawn_local(async move {
            let driver = Driver::new(id.clone(), terms, events, post, channel).await;
            driver.run(received).await;
            mailboxes.borrow_mut().remove(&id);
        });
        sender
    }
}
