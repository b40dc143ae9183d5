//! One download in this tab: hears what happens to it, and does what its seat asks for.

mod shown;
mod stored;
mod work;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::channel::{Channel, What};
use super::clock;
use super::lock::{self, Lock};
use super::mailbox::{Mailbox, Sender};
use super::message;
use super::readers::Readers;
use super::shell::{Event, Shell};
use super::store::Kept;
use super::timer::Timer;
use crate::core::Time;
use crate::core::download::{Download, State};
use crate::core::error::Error;
use crate::core::seat::{Seat, Step};
use crate::core::sleep::Clocks;
use crate::core::terms::Terms;
use crate::core::tier::Tier;

const ELSEWHERE: &str = "its bytes are in the memory of another tab, which alone can read them";

/// Where snapshots go.
pub(super) type Post = Rc<dyn Fn(&JsValue)>;

pub(super) struct Driver {
    id: String,
    shell: Shell,
    machine: RefCell<Download>,
    readers: RefCell<Readers>,
    post: Post,
    channel: Rc<Channel>,
    seat: RefCell<Seat>,
    lock: RefCell<Option<Lock>>,
    /// How often the lock has been asked for or given back: what comes of an earlier time is void.
    asked: Cell<u32>,
    /// What the owner last said, while another tab is it.
    heard: RefCell<Option<JsValue>>,
    /// Another tab has changed what is stored.
    stale: Cell<bool>,
    timer: RefCell<Option<Timer>>,
    clocks: RefCell<Clocks>,
}

impl Driver {
    /// Takes up what is stored under the id; nothing runs yet.
    pub(super) async fn new(
        id: String,
        terms: Terms,
        events: Sender<Event>,
        post: Post,
        channel: Rc<Channel>,
    ) -> Self {
        let store = Kept::new(Tier::default(), &id);
        let machine = Download::new(String::new(), Default::default(), 0);
        let driver = Self {
            shell: Shell::new(terms, store, events),
            id,
            machine: RefCell::new(machine),
            readers: RefCell::default(),
            post,
            channel,
            seat: RefCell::default(),
            lock: RefCell::default(),
            asked: Cell::default(),
            heard: RefCell::default(),
            stale: Cell::default(),
            timer: RefCell::default(),
            clocks: RefCell::default(),
        };
        driver.load().await;
        driver
    }

    /// Until the download is removed: rests or follows another tab, and owns it while it works.
    pub(super) async fn run(self, mut events: Mailbox<Event>) {
        if self.machine.borrow().url().is_empty() {
            // Nothing is stored: the page knows it of old, and nobody told of its removal.
            return self.report(Some((State::Removed, Some(Error::Removed))));
        }
        if let Some(step) = self.look_for_owner().await {
            self.take(step, &mut events).await;
        }
        self.channel.hello(&self.id);
        while let Some(event) = events.next().await {
            for step in self.hear(event).await.into_iter().flatten() {
                if !self.take(step, &mut events).await {
                    return;
                }
            }
            self.set_timer(self.seat.borrow().poll_timeout());
        }
    }

    /// What looks cut off may be at work in another tab.
    async fn look_for_owner(&self) -> Option<Step> {
        let interrupted = self.machine.borrow().is_interrupted();
        let is_owned = interrupted && lock::is_owned(&self.id).await;
        let follow = || self.seat.borrow_mut().handle_heard(State::Waiting);
        is_owned.then(follow).flatten()
    }

    /// What is to be done about an event while the machine does not run.
    async fn hear(&self, event: Event) -> [Option<Step>; 2] {
        let now = clock::now();
        let step = match event {
            Event::Command(command) => {
                let step = self.seat.borrow_mut().handle_command(now, command);
                match step {
                    None => self.show().await,
                    // A page takes the first word for what was there before its order.
                    Some(Step::Release) => self.report(Some((State::Connecting, None))),
                    _ => {}
                }
                step
            }
            Event::Lock(number, lock) if number == self.asked.get() => match lock {
                Some(lock) => {
                    *self.lock.borrow_mut() = Some(lock);
                    Some(self.seat.borrow_mut().handle_granted())
                }
                None => return self.seat.borrow_mut().handle_refused(now),
            },
            Event::Told(What::Stands { state, snapshot }) => {
                self.heard(&snapshot);
                let step = self.seat.borrow_mut().handle_heard(state);
                if step != Some(Step::Leave) && self.readers.borrow().are_waiting() {
                    self.refresh().await;
                    self.serve_readers();
                }
                step
            }
            Event::Timeout => self.seat.borrow_mut().handle_timeout(now),
            event => {
                self.answer(event).await;
                None
            }
        };
        [step, None]
    }

