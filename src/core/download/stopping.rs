//! How a download comes to rest: received bytes are saved first, whatever the reason.

use super::Download;
use super::action::StoreFailure;
use super::phase::{Phase, Stop};
use crate::core::error::Error;
use crate::core::ranges::RangeSet;

impl Download {
    /// Ends the fetching; the first reason stands.
    pub(super) fn stop(&mut self, stop: Stop) {
        match (&self.phase, &stop) {
            (Phase::Running, _) => {}
            // What is there already has no more need of a source: only its user may call it off.
            (Phase::Verifying(_), Stop::Pause) => {}
            _ => return,
        }
        self.wind_down(stop);
    }

    /// Nothing is fetched any more: what was received is saved, and the record says why.
    pub(super) fn wind_down(&mut self, stop: Stop) {
        self.close_all();
        self.parts.seal_all();
        self.record_stale = true;
        self.phase = Phase::Stopping(stop);
    }

    /// Everything received is durable.
    pub(super) fn settle(&mut self) {
        match std::mem::replace(&mut self.phase, Phase::Paused) {
            Phase::Stopping(Stop::Pause) => self.phase = Phase::Paused,
            Phase::Stopping(Stop::Finish) => self.finish(),
            Phase::Stopping(Stop::Fail(error)) => self.phase = Phase::Failed(error),
            phase => self.phase = phase,
        }
    }

    /// The store took some bytes no more: those before them are saved, then it ends.
    pub(super) fn give_up(&mut self, failure: StoreFailure) {
        if !matches!(self.phase, Phase::Running | Phase::Stopping(Stop::Finish)) {
            return;
        }
        let error = self.storage_error(failure, &self.written);
        self.wind_down(Stop::Fail(error));
    }

    /// The store refused to save. For want of space, bytes in memory stay there for the next try;
    /// otherwise it is unknown what the store has, and only what it had before is relied on.
    pub(super) fn break_off(&mut self, failure: StoreFailure) {
        self.close_all();
        self.parts.seal_all();
        if failure != StoreFailure::Quota {
            self.drop_unsaved();
        }
        self.phase = Phase::Failed(self.storage_error(failure, &self.durable));
        self.failed_before = false;
    }

    /// Only what is durable is there, and what is to be forgotten is not, even if the store has not
    /// managed to forget it yet.
    fn drop_unsaved(&mut self) {
        self.parts.clear();
        if !self.discard {
            self.written = self.durable.clone();
        }
    }

    /// `kept` is what needs no more room.
    fn storage_error(&self, failure: StoreFailure, kept: &RangeSet) -> Error {
        match failure {
            StoreFailure::Quota => Error::Quota {
                missing: self
                    .file
                    .identity
                    .size
                    .map(|size| size.saturating_sub(kept.len())),
            },
            StoreFailure::Broken(words) => Error::Storage(words),
        }
    }

    pub(super) fn remove(&mut self) {
        self.close_all();
        self.drop_unsaved();
        self.phase = Phase::Removing;
    }
}

/// Says that the browser does not have what it was given.
pub(super) fn lost(bytes: u64) -> String {
    [
        "the browser has lost ",
        &bytes.to_string(),
        " of the stored bytes",
    ]
    .concat()
}
