//! A server that answers ranges, and misbehaves as its seed has it.

use std::ops::Range;
use std::time::Duration;

use rangeload::core::response::Head;

use super::random::Random;
use super::store::Version;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Validators {
    Strong,
    Date,
    Weak,
    None,
}

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    Whole,
    /// The connection breaks after so many bytes.
    Cut(u64),
    /// Nothing comes any more after so many bytes.
    Stall(u64),
    /// The body ends, as if whole, so many bytes early.
    Short(u64),
}

pub(crate) struct Answer {
    pub(crate) head: Head,
    pub(crate) body: Range<u64>,
    pub(crate) fate: Fate,
    pub(crate) version: Version,
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) size: u64,
    validators: Validators,
    pub(crate) ranges: bool,
    /// How likely a request meets a fault.
    pub(crate) faults: f64,
    /// The file becomes another one after so many requests.
    change_after: Option<u64>,
    pub(crate) resize: bool,
    requests: u64,
    /// Content-Range may be read.
    exposed: bool,
}

impl Server {
    pub(crate) fn new(random: &mut Random) -> Self {
        let scale = random.pick(&[1, 1 << 10, 1 << 20, 8 << 20, 64 << 20, 512 << 20]);
        Self {
            size: random.below(scale + 1) + random.below(2),
            validators: random.pick(&[
                Validators::Strong,
                Validators::Strong,
                Validators::Date,
                Validators::Weak,
                Validators::None,
            ]),
            ranges: random.chance(0.9),
            faults: random.pick(&[0.0, 0.05, 0.3]),
            change_after: random.chance(0.2).then(|| random.below(30)),
            resize: random.chance(0.3),
            requests: 0,
            exposed: random.chance(0.7),
        }
    }

    pub(crate) fn changes(&self) -> bool {
        self.change_after.is_some()
    }

    pub(crate) fn calm(&mut self) {
        self.faults = 0.0;
    }

    /// `Err` is a connection that fails before the head.
    pub(crate) fn answer(&mut self, asked: &Range<u64>, random: &mut Random) -> Result<Answer, ()> {
        self.requests += 1;
        let changed = self.change_after.is_some_and(|after| self.requests > after);
        let version = u32::from(changed);
        let size = self.size + u64::from(changed && self.resize);
        assert!(
            asked.end == u64::MAX || asked.end <= self.size + 1,
            "{asked:?} reaches past the end of {} bytes",
            self.size
        );
        let faulty = random.chance(self.faults);
        let fault = if faulty { random.below(10) } else { u64::MAX };
        if fault == 0 {
            return Err(());
        }
        if fault == 1 {
            let status = random.pick(&[408, 429, 500, 502, 503, 504]);
            let wait = random
                .chance(0.5)
                .then(|| Duration::from_secs(random.below(20)));
            return Ok(self.refuse(status, wait));
        }
        let end = asked.end.min(size);
        if !self.ranges || (fault == 2 && asked.start > 0) {
            let mut answer = self.part(200, &(0..size), size, version);
            answer.head.content_range = None;
            answer.fate = fate(fault, size, random);
            return Ok(answer);
        }
        if asked.start >= size {
            let mut answer = self.refuse(416, None);
            answer.head.content_range = content_range(&format!("bytes */{size}"));
            return Ok(answer);
        }
        let mut range = asked.start..end;
        if fault == 3 {
            range.start = range.start.saturating_sub(random.below(3000));
        }
        // To an open range, a short answer whose Content-Range may not be read is the whole file
        // as far as anyone can tell.
        if fault == 4 && (self.exposed || asked.end != u64::MAX) {
            // Fewer bytes than asked for, and it says so: RFC 9110 §15.3.7 lets it.
            range.end = range.start + 1 + random.below(range.end - range.start);
        }
        let mut answer = self.part(206, &range, size, version);
        answer.fate = fate(fault, range.end - range.start, random);
        if fault == 5 {
            answer.head.encoded = true;
        }
        if fault == 6 {
            answer.head.content_length = Some(range.end - range.start + 1);
        }
        Ok(answer)
    }

    fn refuse(&self, status: u16, wait: Option<Duration>) -> Answer {
        Answer {
            head: Head {
                status,
                wait,
                ..Head::default()
            },
            body: 0..0,
            fate: Fate::Whole,
            version: 0,
        }
    }

    fn part(&self, status: u16, range: &Range<u64>, size: u64, version: Version) -> Answer {
        let last = range.end.saturating_sub(1);
        let header = format!("bytes {}-{last}/{size}", range.start);
        let fields = |name: &str| {
            let day = 10 + version;
            match (name, self.validators) {
                ("content-length", _) => Some((range.end - range.start).to_string()),
                ("content-range", _) if self.exposed => Some(header.clone()),
                ("etag", Validators::Strong) => Some(format!("\"v{version}\"")),
                ("etag", Validators::Weak) => Some(format!("W/\"v{version}\"")),
                ("last-modified", Validators::Strong | Validators::Date) => {
                    Some(format!("Tue, {day} Nov 2020 12:45:26 GMT"))
                }
                _ => None,
            }
        };
        Answer {
            head: Head::parse(status, Duration::ZERO, fields),
            body: range.clone(),
            fate: Fate::Whole,
            version,
        }
    }
}

fn content_range(
    value: &str,
) -> Option<
    Result<rangeload::core::headers::ContentRange, rangeload::core::headers::MalformedContentRange>,
> {
    Some(rangeload::core::headers::content_range(value))
}

fn fate(fault: u64, len: u64, random: &mut Random) -> Fate {
    let at = random.below(len + 1);
    match fault {
        7 => Fate::Cut(at),
        8 => Fate::Stall(at),
        9 => Fate::Short(len - at),
        _ => Fate::Whole,
    }
}
