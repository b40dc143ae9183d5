//! Which tab runs a download, and what the others do meanwhile.
//!
//! One tab owns it: it holds the lock of the download's name and runs the machine. The others
//! follow: they show what the owner tells, pass it the orders of their pages, and wait for the
//! lock, which the browser hands on when the owner closes, crashes or is discarded. Nothing here
//! touches a byte.
//!
//! ```text
//! Resting ──resume, remove──▶ Trying ──granted──▶ Owning ──the machine rests──▶ Resting
//!    │                          └──refused──▶ Following
//!    └──an owner is heard at work──▶ Following ──granted──▶ Owning, or Resting if nothing is left
//!                                                           to do: an order tells, else the record
//! ```
//!
//! The owner's last words may come after its lock. So a tab that gets the lock believes what is
//! stored, not what it heard last.

use std::time::Duration;

use super::Time;
use super::download::{Command, State};

/// How long an owner may leave an order unanswered: it answers each at once.
const ANSWER: Duration = Duration::from_secs(3);

/// What a seat asks of its shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask for the lock without waiting. Answered by `handle_granted` or `handle_refused`.
    Try,
    /// Wait for the lock, for as long as it takes. Answered by `handle_granted`.
    Await,
    /// Read what is stored: the owner is gone. Answered by `handle_found`.
    Inherit,
    /// Run the machine, from what is stored now, beginning with this command.
    Own(Command),
    /// Give the lock back, or stop waiting for it, and show what is stored: others may know better.
    Release,
    /// Give the lock back after the work: nobody knows better.
    Rest,
    /// Tell the owner.
    Send(Command),
    /// Show that the owner cannot be reached.
    Busy,
    /// End: the download is removed. The page's next order is for another seat.
    Leave,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Resting,
    Trying(Command),
    Following {
        /// An order that the owner is not known to have carried out.
        order: Option<Command>,
        /// When the owner must have been heard of again.
        deadline: Option<Time>,
        /// It was at work when it was last heard of.
        at_work: bool,
    },
    /// The lock is here; what is to be done with it is not known yet.
    Inheriting,
    Owning,
}

/// One tab's part in one download.
#[derive(Debug, Default)]
pub struct Seat {
    phase: Phase,
}

impl Seat {
    pub fn is_owner(&self) -> bool {
        self.phase == Phase::Owning
    }

    /// An order has been taken, or another tab is at work.
    pub fn is_taken(&self) -> bool {
        self.phase != Phase::Resting
    }

    /// Another tab is known, or believed, to run it.
    pub fn follows(&self) -> bool {
        matches!(self.phase, Phase::Following { .. })
    }

    /// The download runs in another tab, or is about to run: what an earlier run failed with is
    /// no news any more.
    pub fn is_under_way(&self) -> bool {
        match self.phase {
            Phase::Resting | Phase::Owning => false,
            Phase::Trying(command) => command == Command::Resume,
            Phase::Following { order, at_work, .. } => at_work || order == Some(Command::Resume),
            Phase::Inheriting => true,
        }
    }

    /// When `handle_timeout` is to be called.
    pub fn poll_timeout(&self) -> Option<Time> {
        match self.phase {
            Phase::Following { deadline, .. } => deadline,
            _ => None,
        }
    }

    /// An order of this tab's page. An owner gives it to its machine instead.
    pub fn handle_command(&mut self, now: Time, command: Command) -> Option<Step> {
        match (&mut self.phase, command) {
            (Phase::Resting, Command::Resume | Command::Remove) => {
                self.phase = Phase::Trying(command);
                Some(Step::Try)
            }
            (Phase::Trying(wanted), Command::Resume | Command::Remove) => {
                *wanted = command;
                None
            }
            (Phase::Trying(Command::Resume), Command::Pause) => Some(self.release()),
            (
                Phase::Following {
                    order, deadline, ..
                },
                Command::Resume | Command::Pause | Command::Remove,
            ) => {
                // Who removes it wants it removed, whatever is said afterwards to what goes.
                if *order != Some(Command::Remove) || command == Command::Resume {
                    *order = Some(command);
                }
                *deadline = Some(now + ANSWER);
                Some(Step::Send(command))
            }
            // The browser's connections are shared by all tabs. No answer is waited for.
            (Phase::Following { .. }, Command::Yield) => Some(Step::Send(command)),
            _ => None,
        }
    }

    /// The lock is this tab's.
    pub fn handle_granted(&mut self) -> Step {
        match self.phase {
            Phase::Trying(command)
            | Phase::Following {
                order: Some(command @ (Command::Resume | Command::Remove)),
                ..
            } => self.own(command),
            Phase::Following {
                order: None,
                at_work: true,
                ..
            } => {
                self.phase = Phase::Inheriting;
                Step::Inherit
            }
            _ => self.release(),
        }
    }

