//! A server with one file, which answers ranges by RFC 9110 unless its seed has it misbehave.
//!
//! Assumptions: a file whose content changes gets another tag and date if it shows any, and a
//! body whose length nobody was told is whole when it ends. Nothing on this side of a digest can
//! tell otherwise.

mod fault;
mod file;
mod head;

use std::ops::Range;

use rangeload::core::Time;
use rangeload::core::ranges::{EVERYTHING, OPEN};
use rangeload::core::response::Head;

use crate::ledger::Ledger;
use crate::random::Random;
use crate::tags::{GARBAGE, Version};

pub(crate) use fault::Fault;
pub(crate) use file::{Change, File, Validators, What};
use head::Fields;

/// How a body ends once all that comes has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Whole,
    /// The connection breaks.
    Cut,
    /// It stays open, and nothing comes any more.
    Stall,
}

/// What the network is to carry.
#[derive(Debug)]
pub(crate) struct Answer {
    /// `Err`: the connection fails before the head.
    pub(crate) head: Result<Head, &'static str>,
    /// The offset of the first byte of the body.
    pub(crate) start: u64,
    /// How many bytes come before the body ends in its way.
    pub(crate) sends: u64,
    /// How many of them are the file's.
    pub(crate) genuine: u64,
    pub(crate) version: Version,
    pub(crate) ending: Ending,
    /// Seconds until the head, besides what the path takes.
    pub(crate) delay: f64,
    pub(crate) fault: Option<Fault>,
}

/// What a request asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) range: Range<u64>,
    /// It has no Range.
    pub(crate) plain: bool,
}

impl Asked {
    fn is_for_everything(&self) -> bool {
        self.range == EVERYTHING
    }
}

/// A server that lets in only so many requests at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) requests: usize,
    /// `None` refuses the connection.
    pub(crate) status: Option<u16>,
    /// Seconds of Retry-After.
    pub(crate) wait: Option<u64>,
}

#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) file: File,
    pub(crate) changes: Vec<Change>,
    pub(crate) ranges: bool,
    pub(crate) length_known: bool,
    /// Compresses what it sends, ranges too.
    pub(crate) encodes: bool,
    /// Tells how many bytes that makes.
    pub(crate) coded_length: bool,
    /// The browser fails a request with Range whose answer is compressed, as Chromium does.
    pub(crate) decodes_no_range: bool,
    /// Of another origin: whether it answers a page is not known from its answering at all.
    pub(crate) foreign: bool,
    /// The headers that a page of another origin may read only if the server says so.
    pub(crate) exposed: bool,
    /// The page may read nothing at all.
    pub(crate) blocked: bool,
    /// It may read what succeeds, and no error.
    pub(crate) hides_errors: bool,
    pub(crate) limit: Option<Limit>,
    /// How likely a request meets a fault, and how many may.
    pub(crate) faults: f64,
    pub(crate) budget: u32,
    pub(crate) menu: Vec<Fault>,
    /// Every request is answered with this error.
    pub(crate) status: Option<u16>,
    pub(crate) requests: u64,
    /// Where answers have ended that nothing tells from those of a shorter file.
    pub(crate) false_ends: Vec<u64>,
}

impl Site {
    /// One that does everything right.
    pub(crate) fn new(size: u64) -> Self {
        Self {
            file: File::new(size),
            changes: Vec::new(),
            ranges: true,
            length_known: true,
            encodes: false,
            coded_length: false,
            decodes_no_range: false,
            foreign: false,
            exposed: true,
            blocked: false,
            hides_errors: false,
            limit: None,
            faults: 0.0,
            budget: 0,
            menu: Vec::new(),
            status: None,
            requests: 0,
            false_ends: Vec::new(),
        }
    }

    pub(crate) fn calm(&mut self) {
        self.budget = 0;
        self.status = None;
    }

