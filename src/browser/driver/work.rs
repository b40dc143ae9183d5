//! The only loop: poll an action, do it, hand back the event.

use std::rc::Rc;

use super::Driver;
use crate::browser::channel::What;
use crate::browser::mailbox::Mailbox;
use crate::browser::shell::Event;
use crate::browser::store::Store;
use crate::browser::{clock, message, online};
use crate::core::download::Command;

impl Driver {
    /// Runs the machine until it rests, with what is stored now.
    pub(super) async fn work(&self, command: Command, events: &mut Mailbox<Event>) {
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
}
