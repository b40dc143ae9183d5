//! Memory of all the browser's processes during one download.
//!
//! How to read it: each process's share (PSS) is summed four times a second; what an idle browser
//! on the same page takes is subtracted. The peak is over the download and, apart, over reading
//! the finished Blob in slices, which are the check that its bytes are right. The four quarters of
//! the download tell whether memory grows with what has been received: flat is alike, not small.
//! The CSV has every sample, the plot all of them over time.

use std::fmt::Write;
use std::future::Future;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use rangeload_e2e::{Browser, Kind, Profile};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::arguments::Arguments;
use crate::contender::Run;
use crate::output::{self, Circumstances};
use crate::plot::{self, Plot};
use crate::site::{self, Site};
use crate::statistics::Spread;
use crate::{processes, table, verify};

const SAMPLE_EVERY: Duration = Duration::from_millis(250);
const IDLE: Duration = Duration::from_secs(3);
/// The goal in Chromium, in bytes above the idle browser.
const GOAL: f64 = 150.0 * MIB;
const MIB: f64 = (1 << 20) as f64;

pub(crate) struct Options {
    size: u64,
    browser: Kind,
    /// Knobs of the server.
    knobs: String,
    package: Value,
}

impl Options {
    pub(crate) fn take(mut arguments: Arguments) -> Result<Self> {
        let rate = arguments.bytes("rate")?;
        let options = Self {
            size: arguments.bytes("size")?.unwrap_or(1 << 30),
            browser: arguments.browser()?,
            knobs: rate.map_or(String::new(), |rate| format!("rate={rate}")),
            package: arguments.package()?,
        };
        arguments.finish()?;
        Ok(options)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
enum Phase {
    Idle,
    Download,
    Read,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    phase: Phase,
    /// Since the first sample.
    seconds: f64,
    memory: u64,
    /// Bytes the server has sent.
    sent: u64,
}

struct Sampler<'s> {
    site: &'s Site,
    browser: &'s Browser,
    target: &'s str,
    started: Instant,
    samples: Vec<Sample>,
}

impl Sampler<'_> {
    fn sample(&mut self, phase: Phase) -> Result<()> {
        self.samples.push(Sample {
            phase,
            seconds: self.started.elapsed().as_secs_f64(),
            memory: processes::memory(self.browser)?,
            sent: self.site.server.summary(self.target).bytes,
        });
        Ok(())
    }

    /// Samples for as long as something else takes.
    async fn during<T>(&mut self, phase: Phase, work: impl Future<Output = T>) -> Result<T> {
        let mut tick = interval(SAMPLE_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                _ = tick.tick() => self.sample(phase)?,
            }
        }
    }
}

#[derive(Serialize)]
struct Report {
    circumstances: Circumstances,
    browser: String,
    size: u64,
    options: Value,
    storage: Option<String>,
    seconds: f64,
    /// Bytes: of the idle browser, and above it.
    idle: f64,
    peak: f64,
    quarters: Vec<f64>,
    peak_while_reading: f64,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let site = Site::start().await?;
    let target = site::target(options.size, &options.knobs, "memory");
    let profile = Profile::new()?;
    let browser = Browser::start(options.browser, &profile).await?;
    let page = browser.page();
    page.open(&site.blank()).await?;
    page.call::<()>("ready", json!([])).await?;
    processes::settled(&browser).await?;

    let mut sampler = Sampler {
        site: &site,
        browser: &browser,
        target: &target,
        started: Instant::now(),
        samples: Vec::new(),
    };
    sampler
        .during(Phase::Idle, tokio::time::sleep(IDLE))
        .await?;
    let download = page.call::<Run>("rangeload", json!([site.url(&target), &options.package]));
    let run = sampler.during(Phase::Download, download).await??;
    let Some(seconds) = run.seconds else {
        bail!("the download failed: {}", run.failure.unwrap_or_default());
    };
    let stretches = verify::samples(options.size, 0);
    let reading = verify::result(page, &stretches);
    sampler.during(Phase::Read, reading).await??;
    let samples = sampler.samples;
    page.call::<()>("remove", json!([])).await?;