    /// `busy` is how many requests are being answered already.
    pub(crate) fn answer(
        &mut self,
        asked: &Asked,
        busy: usize,
        now: Time,
        random: &mut Random,
        ledger: &mut Ledger,
    ) -> Answer {
        let mut answer = self.answer_readably(asked, busy, now, random, ledger);
        if self.hides_errors && answer.head.as_ref().is_ok_and(|head| head.status >= 400) {
            ledger.network();
            answer.head = Err("the page may not read the error");
            answer.ending = Ending::Cut;
        }
        answer
    }

    fn answer_readably(
        &mut self,
        asked: &Asked,
        busy: usize,
        now: Time,
        random: &mut Random,
        ledger: &mut Ledger,
    ) -> Answer {
        self.requests += 1;
        while let Some(change) = self.changes.first().copied()
            && self.requests > change.after
        {
            self.changes.remove(0);
            self.file.become_another(change.what);
            ledger.changed = true;
            ledger.other_bytes |= !matches!(change.what, What::Tag | What::Validators(_));
        }
        // A mirror may have had another file all the time.
        ledger.other_bytes |= self.file.is_foreign();
        ledger.changed |= self.file.is_foreign();
        if self.blocked {
            ledger.unreadable = true;
            ledger.network();
            return fail("the page may not read the answer");
        }
        if self.encodes && self.decodes_no_range && !asked.plain {
            ledger.network();
            return fail("the browser does not decode a range");
        }
        if let Some(status) = self.status {
            ledger.status(status);
            return self.refuse(status, Fields::default(), now);
        }
        if let Some(limit) = self.limit
            && busy >= limit.requests
        {
            let Some(status) = limit.status else {
                ledger.network();
                return fail("connection refused");
            };
            ledger.status(status);
            let fields = Fields {
                retry_after: limit.wait.map(|seconds| seconds.to_string()),
                ..Fields::default()
            };
            return self.refuse(status, fields, now);
        }
        let faulty = self.budget > 0 && random.chance(self.faults);
        let fault = faulty.then(|| random.pick(&self.menu));
        if fault.is_some() {
            self.budget -= 1;
        }
        let fault = fault.filter(|fault| self.can(*fault, asked));
        let mut answer = self.respond(asked, fault, now, random, ledger);
        answer.fault = fault;
        if fault == Some(Fault::Fewer) && asked.range.end == OPEN && !self.exposed {
            let end = answer.start + answer.genuine;
            if self.false_ends.contains(&end) {
                // Two that agree are the word of the server, and nobody could do better.
                answer = self.respond(asked, None, now, random, ledger);
            } else {
                self.false_ends.push(end);
            }
        }
        let provable = self.file.shows_tag(self.exposed) || self.file.shows_date();
        ledger.unproven |=
            !provable || matches!(fault, Some(Fault::NoValidators | Fault::OtherWeakTag));
        answer
    }

    fn respond(
        &self,
        asked: &Asked,
        fault: Option<Fault>,
        now: Time,
        random: &mut Random,
        ledger: &mut Ledger,
    ) -> Answer {
        match fault {
            Some(Fault::Refused) => {
                ledger.network();
                return fail("connection refused");
            }
            Some(Fault::Status) => return self.busy(now, random, ledger),
            Some(Fault::Unsatisfied) => {
                ledger.mismatch();
                return self.unsatisfied(now);
            }
            _ => {}
        }
        let size = self.file.size;
        let unranged = !self.ranges || fault == Some(Fault::Ignored);
        let whole = unranged || asked.plain;
        let everything = asked.is_for_everything();
        let asked = &asked.range;
        if !whole && asked.start >= size {
            if !self.exposed || asked.start > size {
                ledger.mismatch();
            }
            return self.unsatisfied(now);
        }
        let range = match whole {
            true => 0..size,
            false => asked.start..asked.end.min(size),
        };
        if whole && !everything {
            ledger.mismatch();
        }
        if !whole && asked.end > size && asked.end != OPEN {
            ledger.mismatch();
        }
        let untold = !self.length_known && !self.exposed;
        if untold && !everything {
            ledger.mismatch();
        }
        // The whole file is good enough for who begins, and not for who compares its first bytes.
        if everything && (untold || self.encodes || unranged) {
            ledger.mismatches += 1;
        }
        ledger.spoke = true;
        let mut plan = head::Plan::new(self, whole, range, random);
        if self.encodes {
            if !everything {
                ledger.mismatch();
            }
            // Nothing but the bytes themselves tells that they are no range of the file.
            let hidden = !everything && self.coded_length && !self.exposed;
            ledger.other_bytes |= hidden;
            ledger.changed |= hidden;
            plan.encode(asked, self.coded_length);
            ledger.misled |= everything && self.coded_length && !self.exposed;
            // A short file grows by its coding: whole as it is, it looks as if it broke off.
            if everything && !self.exposed && plan.promises_more() {
                ledger.mismatch();
            }
        }
        if let Some(fault) = fault {
            plan.spoil(fault, asked, random, ledger);
            if fault == Fault::Fewer && asked.end == OPEN && !self.exposed {
                ledger.misled |= asked.start == 0;
                ledger.curtailed = true;
                // Nothing tells it from the end of a file that has become shorter.
                ledger.changed |= !self.file.shows_date() || ledger.unproven;
            }
        }
        plan.send(self, now)
    }

