//! Many seeds on all cores: what they came to, and which of them found a defect.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once};
use std::thread;
use std::time::{Duration, Instant};

use crate::random::Random;
use crate::scenario::Scenario;
use crate::world::{Outcome, World};

/// What kind of run a seed is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A short one, in which anything may go wrong.
    Short,
    /// An hour with faults at every layer.
    Soak,
}

/// An invariant that did not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    pub seed: u64,
    pub form: Form,
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match self.form {
            Form::Short => "",
            Form::Soak => "--soak ",
        };
        write!(
            f,
            "{}\nreplay with: cargo xtask simulate {form}--seed {}",
            self.message, self.seed
        )
    }
}

pub struct Campaign {
    pub form: Form,
    pub seeds: Range<u64>,
    pub threads: usize,
    /// Ends after so many failures.
    pub failures: usize,
    /// Whether a line every few seconds says how far it is.
    pub progress: bool,
}

#[derive(Debug, Default)]
pub struct Summary {
    pub runs: u64,
    pub events: u64,
    pub requests: u64,
    pub faults: u64,
    /// Virtual time.
    pub seconds: f64,
    pub longest: f64,
    pub took: Duration,
    /// By state or code of the error.
    pub ends: BTreeMap<&'static str, u64>,
    pub failures: Vec<Failure>,
}

impl Campaign {
    pub fn run(&self) -> Summary {
        let begun = Instant::now();
        let next = AtomicU64::new(self.seeds.start);
        let total = Mutex::new(Summary::default());
        thread::scope(|scope| {
            for thread in 0..self.threads.max(1) {
                let (next, total) = (&next, &total);
                scope.spawn(move || self.work(thread, next, total, begun));
            }
        });
        let mut total = total
            .into_inner()
            .unwrap_or_else(|broken| broken.into_inner());
        total.failures.sort_by_key(|failure| failure.seed);
        total.took = begun.elapsed();
        total
    }

    fn work(&self, thread: usize, next: &AtomicU64, total: &Mutex<Summary>, begun: Instant) {
        let mut mine = Summary::default();
        let mut told = Instant::now();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.seeds.end {
                break;
            }
            match run(self.form, seed) {
                Ok(outcome) => mine.count(&outcome),
                Err(failure) => {
                    mine.failures.push(failure);
                    if mine.failures.len() >= self.failures {
                        next.store(self.seeds.end, Ordering::Relaxed);
                    }
                }
            }
            if self.progress && thread == 0 && told.elapsed() > Duration::from_secs(5) {
                told = Instant::now();
                let done = seed - self.seeds.start;
                let all = self.seeds.end - self.seeds.start;
                let rate = done as f64 / begun.elapsed().as_secs_f64();
                eprintln!("{done} of {all} seeds, {rate:.0} a second");
            }
        }
        if let Ok(mut total) = total.lock() {
            total.add(mine);
        }
    }
}

/// Runs one seed with a trace on standard error.
///
/// # Panics
/// When an invariant is broken.
pub fn replay(form: Form, seed: u64) -> Outcome {
    world(form, seed, true).run()
}

fn run(form: Form, seed: u64) -> Result<Outcome, Failure> {
    quietly(|| world(form, seed, false).run()).map_err(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        let text = text.or_else(|| cause.downcast_ref::<&str>().map(|s| (*s).to_owned()));
        Failure {
            seed,
            form,
            message: text.unwrap_or_else(|| "a panic without words".to_owned()),
        }
    })
}

thread_local! {
    /// Whether what this thread panics with is kept.
    static KEPT: Cell<bool> = const { Cell::new(false) };
}

/// What a broken invariant says is kept, to be printed once. What panics on other threads meanwhile
/// is printed as ever: it may be the test that tells which seed failed.
fn quietly<T>(act: impl FnOnce() -> T) -> thread::Result<T> {
    // The hook is that of the whole process, so that it cannot be taken and given back.
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |panic| {
            if !KEPT.get() {
                print(panic);
            }
        }));
    });
    KEPT.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(act));
    KEPT.set(false);
    outcome
}

fn world(form: Form, seed: u64, trace: bool) -> World {
    let mut random = Random::new(seed);
    let scenario = match form {
        Form::Short => Scenario::new(&mut random),
        Form::Soak => Scenario::soak(&mut random),
    };
    World::new(scenario, random, trace)
}

impl Summary {
    fn count(&mut self, outcome: &Outcome) {
        self.runs += 1;
        self.events += outcome.events;
        self.requests += outcome.requests;
        self.faults += outcome.faults;
        self.seconds += outcome.seconds;
        self.longest = self.longest.max(outcome.seconds);
        *self.ends.entry(outcome.end).or_default() += 1;
    }

    fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.events += other.events;
        self.requests += other.requests;
        self.faults += other.faults;
        self.seconds += other.seconds;
        self.longest = self.longest.max(other.longest);
        for (end, count) in other.ends {
            *self.ends.entry(end).or_default() += count;
        }
        self.failures.extend(other.failures);
    }
}

impl Summary {
    /// Failures that say the same but for the numbers, and what it is.
    fn kinds(&self) -> BTreeMap<String, Vec<&Failure>> {
        let mut kinds: BTreeMap<String, Vec<&Failure>> = BTreeMap::new();
        for failure in &self.failures {
            let first = failure.message.split([':', ';', '\n', '(']).next();
            let kind = first
                .unwrap_or_default()
                .replace(|c: char| c.is_ascii_digit(), "");
            kinds.entry(kind).or_default().push(failure);
        }
        kinds
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} runs in {:.1} s: {} events, {} requests, {} faults, {:.0} virtual hours, longest {:.1} h",
            self.runs,
            self.took.as_secs_f64(),
            self.events,
            self.requests,
            self.faults,
            self.seconds / 3600.0,
            self.longest / 3600.0,
        )?;
        for (end, count) in &self.ends {
            writeln!(f, "  {end:<12} {count}")?;
        }
        for (what, failures) in self.kinds() {
            writeln!(f, "\n{} × {what}", failures.len())?;
            if let Some(first) = failures.first() {
                writeln!(f, "seed {}: {first}", first.seed)?;
            }
        }
        write!(f, "{} failures", self.failures.len())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn only_what_is_kept_is_not_printed() {
        let printed = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&printed);
        set_hook(Box::new(move |panic| {
            let said = panic.payload().downcast_ref::<&str>();
            into.lock().unwrap().extend(said.copied());
        }));
        let kept = quietly(|| {
            let beside = thread::spawn(|| panic!("beside it"));
            assert!(beside.join().is_err());
            panic!("within");
        });
        assert!(kept.is_err_and(|cause| cause.downcast_ref() == Some(&"within")));
        assert!(catch_unwind(|| panic!("after it")).is_err());
        assert_eq!(*printed.lock().unwrap(), ["beside it", "after it"]);
    }
}
