//! Whether the stored file is the one that was promised: its bytes are read back in their order,
//! hashed, and compared with the digest that the caller or the server gave.
//!
//! Nothing is fetched and nothing is deleted here: a file that fails is kept for inspection.

use super::action::{Action, StoreFailure};
use super::stopping::Stop;
use super::{Download, Phase};
use crate::core::digest::{Digest, Hasher};
use crate::core::error::Error;

/// How many bytes are read back at a time.
const STEP: u64 = 1 << 20;

#[derive(Debug)]
pub(super) struct Verification {
    promised: Digest,
    hasher: Hasher,
    /// Everything before this offset has been hashed.
    at: u64,
}

impl Download {
    /// The digest that the file must have: the caller's word before the server's.
    fn promised(&self) -> Option<&Digest> {
        self.options.digest.as_ref().or(self.digest.as_ref())
    }

    /// Whether there is nothing to check, or nothing any more.
    pub(super) fn is_verified(&self) -> bool {
        self.promised().is_none() || self.promised() == self.verified.as_ref()
    }

    /// Every byte is durable: that is the end, unless a digest has to be checked first.
    pub(super) fn finish(&mut self) {
        let promised = self.promised().filter(|_| !self.is_verified()).cloned();
        self.phase = match promised {
            None => Phase::Complete,
            Some(promised) => Phase::Verifying(Verification {
                hasher: Hasher::like(&promised),
                promised,
                at: 0,
            }),
        };
        self.verify_on();
    }

    /// The bytes that a `Load` asked for, which begin at `start`.
    pub(super) fn loaded(&mut self, start: u64, bytes: Result<&[u8], StoreFailure>) {
        let Phase::Verifying(verification) = &mut self.phase else {
            return;
        };
        // The answer to a verification that was called off.
        if start != verification.at {
            return;
        }
        match bytes {
            Ok([]) => self.break_off(StoreFailure::Broken("stored bytes are missing".into())),
            Ok(bytes) => {
                verification.hasher.update(bytes);
                verification.at += bytes.len() as u64;
                self.verify_on();
            }
            Err(failure) => self.break_off(failure),
        }
    }

    fn verify_on(&mut self) {
        let Phase::Verifying(verification) = &mut self.phase else {
            return;
        };
        let at = verification.at;
        let end = self.identity.size.unwrap_or_default().min(at + STEP);
        if at < end {
            self.actions.push_back(Action::Load { range: at..end });
            return;
        }
        let actual = verification.hasher.clone().finish();
        let expected = verification.promised.clone();
        self.record_stale = true;
        self.phase = Phase::Stopping(if actual == expected {
            self.verified = Some(actual);
            Stop::Finish
        } else {
            Stop::Fail(Error::Integrity { expected, actual })
        });
    }
}
