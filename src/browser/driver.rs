//! The only loop: poll an action, do it, hand back the event.

mod stored;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::channel::{Channel, What};
use super::clock;
use super::lock::{self, Lock};
use super::mailbox::{Mailbox, Sender};
use super::readers::Readers;
use super::shell::{Event, Shell};
use super::store::{Kept, Store};
use super::{message, online};
use crate::core::Time;
use crate::core::download::{Command, Download, State};
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
    timer: RefCell<Option<(Time, Timeout)>>,
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
        driver.look_for_owner().await;
        driver
    }

    /// What looks cut off may be at work in another tab.
    async fn look_for_owner(&self) {
        let interrupted = self.machine.borrow().is_interrupted();
        if interrupted && lock::is_owned(&self.id).await {
            let step = self.seat.borrow_mut().handle_heard(State::Waiting);
            step.into_iter().for_each(|step| self.step(step));
        }
    }

    /// Until the download is removed: rests or follows another tab, and owns it while it works.
    pub(super) async fn run(self, mut events: Mailbox<Event>) {
        if self.machine.borrow().url().is_empty() {
            // Nothing is stored: the page knows it of old, and nobody told of its removal.
            return self.report(Some((State::Removed, Some(Error::Removed))));
        }
        self.channel.hello(&self.id);
        while let Some(event) = events.next().await {
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
                    None => {
                        let [first, second] = self.seat.borrow_mut().handle_refused(now);
                        first.into_iter().for_each(|step| self.step(step));
                        second
                    }
                },
                Event::Told(What::Stands { state, snapshot }) => {
                    self.heard(&snapshot);
                    // At once: the page's next order is for another driver.
                    if state == State::Removed {
                        return;
                    }
                    if self.readers.borrow().are_waiting() {
                        self.refresh().await;
                        self.serve_readers();
                    }
                    self.seat.borrow_mut().handle_heard(state)
                }
                Event::Timeout => self.seat.borrow_mut().handle_timeout(now),
                event => {
                    self.answer(event).await;
                    None
                }
            };
            let step = match step {
                Some(Step::Inherit) => {
                    let running = self.load().await;
                    Some(self.seat.borrow_mut().handle_found(running))
                }
                step => step,
            };
            match step {
                Some(Step::Own(command)) => {
                    self.work(command, &mut events).await;
                    if self.machine.borrow().state() == State::Removed {
                        return;
                    }
                    let rested = self.seat.borrow_mut().handle_rested();
                    rested.into_iter().for_each(|step| self.step(step));
                    // Nobody knows better, and why it failed may not be in the record.
                    self.stale.set(false);
                }
                Some(Step::Release) => {
                    self.step(Step::Release);
                    self.show().await;
                }
                Some(step) => self.step(step),
                None => {}
            }
            self.set_timer(self.seat.borrow().poll_timeout());
        }
    }

    /// What a seat asks for, but for the work itself.
    fn step(&self, step: Step) {
        match step {
            Step::Try => self.ask_for_lock(lock::try_acquire(self.id.clone())),
            Step::Await => {
                let lock = lock::acquire(self.id.clone());
                self.ask_for_lock(async move { Some(lock.await) });
                if self.heard.borrow().is_none() {
                    self.report(Some((State::Waiting, None)));
                }
            }
            Step::Release => {
                // A lock that comes later belongs to nobody, and is given back.
                self.asked.set(self.asked.get() + 1);
                self.lock.take();
                self.stale.set(true);
            }
            Step::Send(command) => self.channel.order(&self.id, command),
            Step::Busy => self.report(Some((State::Failed, Some(Error::Busy)))),
            Step::Inherit | Step::Own(_) => {}
        }
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

    /// Runs the machine until it rests, with what is stored now.
    async fn work(&self, command: Command, events: &mut Mailbox<Event>) {
        self.heard.take();
        self.load().await;
        if !online::is_online() {
            self.handle(Event::Command(Command::Offline)).await;
        }
        // A store that is opened frees what no record claims, and needs a page that may write.
        let left = command == Command::Remove || self.machine.borrow().takes_nothing();
        if left || self.open().await {
            self.handle(Event::Command(command)).await;
        }
        self.drive(events).await;
        self.shell.store().close();
    }

    /// Whether the store is ready for writes; if not, the download has failed.
    async fn open(&self) -> bool {
        let kept = self.machine.borrow().durable().clone();
        let Err(error) = self.shell.store().open(&kept).await else {
            return true;
        };
        let mut machine = self.machine.borrow_mut();
        machine.handle_unusable(clock::moment(), error.into());
        false
    }

    async fn drive(&self, events: &mut Mailbox<Event>) {
        loop {
            loop {
                let action = self.machine.borrow_mut().poll_action();
                let Some(action) = action else { break };
                let ask = |status| (self.post)(&message::refresh(&self.id, status));
                let event = self.shell.perform(action, || self.report(None), ask);
                if let Some(event) = event {
                    self.handle(event).await;
                }
            }
            self.serve_readers();
            if self.machine.borrow().is_at_rest() {
                break;
            }
            let now = clock::now();
            self.set_timer(self.machine.borrow().poll_timeout(now));
            let event = events.next().await;
            if self.has_slept() {
                self.handle(Event::Command(Command::Woken)).await;
            }
            match event {
                // Followers know no other way to reach the machine. And where it was their owner's
                // page, the lock may reach them before the word that all is removed: with no
                // record left, they would begin anew what they believe to be at work.
                Some(
                    Event::Told(What::Order(command)) | Event::Command(command @ Command::Remove),
                ) => {
                    self.handle(Event::Command(command)).await;
                    self.tell();
                }
                Some(event) => self.handle(event).await,
                None => break,
            }
        }
        self.timer.take();
    }

    fn has_slept(&self) -> bool {
        let mut clocks = self.clocks.borrow_mut();
        clocks.show_sleep(clock::now(), clock::time_of_day())
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
            Event::Unwritten(part, bytes, failure) => {
                machine.handle_unwritten(at, part, bytes, failure);
            }
            Event::Committed(result) => machine.handle_committed(at, result),
            Event::Erased(result) => machine.handle_erased(at, result),
            Event::Probed(source, reach) => machine.handle_probed(at, source, reach),
            Event::Loaded(start, Ok(bytes)) => {
                machine.handle_loaded(at, start, Ok(&bytes.to_vec()));
            }
            Event::Loaded(start, Err(failure)) => machine.handle_loaded(at, start, Err(failure)),
            Event::Refreshed(url) => {
                if let Some(url) = &url {
                    let mut terms = self.shell.terms.borrow_mut();
                    Rc::make_mut(&mut terms).url.clone_from(url);
                }
                machine.handle_refreshed(at, url);
            }
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
        let mut terms = self.shell.terms.borrow_mut();
        Rc::make_mut(&mut terms).renew(newer, ordered);
    }

    /// Its bytes are, or were, in the memory of another tab and nowhere else.
    fn is_elsewhere(&self) -> bool {
        let heard = self.heard.borrow();
        heard.as_ref().is_some_and(message::is_in_memory)
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

    async fn show(&self) {
        self.refresh().await;
        self.post(&self.shown());
    }

    /// A timer that is early does no harm, so it is replaced only by an earlier one.
    fn set_timer(&self, at: Option<Time>) {
        let now = clock::now();
        let Some(at) = at else {
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
            events.send(Event::Timeout);
        });
        *timer = Some((at, timeout));
    }

    fn snapshot(&self, seen: Option<(State, Option<Error>)>) -> JsValue {
        let mut snapshot = self.machine.borrow().snapshot(clock::now());
        if let Some((state, error)) = seen {
            snapshot.state = state;
            snapshot.error = error;
            // It looks cut off, or failed, because its owner has not said yet how it stands.
            snapshot.interrupted = false;
            snapshot.failed_before = false;
        }
        message::snapshot(&self.id, &snapshot)
    }

    /// For the tabs that follow.
    fn tell(&self) {
        self.channel.stands(&self.snapshot(None));
    }

    /// How the download stands, in the owner's words where another tab owns it.
    fn shown(&self) -> JsValue {
        let heard = self.heard.borrow().clone();
        heard.unwrap_or_else(|| {
            let seat = self.seat.borrow();
            let state = match seat.follows() {
                true => Some(State::Waiting),
                false => seat.is_under_way().then_some(State::Connecting),
            };
            self.snapshot(state.map(|state| (state, None)))
        })
    }

    fn report(&self, seen: Option<(State, Option<Error>)>) {
        let snapshot = self.snapshot(seen);
        self.post(&snapshot);
        if self.seat.borrow().is_owner() {
            self.channel.stands(&snapshot);
        }
    }

    fn post(&self, snapshot: &JsValue) {
        (self.post)(&message::event(snapshot));
    }
}
