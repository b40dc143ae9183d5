//! When the next bytes of a body are due, so that it flows evenly at a given rate.
//!
//! Decides by the times it is told; it has no clock and never waits itself.

use std::time::Duration;

use tokio::time::Instant;

/// A slice lasts this long: much shorter than anyone measures a rate over.
const SLICE: Duration = Duration::from_millis(10);
/// A client that did not read for longer than this gets no burst to make up for it: a slow link
/// would not have stored it up either.
const ARREARS: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(crate) struct Pace {
    rate: u64,
    due: Instant,
}

impl Pace {
    /// `rate` is in bytes per second and not 0.
    pub(crate) fn new(rate: u64, now: Instant) -> Self {
        Self { rate, due: now }
    }

    /// How many bytes to take at a time.
    pub(crate) fn slice(&self) -> usize {
        let bytes = u128::from(self.rate) * SLICE.as_nanos() / Duration::from_secs(1).as_nanos();
        usize::try_from(bytes).unwrap_or(usize::MAX).max(1)
    }

    /// When the last of the next `bytes` would have arrived.
    pub(crate) fn schedule(&mut self, bytes: usize, now: Instant) -> Instant {
        let lasts = bytes as u128 * Duration::from_secs(1).as_nanos() / u128::from(self.rate);
        let lasts = Duration::from_nanos(u64::try_from(lasts).unwrap_or(u64::MAX));
        if now.duration_since(self.due) > ARREARS {
            self.due = now;
        }
        self.due += lasts;
        self.due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_of_slices_is_a_second_long_at_any_rate() {
        for rate in [1, 7, 1000, 10_000_000, 8 << 20, 3 << 30] {
            let start = Instant::now();
            let mut pace = Pace::new(rate, start);
            let (mut sent, mut now) = (0, start);
            while sent < rate {
                let slice = (pace.slice() as u64).min(rate - sent);
                now = pace.schedule(slice as usize, now);
                sent += slice;
            }
            let error = now.duration_since(start).abs_diff(Duration::from_secs(1));
            assert!(error < Duration::from_micros(1), "{rate}: off by {error:?}");
        }
    }

    #[test]
    fn a_late_slice_is_made_up_for() {
        let start = Instant::now();
        let mut pace = Pace::new(1000, start);
        let late = start + Duration::from_millis(90);
        assert_eq!(pace.schedule(10, late), start + Duration::from_millis(10));
    }

    #[test]
    fn a_client_that_paused_gets_no_burst() {
        let start = Instant::now();
        let mut pace = Pace::new(1000, start);
        let later = start + Duration::from_secs(60);
        assert_eq!(pace.schedule(10, later), later + Duration::from_millis(10));
    }

    #[test]
    fn a_slice_is_of_ten_milliseconds_and_never_empty() {
        let now = Instant::now();
        assert_eq!(Pace::new(1, now).slice(), 1);
        assert_eq!(Pace::new(10_000_000, now).slice(), 100_000);
    }
}