    let report = report(&options, &run, seconds, &samples)?;
    println!("{}", summary(&report));
    let browser = report.browser.to_lowercase();
    output::write(&format!("memory-{browser}.csv"), csv(&samples))?;
    output::write(&format!("memory-{browser}.svg"), plot(&report, &samples))?;
    output::write_json(&format!("memory-{browser}.json"), &report)
}

fn report(options: &Options, run: &Run, seconds: f64, samples: &[Sample]) -> Result<Report> {
    let of = |phase| {
        let all = samples.iter().filter(move |sample| sample.phase == phase);
        all.map(|sample| sample.memory as f64)
    };
    let Some(Spread { median: idle, .. }) = Spread::of(of(Phase::Idle)) else {
        bail!("the idle browser was not sampled");
    };
    let peak = |values: &[f64]| values.iter().copied().fold(idle, f64::max) - idle;
    let download: Vec<f64> = of(Phase::Download).collect();
    ensure!(
        download.len() >= 4,
        "too short to be sampled: take a larger --size"
    );
    let quarter = download.len().div_ceil(4);
    let above = |values: &[f64]| {
        let spread = Spread::of(values.iter().copied());
        spread.map_or(0.0, |spread| spread.median - idle)
    };
    Ok(Report {
        circumstances: Circumstances::now(),
        browser: format!("{:?}", options.browser),
        size: options.size,
        options: options.package.clone(),
        storage: run.storage.clone(),
        seconds,
        idle,
        peak: peak(&download),
        quarters: download.chunks(quarter).map(above).collect(),
        peak_while_reading: peak(&of(Phase::Read).collect::<Vec<_>>()),
    })
}

fn summary(report: &Report) -> String {
    let mebibytes = |bytes: f64| format!("{:.0} MiB", bytes / MIB);
    let verdict = match report.peak <= GOAL {
        _ if report.browser != "Chromium" => String::new(),
        true => format!("goal ≤ {}: pass", mebibytes(GOAL)),
        false => format!("goal ≤ {}: MISS", mebibytes(GOAL)),
    };
    let quarters: Vec<String> = report.quarters.iter().copied().map(mebibytes).collect();
    let row = |name: &str, value: String, note: String| vec![name.to_owned(), value, note];
    let rows = [
        row("idle browser", mebibytes(report.idle), String::new()),
        row("peak above it", mebibytes(report.peak), verdict),
        row(
            "while reading",
            mebibytes(report.peak_while_reading),
            String::new(),
        ),
        row("by quarters", quarters.join("  "), "medians".to_owned()),
        row("time", format!("{:.1} s", report.seconds), String::new()),
    ];
    let storage = report.storage.as_deref().unwrap_or("an unknown place");
    let size = mebibytes(report.size as f64);
    format!(
        "{}: {size} into {storage}\n{}",
        report.browser,
        table::format(&rows)
    )
}

fn csv(samples: &[Sample]) -> String {
    let mut text = "seconds,phase,pss_bytes,sent_bytes\n".to_owned();
    for Sample {
        phase,
        seconds,
        memory,
        sent,
    } in samples
    {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{seconds:.3},{phase:?},{memory},{sent}");
    }
    text
}

fn plot(report: &Report, samples: &[Sample]) -> String {
    let above = |sample: &Sample| (sample.seconds, (sample.memory as f64 - report.idle) / MIB);
    let first = |phase| samples.iter().find(|sample| sample.phase == phase);
    let mark = |phase, text| first(phase).map(|sample| (sample.seconds, text));
    let title = format!(
        "{}, {} MiB: memory of all processes above the idle browser, MiB over seconds",
        report.browser,
        report.size >> 20
    );
    plot::svg(&Plot {
        title: &title,
        points: &samples.iter().map(above).collect::<Vec<_>>(),
        limit: (report.browser == "Chromium").then_some(GOAL / MIB),
        marks: &[mark(Phase::Download, "download"), mark(Phase::Read, "read")],
    })
}
