//! Whether the stored file is the one that was promised: its bytes are read back in their order,
//! hashed, and compared with the digest that the caller or the server gave.
//!
//! Where it is not, and the digests of its pieces are known, they tell which bytes are wrong, and
//! only those are fetched anew: see `mending`. Without them, what mirrors have brought is. Nothing
//! else is: a file that fails is kept for inspection.

use std::ops::Range;
use std::rc::Rc;

use super::Download;
use super::action::{Action, StoreFailure};
use super::phase::{Phase, Stop};
use crate::core::digest::{Digest, Hasher};
use crate::core::error::Error;
use crate::core::pieces::Pieces;
use crate::core::ranges::RangeSet;
use crate::core::response::Mismatch;

/// How many bytes are read back at a time.
const STEP: u64 = 1 << 20;

#[derive(Debug)]
pub(super) struct Verification {
    against: Against,
    /// Of the file, or of the piece under way.
    hasher: Hasher,
    /// Everything before this offset has been hashed.
    at: u64,
}

#[derive(Debug)]
enum Against {
    Whole(Digest),
    Pieces(Findings),
}

#[derive(Debug)]
struct Findings {
    pieces: Rc<Pieces>,
    bad: RangeSet,
    /// Of the first piece that is wrong, or else of the whole file.
    error: Option<Error>,
}

impl Download {
    /// The digest that the file must have: the caller's word before the server's.
    fn promised_of_all(&self) -> Option<&Digest> {
        self.options.digest.as_ref().or(self.digest.as_ref())
    }

    /// What stands in the record of a file once it has kept its promise.
    fn promised(&self) -> Option<Digest> {
        let of_pieces = || Some(self.options.pieces.as_ref()?.fingerprint());
        self.promised_of_all().cloned().or_else(of_pieces)
    }

    /// Whether anything will tell bytes of another version.
    pub(super) fn is_promised(&self) -> bool {
        self.promised().is_some()
    }

    /// Whether there is nothing to check, or nothing any more.
    pub(super) fn is_verified(&self) -> bool {
        let promised = self.promised();
        self.other_size(self.file.identity.size).is_none()
            && (promised.is_none() || promised == self.verified)
    }

    /// What is wrong with a file of that size, if it is not the promised one.
    pub(super) fn other_size(&self, size: Option<u64>) -> Option<Error> {
        let of_pieces = || Some(self.options.pieces.as_ref()?.size());
        let (promised, got) = (self.options.size.or_else(of_pieces)?, size?);
        let differs = promised != got;
        differs.then_some(Error::Mismatch(Mismatch::OtherSize { promised, got }))
    }

    /// Every byte is durable: that is the end, unless it has to be checked first.
    pub(super) fn finish(&mut self) {
        if let Some(error) = self.other_size(self.file.identity.size) {
            return self.wind_down(Stop::Fail(error));
        }
        if self.is_verified() {
            self.phase = Phase::Complete;
        } else if let Some(promised) = self.promised_of_all().cloned() {
            self.verify(Hasher::like(&promised), Against::Whole(promised));
        } else {
            self.verify_pieces(None);
        }
    }

    /// `error` is what is wrong with the file as a whole.
    fn verify_pieces(&mut self, error: Option<Error>) {
        let Some(pieces) = self.options.pieces.clone() else {
            return self.wind_down(error.map_or(Stop::Finish, Stop::Fail));
        };
        let hasher = pieces.hasher();
        let bad = RangeSet::new();
        let findings = Findings { pieces, bad, error };
        self.verify(hasher, Against::Pieces(findings));
    }

    fn verify(&mut self, hasher: Hasher, against: Against) {
        self.phase = Phase::Verifying(Verification {
            against,
            hasher,
            at: 0,
        });
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
                verification.take(bytes);
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
        let end = self.file.identity.size.unwrap_or_default().min(at + STEP);
        if at < end {
            self.actions.push_back(Action::Load { range: at..end });
            return;
        }
        let Phase::Verifying(verification) = std::mem::replace(&mut self.phase, Phase::Paused)
        else {
            return;
        };
        match verification.against {
            Against::Whole(expected) => {
                let actual = verification.hasher.finish();
                if actual == expected {
                    self.verified = Some(actual);
                    return self.wind_down(Stop::Finish);
                }
                let error = Error::Integrity {
                    expected,
                    actual,
                    piece: None,
                };
                if self.options.pieces.is_some() || !self.renounce_mirrors(&error) {
                    self.verify_pieces(Some(error));
                }
            }
            Against::Pieces(findings) => match findings.error {
                None => {
                    self.verified = Some(findings.pieces.fingerprint());
                    self.wind_down(Stop::Finish);
                }
                Some(error) => self.mend(&findings.bad, error),
            },
        }
    }
}

impl Verification {
    fn take(&mut self, mut bytes: &[u8]) {
        let Against::Pieces(findings) = &mut self.against else {
            self.hasher.update(bytes);
            self.at += bytes.len() as u64;
            return;
        };
        while let Some((piece, expected)) = findings.pieces.at(self.at)
            && !bytes.is_empty()
        {
            let left = usize::try_from(piece.end - self.at).unwrap_or(usize::MAX);
            let (its, others) = bytes.split_at(left.min(bytes.len()));
            self.hasher.update(its);
            self.at += its.len() as u64;
            bytes = others;
            if self.at == piece.end {
                let next = findings.pieces.hasher();
                let actual = std::mem::replace(&mut self.hasher, next).finish();
                let expected = expected.clone();
                findings.note(piece, expected, actual);
            }
        }
    }
}

impl Findings {
    fn note(&mut self, piece: Range<u64>, expected: Digest, actual: Digest) {
        if actual == expected {
            return;
        }
        if self.bad.is_empty() {
            self.error = Some(Error::Integrity {
                expected,
                actual,
                piece: Some(piece.clone()),
            });
        }
        self.bad.insert(piece);
    }
}
