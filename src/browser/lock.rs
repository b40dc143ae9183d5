//! One tab owns a download: a Web Lock named after it, held until dropped.

mod database;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::clock;
use super::mailbox::mailbox;

#[wasm_bindgen]
extern "C" {
    type LockManager;
    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &js_sys::Object,
        granted: &Function,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method)]
    fn query(this: &LockManager) -> Promise;
}

/// What the name of each download's lock begins with.
const PREFIX: &str = "rangeload:";

/// Names that are no download's.
const OTHER_PREFIX: &str = "rangeload ";

/// How long it is waited for a lock that nobody has. No event tells who waits behind another that
/// it is not to be had; one that comes later is as good.
const SOON_MS: u32 = 500;

/// Released when dropped, and by the browser when the page goes.
pub(super) struct Lock {
    _held: Option<Held>,
}

enum Held {
    /// Resolves the promise that the lock is held for.
    Lock(Function),
    Database(#[expect(dead_code, reason = "released when dropped")] database::Held),
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Self::Lock(release) = self {
            // A resolve function does not throw.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

impl Lock {
    /// Where nothing can be locked, nobody can be waited for.
    const NONE: Self = Self { _held: None };

    fn of(held: Held) -> Self {
        Self { _held: Some(held) }
    }
}

/// The lock, if nobody has it.
pub(super) async fn try_acquire(id: String) -> Option<Lock> {
    request(&[PREFIX, &id].concat(), true).await
}

/// Waits until no other tab owns the download.
pub(super) async fn acquire(id: String) -> Lock {
    wait(&[PREFIX, &id].concat()).await
}

/// Waits until no other thread does the same `work`.
pub(super) async fn acquire_for(work: &str) -> Lock {
    wait(&[OTHER_PREFIX, work].concat()).await
}

/// Whether some page owns the download, or is about to.
pub(super) async fn is_owned(id: &str) -> bool {
    match owned().await {
        Some(ids) => ids.iter().any(|owned| owned == id),
        None => try_acquire(id.into()).await.is_none(),
    }
}

/// The downloads that some page owns or waits for; `None` where that cannot be known.
pub(super) async fn owned() -> Option<Vec<String>> {
    let state = JsFuture::from(manager()?.query()).await.ok()?;
    let mut ids = Vec::new();
    for list in ["held", "pending"] {
        let locks: Array = Reflect::get(&state, &list.into()).ok()?.dyn_into().ok()?;
        for lock in locks {
            let name = Reflect::get(&lock, &"name".into()).ok()?.as_string();
            let id = name.as_deref().and_then(|name| name.strip_prefix(PREFIX));
            ids.extend(id.map(ToOwned::to_owned));
        }
    }
    Some(ids)
}

async fn wait(name: &str) -> Lock {
    request(name, false).await.unwrap_or(Lock::NONE)
}

async fn request(name: &str, only_if_available: bool) -> Option<Lock> {
    match manager() {
        Some(manager) => request_lock(&manager, name, only_if_available).await,
        // An insecure context.
        None => request_database(name, only_if_available).await,
    }
}

async fn request_database(name: &str, only_if_available: bool) -> Option<Lock> {
    let (answer, mut answers) = mailbox();
    if only_if_available {
        let refused = answer.clone();
        spawn_local(async move {
            clock::pause(SOON_MS).await;
            refused.send(None);
        });
    }
    let name = name.to_owned();
    spawn_local(async move {
        let held = database::acquire(&name).await.ok();
        // If nobody waits any more, it is dropped, and so released.
        answer.send(Some(
            held.map_or(Lock::NONE, |held| Lock::of(Held::Database(held))),
        ));
    });
    answers.next().await.flatten()
}

async fn request_lock(manager: &LockManager, name: &str, only_if_available: bool) -> Option<Lock> {
    let (answer, mut answers) = mailbox();
    let refused = answer.clone();
    let granted = Closure::once_into_js(move |lock: JsValue| {
        let slot = Rc::new(RefCell::new(None));
        let fill = slot.clone();
        // The lock is held until this promise resolves.
        let held = Promise::new(&mut |resolve, _| *fill.borrow_mut() = Some(resolve));
        let Some(release) = slot.take().filter(|_| !lock.is_null()) else {
            answer.send(None);
            return JsValue::UNDEFINED;
        };
        // If nobody waits any more, the lock is dropped, and so released.
        answer.send(Some(Lock::of(Held::Lock(release))));
        held.into()
    });
    let options = js_sys::Object::new();
    let asked = Reflect::set(&options, &"ifAvailable".into(), &only_if_available.into())
        .and_then(|_| manager.request(name, &options, granted.unchecked_ref()));
    let Ok(promise) = asked else {
        return Some(Lock::NONE);
    };
    spawn_local(async move {
        // Resolves when the lock is released; rejects when there cannot be one.
        if JsFuture::from(promise).await.is_err() {
            refused.send(Some(Lock::NONE));
        }
    });
    answers.next().await.unwrap_or(Some(Lock::NONE))
}

fn manager() -> Option<LockManager> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    (!locks.is_undefined()).then(|| locks.unchecked_into())
}
