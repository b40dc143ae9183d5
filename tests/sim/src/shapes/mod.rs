//! How long a download takes over a network of a given shape: the core, two usual rules, and what
//! no downloader could do better. All on virtual time, so that it may be asserted.

mod bound;
mod catalogue;
mod reference;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rangeload::core::options::Options;

use crate::network::Link;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::site::Site;
use crate::world::World;
use reference::Rule;

/// One network, one file.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) sources: Vec<(Link, Site)>,
    /// What all sources share, in bytes per second.
    pub(crate) downlink: f64,
}

/// The times of one shape, each as its share of the bound, over several seeds.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: &'static str,
    /// The lower bound of the first seed, in seconds.
    pub bound: f64,
    pub core: Ratio,
    pub fixed: Ratio,
    pub takeover: Ratio,
    /// How many requests the core made, in the median.
    pub requests: u64,
}

#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    pub median: f64,
    pub worst: f64,
}

/// Runs every shape with so many seeds.
pub fn table(seeds: u64) -> Vec<Row> {
    let count = catalogue::shapes(&mut Random::new(0)).len();
    (0..count).map(|index| row(index, seeds)).collect()
}

/// Runs one shape with a trace of the core.
///
/// # Panics
/// When an invariant is broken.
pub fn replay_shape(name: &str, seed: u64) -> Option<f64> {
    let shape = |random: &mut Random| {
        let shapes = catalogue::shapes(random);
        shapes.into_iter().find(|shape| shape.name.contains(name))
    };
    let shape = shape(&mut Random::new(seed))?;
    let bound = bound::bound(&shape);
    Some(core(&shape, seed, true).0 / bound)
}

fn row(index: usize, seeds: u64) -> Row {
    let mut bounds = Vec::new();
    let mut ratios = [Vec::new(), Vec::new(), Vec::new()];
    let mut requests = Vec::new();
    let mut name = "";
    for seed in 0..seeds {
        let shape = catalogue::shapes(&mut Random::new(seed)).swap_remove(index);
        name = shape.name;
        let bound = bound::bound(&shape);
        // A run that breaks an invariant never ends.
        let run = catch_unwind(AssertUnwindSafe(|| core(&shape, seed, false)));
        let (seconds, asked) = run.unwrap_or((f64::INFINITY, 0));
        ratios[0].push(seconds / bound);
        for (ratios, rule) in ratios[1..].iter_mut().zip([Rule::Fixed, Rule::Takeover]) {
            ratios.push(reference::seconds(&shape, rule, Random::new(seed)) / bound);
        }
        bounds.push(bound);
        requests.push(asked);
    }
    requests.sort_unstable();
    let [core, fixed, takeover] = ratios.map(Ratio::of);
    Row {
        name,
        bound: bounds[0],
        core,
        fixed,
        takeover,
        requests: requests[requests.len() / 2],
    }
}

/// Seconds, and requests made.
fn core(shape: &Shape, seed: u64, trace: bool) -> (f64, u64) {
    let mirrors = 1..shape.sources.len();
    let options = Options {
        mirrors: mirrors
            .map(|n| format!("https://mirror{n}.example.org/file"))
            .collect(),
        ..Options::default()
    };
    let mut scenario = Scenario::calm(options, shape.sources.clone());
    scenario.downlink = shape.downlink;
    let outcome = World::new(scenario, Random::new(seed), trace).run();
    assert_eq!(outcome.end, "complete", "{}", shape.name);
    (outcome.seconds, outcome.requests)
}

impl Ratio {
    fn of(mut ratios: Vec<f64>) -> Self {
        ratios.sort_by(f64::total_cmp);
        Self {
            median: ratios[ratios.len() / 2],
            worst: ratios[ratios.len() - 1],
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} ({:.3})", self.median, self.worst)
    }
}

/// Times as shares of the bound: the median, and the worst in brackets.
pub fn print(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<44} {:>8} {:>16} {:>16} {:>16} {:>9}\n",
        "shape", "bound s", "rangeload", "six equal parts", "aria2's rule", "requests"
    );
    for row in rows {
        text += &format!(
            "{:<44} {:>8.2} {:>16} {:>16} {:>16} {:>9}\n",
            row.name,
            row.bound,
            row.core.to_string(),
            row.fixed.to_string(),
            row.takeover.to_string(),
            row.requests
        );
    }
    let mut medians: Vec<f64> = rows.iter().map(|row| row.core.median).collect();
    medians.sort_by(f64::total_cmp);
    let worst = rows.iter().map(|row| row.core.worst).fold(0.0, f64::max);
    text += &format!(
        "rangeload over all shapes: median {:.3}, worst {worst:.3}\n",
        medians[medians.len() / 2]
    );
    text
}
