//! What one tab tells another.

use wasm_bindgen::prelude::*;

use super::fields::{get, object, text};
use super::orders;
use crate::browser::channel::{Told, What};
use crate::core::download::{Command, State};

const HELLO: &str = "hello";

/// What another tab says; `None` for what this version does not understand.
pub(in crate::browser) fn told(message: &JsValue) -> Option<Told> {
    let word = text(message, "type")?;
    if word == "snapshot" {
        let snapshot = get(message, "snapshot");
        return Some(Told {
            id: text(&snapshot, "id")?,
            what: What::Stands {
                state: State::parse(&text(&snapshot, "state")?)?,
                snapshot,
            },
        });
    }
    let what = match word.as_str() {
        HELLO => What::Hello,
        order => What::Order(orders::parse(order)?),
    };
    let id = text(message, "id")?;
    Some(Told { id, what })
}

/// Of a command that is no order of a page, nothing is told.
pub(in crate::browser) fn order(id: &str, command: Command) -> Option<JsValue> {
    orders::word(command).map(|word| telling(word, id))
}

pub(in crate::browser) fn hello(id: &str) -> JsValue {
    telling(HELLO, id)
}

fn telling(word: &str, id: &str) -> JsValue {
    object([("type", word.into()), ("id", id.into())])
}
