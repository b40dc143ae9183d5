//! Kills of the whole browser at random moments of downloads, until each download is complete.
//!
//! How to read it: a row is a kill (SIGKILL to every process), so long after the page asked for
//! the download. `sent` is what the server had sent since the last kill, `claimed` what the record
//! claims in the browser that was started next, and `lost` those sent bytes that it does not
//! claim: they will be fetched a second time. The bound is 32 MiB and a part of 8 MiB for each
//! connection. After each kill the record is held against the stored bytes, both read past the
//! package; each finished file is compared with the server's, all of it. Whatever does not hold is
//! printed and fails the command. The moments and rates follow from the seed; what a kill meets
//! does not, since browsers are not deterministic.

use std::time::Duration;

use anyhow::{Result, bail};
use rangeload::core::ranges::RangeSet;
use rangeload_e2e::{Browser, Kind, Page, Profile};
use rangeload_server::{RequestRecord, Summary};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::arguments::Arguments;
use crate::output::{self, Circumstances};
use crate::site::{self, Site};
use crate::{stored, table, verify};

const MIB: u64 = 1 << 20;
const CHECKPOINT: u64 = 32 * MIB;
const PART: u64 = 8 * MIB;
/// A download that is not killed any more takes no longer.
const STUCK: Duration = Duration::from_secs(600);
/// What connections are held to, so that kills meet slow and fast ones.
const RATES: [&str; 4] = ["rate=3MB", "rate=10MB", "rate=30MB", ""];
/// In milliseconds. The first second sees databases made, requests begun and first commits.
const EARLY: u64 = 1_000;
const LATE: u64 = 6_000;

pub(crate) struct Options {
    kills: usize,
    browser: Kind,
    size: u64,
    seed: u64,
    package: Value,
}

impl Options {
    pub(crate) fn take(mut arguments: Arguments) -> Result<Self> {
        let options = Self {
            kills: arguments.number("kills")?.unwrap_or(20),
            browser: arguments.browser()?,
            size: arguments.bytes("size")?.unwrap_or(256 * MIB),
            seed: arguments
                .number("seed")?
                .unwrap_or_else(|| fastrand::u64(..)),
            package: arguments.package()?,
        };
        arguments.finish()?;
        Ok(options)
    }
}

#[derive(Debug, Serialize)]
struct Kill {
    file: usize,
    knobs: &'static str,
    after_ms: u64,
    sent: u64,
    claimed: u64,
    lost: u64,
    bound: u64,
    storage: Option<String>,
    violations: Vec<String>,
}

#[derive(Serialize)]
struct Report<'o> {
    circumstances: Circumstances,
    seed: u64,
    browser: String,
    options: &'o Value,
    size: u64,
    kills: Vec<Kill>,
    files: Vec<Finished>,
}

/// A download that has come to its end.
#[derive(Serialize)]
struct Finished {
    kills: usize,
    /// Bytes sent more than once, for kills or for the schedule.
    repeated: u64,
    violations: Vec<String>,
}

struct Campaign<'o> {
    options: &'o Options,
    site: Site,
    profile: Profile,
    random: fastrand::Rng,
    kills: Vec<Kill>,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    println!(
        "{} kills of {:?}, seed {}",
        options.kills, options.browser, options.seed
    );
    let mut campaign = Campaign {
        options: &options,
        site: Site::start().await?,
        profile: Profile::new()?,
        random: fastrand::Rng::with_seed(options.seed),
        kills: Vec::new(),
    };
    let mut files = Vec::new();
    while campaign.kills.len() < options.kills {
        let finished = campaign.download(files.len()).await?;
        for violation in &finished.violations {
            println!("file {}: {violation}", files.len());
        }
        files.push(finished);
    }
    let report = Report {
        circumstances: Circumstances::now(),
        seed: options.seed,
        browser: format!("{:?}", options.browser),
        options: &options.package,
        size: options.size,
        kills: campaign.kills,
        files,
    };
    println!("\n{}", summary(&report));
    let name = format!("kills-{}.json", report.browser.to_lowercase());
    output::write_json(&name, &report)?;
    let of_kills = report.kills.iter().map(|kill| kill.violations.len());
    let of_files = report.files.iter().map(|file| file.violations.len());
    let violations: usize = of_kills.chain(of_files).sum();
    if violations > 0 {
        bail!(
            "{violations} violations; again with the same options: cargo xtask bench kills --seed {}",
            report.seed
        );
    }
    Ok(())
}

/// How one life of the browser ended.
enum Ended {
    Killed { after_ms: u64 },
    Complete { violations: Vec<String> },
}

