//! One run: the machine, everything it asks for, and everything that can happen to it.
//!
//! The loop is that of the browser's driver: do what the machine asks for, wait for the next
//! event, hand it over. Between the two, every invariant is checked.

mod guard;
mod life;
mod shell;

use std::ops::Range;
use std::time::Duration;

use rangeload::core::download::{Command, ConnectionId, Download, SourceIndex, State};
use rangeload::core::options::Options;
use rangeload::core::tier::Tier;
use rangeload::core::{Moment, Time};

use crate::agenda::Agenda;
use crate::network::{self, Network};
use crate::random::Random;
use crate::scenario::{Disk, Rot, Scenario};
use crate::store::{Commit, Erasure, Store};
use crate::user::Happening;
use guard::Guard;

pub(crate) const URL: &str = "https://example.org/file";

/// Some time after the Unix epoch, when every run begins.
const BEGIN: Time = Duration::from_secs(1_700_000_000);

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The state, or the code of the error, it ended in.
    pub end: &'static str,
    pub events: u64,
    /// Virtual time.
    pub seconds: f64,
    pub requests: u64,
    pub faults: u64,
}

enum Planned {
    Happening(Happening),
    /// The store has done what it was told.
    Committed,
    Erased,
    Probed(SourceIndex),
    /// The store has read so many bytes from an offset on.
    Loaded(u64, u64),
    /// The caller knows another URL, or does not.
    Refreshed(bool),
    /// An event that was on its way when its connection was closed.
    Late(network::Event),
    /// From now on nothing goes wrong any more.
    Calm,
}

impl Planned {
    /// It is gone when the page is.
    fn is_of_this_life(&self) -> bool {
        !matches!(self, Self::Happening(_) | Self::Calm)
    }
}

pub(crate) struct World {
    now: Time,
    network: Network,
    store: Store,
    machine: Download,
    agenda: Agenda<Planned>,
    options: Options,
    tier: Tier,
    disk: Disk,
    lag: Duration,
    patience: u32,
    whims: (u32, f64),
    committing: Option<Commit>,
    erasing: Option<Erasure>,
    rot: Option<Rot>,
    /// Stored bytes that are being compared with those of a connection.
    compared: Vec<(ConnectionId, Range<u64>)>,
    /// The failure that the machine tells of is that of an earlier page.
    inherited: bool,
    /// What the browser believes.
    offline: bool,
    random: Random,
    guard: Guard,
    trace: bool,
}

impl World {
    pub(crate) fn new(scenario: Scenario, mut random: Random, trace: bool) -> Self {
        if trace {
            eprintln!("{scenario:#?}");
        }
        let mut network = Network::new(BEGIN, scenario.sources, random.fork());
        network.downlink = scenario.downlink;
        network.chunk = scenario.chunk;
        network.handover = scenario.handover;
        network.ledger.other_bytes |= scenario.rot.is_some();
        let machine = Download::new(URL.to_owned(), scenario.options.clone(), 0);
        let machine = machine.kept_in(scenario.tier);
        let mut world = Self {
            now: BEGIN,
            network,
            store: Store::new(scenario.tier.policy()),
            machine,
            agenda: Agenda::new(),
            guard: Guard::new(BEGIN, network::seconds(scenario.stuck)),
            options: scenario.options,
            tier: scenario.tier,
            disk: scenario.disk,
            lag: network::seconds(scenario.lag),
            patience: scenario.patience,
            whims: scenario.whims,
            committing: None,
            erasing: None,
            rot: scenario.rot,
            compared: Vec::new(),
            inherited: false,
            offline: false,
            random,
            trace,
        };
        world.command_after(0.0, Command::Resume);
        for (at, happening) in scenario.plan {
            world.after(at, Planned::Happening(happening));
        }
        if scenario.calm_after.is_finite() {
            world.after(scenario.calm_after, Planned::Calm);
        }
        world
    }

    /// Runs to the end.
    ///
    /// # Panics
    /// When an invariant is broken.
    pub(crate) fn run(mut self) -> Outcome {
        loop {
            self.perform();
            self.check();
            if self.is_over() {
                return self.outcome();
            }
            self.step();
        }
    }

    fn outcome(&self) -> Outcome {
        let snapshot = self.machine.snapshot(self.now);
        Outcome {
            end: match &snapshot.error {
                Some(error) => error.code(),
                None => snapshot.state.as_str(),
            },
            events: self.guard.events(),
            seconds: (self.now - BEGIN).as_secs_f64(),
            requests: self.network.requests,
            faults: self.network.ledger.faults,
        }
    }

    fn after(&mut self, seconds: f64, planned: Planned) {
        self.agenda
            .add(self.now + network::seconds(seconds), planned);
    }

    fn command_after(&mut self, seconds: f64, command: Command) {
        self.after(seconds, Planned::Happening(Happening::Command(command)));
    }

    fn moment(&mut self) -> Moment {
        let chance = match self.random.below(8) {
            0 => 0.0,
            1 => 1.0 - f64::EPSILON,
            _ => self.random.unit(),
        };
        Moment {
            now: self.now,
            chance,
        }
    }

    /// Goes to the next thing that happens, be it an event or the machine's own timer.
    fn step(&mut self) {
        let network = self.network.next();
        let agenda = self.agenda.next();
        let timer = self.machine.poll_timeout(self.now);
        // Late, but not put off by whatever else happens meanwhile.
        let timer = timer.map(|timer| (timer + self.lag).max(self.now));
        let Some(next) = network.into_iter().chain(agenda).chain(timer).min() else {
            panic!("nothing will ever happen again");
        };
        self.now = self.now.max(next);
        self.guard.event(self.now);
        if agenda == Some(next) {
            if let Some(planned) = self.agenda.take() {
                self.happen(planned);
            }
        } else if network == Some(next) {
            if let Some(event) = self.network.step(self.now) {
                self.deliver(event);
            }
        } else {
            self.wake();
        }
        self.have_a_whim();
    }

    fn wake(&mut self) {
        let at = self.moment();
        self.machine.handle_timeout(at);
        self.guard.woken(self.machine.poll_timeout(self.now));
    }

    fn is_running(&self) -> bool {
        matches!(
            self.machine.state(),
            State::Connecting | State::Downloading | State::Waiting
        )
    }

    fn note(&self, line: impl FnOnce() -> String) {
        if self.trace {
            let seconds = (self.now - BEGIN).as_secs_f64();
            eprintln!("{seconds:12.6}  {}", line());
        }
    }
}
