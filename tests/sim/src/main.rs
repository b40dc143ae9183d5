//! The simulator as a program; `cargo xtask simulate` runs it.

use std::process::ExitCode;

use rangeload_sim::{Campaign, Form, print_shapes, replay, replay_shape, shapes};

const USAGE: &str = "\
usage: simulate [--soak] --seed N | --seeds N [--from M] [--threads N] [--first]
       simulate --shapes [--rounds N] | --shape NAME [--seed N]

  --seed N             replays one run with a trace
  --seeds N --from M   runs N seeds from M on, on all cores
  --threads N          on so many
  --shapes             how long each shape of network takes, and how long at least
  --shape NAME         replays one of them with a trace
  --soak               each run is an hour of faults at every layer
  --first              ends at the first failure, and says only that
  --mutations [NAME]   whether deliberate bugs are found (of cargo xtask simulate alone)";

struct Arguments(Vec<String>);

impl Arguments {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|argument| argument == name)
    }

    fn text(&self, name: &str) -> Option<&str> {
        let index = self.0.iter().position(|argument| argument == name)?;
        self.0.get(index + 1).map(String::as_str)
    }

    fn number(&self, name: &str) -> Result<Option<u64>, String> {
        let Some(index) = self.0.iter().position(|argument| argument == name) else {
            return Ok(None);
        };
        let value = self.0.get(index + 1).and_then(|value| value.parse().ok());
        value.map(Some).ok_or(format!("{name} takes a number"))
    }
}

fn main() -> ExitCode {
    match run(&Arguments(std::env::args().skip(1).collect())) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}\n\n{USAGE}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    if arguments.0.is_empty() {
        println!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    let form = match arguments.has("--soak") {
        true => Form::Soak,
        false => Form::Short,
    };
    if arguments.has("--shapes") {
        let rounds = arguments.number("--rounds")?.unwrap_or(9);
        print!("{}", print_shapes(&shapes(rounds.max(1))));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(name) = arguments.text("--shape") {
        let seed = arguments.number("--seed")?.unwrap_or_default();
        let ratio = replay_shape(name, seed).ok_or("there is no such shape")?;
        println!("{ratio:.3} of the bound");
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(seed) = arguments.number("--seed")? {
        let outcome = replay(form, seed);
        println!("{outcome:?}");
        return Ok(ExitCode::SUCCESS);
    }
    let Some(seeds) = arguments.number("--seeds")? else {
        return Err("nothing to do".to_owned());
    };
    let from = arguments.number("--from")?.unwrap_or_default();
    let threads = arguments.number("--threads")?;
    let first = arguments.has("--first");
    let cores = || std::thread::available_parallelism().map_or(1, |n| n.get());
    let campaign = Campaign {
        form,
        seeds: from..from + seeds,
        threads: threads.map_or_else(cores, |n| n as usize),
        failures: if first { 1 } else { 100 },
        progress: !first,
    };
    let summary = campaign.run();
    match summary.failures.first() {
        Some(failure) if first => println!("seed {}: {failure}", failure.seed),
        None if first => {}
        _ => println!("{summary}"),
    }
    Ok(match summary.failures.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
