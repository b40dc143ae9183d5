//! Asks a server twice for bytes, reads the heads of its answers and leaves; the judgement is the
//! core's.

use std::ops::Range;

use wasm_bindgen::prelude::*;

use super::fetch::{self, Request, own_origin};
use super::message;
use crate::core::diagnosis::{self, Diagnosis, Page};
use crate::core::ranges::EVERYTHING;
use crate::core::response::Head;
use crate::core::terms::Terms;

pub(super) async fn diagnose(terms: Terms) -> JsValue {
    let origin = own_origin();
    let names: Vec<&str> = terms
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let names = names.join(", ");
    let path = terms.url.strip_prefix(&origin);
    let page = Page {
        origin: &origin,
        cross_origin: !path.is_some_and(|path| path.starts_with('/')),
        credentials: terms.options.credentials.as_deref() == Some("include"),
        headers: &names,
    };
    let diagnosis = ask(&terms, page).await;
    message::diagnosis(&terms.url, &diagnosis, page)
}

async fn ask(terms: &Terms, page: Page<'_>) -> Diagnosis {
    let Ok(first) = head(terms, EVERYTHING).await else {
        let reach = fetch::reach(&terms.url).await;
        return diagnosis::unreadable(&terms.url, reach, page);
    };
    let second = match diagnosis::second_request(&first) {
        // A connection that breaks now says nothing of ranges: the first answer speaks alone.
        Some(range) => head(terms, range).await.ok(),
        None => None,
    };
    diagnosis::diagnose(&terms.url, &first, second.as_ref(), page)
}

/// Dropping the request cancels its body.
async fn head(terms: &Terms, range: Range<u64>) -> Result<Head, JsValue> {
    Request::new(&range)?
        .open(terms, &terms.url, Some(&range), false, false)
        .await
}
