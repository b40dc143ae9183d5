//! Who downloads: each from nothing to all bytes at hand, with nothing done for one that is not
//! done for the others. A browser is a new one each time, with a new profile, and idle.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rangeload_e2e::{Browser, Kind, Profile};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::process::Command;
use tokio::time::timeout;

use crate::{processes, verify};

/// No shape takes anyone so long who gets on at all.
const STUCK: Duration = Duration::from_secs(600);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Contender {
    Rangeload,
    Blob,
    Recipe,
    Aria2,
}

/// How one download went.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Run {
    /// From the call, or the start of the program, to the whole file.
    pub(crate) seconds: Option<f64>,
    pub(crate) failure: Option<String>,
    /// Where the package kept the bytes.
    pub(crate) storage: Option<String>,
    #[serde(skip_deserializing)]
    pub(crate) requests: Option<Requests>,
    #[serde(skip_serializing, default)]
    size: u64,
}

/// As the range server saw them.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Requests {
    pub(crate) count: usize,
    pub(crate) at_once: usize,
    /// Bytes sent more than once.
    pub(crate) repeated: u64,
}

impl Run {
    pub(crate) fn is_complete(&self) -> bool {
        self.seconds.is_some()
    }

    fn failed(why: impl Into<String>) -> Self {
        Self {
            failure: Some(why.into()),
            ..Self::default()
        }
    }
}

impl Contender {
    pub(crate) const ALL: [Self; 4] = [Self::Rangeload, Self::Blob, Self::Recipe, Self::Aria2];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rangeload => "rangeload",
            Self::Blob => "fetch().blob()",
            Self::Recipe => "the usual recipe",
            Self::Aria2 => "aria2c",
        }
    }

    /// `blank` is a page with the helper beside it; `options` are the package's.
    ///
    /// # Errors
    /// It could not be measured. That it fails to download is a result.
    pub(crate) async fn run(
        self,
        blank: &str,
        url: &str,
        size: u64,
        options: &Value,
    ) -> Result<Run> {
        // What others have left to be written must not be written at this one's expense.
        rustix::fs::sync();
        let samples = verify::samples(size, fastrand::u64(..));
        match self {
            Self::Rangeload => in_page("rangeload", blank, json!([url, options]), &samples).await,
            Self::Blob => in_page("blob", blank, json!([url]), &samples).await,
            Self::Recipe => in_page("recipe", blank, json!([url]), &samples).await,
            Self::Aria2 => aria2(url, &samples).await,
        }
    }
}

async fn in_page(
    function: &str,
    blank: &str,
    parameters: Value,
    samples: &[Range<u64>],
) -> Result<Run> {
    let profile = Profile::new()?;
    let browser = Browser::start(Kind::Chromium, &profile).await?;
    let page = browser.page();
    page.open(blank).await?;
    page.call::<()>("ready", json!([])).await?;
    processes::settled(&browser).await?;
    let Ok(run) = timeout(STUCK, page.call::<Run>(function, parameters)).await else {
        return Ok(Run::failed(format!("stuck for {} s", STUCK.as_secs())));
    };
    let mut run = run?;
    if run.failure.is_none() {
        if samples.last().is_none_or(|last| last.end > run.size) {
            run = Run::failed(format!("{} bytes", run.size));
        } else if let Err(wrong) = verify::result(page, samples).await {
            run = Run::failed(wrong.to_string());
        }
        page.call::<()>("remove", json!([])).await?;
    }
    Ok(run)
}

async fn aria2(url: &str, samples: &[Range<u64>]) -> Result<Run> {
    let directory = tempfile::tempdir()?;
    let mut command = Command::new("aria2c");
    command
        .args(["-x6", "-s6", "-k1M"])
        // Nothing in its way: no zeros written first, no end to its tries.
        .args(["--file-allocation=none", "--max-tries=0"])
        .args(["--no-conf", "--quiet", "--out=bench.bin", "--dir"])
        .arg(directory.path())
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    let started = Instant::now();
    let mut program = command.spawn().context("aria2c is not installed")?;
    let Ok(status) = timeout(STUCK, program.wait()).await else {
        return Ok(Run::failed(format!("stuck for {} s", STUCK.as_secs())));
    };
    let (seconds, status) = (started.elapsed().as_secs_f64(), status?);
    if !status.success() {
        return Ok(Run::failed(format!("{status}")));
    }
    match check_file(&directory.path().join("bench.bin"), samples) {
        Err(wrong) => Ok(Run::failed(wrong.to_string())),
        Ok(()) => Ok(Run {
            seconds: Some(seconds),
            ..Run::default()
        }),
    }
}

fn check_file(path: &Path, samples: &[Range<u64>]) -> Result<()> {
    let file = File::open(path)?;
    for sample in samples {
        let mut bytes = vec![0; (sample.end - sample.start) as usize];
        file.read_exact_at(&mut bytes, sample.start)?;
        let digest = Sha256::digest(&bytes);
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        ensure!(
            verify::is_right(sample, &digest),
            "wrong bytes in {sample:?}"
        );
    }
    Ok(())
}
