//! What a download is about, and which phase follows which.
//!
//! ```text
//! from                    upon                                    to               in
//! Paused, Failed          Resume                                  Running          start
//! Stopping(Pause | Fail)  Resume                                  Running          start
//! Running                 Pause, every byte there, an error       Stopping(each)   stop
//! Verifying               Pause                                   Stopping(Pause)  stop
//! Stopping(Finish)        Pause, with something yet to verify     Stopping(Pause)  handle_command
//! Running                 the store refuses bytes                 Stopping(Fail)   give_up
//! Stopping(Finish)        the store refuses bytes                 Stopping(Fail)   give_up
//! Stopping(Pause)         all is saved                            Paused           settle
//! Stopping(Fail)          all is saved                            Failed           settle
//! Stopping(Finish)        all is saved, nothing to verify         Complete         finish
//!                         all is saved, a digest is known         Verifying        finish
//!                         all is saved, of another size           Stopping(Fail)   finish
//! Verifying               the digest is right                     Stopping(Finish) verify_on
//!                         it is wrong, those of pieces are known  Verifying        verify_pieces
//!                         it is wrong, none of pieces is known    Stopping(Fail)   verify_pieces
//!                         it is wrong, mirrors brought some of it Running          renounce_mirrors
//!                         pieces are wrong, a source is left      Running          mend
//!                         pieces are wrong, none is left          Stopping(Fail)   mend
//! any                     the store breaks                        Failed           break_off
//! any but Removed         Remove                                  Removing         remove
//! Removing                erased                                  Removed          erased
//! ```
//!
//! A record is restored to `Paused`, `Failed` or `Complete`; one that cannot be read is
//! `Unreadable`, and has nothing but its removal before it.

use super::verifying::Verification;
use crate::core::error::Error;

#[derive(Debug)]
pub(super) enum Phase {
    Paused,
    Running,
    /// Nothing is fetched any more, and what was received is being saved.
    Stopping(Stop),
    /// Every byte is durable, and the file is being compared with its digest.
    Verifying(Verification),
    Complete,
    Failed(Error),
    /// What is stored cannot be understood; it is left as it is until someone removes it.
    Unreadable(Error),
    Removing,
    Removed,
}

/// Why nothing is fetched any more.
#[derive(Debug)]
pub(super) enum Stop {
    Pause,
    Finish,
    Fail(Error),
}
