//! Time and chance, read here and handed to the core.

use std::time::Duration;

use gloo::timers::callback::Timeout;
use wasm_bindgen::prelude::*;

use super::mailbox::mailbox;
use crate::core::{Moment, Time};

#[wasm_bindgen]
extern "C" {
    type Performance;
    #[wasm_bindgen(thread_local_v2, js_name = performance)]
    static PERFORMANCE: Performance;
    #[wasm_bindgen(method, getter, js_name = timeOrigin)]
    fn time_origin(this: &Performance) -> f64;
    #[wasm_bindgen(method)]
    fn now(this: &Performance) -> f64;
}

/// Since the Unix epoch, but monotonic: a corrected system clock moves no timer.
pub(super) fn now() -> Time {
    of_millis(millis())
}

fn millis() -> f64 {
    PERFORMANCE.with(|performance| performance.time_origin() + performance.now())
}

/// A time of the monotonic clock as pages tell it, which know the time of day only.
pub(super) fn told(at: Time) -> f64 {
    js_sys::Date::now() + at.as_secs_f64() * 1e3 - millis()
}

/// Since the Unix epoch, and through every sleep; it may be corrected.
pub(super) fn time_of_day() -> Time {
    of_millis(js_sys::Date::now())
}

fn of_millis(millis: f64) -> Time {
    Duration::from_micros((millis * 1000.0) as u64)
}

pub(super) fn moment() -> Moment {
    Moment {
        now: now(),
        chance: js_sys::Math::random(),
    }
}

pub(super) async fn pause(millis: u32) {
    let (sender, mut fired) = mailbox();
    let timeout = Timeout::new(millis, move || sender.send(()));
    // The timer is not dropped before it has fired.
    fired.next().await;
    drop(timeout);
}
