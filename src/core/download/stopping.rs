//! How a download comes to rest: received bytes are saved first, whatever the reason.

use super::action::StoreFailure;
use super::{Download, Phase};
use crate::core::error::Error;

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
        if !matches!(self.phase, Phase::Running | Phase::Verifying(_)) {
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

    /// The store refused. What it did not take stays in memory for the next try.
    pub(super) fn break_off(&mut self, failure: StoreFailure) {
        self.close_all();
        self.parts.seal_all();
        self.phase = Phase::Failed(match failure {
            StoreFailure::Quota => Error::Quota {
                missing: self
                    .identity
                    .size
                    .map(|size| size - self.durable.len().min(size)),
            },
            StoreFailure::Broken(words) => Error::Storage(words),
        });
    }

    pub(super) fn remove(&mut self) {
        self.close_all();
        self.parts.clear();
        self.phase = Phase::Removing;
    }
}
