//! How a download comes to rest: received bytes are saved first, whatever the reason.

use super::action::StoreFailure;
use super::{Download, Phase};
use crate::core::error::Error;
use crate::core::ranges::RangeSet;

/// Why nothing is fetched any more.
#[derive(Debug)]
pub(super) enum Stop {
    Pause,
    Finish,
    Fail(Error),
}

impl Download {
    /// Ends every request; the first reason stands.
    pub(super) fn stop(&mut self, stop: Stop) {
        // What is there already has no more need of a source: only its user may call it off.
        let called_off = matches!((&self.phase, &stop), (Phase::Verifying(_), Stop::Pause));
        if !called_off && !matches!(self.phase, Phase::Running) {
            return;
        }
        self.close_all();
        self.parts.seal_all();
        self.record_stale = true;
        self.phase = Phase::Stopping(stop);
    }

    /// Everything received is durable.
    pub(super) fn settle(&mut self) {
        match std::mem::replace(&mut self.phase, Phase::Paused) {
            Phase::Stopping(Stop::Pause) => {}
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
        self.phase = Phase::Running;
        self.stop(Stop::Fail(error));
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
