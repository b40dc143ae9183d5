//! Why a source fails without a status: a request without Range, whose answer need not be readable,
//! tells a server that is not there from one whose words the page may not read.

use std::time::Duration;

use super::action::{Reach, SourceIndex};
use super::failing::{OFFLINE, UNREADABLE, no_network};
use super::{Download, Moment};
use crate::core::error::{Barrier, Error};
use crate::core::retry::Cause;

/// So often in a row it has to happen until it is no chance.
pub(super) const SURE: u32 = 3;

/// How long a server is left alone that answers what the page may not read: it may be an error
/// that is over soon. The second time it is three times as long.
const HIDDEN: Duration = Duration::from_secs(1);

impl Download {
    /// What became of a `Probe`.
    pub(super) fn probed(&mut self, at: Moment, index: SourceIndex, reach: Reach) {
        let offline = self.offline.is_some();
        let Some(source) = self.sources.get_mut(index) else {
            return;
        };
        let Some((cause, _)) = source.probing.take() else {
            return;
        };
        source.suspicions = match reach {
            Reach::Nowhere => 0,
            Reach::Readable | Reach::Opaque | Reach::Barred(_) => source.suspicions + 1,
        };
        let (readable, round) = (source.readable, source.retry.round());
        let pause = match reach {
            Reach::Opaque => HIDDEN * (2 * source.suspicions).saturating_sub(1),
            _ => Duration::ZERO,
        };
        match (source.suspicions, reach) {
            (_, Reach::Barred(Barrier::Policy)) => {
                self.drop_source(index, Error::Blocked(Barrier::Policy));
            }
            (0, _) | (_, Reach::Barred(_)) if offline => {
                source.close_gate(at.now + OFFLINE, false, Some(no_network()));
            }
            // The address alone says so; a browser may have made a secure one of it.
            (SURE.., Reach::Barred(barrier)) if !readable => {
                self.drop_source(index, Error::Blocked(barrier));
            }
            (0, _) | (_, Reach::Barred(_)) => self.strike(at, index, cause, round),
            // The connection may have broken by chance and the server be back: try once more.
            (1, _) => source.close_gate(at.now + pause, false, Some(cause.into_error())),
            // Chromium fails a request with Range whose answer is compressed; without, it is read.
            (2, _) if !readable || source.guessed => {
                source.plain = true;
                source.guessed = true;
                source.close_gate(at.now + pause, false, Some(cause.into_error()));
            }
            (_, Reach::Opaque) => self.blame_opacity(at, index, cause, round),
            _ => self.blame_chance(at, index, cause, round),
        }
    }

    /// The source answers again and again in words that the page may not read.
    fn blame_opacity(&mut self, at: Moment, index: SourceIndex, cause: Cause, round: u32) {
        if self.ask_for_another_url(index, UNREADABLE) {
            return;
        }
        match self.sources.get(index).is_some_and(|s| s.readable) {
            true => self.blame_chance(at, index, cause, round),
            false => self.drop_source(index, Error::Blocked(Barrier::Cors)),
        }
    }

    /// The source can be reached, and fails all the same.
    pub(super) fn blame_chance(
        &mut self,
        at: Moment,
        index: SourceIndex,
        cause: Cause,
        round: u32,
    ) {
        self.absolve(index);
        self.strike(at, index, cause, round);
    }

    /// That the source can be reached, and yet fails, is forgotten.
    pub(super) fn absolve(&mut self, index: SourceIndex) {
        if let Some(source) = self.sources.get_mut(index) {
            source.suspicions = 0;
            source.plain = false;
            source.guessed = false;
        }
    }
}
