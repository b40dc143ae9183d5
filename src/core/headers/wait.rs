//! How long a server asks to be left alone: Retry-After and RateLimit.

use std::time::Duration;

use super::digits;
use crate::core::{Time, http_date};

/// Retry-After (RFC 9110 §10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    Delay(Duration),
    /// Since the Unix epoch.
    At(Duration),
}

impl RetryAfter {
    /// From `now` on; a date that has passed asks for nothing.
    pub fn wait(self, now: Time) -> Duration {
        match self {
            Self::Delay(delay) => delay,
            Self::At(time) => time.saturating_sub(now),
        }
    }
}

/// Parses `delay-seconds / HTTP-date`.
pub fn retry_after(value: &str) -> Option<RetryAfter> {
    let value = value.trim();
    match digits(value) {
        Some(seconds) => Some(RetryAfter::Delay(Duration::from_secs(seconds))),
        None => http_date::parse(value).map(RetryAfter::At),
    }
}

/// The time until a used-up quota is filled again, from RateLimit: `"api";r=0;t=30`
/// (draft-ietf-httpapi-ratelimit-headers-10) or, as in its early versions,
/// `limit=10, remaining=0, reset=30`. Where several quotas are used up, the longest.
/// A quota that has something left asks for nothing.
pub fn rate_limit_reset(value: &str) -> Option<Duration> {
    let mut names = value.split([',', ';', '=', ' ', '\t']);
    let early = names.any(|name| name.eq_ignore_ascii_case("remaining"));
    let (quotas, separator, remaining, reset) = match early {
        true => (vec![value], ',', "remaining", "reset"),
        false => (value.split(',').collect(), ';', "r", "t"),
    };
    let used_up = quotas.into_iter().filter_map(|quota| {
        let parameter = |name| parameter(quota, separator, name);
        (parameter(remaining)? == 0).then_some(parameter(reset)?)
    });
    used_up.max().map(Duration::from_secs)
}

fn parameter(quota: &str, separator: char, wanted: &str) -> Option<u64> {
    quota.split(separator).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let wanted = name.trim().eq_ignore_ascii_case(wanted);
        wanted.then(|| digits(value.trim())).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Duration::from_secs(1_000_000_000);

    fn wait(value: &str) -> Option<u64> {
        retry_after(value).map(|after| after.wait(NOW).as_secs())
    }

    #[test]
    fn both_forms_of_retry_after_come_to_a_wait() {
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait("Sun, 09 Sep 2001 01:46:50 GMT"), Some(10));
        assert_eq!(wait("Sun, 09 Sep 2001 01:46:30 GMT"), Some(0));
    }

    #[test]
    fn nonsense_asks_for_nothing() {
        for value in ["", "-1", "1.5", "soon", "Sun, 99 Sep 2001 01:46:50 GMT"] {
            assert_eq!(retry_after(value), None, "{value:?}");
        }
        for value in ["", "r", "r=0", "t=5", "\"api\";r=x;t=5", "remaining=0"] {
            assert_eq!(rate_limit_reset(value), None, "{value:?}");
        }
    }

    #[test]
    fn a_quota_that_is_used_up_says_when_it_is_filled() {
        let seconds = |value| rate_limit_reset(value).map(|wait| wait.as_secs());
        assert_eq!(seconds("\"api\";r=0;t=30"), Some(30));
        assert_eq!(
            seconds("\"a\";r=0;t=30, \"b\"; r=0; t=60, \"c\";r=9;t=90"),
            Some(60)
        );
        assert_eq!(seconds("limit=10, remaining=0, reset=7"), Some(7));
    }

    #[test]
    fn a_quota_with_something_left_asks_for_nothing() {
        assert_eq!(rate_limit_reset("\"api\";r=5;t=30"), None);
        assert_eq!(rate_limit_reset("limit=10, remaining=1, reset=7"), None);
    }
}
