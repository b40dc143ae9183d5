//! Whether the browser believes that there is a network.

use gloo::events::EventListener;
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

use crate::core::download::Command;

pub(super) fn is_online() -> bool {
    let navigator = js_sys::Reflect::get(&js_sys::global(), &"navigator".into());
    let online = navigator.and_then(|navigator| js_sys::Reflect::get(&navigator, &"onLine".into()));
    // A browser that does not say is not offline.
    online
        .ok()
        .and_then(|online| online.as_bool())
        .unwrap_or(true)
}

/// Calls `tell` at each change, until the listeners are dropped.
pub(super) fn listen(tell: impl Fn(Command) + Clone + 'static) -> [EventListener; 2] {
    let scope: EventTarget = js_sys::global().unchecked_into();
    [("online", Command::Online), ("offline", Command::Offline)].map(|(event, command)| {
        let tell = tell.clone();
        EventListener::new(&scope, event, move |_| tell(command))
    })
}
