//! A query becomes knobs, or is refused: a test must not pass because a fault was misspelt.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::HeaderValue;

use super::{ContentRange, Cors, Knobs, Length, Ranges, RetryAfter, Slow, Validators, size};
use crate::quantity;

#[derive(Debug, thiserror::Error)]
pub(crate) enum BadKnob {
    #[error("there is no knob `{0}`")]
    Unknown(String),
    #[error("the knob `{0}` is given twice")]
    Repeated(String),
    #[error("`{knob}={value}`: expected {expected}")]
    Malformed {
        knob: String,
        value: String,
        expected: &'static str,
    },
    #[error("the knob `{0}` has no meaning without `{1}`")]
    Alone(&'static str, &'static str),
    #[error("`weak-varies` contradicts validators other than `weak` and `weak-only`")]
    NotWeak,
}

impl Knobs {
    pub(crate) fn parse(query: &str) -> Result<Self, BadKnob> {
        let mut knobs = Self::default();
        let mut seen = Vec::new();
        for (knob, value) in form_urlencoded::parse(query.as_bytes()) {
            if seen.contains(&knob) {
                return Err(BadKnob::Repeated(knob.into_owned()));
            }
            if let Err(refusal) = knobs.set(&knob, &value) {
                let (knob, value) = (knob.into_owned(), value.into_owned());
                return Err(match refusal {
                    Refusal::Unknown => BadKnob::Unknown(knob),
                    Refusal::Expected(expected) => BadKnob::Malformed {
                        knob,
                        value,
                        expected,
                    },
                });
            }
            seen.push(knob);
        }
        knobs.agree(seen.iter().any(|knob| knob == "validators"))
    }

    fn set(&mut self, knob: &str, value: &str) -> Result<(), Refusal> {
        match knob {
            "seed" => self.seed = count(value)?,
            "rate" => self.rate = Some(rate(value)?),
            "shared" => self.shared = Some(rate(value)?),
            "slow" => {
                let expected = "I:RATE, both above 0";
                let (every, at) = pair(value, expected)?;
                let every = count(every)?;
                if every == 0 {
                    return Err(Refusal::Expected(expected));
                }
                self.slow = Some(Slow {
                    every,
                    rate: rate(at)?,
                });
            }
            "delay" => self.faults.delay = Duration::from_millis(count(value)?),
            "cut" => self.faults.cut = Some(bytes(value)?),
            "stall" => self.faults.stall = Some(bytes(value)?),
            "ranges" => {
                self.faults.ranges = choice(
                    value,
                    "ignore or claim",
                    &[("ignore", Ranges::Ignore), ("claim", Ranges::Claim)],
                )?;
            }
            "validators" => {
                self.validators = choice(
                    value,
                    "strong, date, weak, weak-only or none",
                    &[
                        ("strong", Validators::Strong),
                        ("date", Validators::Date),
                        ("weak", Validators::Weak),
                        ("weak-only", Validators::WeakOnly),
                        ("none", Validators::None),
                    ],
                )?;
            }
            "weak-varies" => self.weak_varies = choice(value, "1", &[("1", true)])?,
            "etag-after" => self.etag_after = Some(count(value)?),
            "content-after" => self.content_after = Some(count(value)?),
            "size-after" => {
                let (after, size) = pair(value, "K:SIZE")?;
                self.size_after = Some((count(after)?, file_size(size)?));
            }
            "rot" => {
                let (start, end) = pair(value, "START:END")?;
                self.rot = bytes(start)?..bytes(end)?;
            }
            "content-range" => {
                let expected = "shifted, lies, total, missing or garbage";
                self.faults.content_range = choice(
                    value,
                    expected,
                    &[
                        ("shifted", ContentRange::Shifted),
                        ("lies", ContentRange::Lies),
                        ("total", ContentRange::Total),
                        ("missing", ContentRange::Missing),
                        ("garbage", ContentRange::Garbage),
                    ],
                )?;
            }
            "body" => {
                let expected = "short:N or long:N";
                let (kind, by) = pair(value, expected)?;
                self.faults.length = match kind {
                    "short" => Length::Short(bytes(by)?),
                    "long" => Length::Long(bytes(by)?),
                    _ => return Err(Refusal::Expected(expected)),
                };
            }
            "status" => self.faults.status = Some(error_status(value)?),
            "retry-after" => {
                self.faults.retry_after = Some(match value.strip_prefix("date:") {
                    Some(ahead) => RetryAfter::Date(Duration::from_secs(count(ahead)?)),
                    None => RetryAfter::Seconds(count(value)?),
                });
            }
            "redirect" => self.redirect = count(value)?,
            "redirect-to" => self.redirect_to_other = choice(value, "other", &[("other", true)])?,
            "encoding" => self.faults.gzip = choice(value, "gzip", &[("gzip", true)])?,
            "length" => self.length_unknown = choice(value, "unknown", &[("unknown", true)])?,
            "expose" => self.hide(choice(value, "none", &[("none", Cors::NotExposed)])?),
            "cors" => self.hide(choice(value, "none", &[("none", Cors::None)])?),
            "disposition" => self.disposition = Some(header(value)?),
            "type" => self.content_type = Some(header(value)?),
            "times" => self.times = Some(count(value)?),
            "skip" => self.skip = count(value)?,
            "tag" => {}
            _ => return Err(Refusal::Unknown),
        }
        Ok(())
    }

