//! IndexedDB as futures: a request, a transaction's end, and the connection. It knows no schema.
//!
//! A transaction closes once nothing of its own is awaited: fetch first, then one short transaction.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbFactory, IdbRequest, IdbTransaction};

/// The factory of the window or the worker; `None` where there is none.
pub fn factory() -> Result<Option<IdbFactory>, JsValue> {
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into())?;
    Ok((!factory.is_null() && !factory.is_undefined()).then(|| factory.unchecked_into()))
}

/// What the request brings, or the exception it failed with.
///
/// The handlers are set before this returns, so that no event is missed between call and poll.
pub fn result(request: &IdbRequest) -> impl Future<Output = Result<JsValue, JsValue>> + use<> {
    let settled = settled(|resolve, reject| {
        request.set_onsuccess(Some(resolve));
        request.set_onerror(Some(reject));
    });
    let request = request.clone();
    async move {
        match settled.await {
            Ok(_) => request.result(),
            Err(_) => Err(request.error()?.map_or(JsValue::NULL, Into::into)),
        }
    }
}

/// Resolves when all that the transaction wrote is stored; fails with what aborted it, or with
/// null where nothing of the transaction did.
pub fn completion(
    transaction: &IdbTransaction,
) -> impl Future<Output = Result<(), JsValue>> + use<> {
    let settled = settled(|resolve, reject| {
        transaction.set_oncomplete(Some(resolve));
        transaction.set_onabort(Some(reject));
    });
    let transaction = transaction.clone();
    async move {
        match settled.await {
            Ok(_) => Ok(()),
            Err(_) => Err(transaction.error().map_or(JsValue::NULL, Into::into)),
        }
    }
}

/// A promise's own functions are the handlers: no closure has to outlive the call.
fn settled(listen: impl Fn(&Function, &Function)) -> JsFuture {
    JsFuture::from(Promise::new(&mut |resolve, reject| {
        listen(&resolve, &reject)
    }))
}
