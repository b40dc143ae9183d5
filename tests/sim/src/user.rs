//! The person and the machine in front of the page: pauses, reloads, lost networks, sleep.

use rangeload::core::download::Command;

use crate::network::Loss;
use crate::random::Random;

/// What happens to the page besides its own network and store. Times are seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Happening {
    Command(Command),
    /// The page goes away at any point of what it does, and comes back.
    Kill,
    /// No network; whether the browser says so.
    Down {
        noticed: bool,
        told: bool,
        loss: Loss,
    },
    Up {
        told: bool,
    },
    /// The network is another one now: every connection breaks, or dies in silence.
    Switch {
        loss: Loss,
    },
    /// The computer sleeps; the clock jumps, and every connection is dead. Whether the browser
    /// says so when it wakes.
    Sleep {
        seconds: f64,
        told: bool,
    },
}

/// Something that comes at no planned time but between any two events.
pub(crate) fn whim(random: &mut Random) -> Happening {
    match random.below(4) {
        0 => Happening::Command(Command::Pause),
        1 => Happening::Switch { loss: Loss::Broken },
        _ => Happening::Kill,
    }
}

/// A plan of what happens when, soonest first.
pub(crate) fn plan(random: &mut Random, events: u64, within: f64) -> Vec<(f64, Happening)> {
    let mut plan = Vec::new();
    for _ in 0..events {
        let at = random.between(0.0, within);
        match random.below(12) {
            0 | 1 => {
                plan.push((at, Happening::Command(Command::Pause)));
                let rest = random.pick(&[0.0, 0.001, 0.05, 3.0]);
                plan.push((at + rest, Happening::Command(Command::Resume)));
            }
            2 => plan.extend(impatience(random, at)),
            3..=5 => plan.push((at, Happening::Kill)),
            6..=8 => {
                let told = random.chance(0.5);
                let loss = random.pick(&[Loss::None, Loss::Broken, Loss::Silent]);
                let noticed = told || random.chance(0.5);
                plan.push((
                    at,
                    Happening::Down {
                        noticed,
                        told,
                        loss,
                    },
                ));
                let length = random.magnitude(0.1, 300.0);
                plan.push((at + length, Happening::Up { told }));
            }
            9 => {
                let loss = random.pick(&[Loss::Broken, Loss::Silent]);
                plan.push((at, Happening::Switch { loss }));
            }
            10 => {
                let seconds = random.magnitude(5.0, 20_000.0);
                let told = random.chance(0.5);
                plan.push((at, Happening::Sleep { seconds, told }));
            }
            _ if random.chance(0.2) => plan.push((at, Happening::Command(Command::Remove))),
            _ => plan.push((at, Happening::Command(Command::Resume))),
        }
    }
    plan.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    plan
}

/// Someone who clicks without waiting.
fn impatience(random: &mut Random, at: f64) -> Vec<(f64, Happening)> {
    let clicks = 2 + random.below(6);
    let mut when = at;
    (0..clicks)
        .map(|_| {
            when += random.pick(&[0.0, 0.002, 0.2]);
            let command = random.pick(&[Command::Pause, Command::Resume]);
            (when, Happening::Command(command))
        })
        .collect()
}
