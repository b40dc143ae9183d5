//! What an answer is worth to the download: the identity it begins with, or bytes that may join
//! those that are there.

use std::ops::Range;

use super::action::{Action, ConnectionId, PRIMARY, SourceIndex};
use super::connection::{Stage, Word};
use super::{Download, Moment, Stream};
use crate::core::error::Evidence;
use crate::core::filename;
use crate::core::ranges::{EVERYTHING, OPEN};
use crate::core::resource::{Identity, Sameness};
use crate::core::response::{self, Answer, Head, Mismatch, Refusal, Total, Unresumable};
use crate::core::retry::Cause;

/// Of an answer that does not end where the file should.
enum Length {
    OfAnotherFile,
    /// It is a piece of the file.
    OfLess,
    /// The file is longer or shorter than was presumed.
    WronglyPresumed,
    /// The next answer may be another one.
    Odd,
}

impl Download {
    /// What the head of an answer leads to.
    pub(super) fn responded(&mut self, at: Moment, id: ConnectionId, head: &Head) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        connection.answered(at.now);
        let (asked, source) = (connection.asked.clone(), connection.source);
        let checked = connection.check.is_some();
        let opened = connection.opened;
        let took = at.now.saturating_sub(opened);
        if let Some(source) = self.sources.get_mut(source) {
            source.took(took);
        }
        match response::judge(head, &asked) {
            Ok(Answer::Part {
                range,
                remote,
                total,
            }) => {
                self.accept_part(at, id, head, &range, remote, total);
                self.heed(at, source, opened, head);
            }
            // Bytes are to be compared here, or joined to others, even where all were asked for.
            Ok(Answer::Whole { why, .. }) if checked || self.has_begun() => {
                self.mistrust(at, id, head, why.as_mismatch());
            }
            Ok(Answer::Whole { why, remote }) => self.accept_whole(id, head, why, remote),
            Ok(Answer::Empty { remote }) => self.accept_empty(id, head, remote),
            Err(Refusal::Shrunk { size }) => {
                let remote = Identity {
                    size: Some(size),
                    ..Identity::default()
                };
                self.contradict(source, remote, Evidence::Validators);
            }
            Err(Refusal::Status { status, wait }) => self.refuse(at, id, status, wait),
            Err(Refusal::Mismatch(mismatch)) => {
                let may_be_had_whole = match mismatch {
                    // Even the first byte of such a file may be none of a range.
                    Mismatch::Unsatisfied | Mismatch::Beyond => true,
                    // What answers a request without Range is no part.
                    Mismatch::Encoded | Mismatch::NoRange => !self.has_begun(),
                    _ => false,
                };
                if may_be_had_whole && asked == EVERYTHING && self.may_drop_range(source) {
                    self.fetch_plainly(source);
                } else {
                    self.mistrust(at, id, head, mismatch);
                }
            }
        }
    }

    fn accept_part(
        &mut self,
        at: Moment,
        id: ConnectionId,
        head: &Head,
        range: &Range<u64>,
        mut remote: Identity,
        total: Total,
    ) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        let (source, checked) = (connection.source, connection.check.is_some());
        connection.word = match total {
            // What follows an offset ends where the file does, and of a single byte none is left
            // out.
            Total::BodyEnd(_) if connection.asked.start == 0 && range.end > 1 => Word::Presumes,
            Total::BodyEnd(_) | Total::Named(_) => Word::Confirms,
            Total::Unsaid => Word::Nothing,
        };
        let untold = matches!(total, Total::BodyEnd(_));
        let presumed = untold && !range.is_empty();
        if !untold && let Some(error) = self.other_size(remote.size) {
            return self.drop_source(source, error);
        }
        if !self.has_begun() {
            self.file.presumed = presumed;
            self.last_stream = None;
            self.begin(source, head, remote.clone());
            return self.admit(at, id, range, remote);
        }
        remote.size = remote.size.or(self.file.identity.size);
        if untold && remote.size != self.file.identity.size {
            match self.judge_length(source, &remote) {
                Length::OfAnotherFile => {}
                Length::OfLess => {
                    remote.size = self.file.identity.size;
                    if let Some(connection) = self.connection(id) {
                        connection.word = Word::Presumes;
                    }
                    return self.admit(at, id, range, remote);
                }
                Length::WronglyPresumed if self.may_begin_again() => {
                    return self.fetch_plainly(source);
                }
                Length::WronglyPresumed | Length::Odd => {
                    let sizes = [self.file.identity.size, remote.size];
                    let [expected, got] = sizes.map(Option::unwrap_or_default);
                    let mismatch = Mismatch::OtherLength { expected, got };
                    return self.lose(at, id, Cause::Mismatch(mismatch));
                }
            }
        }
        match self.compare(source, &remote) {
            Sameness::Changed => self.contradict(source, remote, Evidence::Validators),
            // The piece is asked for again, together with stored bytes to compare.
            Sameness::Unproven if !checked => {
                self.close(id);
                self.doubt(source, remote);
            }
            Sameness::Unproven | Sameness::Same => self.admit(at, id, range, remote),
        }
    }

    /// What it means that an answer to a request for all the rest does not end where the file
    /// should. Some servers send less at a time than they are asked for, and do not let the page
    /// see how much there is; what was presumed to be the whole file may have been such a piece.
    fn judge_length(&self, source: SourceIndex, remote: &Identity) -> Length {
        let of_that_size = Identity {
            size: self.file.identity.size,
            ..remote.clone()
        };
        let sameness = self.compare(source, &of_that_size);
        let same = sameness == Sameness::Same;
        let longer = remote.size > self.file.identity.size;
        let presumed = self.file.presumed && self.file.speaker == Some(source);
        if sameness == Sameness::Changed {
            Length::OfAnotherFile
        } else if presumed && (same || longer || self.has_every_byte()) {
            // Bytes of an earlier page are not given up for one such answer.
            match self.inherited {
                true => Length::Odd,
                false => Length::WronglyPresumed,
            }
        } else if same && !longer {
            Length::OfLess
        } else {
            Length::OfAnotherFile
        }
    }

    /// The file the source describes against the one begun with. Where it is not the source that
    /// spoke first, its own earlier words count once they are proven: mirrors have their own tags.
    ///
    /// Copies of one file often have its date, and a mirror of another date may be one that has yet
    /// to follow: images of disks keep their size, and most of their bytes, from one version to the
    /// next. No sample finds the others, so it takes a digest to use such a mirror.
    fn compare(&self, source: SourceIndex, remote: &Identity) -> Sameness {
        let proven = self.sources.get(source).and_then(|s| s.proven.as_ref());
        match proven {
            _ if self.file.speaker == Some(source) => self.file.identity.compare(remote),
            Some(proven) => proven.compare(remote),
            None if remote.size != self.file.identity.size => Sameness::Changed,
            None if self.file.identity.has_tag_of(remote) => Sameness::Same,
            None if source != PRIMARY
                && !self.is_promised()
                && self.file.identity.has_other_date_than(remote) =>
            {
                Sameness::Changed
            }
            None => Sameness::Unproven,
        }
    }

    /// The answer contradicts the request. That of another file does: its ranges lie elsewhere.
    fn mistrust(&mut self, at: Moment, id: ConnectionId, head: &Head, mismatch: Mismatch) {
        let Some(source) = self.connection(id).map(|c| c.source) else {
            return;
        };
        let remote = Identity {
            size: self.file.identity.size,
            etag: head.etag.clone(),
            last_modified: head.last_modified.clone(),
        };
        if self.has_begun() && self.compare(source, &remote) == Sameness::Changed {
            self.contradict(source, remote, Evidence::Validators);
        } else {
            self.lose(at, id, Cause::Mismatch(mismatch));
        }
    }

    /// The source no longer says which file it sends.
    fn doubt(&mut self, source: SourceIndex, remote: Identity) {
        if self.file.speaker == Some(source) {
            self.file.unproven = true;
        } else {
            self.contradict(source, remote, Evidence::Unprovable);
        }
    }

    /// The answer is of the file begun with, as far as its head can tell.
    fn admit(&mut self, at: Moment, id: ConnectionId, range: &Range<u64>, remote: Identity) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        // What is compared is all that such a server ever sends at a time.
        let more = connection.check.is_some() && !connection.piece.is_empty();
        if more && range.end <= connection.piece.start {
            let (asked, got) = (connection.asked.clone(), range.clone());
            let mismatch = Mismatch::OtherRange { asked, got };
            return self.lose(at, id, Cause::Mismatch(mismatch));
        }
        // The server may send less than was asked for, and the first request asks for everything.
        let everything = connection.piece.end == OPEN;
        connection.piece.end = connection.piece.end.min(range.end);
        connection.asked.end = range.end;
        if everything {
            connection.piece.end = connection.piece.start;
            self.run_on(at.now, id);
            self.taste(at.now, id);
        }
        let Some(connection) = self.connection(id) else {
            return;
        };
        connection.remote = remote;
        if let Some(check) = connection.check.clone() {
            connection.stage = Stage::Checking;
            self.actions.push_back(Action::Compare {
                connection: id,
                range: check,
            });
        } else {
            self.confirm(at.now, id);
        }
    }

    fn accept_whole(&mut self, id: ConnectionId, head: &Head, why: Unresumable, remote: Identity) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        connection.stage = Stage::Body;
        let source = connection.source;
        let plain = self.sources.get(source).is_some_and(|s| s.plain);
        // Without Range, a 200 does not say that there are none.
        let why = match why {
            Unresumable::NoRanges if plain && remote.size.is_none() => Unresumable::UnknownLength,
            why => why,
        };
        let announced = remote.size;
        let identity = Identity {
            size: None,
            ..remote
        };
        self.begin(source, head, identity);
        self.stream = Some(Stream { why, announced });
        self.last_stream = Some(why);
        self.accepted(source);
    }

    fn accept_empty(&mut self, id: ConnectionId, head: &Head, remote: Identity) {
        let Some(source) = self.connection(id).map(|c| c.source) else {
            return;
        };
        if self.has_begun() {
            self.contradict(source, remote, Evidence::Validators);
        } else {
            self.begin(source, head, remote);
        }
    }

    /// Whether an identity has been taken on, with which answers must agree.
    pub(super) fn has_begun(&self) -> bool {
        self.file.identity.size.is_some()
    }

    /// The record learns of it with the first bytes: without any, it would not be relied on.
    fn begin(&mut self, source: SourceIndex, head: &Head, remote: Identity) {
        self.file.identity = remote;
        self.file.speaker = Some(source);
        self.media_type = head.media_type.clone();
        self.filename = head.filename.as_deref().map(filename::sanitize);
        // It is of what was sent, which the browser decodes; and a coding may be hidden.
        let coded = head.encoded || self.sources.get(source).is_some_and(|s| s.plain);
        self.digest = head.digest.clone().filter(|_| !coded);
    }

    pub(super) fn accepted(&mut self, source: SourceIndex) {
        let streaming = self.is_stream();
        if let Some(source) = self.sources.get_mut(source) {
            source.answered = true;
            source.readable = true;
            source.turned_away = 0;
            source.suspicions = 0;
            source.refreshes = 0;
            source.plain &= streaming;
            source.guessed &= source.plain;
        }
        if let Some(origin) = self.sources.origin_mut(source) {
            origin.answered();
        }
    }
}
