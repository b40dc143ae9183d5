//! What the tabs of one origin tell each other: how a download stands, and what is to be done
//! with it. It carries messages and judges none; where there is no channel, each tab is alone.

use gloo::events::EventListener;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

use super::message;
use crate::core::download::{Command, State};

/// A message of a later version of this package goes to a channel of another name.
const NAME: &str = "rangeload 1";

/// What another tab says of the download `id`.
pub(super) struct Told {
    pub(super) id: String,
    pub(super) what: What,
}

pub(super) enum What {
    /// Its owner says how it stands; the snapshot is as a page gets it.
    Stands { state: State, snapshot: JsValue },
    /// A follower passes on an order of its page.
    Order(Command),
    /// A tab that has just met the download asks its owner to say how it stands.
    Hello,
}

pub(super) struct Channel {
    channel: Option<BroadcastChannel>,
    _listener: Option<EventListener>,
}

impl Channel {
    /// `tell` is called with each message of another tab.
    pub(super) fn open(tell: impl Fn(Told) + 'static) -> Self {
        let channel = BroadcastChannel::new(NAME).ok();
        let listener = channel.as_ref().map(|channel| {
            EventListener::new(channel, "message", move |event| {
                let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
                if let Some(told) = data.and_then(|data| message::told(&data)) {
                    tell(told);
                }
            })
        });
        Self {
            channel,
            _listener: listener,
        }
    }

    pub(super) fn stands(&self, snapshot: &JsValue) {
        self.send(&message::event(snapshot));
    }

    pub(super) fn order(&self, id: &str, command: Command) {
        if let Some(order) = message::order(id, command) {
            self.send(&order);
        }
    }

    pub(super) fn hello(&self, id: &str) {
        self.send(&message::hello(id));
    }

    fn send(&self, message: &JsValue) {
        if let Some(channel) = &self.channel {
            // It throws for what cannot be cloned, and messages are plain data.
            let _ = channel.post_message(message);
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.close();
        }
    }
}
