//! Times of rangeload beside those of its peers, by shape of the network.
//!
//! How to read it: a table is one shape. Everyone downloads the same file in turn, in each round
//! in another order, so that what the machine does besides hits all alike; medians and, in
//! brackets, ranges are over the rounds. The ratio is that of the median to what the shape makes
//! possible, and stands for everyone; the goal is rangeload's. `requests`, `at once` and `again`
//! (bytes sent twice) are the median round's as the range server saw them. `fails` is a result: a
//! cut connection ends a plain fetch.
//!
//! Time runs from the call to the finished Blob (from the start of the program to its end for
//! aria2), on a page that has loaded nothing of the engine. What is checked afterwards, by size
//! and digests of samples, is not in it. Fewer than five rounds are a trial, not a measurement.

use anyhow::{Result, bail};
use serde::Serialize;
use serde_json::Value;

use crate::arguments::Arguments;
use crate::contender::{Contender, Requests, Run};
use crate::nginx::Nginx;
use crate::output::{self, Circumstances};
use crate::shape::{Host, Measure, NGINX_RATE, SHAPES, Shape};
use crate::site::{self, Site};
use crate::statistics::Spread;
use crate::table;

const ROUNDS: usize = 5;

pub(crate) struct Options {
    shapes: Vec<Shape>,
    rounds: usize,
    package: Value,
}

impl Options {
    /// Without names: every shape.
    pub(crate) fn take(names: &[&str], mut arguments: Arguments) -> Result<Self> {
        let mut shapes = SHAPES.to_vec();
        for name in names {
            if !shapes.iter().any(|shape| shape.name == *name) {
                bail!("there is no shape `{name}`; see bench help");
            }
        }
        shapes.retain(|shape| names.is_empty() || names.contains(&shape.name));
        if let Some(size) = arguments.bytes("size")? {
            shapes.iter_mut().for_each(|shape| shape.size = size);
        }
        let package = arguments.package()?;
        if package["storage"] == "indexeddb" {
            for shape in &mut shapes {
                shape.measure = shape.measure.in_indexeddb();
            }
        }
        let options = Self {
            shapes,
            rounds: arguments.number("rounds")?.unwrap_or(ROUNDS).max(1),
            package,
        };
        arguments.finish()?;
        Ok(options)
    }
}

#[derive(Serialize)]
struct Report<'o> {
    circumstances: Circumstances,
    rounds: usize,
    options: &'o Value,
    shapes: Vec<Measured>,
}

#[derive(Serialize)]
struct Measured {
    shape: Shape,
    contenders: Vec<Series>,
}

/// All rounds of one contender.
#[derive(Serialize)]
struct Series {
    contender: Contender,
    runs: Vec<Run>,
    /// With the knobs of [`Measure::Without`].
    without: Vec<Run>,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let site = Site::start().await?;
    let mut report = Report {
        circumstances: Circumstances::now(),
        rounds: options.rounds,
        options: &options.package,
        shapes: Vec::new(),
    };
    for shape in &options.shapes {
        if matches!(shape.host, Host::Nginx(_)) && !Nginx::is_installed() {
            println!("{}: left out, nginx is not installed\n", shape.name);
            continue;
        }
        let measured = measure(&site, shape, &options).await?;
        println!("{}", measured.table());
        report.shapes.push(measured);
    }
    if options.rounds < ROUNDS {
        println!(
            "{} rounds are a trial, not a measurement: take {ROUNDS}",
            options.rounds
        );
    }
    output::write_json("speed.json", &report)?;
    let ours = report.shapes.iter().filter_map(Measured::failure_of_ours);
    let failures: Vec<String> = ours.collect();
    if !failures.is_empty() {
        bail!("rangeload failed: {}", failures.join("; "));
    }
    Ok(())
}

async fn measure(site: &Site, shape: &Shape, options: &Options) -> Result<Measured> {
    let nginx = match shape.host {
        Host::Nginx(_) => Some(Nginx::start(shape.size, NGINX_RATE).await?),
        Host::RangeServer(_) => None,
    };
    let mut contenders = Contender::ALL.map(|contender| Series {
        contender,
        runs: Vec::new(),
        without: Vec::new(),
    });
    for round in 0..options.rounds {
        for turn in 0..contenders.len() {
            let turn = (turn + round) % contenders.len();
            let series = &mut contenders[turn];
            let mut hosts = vec![(shape.host, false)];
            if let Measure::Without { knobs, .. } = shape.measure {
                hosts.push((Host::RangeServer(knobs), true));
            }
            if round % 2 == 1 {
                hosts.reverse();
            }
            for (host, without) in hosts {
                if without && !series.runs.iter().all(Run::is_complete) {
                    continue;
                }
                let tag = format!("{}-{round}-{turn}-{without}", shape.name);
                let run = one(site, nginx.as_ref(), host, &tag, shape, series, options).await?;
                let (name, contender) = (shape.name, series.contender.name());
                let note = if without { " without it" } else { "" };
                let (round, of) = (round + 1, options.rounds);
                eprintln!("{name} {round}/{of}: {contender}{note} {}", said(&run));
                let runs = if without {
                    &mut series.without
                } else {
                    &mut series.runs
                };
                runs.push(run);
            }
        }
    }
    Ok(Measured {
        shape: shape.clone(),
        contenders: contenders.into(),
    })
}

