//! What the page's Content-Security-Policy, or that of its worker, forbids.
//!
//! To a script, a request that the policy forbids fails like one that nobody answers; that it was
//! the policy is told by an event only, which WebKit keeps from workers.

use std::cell::RefCell;

use gloo::events::EventListener;
use js_sys::Reflect;
use wasm_bindgen::prelude::*;

thread_local! {
    /// No policy is relaxed while its page lives: what it has forbidden once stays so.
    static FORBIDDEN: RefCell<Vec<String>> = RefCell::default();
}

/// Whether a request to this address was refused.
pub(super) fn forbids(url: &str) -> bool {
    FORBIDDEN.with_borrow(|forbidden| forbidden.iter().any(|known| known == url))
}

/// Until the listener is dropped.
pub(super) fn listen() -> EventListener {
    let scope: web_sys::EventTarget = js_sys::global().unchecked_into();
    EventListener::new(&scope, "securitypolicyviolation", |event| {
        let field = |name: &str| Reflect::get(event, &name.into()).ok()?.as_string();
        let is = |name, value| field(name).as_deref() == Some(value);
        // A policy that only reports lets the request through.
        let fetch = is("effectiveDirective", "connect-src") && is("disposition", "enforce");
        if let Some(url) = field("blockedURI").filter(|_| fetch) {
            FORBIDDEN.with_borrow_mut(|forbidden| {
                if !forbidden.contains(&url) {
                    forbidden.push(url);
                }
            });
        }
    })
}