    /// An error that another try may mend, or one that it cannot.
    fn busy(&self, now: Time, random: &mut Random, ledger: &mut Ledger) -> Answer {
        let final_one = random.chance(0.03);
        let status = match final_one {
            true => random.pick(&[400, 401, 403, 404, 410, 501]),
            false => random.pick(&[408, 425, 429, 429, 500, 502, 503, 503, 504]),
        };
        ledger.status(status);
        let seconds = random.below(20);
        let mut fields = Fields::default();
        match random.below(4) {
            0 => fields.retry_after = Some(seconds.to_string()),
            1 => {
                let date = std::time::UNIX_EPOCH + now + std::time::Duration::from_secs(seconds);
                fields.retry_after = Some(httpdate::fmt_http_date(date));
            }
            2 => fields.rate_limit = Some(format!("\"default\";r=0;t={seconds}")),
            _ => {}
        }
        self.refuse(status, fields, now)
    }

    fn unsatisfied(&self, now: Time) -> Answer {
        let fields = Fields {
            content_range: Some(format!("bytes */{}", self.file.size)),
            ..Fields::default()
        };
        self.refuse(416, fields, now)
    }

    fn refuse(&self, status: u16, fields: Fields, now: Time) -> Answer {
        Answer {
            head: Ok(fields.head(status, self.exposed, now)),
            start: 0,
            sends: 0,
            genuine: 0,
            version: GARBAGE,
            ending: Ending::Whole,
            delay: 0.0,
            fault: None,
        }
    }

    /// Whether anyone could notice this fault in the answer to this request; one that nobody can
    /// is not put in.
    fn can(&self, fault: Fault, asked: &Asked) -> bool {
        let open = asked.range.end == OPEN;
        let ranges = self.ranges && !asked.plain;
        let streams = asked.is_for_everything() && (!ranges || self.encodes || !self.length_known);
        match fault {
            // Without a readable Content-Range an open range begins where it was asked for.
            Fault::Shifted => ranges && !self.encodes && (self.exposed || !open),
            Fault::Fewer => ranges && !self.encodes,
            Fault::Lies
            | Fault::WrongTotal
            | Fault::WrongLength
            | Fault::GarbageContentRange
            | Fault::Encoded
            | Fault::Unsatisfied => ranges && !self.encodes && self.exposed,
            Fault::Long => !streams && (self.exposed || !open),
            Fault::ShortClean => !streams,
            Fault::NoContentRange | Fault::Multipart => ranges && !self.encodes,
            _ => true,
        }
    }
}

fn fail(words: &'static str) -> Answer {
    Answer {
        head: Err(words),
        start: 0,
        sends: 0,
        genuine: 0,
        version: GARBAGE,
        ending: Ending::Cut,
        delay: 0.0,
        fault: None,
    }
}