async fn one(
    site: &Site,
    nginx: Option<&Nginx>,
    host: Host,
    tag: &str,
    shape: &Shape,
    series: &Series,
    options: &Options,
) -> Result<Run> {
    let (blank, size, package) = (site.blank(), shape.size, &options.package);
    match (host, nginx) {
        (Host::Nginx(place), Some(nginx)) => {
            let url = nginx.url(place, tag);
            series.contender.run(&blank, &url, size, package).await
        }
        (Host::Nginx(_), None) => bail!("nginx was not started"),
        (Host::RangeServer(knobs), _) => {
            let target = site::target(size, knobs, tag);
            let url = site.url(&target);
            let mut run = series.contender.run(&blank, &url, size, package).await?;
            let summary = site.server.summary(&target);
            run.requests = Some(Requests {
                count: summary.requests,
                at_once: summary.max_in_flight,
                repeated: summary.repeated,
            });
            Ok(run)
        }
    }
}

fn said(run: &Run) -> String {
    match (run.seconds, &run.failure) {
        (Some(seconds), _) => format!("{seconds:.2} s"),
        (None, why) => format!("fails: {}", why.as_deref().unwrap_or("no reason given")),
    }
}

fn seconds(runs: &[Run]) -> Option<Spread> {
    // A median of what worked would hide what did not.
    let all: Option<Vec<f64>> = runs.iter().map(|run| run.seconds).collect();
    Spread::of(all?)
}

impl Series {
    /// The run that took the median time, or the next longer one.
    fn typical(&self) -> Option<&Run> {
        let mut runs: Vec<&Run> = self.runs.iter().collect();
        runs.sort_by(|a, b| {
            f64::total_cmp(
                &a.seconds.unwrap_or(f64::MAX),
                &b.seconds.unwrap_or(f64::MAX),
            )
        });
        runs.get(runs.len() / 2).copied()
    }
}

impl Measured {
    fn series(&self, contender: Contender) -> Option<&Series> {
        let mut all = self.contenders.iter();
        all.find(|series| series.contender == contender)
    }

    fn ratio(&self, series: &Series) -> Option<f64> {
        let time = seconds(&series.runs)?.median;
        let size = self.shape.size as f64;
        Some(match self.shape.measure {
            Measure::Connection { rate, .. } => size / time / rate as f64,
            Measure::Blob { .. } => seconds(&self.series(Contender::Blob)?.runs)?.median / time,
            Measure::Ideal { rate, lead, .. } => time / (lead + size / rate),
            Measure::Without { .. } => time / seconds(&series.without)?.median,
        })
    }

    fn failure_of_ours(&self) -> Option<String> {
        let ours = self.series(Contender::Rangeload)?;
        let mut runs = ours.runs.iter().chain(&ours.without);
        let failed = runs.find(|run| !run.is_complete())?;
        Some(format!("{} {}", self.shape.name, said(failed)))
    }

    fn table(&self) -> String {
        let Shape {
            name,
            what,
            size,
            measure,
            ..
        } = &self.shape;
        let heading = [
            "",
            "time",
            "range",
            "MB/s",
            measure.label(),
            "goal",
            "",
            "requests",
            "at once",
            "again",
        ];
        let mut rows = vec![heading.map(str::to_owned).to_vec()];
        rows.extend(self.contenders.iter().map(|series| self.row(series)));
        let mebibytes = size >> 20;
        format!("{name}: {what}; {mebibytes} MiB\n{}", table::format(&rows))
    }

    fn row(&self, series: &Series) -> Vec<String> {
        let ours = series.contender == Contender::Rangeload;
        let measure = self.shape.measure;
        let mut row = vec![series.contender.name().to_owned()];
        match seconds(&series.runs) {
            None => row.extend(["fails", "", "", ""].map(str::to_owned)),
            Some(Spread {
                median,
                least,
                most,
            }) => {
                row.push(format!("{median:.2} s"));
                row.push(format!("[{least:.2}–{most:.2}]"));
                row.push(format!("{:.1}", self.shape.size as f64 / median / 1e6));
                let ratio = self.ratio(series);
                row.push(ratio.map_or(String::new(), |ratio| format!("{ratio:.2}")));
            }
        }
        let met = self
            .ratio(series)
            .is_some_and(|ratio| measure.is_met_by(ratio));
        row.push(if ours { measure.goal() } else { String::new() });
        row.push(match (ours, met) {
            (false, _) => String::new(),
            (true, true) => "pass".to_owned(),
            (true, false) => "MISS".to_owned(),
        });
        if let Some(requests) = series.typical().and_then(|run| run.requests) {
            row.push(requests.count.to_string());
            row.push(requests.at_once.to_string());
            row.push(format!(
                "{:.1} MiB",
                requests.repeated as f64 / f64::from(1 << 20)
            ));
        }
        row
    }
}
