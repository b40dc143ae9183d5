//! Whether the machine slept: the time of day went on meanwhile, and a monotonic clock may have
//! stood still, as some browsers' do, so that no timer is late.

use std::time::Duration;

use super::Time;

/// Corrections of the time of day are smaller, and after less than this no connection is dead.
const LONG: Duration = Duration::from_secs(10);

/// Two clocks, side by side.
#[derive(Debug, Default)]
pub struct Clocks {
    /// What both showed last: the monotonic one, and the time of day.
    last: Option<(Time, Time)>,
}

impl Clocks {
    /// Whether it slept since this was last called.
    pub fn show_sleep(&mut self, now: Time, time_of_day: Time) -> bool {
        let last = self.last.replace((now, time_of_day));
        last.is_some_and(|(then, earlier)| {
            let awake = now.saturating_sub(then);
            time_of_day.saturating_sub(earlier) >= awake + LONG
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_clock_that_stood_still_while_the_day_went_on_has_slept() {
        let mut clocks = Clocks::default();
        assert!(!clocks.show_sleep(at(100), at(5000)));
        assert!(clocks.show_sleep(at(101), at(8600)));
        assert!(!clocks.show_sleep(at(102), at(8601)));
    }

    #[test]
    fn clocks_that_go_on_together_or_are_corrected_have_not_slept() {
        let mut clocks = Clocks::default();
        for (now, day) in [
            (0, 1000),
            (3600, 4600),
            (3601, 4606),
            (3602, 4000),
            (3603, 4001),
        ] {
            assert!(!clocks.show_sleep(at(now), at(day)));
        }
    }
}
