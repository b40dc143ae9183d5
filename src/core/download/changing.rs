//! A source has another file than the one begun with: whether the file has changed or the source is
//! of no use, and what becomes of the download.

use super::Download;
use super::action::{PRIMARY, SourceIndex};
use super::phase::Stop;
use crate::core::error::{Change, Error, Evidence};
use crate::core::options::OnChanged;
use crate::core::resource::Identity;

/// How often the file may turn out to be another one before even a caller who wants a restart is
/// told instead.
const RESTARTS: u32 = 3;

/// Of a source that has another file than the one begun with.
enum Verdict {
    /// It is the file that has changed.
    Changed,
    /// It is a source that is of no use.
    Useless,
    /// The file is what the URL says, and this mirror's bytes are among the stored ones.
    Overruled(SourceIndex),
    /// What was begun with is not the file that was promised, and this may be.
    Unpromised,
}

impl Download {
    /// The source has another file than the one begun with: its bytes must never join the others.
    ///
    /// A mirror is only dropped. What the URL itself says ends the download, or starts it anew.
    pub(super) fn contradict(&mut self, source: SourceIndex, remote: Identity, evidence: Evidence) {
        let change = Change {
            stored: self.file.identity.clone(),
            remote,
            evidence,
        };
        match self.judge_source(source, &change) {
            Verdict::Changed => self.changed(change),
            Verdict::Unpromised => self.restart(),
            Verdict::Useless => self.drop_source(source, Error::Changed(Box::new(change))),
            Verdict::Overruled(mirror) => {
                self.restart();
                self.drop_source(mirror, Error::Changed(Box::new(change)));
            }
        }
    }

    fn judge_source(&self, source: SourceIndex, change: &Change) -> Verdict {
        let evidence = change.evidence;
        // Bytes of an earlier page are not given up without being asked to.
        let may_give_up = !self.inherited && self.may_begin_again();
        let wrong = |size| self.other_size(size).is_some();
        if may_give_up && wrong(change.stored.size) && !wrong(change.remote.size) {
            return Verdict::Unpromised;
        }
        let speaks = self.file.speaker == Some(source);
        let proven = self.sources.get(source).is_some_and(|s| s.proven.is_some());
        // It has the same file but for some bytes, and brought others: they may be among these.
        let others = self.sources.alive().count() > 1;
        let joined = proven && !speaks && others && evidence == Evidence::Content;
        let overrules = source == PRIMARY && !speaks && !proven && evidence != Evidence::Unprovable;
        if overrules || joined {
            let mirror = if source == PRIMARY {
                self.file.speaker
            } else {
                Some(source)
            };
            let mirror = mirror.filter(|_| may_give_up);
            return mirror.map_or(Verdict::Changed, Verdict::Overruled);
        }
        if speaks && source == PRIMARY {
            return Verdict::Changed;
        }
        // What a mirror says after the URL has failed is not why the download ends, but may be
        // what it begins anew with.
        let alone = self.sources.alive().count() <= 1;
        match alone
            && (speaks
                || self.sources.is_alive(PRIMARY)
                || self.options.on_changed == OnChanged::Restart)
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
