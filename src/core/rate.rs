//! How fast bytes arrive: an exponentially weighted mean that is unbiased from its first second.

use super::Time;

/// Bytes per second over roughly the last `span` seconds; silence pulls it towards zero.
#[derive(Clone, Debug)]
pub struct Meter {
    span: f64,
    began: Time,
    at: Time,
    /// The bytes so far, each weighted by how long ago it came.
    weighted: f64,
}

impl Meter {
    pub fn new(now: Time, span: f64) -> Self {
        Self {
            span,
            began: now,
            at: now,
            weighted: 0.0,
        }
    }

    pub fn age(&self, now: Time) -> Time {
        now.saturating_sub(self.began)
    }

    pub fn record(&mut self, now: Time, bytes: u64) {
        self.weighted = self.weighted * self.decay(now) + bytes as f64;
        self.at = self.at.max(now);
    }

    /// Zero until some time has passed: one instant has no rate.
    pub fn bytes_per_second(&self, now: Time) -> f64 {
        let age = self.age(now).as_secs_f64();
        // The weights of a steady stream sum up to this, so that a young meter does not read low.
        let seconds = self.span * (1.0 - (-age / self.span).exp());
        if seconds > 0.001 {
            self.weighted * self.decay(now) / seconds
        } else {
            0.0
        }
    }

    fn decay(&self, now: Time) -> f64 {
        (-now.saturating_sub(self.at).as_secs_f64() / self.span).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn steady(seconds: u64) -> Meter {
        let mut meter = Meter::new(Time::ZERO, 2.0);
        for tick in 1..=seconds * 50 {
            meter.record(Duration::from_millis(tick * 20), 20_000);
        }
        meter
    }

    #[test]
    fn a_steady_stream_reads_true_from_the_start() {
        for seconds in [1, 3, 60] {
            let rate = steady(seconds).bytes_per_second(Duration::from_secs(seconds));
            assert!((rate - 1e6).abs() < 2e4, "{rate} after {seconds} s");
        }
    }

    #[test]
    fn silence_reads_as_slowing_down() {
        let meter = steady(10);
        let after = |seconds: u64| meter.bytes_per_second(Duration::from_secs(10 + seconds));
        assert!(after(2) < after(0) / 2.0);
        assert!(after(30) < 1.0);
    }

    #[test]
    fn a_clock_that_steps_back_is_harmless() {
        let mut meter = steady(10);
        meter.record(Duration::from_secs(1), 1);
        assert!(meter.bytes_per_second(Time::ZERO).is_finite());
    }
}
