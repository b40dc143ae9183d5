//! One answer in the making: header fields and body, first as they should be, then spoiled.

use std::ops::Range;

use rangeload::core::Time;
use rangeload::core::ranges::EVERYTHING;
use rangeload::core::response::Head;

use super::{Answer, Ending, Fault, Site};
use crate::ledger::Ledger;
use crate::random::Random;
use crate::tags::{GARBAGE, Version};

/// How far off a wrong range is.
const OFF: u64 = 1 << 10;

#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub(super) content_length: Option<u64>,
    pub(super) content_range: Option<String>,
    pub(super) content_type: Option<&'static str>,
    pub(super) encoded: bool,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) rate_limit: Option<String>,
}

impl Fields {
    /// What a page sees of them. Fetch §3.3.2 lets it read few unless the server exposes them.
    pub(super) fn head(&self, status: u16, exposed: bool, now: Time) -> Head {
        Head::parse(status, now, |name| match name {
            "content-length" => self.content_length.map(|length| length.to_string()),
            "content-type" => self.content_type.map(str::to_owned),
            "last-modified" => self.last_modified.clone(),
            _ if !exposed => None,
            "content-range" => self.content_range.clone(),
            "content-encoding" => self.encoded.then(|| "gzip".to_owned()),
            "etag" => self.etag.clone(),
            "retry-after" => self.retry_after.clone(),
            "ratelimit" => self.rate_limit.clone(),
            _ => None,
        })
    }
}

pub(super) struct Plan {
    status: u16,
    fields: Fields,
    /// The bytes of the file in the body.
    body: Range<u64>,
    size: u64,
    /// Bytes after them that are no file's.
    extra: u64,
    version: Version,
    ending: Ending,
    sends: Option<u64>,
    delay: f64,
}

impl Plan {
    pub(super) fn new(site: &Site, whole: bool, range: Range<u64>, random: &mut Random) -> Self {
        let node = if site.file.weak_varies {
            random.below(9)
        } else {
            0
        };
        let size = site.file.size;
        let length = range.end - range.start;
        let content_range = (!whole).then(|| content_range(&range, size));
        Self {
            status: if whole { 200 } else { 206 },
            fields: Fields {
                content_length: site.length_known.then_some(length),
                content_range,
                etag: site.file.etag(node),
                last_modified: site.file.date(),
                ..Fields::default()
            },
            body: range,
            size,
            extra: 0,
            version: site.file.version,
            ending: Ending::Whole,
            sends: None,
            delay: 0.0,
        }
    }

    /// The browser decodes it: from the start on it is the file, elsewhere it is nothing. Its
    /// length, if it is told, is that before decoding.
    pub(super) fn encode(&mut self, asked: &Range<u64>, tells_length: bool) {
        self.fields.encoded = true;
        // By half, but for the frame of gzip (RFC 1952 §2.3).
        let coding = |length: u64| 20 + length / 2;
        let coded = coding(self.body.end - self.body.start);
        // Never just as long as what was asked for, and never the rest of what was taken for the
        // file: nobody could tell then.
        let rest = asked.start > 0 && asked.start + coded == coding(self.size);
        let fits = coded == asked.end - asked.start || coded == self.size || rest;
        let length = if fits { coded + 1 } else { coded };
        self.fields.content_length = tells_length.then_some(length);
        if *asked != EVERYTHING {
            self.version = GARBAGE;
        }
    }

    pub(super) fn promises_more(&self) -> bool {
        let length = self.body.end - self.body.start;
        self.fields.content_length.is_some_and(|told| told > length)
    }

    pub(super) fn spoil(
        &mut self,
        fault: Fault,
        asked: &Range<u64>,
        random: &mut Random,
        ledger: &mut Ledger,
    ) {
        let length = self.body.end - self.body.start;
        match fault {
            // Answered before a body is thought of, or by the range chosen.
            Fault::Refused | Fault::Status | Fault::Unsatisfied | Fault::Ignored => {}
            Fault::Shifted => {
                ledger.mismatch();
                let start = match self.body.start {
                    0 => OFF.min(length - 1),
                    start => start.saturating_sub(OFF),
                };
                self.body.start = start;
                self.fields.content_range = Some(content_range(&self.body, self.size));
                self.fields.content_length = Some(self.body.end - start);
            }
            Fault::Lies => {
                ledger.mismatch();
                let claimed = self.body.start + OFF..self.body.end + OFF;
                self.fields.content_range = Some(content_range(&claimed, self.size + OFF));
                self.version = GARBAGE;
            }
            Fault::WrongTotal => {
                ledger.mismatch();
                ledger.changed = true;
                self.size += 1 + random.below(5000);
                self.fields.content_range = Some(content_range(&self.body, self.size));
            }
            Fault::NoContentRange => {
                ledger.mismatch();
                self.fields.content_range = None;
            }
            Fault::GarbageContentRange => {
                ledger.mismatch();
                self.fields.content_range = Some("bytes ?".to_owned());
                self.version = GARBAGE;
            }
            Fault::WrongLength => {
                ledger.mismatch();
                self.fields.content_length = Some(length + 1);
                if self.status == 206 {
                    self.version = GARBAGE;
                }
            }
            Fault::Fewer => {
                // Of a single byte nobody asks what follows.
                self.body.end = self.body.start + length.min(2).max(1 + random.below(length));
                self.fields.content_range = Some(content_range(&self.body, self.size));
                let told = self.fields.content_length.is_some();
                self.fields.content_length = told.then_some(self.body.end - self.body.start);
                // Without a readable range it cannot be told from a wrong answer, and to who wants
                // more of it as one, it broke off.
                ledger.network();
                ledger.mismatches += 1;
            }
            Fault::Short | Fault::Cut => {
                ledger.network();
                self.sends = Some(random.below(length + 1));
                self.ending = Ending::Cut;
            }
            Fault::ShortClean => {
                // To who wants the bytes as one, it broke off.
                ledger.network();
                ledger.mismatches += 1;
                self.sends = Some(random.below(length + 1));
            }
            Fault::Stall => {
                ledger.network();
                // Some send a head and then not even a first byte.
                let begins = random.chance(0.75);
                self.sends = Some(random.below(length + 1) * u64::from(begins));
                self.ending = Ending::Stall;
            }
            Fault::Long => {
                ledger.mismatch();
                self.fields.content_length = None;
                self.extra = 1 + random.below(100_000);
            }
            Fault::Encoded => {
                ledger.mismatch();
                self.encode(asked, false);
            }
            Fault::Multipart => {
                ledger.mismatch();
                self.fields.content_range = None;
                self.fields.content_type = Some("multipart/byteranges; boundary=x");
                self.version = GARBAGE;
            }
            Fault::Delay => {
                ledger.network();
                self.delay = random.between(0.0, 40.0);
            }
            Fault::NoValidators => {
                self.fields.etag = None;
                self.fields.last_modified = None;
            }
            Fault::OtherWeakTag => {
                self.fields.etag = Some(format!("W/\"node-{}\"", random.below(9)));
            }
        }
    }

    pub(super) fn send(self, site: &Site, now: Time) -> Answer {
        let genuine = self.body.end - self.body.start;
        Answer {
            head: Ok(self.fields.head(self.status, site.exposed, now)),
            start: self.body.start,
            sends: self.sends.unwrap_or(genuine + self.extra),
            genuine,
            version: self.version,
            ending: self.ending,
            delay: self.delay,
            fault: None,
        }
    }
}

fn content_range(range: &Range<u64>, size: u64) -> String {
    let last = range.end.saturating_sub(1);
    format!("bytes {}-{last}/{size}", range.start)
}
