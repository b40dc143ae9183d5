//! A timer that knows whether it has fired.

use std::cell::Cell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;

use super::clock;
use crate::core::Time;

pub(super) struct Timer {
    at: Time,
    fired: Rc<Cell<bool>>,
    _timeout: Timeout,
}

impl Timer {
    /// Calls back at that time, or soon after. Dropped before, it does not.
    pub(super) fn new(at: Time, then: impl FnOnce() + 'static) -> Self {
        let left = at.saturating_sub(clock::now());
        let millis = left.as_millis().min(i32::MAX as u128 - 1) as u32;
        let fired = Rc::new(Cell::new(false));
        let has_fired = fired.clone();
        // Rounded up: woken a moment too early, there would be nothing to do yet.
        let timeout = Timeout::new(millis + 1, move || {
            has_fired.set(true);
            then();
        });
        Self {
            at,
            fired,
            _timeout: timeout,
        }
    }

    /// Whether it will still call back, and no later than that.
    ///
    /// The clock does not tell: browsers let it stand still for up to 100 ms at a time, so that it
    /// may read less than the time at which the timer has fired.
    pub(super) fn fires_by(&self, at: Time) -> bool {
        !self.fired.get() && self.at <= at
    }
}
