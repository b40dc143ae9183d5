//! How the download stands, as this tab shows it and as the others are told.

use wasm_bindgen::prelude::*;

use super::Driver;
use crate::browser::{clock, message};
use crate::core::download::State;
use crate::core::error::Error;

impl Driver {
    pub(super) async fn show(&self) {
        self.refresh().await;
        self.post(&self.shown());
    }

    fn snapshot(&self, seen: Option<(State, Option<Error>)>) -> JsValue {
        let mut snapshot = self.machine.borrow().snapshot(clock::now());
        if let Some((state, error)) = seen {
            snapshot.state = state;
            snapshot.error = error;
            // It looks cut off, or failed, because its owner has not said yet how it stands.
            snapshot.interrupted = false;
            snapshot.failed_before = false;
            snapshot.unremoved = false;
        }
        message::snapshot(&self.id, &snapshot)
    }

    /// For the tabs that follow.
    pub(super) fn tell(&self) {
        self.channel.stands(&self.snapshot(None));
    }

    /// How the download stands, in the owner's words where another tab owns it.
    pub(super) fn shown(&self) -> JsValue {
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

    pub(super) fn report(&self, seen: Option<(State, Option<Error>)>) {
        let snapshot = self.snapshot(seen);
        self.post(&snapshot);
        if self.seat.borrow().is_owner() {
            self.channel.stands(&snapshot);
        }
    }

    pub(super) fn post(&self, snapshot: &JsValue) {
        (self.post)(&message::event(snapshot));
    }

    /// Its bytes are, or were, in the memory of another tab and nowhere else.
    pub(super) fn is_elsewhere(&self) -> bool {
        let heard = self.heard.borrow();
        heard.as_ref().is_some_and(message::is_in_memory)
    }
}
