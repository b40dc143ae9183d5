//! Whether bytes are the ones that the server has, by digests of stretches of them.

use std::ops::Range;

use anyhow::{Result, ensure};
use rangeload_e2e::Page;
use rangeload_server::content;
use serde_json::json;

/// What is hashed at a time, in bytes.
const STRETCH: u64 = 8 << 20;
const SAMPLES: u64 = 24;
const SAMPLE: u64 = 256 << 10;

/// The content that the benchmarks' files have.
pub(crate) const SEED: u64 = 0;

/// Stretches all over the file, both ends among them, other ones for each `seed`.
pub(crate) fn samples(size: u64, seed: u64) -> Vec<Range<u64>> {
    let sample = SAMPLE.min(size);
    let mut random = fastrand::Rng::with_seed(seed);
    let ends = [0, size - sample];
    let starts = ends
        .into_iter()
        .chain((2..SAMPLES).map(|_| random.u64(0..=size - sample)));
    starts.map(|start| start..start + sample).collect()
}

/// All of a range, a stretch at a time.
pub(crate) fn stretches(range: Range<u64>) -> Vec<Range<u64>> {
    let starts = (range.start..range.end).step_by(STRETCH as usize);
    starts
        .map(|start| start..range.end.min(start + STRETCH))
        .collect()
}

/// # Errors
/// The page's result has other bytes somewhere in these stretches.
pub(crate) async fn result(page: &Page, stretches: &[Range<u64>]) -> Result<()> {
    let digests: Vec<String> = page.call("digests", json!([pairs(stretches)])).await?;
    ensure!(
        digests.len() == stretches.len(),
        "not everything was hashed"
    );
    for (stretch, digest) in stretches.iter().zip(digests) {
        ensure!(is_right(stretch, &digest), "wrong bytes in {stretch:?}");
    }
    Ok(())
}

pub(crate) fn is_right(stretch: &Range<u64>, digest: &str) -> bool {
    content::sha256(SEED, stretch.clone()) == digest
}

/// As JavaScript gets them.
pub(crate) fn pairs(stretches: &[Range<u64>]) -> Vec<[u64; 2]> {
    let pair = |stretch: &Range<u64>| [stretch.start, stretch.end];
    stretches.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_stay_inside_and_have_both_ends() {
        for size in [1, SAMPLE, SAMPLE + 1, 1 << 30] {
            let samples = samples(size, 7);
            assert!(samples.iter().all(|sample| sample.end <= size));
            assert!(samples.iter().any(|sample| sample.start == 0));
            assert!(samples.iter().any(|sample| sample.end == size));
        }
    }

    #[test]
    fn stretches_are_all_of_a_range() {
        let all = stretches(5..5 + 2 * STRETCH + 1);
        assert_eq!(all.len(), 3);
        assert!(all.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!((all[0].start, all[2].end), (5, 5 + 2 * STRETCH + 1));
    }
}
