//! What the server may find in its record of any download, whatever happened to it.

use anyhow::{Result, ensure};
use rangeload::core::ranges::RangeSet;
use rangeload_server::{Ending, RequestRecord, Summary};

/// Only GET, and only for bytes that exist: no HEAD, no preflight, no probe.
pub(crate) fn asks_only_for_bytes(records: &[RequestRecord]) -> Result<()> {
    ensure!(!records.is_empty(), "nothing was asked for");
    for record in records {
        ensure!(
            record.method == "GET" && record.range.is_some(),
            "{record:?}"
        );
        ensure!(!record.beyond, "asks past the end: {record:?}");
        // One that its client has left may not have come so far.
        let carried = record.bytes > 0 || record.ending == Some(Ending::ClientGone);
        ensure!(carried, "carried no data: {record:?}");
    }
    Ok(())
}

pub(crate) fn runs_beside_each_other(records: &[RequestRecord], least: usize) -> Result<()> {
    let most = Summary::of(records).max_in_flight;
    ensure!(most >= least, "at most {most} at once, not {least}");
    Ok(())
}

/// How much of what was sent before was sent again later. What is sent twice within one life of
/// a page, because one connection takes over from another, is not part of it.
pub(crate) fn sent_again(before: &[RequestRecord], after: &[RequestRecord]) -> u64 {
    let sent = |records: &[RequestRecord]| -> RangeSet {
        records
            .iter()
            .filter_map(|record| record.sent.clone())
            .collect()
    };
    sent(before).intersection(&sent(after)).len()
}
