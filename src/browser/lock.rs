//! One tab owns a download: a Web Lock named after it, held until dropped.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

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

/// Released when dropped, and by the browser when the page goes.
pub(super) struct Lock {
    release: Option<Function>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = self.release.take() {
            // A resolve function does not throw.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// The lock, if nobody has it.
pub(super) async fn try_acquire(id: String) -> Option<Lock> {
    request(&[PREFIX, &id].concat(), true).await
}

/// Waits until no other tab owns the download. Where there are no locks, one that is heard at
/// work is never known to be gone, and this waits for ever.
pub(super) async fn acquire(id: String) -> Lock {
    if manager().is_none() {
        pending::<()>().await;
    }
    wait(&[PREFIX, &id].concat()).await
}

/// Waits until no other thread does the same `work`.
pub(super) async fn acquire_for(work: &str) -> Lock {
    wait(&[OTHER_PREFIX, work].concat()).await
}

/// Whether some page owns the download, or is about to.
pub(super) async fn is_owned(id: &str) -> bool {
    owned()
        .await
        .is_some_and(|ids| ids.iter().any(|owned| owned == id))
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
    request(name, false).await.unwrap_or(Lock { release: None })
}

/// Where there are no locks (an insecure context) nobody can be waited for.
async fn request(name: &str, only_if_available: bool) -> Option<Lock> {
    let unlocked = Some(Lock { release: None });
    let Some(manager) = manager() else {
        return unlocked;
    };
    let (answer, mut answers) = mailbox();
    let refused = answer.clone();
    let granted = Closure::once_into_js(move |lock: JsValue| {
        let slot = Rc::new(RefCell::new(None));
        let fill = slot.clone();
        // The lock is held until this promise resolves.
        let held = Promise::new(&mut |resolve, _| *fill.borrow_mut() = Some(resolve));
        let lock = Lock {
            release: slot.take().filter(|_| !lock.is_null()),
        };
        if lock.release.is_none() {
            answer.send(None);
            return JsValue::UNDEFINED;
        }
        // If nobody waits any more, the lock is dropped, and so released.
        answer.send(Some(lock));
        held.into()
    });
    let options = js_sys::Object::new();
    let asked = Reflect::set(&options, &"ifAvailable".into(), &only_if_available.into())
        .and_then(|_| manager.request(name, &options, granted.unchecked_ref()));
    let Ok(promise) = asked else {
        return unlocked;
    };
    spawn_local(async move {
        // Resolves when the lock is released; rejects when there cannot be one.
        if JsFuture::from(promise).await.is_err() {
            refused.send(Some(Lock { release: None }));
        }
    });
    answers.next().await.unwrap_or(unlocked)
}

fn manager() -> Option<LockManager> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    (!locks.is_undefined()).then(|| locks.unchecked_into())
}
