//! What an answer is worth to the download: the identity it begins with, or bytes that may join
//! those that are there.

use std::ops::Range;

use super::action::{Action, ConnectionId, SourceIndex};
use super::connection::Stage;
use super::{Download, Moment};
use crate::core::Time;
use crate::core::error::{Change, Error, Evidence};
use crate::core::filename;
use crate::core::options::OnChanged;
use crate::core::ranges::RangeSet;
use crate::core::resource::{Identity, Sameness};
use crate::core::response::{Head, Mismatch, Unresumable};
use crate::core::retry::Cause;

use super::stopping::Stop;

/// How often the file may turn out to be another one before even a caller who wants a restart is
/// told instead.
const RESTARTS: u32 = 3;

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

/// Of a source that has another file than the one begun with.
enum Verdict {
    /// It is the file that has changed.
    Changed,
    /// It is a source that is of no use.
    Useless,
    /// The file is what the URL says, and this mirror's bytes are among the stored ones.
    Overruled(SourceIndex),
}

impl Download {
    pub(super) fn accept_part(
        &mut self,
        at: Moment,
        id: ConnectionId,
        head: &Head,
        range: &Range<u64>,
        mut remote: Identity,
    ) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        let (source, checked) = (connection.source, connection.check.is_some());
        let untold = connection.untold;
        // What follows an offset ends where the file does, and of a single byte none is left out.
        connection.confirms = match untold {
            true => connection.asked.start > 0 || range.end <= 1,
            false => remote.size.is_some(),
        };
        let presumed = untold && !range.is_empty();
        if !untold && let Some(error) = self.other_size(remote.size) {
            return self.drop_source(source, error);
        }
        if !self.has_begun() {
            self.presumed = presumed;
            self.streamed = None;
            self.begin(source, head, remote.clone());
            return self.admit(at, id, range, remote);
        }
        remote.size = remote.size.or(self.identity.size);
        if untold && remote.size != self.identity.size {
            match self.judge_length(source, &remote) {
                Length::OfAnotherFile => {}
                Length::OfLess => {
                    remote.size = self.identity.size;
                    if let Some(connection) = self.connection(id) {
                        connection.confirms = false;
                    }
                    return self.admit(at, id, range, remote);
                }
                Length::WronglyPresumed if self.may_begin_again() => {
                    return self.fetch_plainly(source);
                }
                Length::WronglyPresumed | Length::Odd => {
                    let sizes = [self.identity.size, remote.size];
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
            size: self.identity.size,
            ..remote.clone()
        };
        let sameness = self.compare(source, &of_that_size);
        let same = sameness == Sameness::Same;
        let longer = remote.size > self.identity.size;
        let presumed = self.presumed && self.speaker == Some(source);
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
    /// spoke first, its own earlier words count once they are proven: mirrors have their own tags
    /// and dates.
    fn compare(&self, source: SourceIndex, remote: &Identity) -> Sameness {
        let proven = self.sources.get(source).and_then(|s| s.proven.as_ref());
        match proven {
            _ if self.speaker == Some(source) => self.identity.compare(remote),
            Some(proven) => proven.compare(remote),
            None if remote.size != self.identity.size => Sameness::Changed,
            None if self.identity.has_tag_of(remote) => Sameness::Same,
            None => Sameness::Unproven,
        }
    }

    /// The answer contradicts the request. That of another file does: its ranges lie elsewhere.
    pub(super) fn mistrust(
        &mut self,
        at: Moment,
        id: ConnectionId,
        head: &Head,
        mismatch: Mismatch,
    ) {
        let Some(source) = self.connection(id).map(|c| c.source) else {
            return;
        };
        let remote = Identity {
            size: self.identity.size,
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
        if self.speaker == Some(source) {
            self.unproven = true;
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
        let everything = connection.piece.end == u64::MAX;
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

    /// The answer's bytes are the file's.
    pub(super) fn confirm(&mut self, now: Time, id: ConnectionId) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        connection.stage = Stage::Body;
        connection.answered(now);
        let confirms = connection.confirms;
        self.presumed &= !confirms;
        self.prove(now, id);
    }

    /// The connection's bytes are those of the file begun with.
    pub(super) fn prove(&mut self, now: Time, id: ConnectionId) {
        let Some(connection) = self.connection(id) else {
            return;
        };
        let (source, remote) = (connection.source, connection.remote.clone());
        let empty = connection.piece.is_empty();
        let compared = connection.check.is_some();
        self.accepted(source);
        match self.speaker {
            Some(speaker) if speaker == source => {}
            None => {
                self.speaker = Some(source);
                self.spoken = RangeSet::new();
                self.unproven = false;
                let former = std::mem::replace(&mut self.identity, remote);
                self.former.push(former);
                self.record_stale = true;
            }
            // Each of its answers would need a comparison: not worth it while others can prove.
            Some(_) if !remote.is_provable() => {
                self.contradict(source, remote, Evidence::Unprovable);
                return;
            }
            Some(_) => {
                if let Some(source) = self.sources.get_mut(source) {
                    source.proven = Some(remote);
                    if compared {
                        source.was_compared();
                    }
                }
            }
        }
        if empty && !self.run_on(now, id) {
            match self.is_at_its_end(id) {
                true => self.await_end(id),
                false => self.close(id),
            }
        }
    }

    pub(super) fn accept_whole(
        &mut self,
        id: ConnectionId,
        head: &Head,
        why: Unresumable,
        remote: Identity,
    ) {
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
        self.announced = remote.size;
        let identity = Identity {
            size: None,
            ..remote
        };
        self.begin(source, head, identity);
        self.unresumable = Some(why);
        self.streamed = Some(why);
        self.accepted(source);
    }

    pub(super) fn accept_empty(&mut self, id: ConnectionId, head: &Head, remote: Identity) {
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
        self.identity.size.is_some()
    }

    /// The record learns of it with the first bytes: without any, it would not be relied on.
    fn begin(&mut self, source: SourceIndex, head: &Head, remote: Identity) {
        self.identity = remote;
        self.speaker = Some(source);
        self.media_type = head.media_type.clone();
        self.filename = head.filename.as_deref().map(filename::sanitize);
        // It is of what was sent, which the browser decodes; and a coding may be hidden.
        let coded = head.encoded || self.sources.get(source).is_some_and(|s| s.plain);
        self.digest = head.digest.clone().filter(|_| !coded);
    }

    fn accepted(&mut self, source: SourceIndex) {
        let streaming = self.unresumable.is_some();
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

    /// The source has another file than the one begun with: its bytes must never join the others.
    ///
    /// A mirror is only dropped. What the URL itself says ends the download, or starts it anew.
    pub(super) fn contradict(&mut self, source: SourceIndex, remote: Identity, evidence: Evidence) {
        let change = Change {
            stored: self.identity.clone(),
            remote,
            evidence,
        };
        match self.judge_source(source, evidence) {
            Verdict::Changed => self.changed(change),
            Verdict::Useless => self.drop_source(source, Error::Changed(Box::new(change))),
            Verdict::Overruled(mirror) => {
                self.restart();
                self.drop_source(mirror, Error::Changed(Box::new(change)));
            }
        }
    }

    fn judge_source(&self, source: SourceIndex, evidence: Evidence) -> Verdict {
        let speaks = self.speaker == Some(source);
        let proven = self.sources.get(source).is_some_and(|s| s.proven.is_some());
        // It has the same file but for some bytes, and brought others: they may be among these.
        let others = self.sources.alive().count() > 1;
        let joined = proven && !speaks && others && evidence == Evidence::Content;
        let overrules = source == 0 && !speaks && !proven && evidence != Evidence::Unprovable;
        if overrules || joined {
            let mirror = if source == 0 {
                self.speaker
            } else {
                Some(source)
            };
            // Bytes of an earlier page are not given up without being asked to.
            let mirror = mirror.filter(|_| !self.inherited && self.may_begin_again());
            return mirror.map_or(Verdict::Changed, Verdict::Overruled);
        }
        if speaks && source == 0 {
            return Verdict::Changed;
        }
        // What a mirror says after the URL has failed is not why the download ends, but may be
        // what it begins anew with.
        let alone = self.sources.alive().count() <= 1;
        match alone
            && (speaks || self.sources.is_alive(0) || self.options.on_changed == OnChanged::Restart)
        {
            true => Verdict::Changed,
            false => Verdict::Useless,
        }
    }

    /// Whether the caller wants a clean restart, and it has not been tried too often.
    pub(super) fn may_restart(&self) -> bool {
        self.may_begin_again() && self.options.on_changed == OnChanged::Restart
    }

    pub(super) fn may_begin_again(&self) -> bool {
        self.restarts < RESTARTS
    }

    /// Begins again because of what an answer says, which must not go on for ever.
    pub(super) fn restart(&mut self) {
        self.restarts += 1;
        self.begin_again();
    }

    pub(super) fn changed(&mut self, change: Change) {
        if self.may_restart() {
            self.restart();
        } else {
            self.stop(Stop::Fail(Error::Changed(Box::new(change))));
        }
    }
}