    /// Does what the seat asks for, and what it asks for then. False once the download is gone.
    async fn take(&self, step: Step, events: &mut Mailbox<Event>) -> bool {
        let mut next = Some(step);
        while let Some(step) = next.take() {
            match step {
                Step::Try => self.ask_for_lock(lock::try_acquire(self.id.clone())),
                Step::Await => self.wait_for_lock(),
                Step::Inherit => {
                    let running = self.load().await;
                    next = Some(self.seat.borrow_mut().handle_found(running));
                }
                Step::Own(command) => {
                    self.work(command, events).await;
                    let state = self.machine.borrow().state();
                    next = Some(self.seat.borrow_mut().handle_rested(state));
                }
                Step::Release => {
                    self.unlock();
                    self.stale.set(true);
                    self.show().await;
                }
                Step::Rest => {
                    self.unlock();
                    // Why it failed may not be in the record.
                    self.stale.set(false);
                }
                Step::Send(command) => self.channel.order(&self.id, command),
                Step::Busy => self.report(Some((State::Failed, Some(Error::Busy)))),
                Step::Leave => return false,
            }
        }
        true
    }

    fn wait_for_lock(&self) {
        let lock = lock::acquire(self.id.clone());
        self.ask_for_lock(async move { Some(lock.await) });
        if self.heard.borrow().is_none() {
            self.report(Some((State::Waiting, None)));
        }
    }

    /// A lock that comes later belongs to nobody, and is given back.
    fn unlock(&self) {
        self.asked.set(self.asked.get() + 1);
        self.lock.take();
    }

    fn ask_for_lock(&self, lock: impl Future<Output = Option<Lock>> + 'static) {
        let number = self.asked.get() + 1;
        self.asked.set(number);
        let events = self.shell.events.clone();
        spawn_local(async move {
            events.send(Event::Lock(number, lock.await));
        });
    }

    /// The owner's word is this tab's too.
    fn heard(&self, snapshot: &JsValue) {
        self.stale.set(true);
        *self.heard.borrow_mut() = Some(snapshot.clone());
        self.post(snapshot);
    }

    /// What needs no machine: questions, and terms for the next start.
    async fn answer(&self, event: Event) {
        match event {
            Event::Describe(reply) => {
                self.refresh().await;
                reply.send(self.shown());
            }
            Event::Blob(reply) => {
                self.refresh().await;
                reply.send(self.blob().await);
            }
            Event::Read(reading) => {
                self.refresh().await;
                self.readers.borrow_mut().ask(reading);
            }
            Event::Fetched(reader, result) => {
                let machine = self.machine.borrow();
                let follows = self.seat.borrow().follows();
                let mut readers = self.readers.borrow_mut();
                readers.fetched(reader, result, &machine, follows);
            }
            Event::Leave(reader) => self.readers.borrow_mut().leave(reader),
            Event::Terms(newer) => self.renew(newer),
            Event::Show => self.show().await,
            Event::Told(What::Hello) if self.seat.borrow().is_owner() => self.tell(),
            _ => {}
        }
        self.serve_readers();
    }

    fn renew(&self, newer: Terms) {
        let ordered = self.seat.borrow().is_taken();
        if newer.complete {
            let mut machine = self.machine.borrow_mut();
            machine.rename(newer.options.filename.clone());
        }
        let mut terms = self.shell.terms.borrow_mut();
        Rc::make_mut(&mut terms).renew(newer, ordered);
    }

    fn serve_readers(&self) {
        if self.is_elsewhere() {
            let why = message::storage_error(ELSEWHERE);
            self.readers.borrow_mut().refuse(&why);
            return;
        }
        let under_way = self.seat.borrow().is_under_way();
        let mut readers = self.readers.borrow_mut();
        let reads = readers.serve(&self.machine.borrow(), under_way);
        drop(readers);
        for (reader, range) in reads {
            self.shell.fetch(reader, range);
        }
    }

    /// A timer that is early does no harm, so it is replaced only by an earlier one.
    fn set_timer(&self, at: Option<Time>) {
        let Some(at) = at else {
            return;
        };
        let mut timer = self.timer.borrow_mut();
        if timer.as_ref().is_some_and(|timer| timer.fires_by(at)) {
            return;
        }
        let events = self.shell.events.clone();
        *timer = Some(Timer::new(at, move || events.send(Event::Timeout)));
    }
}