    /// Without CORS there is nothing left to expose, in whichever order the two are named.
    fn hide(&mut self, cors: Cors) {
        if self.cors != Cors::None {
            self.cors = cors;
        }
    }

    /// Settles what one knob means for another.
    fn agree(mut self, validators_given: bool) -> Result<Self, BadKnob> {
        if self.weak_varies {
            match self.validators {
                Validators::Weak | Validators::WeakOnly => {}
                _ if validators_given => return Err(BadKnob::NotWeak),
                _ => self.validators = Validators::Weak,
            }
        }
        if self.faults.retry_after.is_some() && self.faults.status.is_none() {
            return Err(BadKnob::Alone("retry-after", "status"));
        }
        if self.redirect_to_other && self.redirect == 0 {
            return Err(BadKnob::Alone("redirect-to", "redirect"));
        }
        Ok(self)
    }
}

enum Refusal {
    Unknown,
    Expected(&'static str),
}

fn file_size(text: &str) -> Result<u64, Refusal> {
    size(text).ok_or(Refusal::Expected("a size of 0 to 1TiB (write `+` as %2B)"))
}

fn count(text: &str) -> Result<u64, Refusal> {
    text.parse()
        .map_err(|_| Refusal::Expected("a whole number"))
}

fn bytes(text: &str) -> Result<u64, Refusal> {
    quantity::parse(text).ok_or(Refusal::Expected("a number of bytes"))
}

fn rate(text: &str) -> Result<u64, Refusal> {
    quantity::parse(text)
        .filter(|rate| *rate > 0)
        .ok_or(Refusal::Expected("bytes per second, above 0"))
}

fn pair<'v>(value: &'v str, expected: &'static str) -> Result<(&'v str, &'v str), Refusal> {
    value.split_once(':').ok_or(Refusal::Expected(expected))
}

fn error_status(text: &str) -> Result<StatusCode, Refusal> {
    text.parse()
        .ok()
        .filter(|status: &StatusCode| status.is_client_error() || status.is_server_error())
        .ok_or(Refusal::Expected("a status of 400 to 599"))
}

fn header(text: &str) -> Result<HeaderValue, Refusal> {
    HeaderValue::from_bytes(text.as_bytes()).map_err(|_| Refusal::Expected("a header's value"))
}

fn choice<T: Copy>(
    value: &str,
    expected: &'static str,
    choices: &[(&str, T)],
) -> Result<T, Refusal> {
    let chosen = choices.iter().find(|(name, _)| *name == value);
    chosen
        .map(|(_, choice)| *choice)
        .ok_or(Refusal::Expected(expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(query: &str) -> String {
        match Knobs::parse(query) {
            Ok(knobs) => format!("accepted: {knobs:?}"),
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn a_refusal_names_the_knob_and_what_it_takes() {
        assert_eq!(refusal("stal=5"), "there is no knob `stal`");
        assert_eq!(refusal("cut=1&cut=2"), "the knob `cut` is given twice");
        assert_eq!(
            refusal("rate=fast"),
            "`rate=fast`: expected bytes per second, above 0"
        );
        assert_eq!(
            refusal("retry-after=3"),
            "the knob `retry-after` has no meaning without `status`"
        );
    }

    #[test]
    fn no_malformed_value_is_accepted() {
        for query in [
            "seed=",
            "rate=0",
            "shared=0",
            "slow=3",
            "slow=0:1MiB",
            "delay=soon",
            "cut=-1",
            "ranges=no",
            "validators=some",
            "weak-varies=0",
            "weak-varies=1&validators=date",
            "size-after=3",
            "size-after=3:2TiB",
            "rot=3",
            "rot=a:b",
            "content-range=odd",
            "body=wide:3",
            "status=200",
            "status=abc",
            "redirect-to=other",
            "encoding=br",
            "length=known",
            "expose=all",
            "cors=some",
            "type=%0A",
            "times=x",
        ] {
            assert!(Knobs::parse(query).is_err(), "{query}");
        }
    }
}
