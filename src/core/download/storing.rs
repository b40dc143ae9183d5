//! When the store is told to save or to forget. One order at a time, and a record that never
//! claims a byte which the same or an earlier commit has not made durable.

use std::ops::Range;

use super::Download;
use super::action::{Action, StoreFailure, mirror_of_source};
use super::phase::{Phase, Stop};
use super::proving::CHECK;
use crate::core::Time;
use crate::core::ranges::RangeSet;
use crate::core::record::Record;

#[derive(Debug)]
pub(super) enum Storing {
    Idle,
    /// What will be durable once it has succeeded.
    Committing {
        durable: RangeSet,
    },
    /// All bytes but these are being forgotten.
    Discarding {
        kept: RangeSet,
    },
    /// The record goes too.
    Erasing,
}

impl Download {
    pub(super) fn store(&mut self, now: Time) {
        if !matches!(self.storing, Storing::Idle) {
            return;
        }
        match self.phase {
            Phase::Removing => {
                self.actions.push_back(Action::Erase);
                self.storing = Storing::Erasing;
            }
            Phase::Running | Phase::Stopping(_) if self.discard => self.order_discard(),
            Phase::Running | Phase::Stopping(_) => {
                if self.commit_due(now).is_some_and(|due| due <= now) {
                    self.order_commit(now);
                } else if matches!(self.phase, Phase::Stopping(_)) {
                    self.settle();
                }
            }
            Phase::Paused
            | Phase::Verifying(_)
            | Phase::Complete
            | Phase::Failed(_)
            | Phase::Unreadable(_)
            | Phase::Removed => {}
        }
    }

    /// When the next commit is due, if none is under way.
    pub(super) fn commit_due(&self, now: Time) -> Option<Time> {
        match (&self.storing, &self.phase) {
            (Storing::Idle, Phase::Running | Phase::Stopping(_)) if self.record_stale => Some(now),
            (Storing::Idle, Phase::Running) if self.is_compared_next() => Some(now),
            (Storing::Idle, Phase::Running | Phase::Stopping(_)) => self.parts.due(now),
            _ => None,
        }
    }

    /// These bytes wait to be compared with a mirror's, with the last ones of the file, or with
    /// those that the next request of a server without validators begins with, and cannot be
    /// before they are durable.
    fn is_compared_next(&self) -> bool {
        let unsaved = self.parts.unsaved();
        let last = self.file.presumed && self.has_every_byte();
        let next = self.connections.is_empty() && self.is_single();
        unsaved >= CHECK && self.awaits_proof() || unsaved > 0 && (last || next)
    }

    fn order_commit(&mut self, now: Time) {
        let saves = self.parts.commit(now, self.is_compared_next()).to_vec();
        let mut durable = self.durable.clone();
        durable.extend(saves.iter().map(|save| save.part.clone()));
        let record = self.record(durable.clone()).encode();
        self.actions.push_back(Action::Commit { saves, record });
        self.storing = Storing::Committing { durable };
        self.record_stale = false;
    }

    /// Takes back what was believed of bytes that the store refused, and with it an order to save
    /// them that has not been given yet.
    pub(super) fn unwrite(&mut self, part: u64, bytes: &Range<u64>) {
        self.written.remove(bytes);
        self.file.spoken.remove(bytes);
        self.parts.cut(part, bytes.start);
        let given = self.actions.len();
        self.actions
            .retain(|action| !matches!(action, Action::Commit { .. }));
        if self.actions.len() < given {
            self.parts.abandon();
            self.storing = Storing::Idle;
            self.record_stale = true;
        }
    }

    /// No byte comes in until it is done: what is there now is what is kept.
    fn order_discard(&mut self) {
        let kept = self.written.clone();
        self.actions.push_back(Action::Discard {
            record: self.record(kept.clone()).encode(),
            kept: kept.clone(),
        });
        self.storing = Storing::Discarding { kept };
        self.record_stale = false;
    }

    pub(super) fn committed(&mut self, now: Time, result: Result<(), StoreFailure>) {
        let Storing::Committing { durable } = std::mem::replace(&mut self.storing, Storing::Idle)
        else {
            return;
        };
        match result {
            Ok(()) => {
                self.parts.settle(now);
                // A download that broke off meanwhile no longer counted on them.
                if matches!(self.phase, Phase::Failed(_) | Phase::Removing) && !self.discard {
                    self.written.extend(durable.iter());
                }
                self.durable = durable;
            }
            Err(failure) => {
                self.parts.abandon();
                self.record_stale = true;
                if !matches!(self.phase, Phase::Removing) {
                    self.break_off(failure);
                }
            }
        }
    }

    pub(super) fn erased(&mut self, result: Result<(), StoreFailure>) {
        let storing = std::mem::replace(&mut self.storing, Storing::Idle);
        let removing = matches!(self.phase, Phase::Removing);
        match (storing, result) {
            // All of it is to go now, which may yet succeed.
            (Storing::Discarding { .. }, Err(_)) if removing => {}
            (_, Err(failure)) => {
                self.break_off(failure);
                self.unremoved = removing;
            }
            (Storing::Discarding { kept }, Ok(())) => {
                // Less may be of use than when it was ordered.
                self.discard = kept != self.written;
                self.durable = kept;
            }
            // What was discarded before the removal has left a record.
            (Storing::Erasing, Ok(())) => {
                self.discard = false;
                self.written = RangeSet::new();
                self.durable = RangeSet::new();
                self.phase = Phase::Removed;
            }
            (Storing::Idle | Storing::Committing { .. }, Ok(())) => {}
        }
    }

    fn mirror(&self, stored: &RangeSet) -> Option<String> {
        match self.file.speaker {
            // Without bytes the identity is found out anew.
            None if stored.is_empty() => None,
            // Whose words they were is no longer among the sources: the name of none.
            None => Some(String::new()),
            Some(source) => {
                let mirror = mirror_of_source(source)?;
                self.options.mirrors.get(mirror).cloned()
            }
        }
    }

    fn record(&self, stored: RangeSet) -> Record {
        Record {
            url: self.url.clone(),
            options: self.options.clone(),
            created: self.created,
            failed: match &self.phase {
                Phase::Stopping(Stop::Fail(error)) => Some(error.clone()),
                _ => None,
            },
            running: matches!(self.phase, Phase::Running | Phase::Stopping(Stop::Finish)),
            identity: self.file.identity.clone(),
            presumed: self.file.presumed,
            mirror: self.mirror(&stored),
            media_type: self.media_type.clone(),
            filename: self.filename.clone(),
            unresumable: self.stream.as_ref().map(|stream| stream.why),
            digest: self.digest.clone(),
            verified: self.verified.clone(),
            tier: self.tier,
            stored,
        }
    }
}