    /// What the record says: whether the download was running. There is none before the first
    /// bytes are stored; then all that is known is that its owner was heard at work.
    pub fn handle_found(&mut self, running: Option<bool>) -> Step {
        match running {
            Some(false) => self.release(),
            Some(true) | None => self.own(Command::Resume),
        }
    }

    /// Another tab has the lock.
    pub fn handle_refused(&mut self, now: Time) -> [Option<Step>; 2] {
        let Phase::Trying(command) = self.phase else {
            return [None, None];
        };
        self.phase = Phase::Following {
            order: Some(command),
            deadline: Some(now + ANSWER),
            at_work: false,
        };
        [Some(Step::Await), Some(Step::Send(command))]
    }

    /// The owner tells how it stands.
    pub fn handle_heard(&mut self, state: State) -> Option<Step> {
        if state == State::Removed {
            return Some(Step::Leave);
        }
        let works = !state.is_at_rest();
        match &mut self.phase {
            Phase::Resting if works => {
                self.phase = Phase::Following {
                    order: None,
                    deadline: None,
                    at_work: true,
                };
                Some(Step::Await)
            }
            Phase::Following {
                order,
                deadline,
                at_work,
            } => {
                *deadline = None;
                *at_work = works;
                *order = order.filter(|order| match order {
                    Command::Resume => !works,
                    Command::Pause => works,
                    _ => true,
                });
                None
            }
            _ => None,
        }
    }

    /// The machine of an owner has come to rest.
    pub fn handle_rested(&mut self, state: State) -> Step {
        self.phase = Phase::Resting;
        match state {
            State::Removed => Step::Leave,
            _ => Step::Rest,
        }
    }

    pub fn handle_timeout(&mut self, now: Time) -> Option<Step> {
        let Phase::Following {
            order, deadline, ..
        } = &mut self.phase
        else {
            return None;
        };
        let due = deadline.is_some_and(|deadline| deadline <= now);
        due.then(|| {
            *deadline = None;
            // The page is told that it is still there, and may want it by the time the owner is gone.
            *order = order.filter(|order| *order != Command::Remove);
            Step::Busy
        })
    }

    fn own(&mut self, command: Command) -> Step {
        self.phase = Phase::Owning;
        Step::Own(command)
    }

