//! The browser is killed with all its processes, as by a power cut, again and again.
//!
//! A failure names its seed; `RANGELOAD_SEED=<seed> cargo xtask test e2e kill` replays it.

use std::ops::Range;

use anyhow::{Context, Result, ensure};
use rangeload_e2e::{Kind, Page, Profile, Site};
use serde_json::json;
use tokio::task::JoinSet;

use crate::record;
use crate::stage::{ask, begin, browser, identical, sent, stored};

const SEEDS: Range<u64> = 0..5;
const KILLS: usize = 4;
const SIZE: u64 = 24 << 20;

#[tokio::test]
async fn chromium_killed_at_any_moment_goes_on_to_a_file_that_is_right() -> Result<()> {
    let seeds = match std::env::var("RANGELOAD_SEED") {
        Ok(seed) => vec![seed.parse()?],
        Err(_) => SEEDS.collect(),
    };
    let mut runs = JoinSet::new();
    for seed in seeds {
        runs.spawn(async move {
            let run = a_download_killed_several_times(seed).await;
            run.with_context(|| format!("RANGELOAD_SEED={seed} cargo xtask test e2e kill"))
        });
    }
    while let Some(run) = runs.join_next().await {
        run??;
    }
    Ok(())
}

async fn a_download_killed_several_times(seed: u64) -> Result<()> {
    let site = Site::start().await?;
    let profile = Profile::new()?;
    let target = format!("/files/24MiB/sample.iso?rate=3MB&seed={seed}");
    let options = json!({ "connections": 6 });
    let mut random = SplitMix(seed);
    let (mut total, mut kept) = (0, 0);
    for _ in 0..KILLS {
        // A quarter of the file at most, so that there is something left to be killed in.
        total += random.next() % (SIZE / KILLS as u64);
        let browser = browser(Kind::Chromium, &profile).await?;
        let page = browser.page();
        page.open(&site.blank()).await?;
        keeps(page, &mut kept).await?;
        let id = begin(page, &site.url(&target), options.clone()).await?;
        tokio::select! {
            sent = sent(&site, &target, total) => sent?,
            // A little may have been lost each time, never so much that this comes first; but
            // then the kill comes when all is there, which is a moment like any other.
            rest = ask(page, "rest", &id) => drop(rest?),
        }
        browser.kill();
        let records = site.server.requests(&target);
        total = total.max(records.iter().map(|record| record.bytes).sum());
    }
    let browser = browser(Kind::Chromium, &profile).await?;
    let page = browser.page();
    page.open(&site.blank()).await?;
    keeps(page, &mut kept).await?;
    let id = begin(page, &site.url(&target), options).await?;
    identical(page, &id, "24MiB", seed).await?;
    record::asks_only_for_bytes(&site.server.requests(&target))
}

/// What was there before the last life is there after it.
async fn keeps(page: &Page, kept: &mut u64) -> Result<()> {
    let all = stored(page).await?;
    let found = all.iter().map(|status| status.progress.received).sum();
    ensure!(found >= *kept, "{kept} bytes were kept, and then {found}");
    *kept = found;
    Ok(())
}

/// The generator of Steele, Lea and Flood (2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
