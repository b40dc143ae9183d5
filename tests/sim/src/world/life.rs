//! What happens to the page as a whole: commands, kills, lost networks, sleep.

use rangeload::core::download::{Command, Download, State};
use rangeload::core::ranges::RangeSet;

use super::{Planned, URL, World};
use crate::network::{Loss, seconds};
use crate::store::Extent;
use crate::user::{self, Happening};

impl World {
    /// What may come between any two events.
    pub(super) fn have_a_whim(&mut self) {
        let (whims, chance) = self.whims;
        if whims > 0 && self.random.chance(chance) {
            self.whims.0 -= 1;
            let whim = user::whim(&mut self.random);
            self.note(|| format!("{whim:?}, out of the blue"));
            self.befall(whim);
        }
    }

    pub(super) fn happen(&mut self, planned: Planned) {
        match planned {
            Planned::Committed => self.committed(),
            Planned::Erased => self.erased(),
            Planned::Probed(source) => self.probed(source),
            Planned::Loaded(start, len) => self.loaded(start, len),
            Planned::Refreshed(known) => self.refreshed(known),
            Planned::Late(event) => self.deliver(event),
            Planned::Calm => self.calm(),
            Planned::Happening(happening) => {
                self.note(|| format!("{happening:?}"));
                self.befall(happening);
            }
        }
    }

    fn befall(&mut self, happening: Happening) {
        let now = self.now;
        self.guard.start(now);
        match happening {
            Happening::Command(command) => self.command(command),
            Happening::Kill => self.kill(),
            Happening::Down {
                noticed,
                told,
                loss,
            } => {
                self.network.down(now, noticed, loss);
                if told {
                    self.tell(Command::Offline);
                }
            }
            Happening::Up { told } => {
                self.network.up(now);
                if told {
                    self.tell(Command::Online);
                }
            }
            Happening::Switch { loss } => self.network.lose(now, loss),
            Happening::Sleep {
                seconds: length,
                told,
            } => {
                self.network.lose(now, Loss::Silent);
                self.now += seconds(length);
                self.guard.start(self.now);
                if told {
                    self.command(Command::Woken);
                }
            }
        }
    }

    fn tell(&mut self, command: Command) {
        self.offline = command == Command::Offline;
        self.command(command);
    }

    fn command(&mut self, command: Command) {
        // The driver puts a machine away that is at rest, and takes it up from its record.
        if self.is_quiet() {
            match command {
                Command::Resume | Command::Remove => self.take_up(),
                _ => return,
            }
        }
        if command == Command::Resume && !self.is_running() {
            self.network.ledger.start();
            self.network.mirrors.start();
            self.inherited = false;
        }
        let at = self.moment();
        self.machine.handle_command(at, command);
    }

    fn take_up(&mut self) {
        if self.random.chance(0.5) && self.machine.state() != State::Removed {
            self.restore();
        }
        if self.offline {
            let at = self.moment();
            self.machine.handle_command(at, Command::Offline);
        }
    }

    /// The page is gone at once, and a new one takes up what is stored.
    fn kill(&mut self) {
        if let Some(commit) = self.committing.take() {
            let extent = self
                .random
                .pick(&[Extent::Nothing, Extent::Bytes, Extent::All]);
            let some = self.random.below(commit.saves.len() as u64 + 1) as usize;
            self.note(|| format!("of the commit under way became durable: {extent:?}"));
            self.store.commit(commit, extent, some);
        }
        if let Some(erasure) = self.erasing.take()
            && self.random.chance(0.5)
        {
            self.store.erase(erasure);
        }
        self.agenda.retain(|planned| !planned.is_of_this_life());
        self.network.close_all(self.now);
        self.compared.clear();
        self.restore();
        self.command_after(0.1, Command::Resume);
    }

    fn restore(&mut self) {
        self.store.reload();
        // Connections are numbered anew: what is left of the old ones must reach nobody.
        let late = |planned: &Planned| matches!(planned, Planned::Late(_));
        self.agenda.retain(|planned| !late(planned));
        self.inherited = false;
        self.machine = match self.store.record() {
            Some(mut record) => {
                // The next page makes the same promises.
                record.options.size = self.options.size;
                record.options.pieces = self.options.pieces.clone();
                let (running, failed) = (record.running, record.failed.clone());
                let machine = Download::restore(record, &self.store.stored());
                assert_eq!(
                    machine.is_interrupted(),
                    running && machine.state() != State::Complete,
                    "a download that was running says so after a reload, and no other"
                );
                let found = machine.snapshot(self.now).error;
                self.inherited = found.is_some() && found == failed;
                machine
            }
            None => {
                let options = self.options.clone();
                let record = new_record(options);
                Download::restore(record, &RangeSet::new()).kept_in(self.tier)
            }
        };
    }

    fn calm(&mut self) {
        self.note(|| "nothing goes wrong from now on".to_owned());
        self.network.calm(self.now);
        self.disk.failures = 0.0;
        self.disk.hiccups = 0.0;
        self.whims.0 = 0;
        self.agenda
            .retain(|planned| !matches!(planned, Planned::Happening(_)));
        self.command_after(0.0, Command::Online);
        self.command_after(0.0, Command::Resume);
        self.offline = false;
        self.guard.start(self.now);
    }
}

fn new_record(options: rangeload::core::options::Options) -> rangeload::core::record::Record {
    rangeload::core::record::Record {
        url: URL.to_owned(),
        options,
        ..Default::default()
    }
}