impl Campaign<'_> {
    /// One file, through as many kills as it meets.
    async fn download(&mut self, file: usize) -> Result<Finished> {
        let knobs = RATES[self.random.usize(0..RATES.len())];
        let target = site::target(self.options.size, knobs, &format!("kills-{file}"));
        let (mut kills, mut seen) = (0, 0);
        loop {
            let browser = Browser::start(self.options.browser, &self.profile).await?;
            browser.page().open(&self.site.blank()).await?;
            if kills > 0 {
                let kill = self
                    .after_a_kill(browser.page(), &target, &mut seen)
                    .await?;
                println!("{kill}");
            }
            let may_kill = self.kills.len() < self.options.kills;
            match self.live(browser.page(), &target, may_kill).await? {
                Ended::Killed { after_ms } => {
                    browser.kill();
                    kills += 1;
                    self.kills.push(Kill {
                        file,
                        knobs,
                        after_ms,
                        sent: 0,
                        claimed: 0,
                        lost: 0,
                        bound: 0,
                        storage: None,
                        violations: Vec::new(),
                    });
                }
                Ended::Complete { violations } => {
                    let repeated = self.site.server.summary(&target).repeated;
                    self.site.server.forget(&target);
                    return Ok(Finished {
                        kills,
                        repeated,
                        violations,
                    });
                }
            }
        }
    }

    /// Goes on with the download until it is complete or the moment has come.
    async fn live(&mut self, page: &Page, target: &str, may_kill: bool) -> Result<Ended> {
        let latest = if self.random.bool() { EARLY } else { LATE };
        let after_ms = self.random.u64(0..latest);
        let url = self.site.url(target);
        page.call::<()>("begin", json!([url, &self.options.package]))
            .await?;
        let patience = match may_kill {
            true => Duration::from_millis(after_ms),
            false => STUCK,
        };
        let mut violations = Vec::new();
        match timeout(patience, page.call::<u64>("finished", json!([]))).await {
            Err(_) if may_kill => return Ok(Ended::Killed { after_ms }),
            Err(_) => bail!("{target} is stuck; the seed was {}", self.options.seed),
            // The rest of it is the page's stack.
            Ok(Err(error)) => {
                violations.extend(error.to_string().lines().next().map(str::to_owned))
            }
            Ok(Ok(size)) if size != self.options.size => violations.push(format!("{size} bytes")),
            Ok(Ok(size)) => {
                if let Err(wrong) = verify::result(page, &verify::stretches(0..size)).await {
                    violations.push(wrong.to_string());
                }
            }
        }
        page.call::<()>("remove", json!([])).await?;
        Ok(Ended::Complete { violations })
    }

    /// Completes the row of the last kill. `seen` counts the requests before it.
    async fn after_a_kill(
        &mut self,
        page: &Page,
        target: &str,
        seen: &mut usize,
    ) -> Result<String> {
        let remains = stored::remains(page, &self.site.url(target)).await?;
        let requests = self.site.server.requests(target);
        let recent = &requests[*seen..];
        *seen = requests.len();
        let number = self.kills.len();
        let Some(kill) = self.kills.last_mut() else {
            bail!("nothing was killed");
        };
        let sent = sent(recent);
        let kept = remains.claimed.intersection(&sent).len();
        kill.sent = sent.len();
        kill.claimed = remains.claimed.len();
        kill.lost = sent.len() - kept;
        let connections = Summary::of(recent).max_in_flight as u64;
        kill.bound = CHECKPOINT + PART * connections;
        kill.violations = remains.violations;
        if kill.lost > kill.bound {
            kill.violations.push("more is lost than may be".to_owned());
        }
        if let Some(listed) = remains.listed {
            if listed.received != kill.claimed {
                let received = listed.received;
                kill.violations
                    .push(format!("the package says {received} bytes are there"));
            }
            kill.storage = Some(listed.storage);
        }
        Ok(kill.row(number))
    }
}

fn sent(requests: &[RequestRecord]) -> RangeSet {
    requests
        .iter()
        .filter_map(|request| request.sent.clone())
        .collect()
}

impl Kill {
    fn row(&self, number: usize) -> String {
        let mebibytes = |bytes: u64| format!("{:.1} MiB", bytes as f64 / MIB as f64);
        let seconds = self.after_ms as f64 / 1000.0;
        let row = format!(
            "kill {number:>4}  file {:>3}  {:<9}  after {seconds:.2} s  sent {:>10}  claimed {:>10}  lost {:>9} of {}",
            self.file,
            self.knobs,
            mebibytes(self.sent),
            mebibytes(self.claimed),
            mebibytes(self.lost),
            mebibytes(self.bound),
        );
        let violations = self
            .violations
            .iter()
            .map(|violation| format!("\n  VIOLATION {violation}"));
        row + &violations.collect::<String>()
    }
}

fn summary(report: &Report<'_>) -> String {
    let mebibytes = |bytes: u64| format!("{:.1} MiB", bytes as f64 / MIB as f64);
    let violating = report
        .kills
        .iter()
        .filter(|kill| !kill.violations.is_empty())
        .count();
    let wrong = report
        .files
        .iter()
        .filter(|file| !file.violations.is_empty())
        .count();
    let lost = report.kills.iter().map(|kill| kill.lost);
    let repeated: u64 = report.files.iter().map(|file| file.repeated).sum();
    let mut tiers: Vec<&str> = report
        .kills
        .iter()
        .filter_map(|kill| kill.storage.as_deref())
        .collect();
    tiers.sort_unstable();
    tiers.dedup();
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    table::format(&[
        row("kills", report.kills.len().to_string()),
        row("of them with a violation", violating.to_string()),
        row("files", report.files.len().to_string()),
        row("of them wrong", wrong.to_string()),
        row("bytes kept in", tiers.join(", ")),
        row("most lost by one kill", mebibytes(lost.max().unwrap_or(0))),
        row("sent again in all", mebibytes(repeated)),
        row("seed", report.seed.to_string()),
    ])
}