    fn release(&mut self) -> Step {
        self.phase = Phase::Resting;
        Step::Release
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_secs(1000);

    fn following(order: Command) -> Seat {
        let mut seat = Seat::default();
        assert_eq!(seat.handle_command(NOW, order), Some(Step::Try));
        let steps = seat.handle_refused(NOW);
        assert_eq!(steps, [Some(Step::Await), Some(Step::Send(order))]);
        seat
    }

    #[test]
    fn who_gets_the_lock_runs_the_download_and_gives_it_back() {
        let mut seat = Seat::default();
        assert_eq!(seat.handle_command(NOW, Command::Resume), Some(Step::Try));
        assert_eq!(seat.handle_granted(), Step::Own(Command::Resume));
        assert!(seat.is_owner());
        assert_eq!(seat.handle_rested(State::Complete), Step::Rest);
        assert!(!seat.is_owner() && !seat.is_taken());
    }

    #[test]
    fn who_hears_of_a_removal_leaves_as_who_has_removed_does() {
        let mut owner = Seat::default();
        owner.handle_command(NOW, Command::Remove);
        assert_eq!(owner.handle_granted(), Step::Own(Command::Remove));
        assert_eq!(owner.handle_rested(State::Removed), Step::Leave);
        for mut seat in [Seat::default(), following(Command::Resume)] {
            assert_eq!(seat.handle_heard(State::Removed), Some(Step::Leave));
        }
    }

    #[test]
    fn a_pause_does_not_take_back_a_removal() {
        let mut seat = Seat::default();
        assert_eq!(seat.handle_command(NOW, Command::Resume), Some(Step::Try));
        assert_eq!(seat.handle_command(NOW, Command::Remove), None);
        assert_eq!(seat.handle_command(NOW, Command::Pause), None);
        assert_eq!(seat.handle_granted(), Step::Own(Command::Remove));

        let mut seat = following(Command::Remove);
        let told = seat.handle_command(NOW, Command::Pause);
        assert_eq!(told, Some(Step::Send(Command::Pause)));
        assert_eq!(seat.handle_granted(), Step::Own(Command::Remove));
    }

    #[test]
    fn an_owner_that_goes_in_the_middle_is_taken_over() {
        let mut seat = following(Command::Resume);
        seat.handle_heard(State::Downloading);
        assert_eq!(seat.handle_granted(), Step::Inherit);
        assert_eq!(seat.handle_found(Some(true)), Step::Own(Command::Resume));

        let mut seat = Seat::default();
        assert_eq!(
            seat.handle_heard(State::Connecting),
            Some(Step::Await),
            "a tab that was never told to start follows all the same"
        );
        assert_eq!(seat.handle_granted(), Step::Inherit);
        assert_eq!(seat.handle_found(None), Step::Own(Command::Resume));
        assert!(seat.is_owner());
    }

    #[test]
    fn a_lock_that_comes_before_the_owners_last_words_starts_nothing_that_was_paused() {
        let mut seat = following(Command::Resume);
        seat.handle_heard(State::Downloading);
        assert_eq!(seat.handle_granted(), Step::Inherit);
        assert_eq!(seat.handle_heard(State::Paused), None);
        assert_eq!(seat.handle_found(Some(false)), Step::Release);
        assert!(!seat.is_owner() && !seat.follows());
    }

    #[test]
    fn an_owner_that_has_finished_leaves_nothing_to_take_over() {
        for end in [State::Paused, State::Complete, State::Failed] {
            let mut seat = following(Command::Resume);
            seat.handle_heard(State::Downloading);
            seat.handle_heard(end);
            assert_eq!(seat.handle_granted(), Step::Release, "{end:?}");
        }
    }

    #[test]
    fn an_order_that_the_owner_did_not_live_to_carry_out_is_carried_out_here() {
        let mut seat = following(Command::Resume);
        seat.handle_heard(State::Paused);
        assert_eq!(seat.handle_granted(), Step::Own(Command::Resume));

        let mut seat = following(Command::Resume);
        seat.handle_heard(State::Downloading);
        seat.handle_command(NOW, Command::Remove);
        assert_eq!(seat.handle_granted(), Step::Own(Command::Remove));

        let mut seat = following(Command::Resume);
        seat.handle_heard(State::Downloading);
        seat.handle_command(NOW, Command::Pause);
        seat.handle_heard(State::Downloading);
        assert_eq!(seat.handle_granted(), Step::Release);
    }

    #[test]
    fn an_owner_that_does_not_answer_is_said_to_be_busy_once() {
        let mut seat = following(Command::Resume);
        let due = seat.poll_timeout().expect("a deadline");
        assert_eq!(seat.handle_timeout(NOW), None);
        assert_eq!(seat.handle_timeout(due), Some(Step::Busy));
        assert_eq!(seat.poll_timeout(), None);
        assert_eq!(seat.handle_granted(), Step::Own(Command::Resume));
    }

    #[test]
    fn a_removal_that_was_called_off_as_busy_is_not_carried_out_later() {
        let mut seat = following(Command::Remove);
        let due = seat.poll_timeout().expect("a deadline");
        assert_eq!(seat.handle_timeout(due), Some(Step::Busy));
        assert_eq!(seat.handle_granted(), Step::Release);
    }

    #[test]
    fn what_has_been_ordered_is_under_way_until_it_rests() {
        let mut seat = Seat::default();
        assert!(!seat.is_under_way());
        seat.handle_command(NOW, Command::Resume);
        assert!(seat.is_under_way(), "the lock is on its way");
        seat.handle_granted();
        assert!(
            !seat.is_under_way(),
            "the machine itself says how it stands"
        );

        let mut seat = following(Command::Resume);
        assert!(seat.is_under_way(), "the owner has been told");
        seat.handle_heard(State::Downloading);
        assert!(seat.is_under_way(), "the owner is at work");
        seat.handle_heard(State::Failed);
        assert!(!seat.is_under_way());
    }

    #[test]
    fn an_owner_that_is_heard_in_time_is_not_busy() {
        let mut seat = following(Command::Resume);
        seat.handle_heard(State::Waiting);
        assert_eq!(seat.poll_timeout(), None);
    }

    #[test]
    fn a_start_that_is_called_off_gives_the_lock_back_when_it_comes() {
        let mut seat = Seat::default();
        seat.handle_command(NOW, Command::Resume);
        assert_eq!(
            seat.handle_command(NOW, Command::Pause),
            Some(Step::Release)
        );
        assert_eq!(seat.handle_granted(), Step::Release);
    }

    #[test]
    fn a_tab_at_rest_has_nothing_to_pause_and_no_one_to_ask() {
        let mut seat = Seat::default();
        assert_eq!(seat.handle_command(NOW, Command::Pause), None);
        assert_eq!(seat.handle_heard(State::Paused), None);
        assert!(!seat.follows());
    }
}
