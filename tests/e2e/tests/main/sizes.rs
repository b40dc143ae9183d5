//! Sizes at which something could be one off.

use anyhow::{Context, Result, ensure};
use rangeload_e2e::Kind;
use serde_json::json;

use crate::record;
use crate::stage::{Stage, identical};

const PART: u64 = 8 << 20;

async fn sizes_around_a_part_are_right_to_the_byte(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    for (size, bytes) in [
        ("0", 0),
        ("1", 1),
        ("8MiB-1", PART - 1),
        ("8MiB", PART),
        ("8MiB+1", PART + 1),
    ] {
        let target = format!("/files/{size}/sample.iso");
        let id = stage.begin(&target, json!({})).await?;
        let compared = identical(stage.page(), &id, size, 0).await;
        let compared = compared.with_context(|| target.clone())?;
        ensure!(
            compared.size == bytes,
            "{target} has {} bytes",
            compared.size
        );
        ensure!(
            compared.media_type == "application/octet-stream",
            "{target} is of type {}",
            compared.media_type
        );
        let records = stage.silence(&target).await?;
        if bytes > 0 {
            record::asks_only_for_bytes(&records).context(target)?;
        } else {
            // "bytes=0-" cannot be satisfied where there are none: one 416 says all there is to say.
            ensure!(records.len() == 1, "{records:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn sizes_around_a_part_are_right_to_the_byte_in_chromium() -> Result<()> {
    sizes_around_a_part_are_right_to_the_byte(Kind::Chromium).await
}

#[tokio::test]
async fn sizes_around_a_part_are_right_to_the_byte_in_firefox() -> Result<()> {
    sizes_around_a_part_are_right_to_the_byte(Kind::Firefox).await
}

#[tokio::test]
async fn sizes_around_a_part_are_right_to_the_byte_in_webkit() -> Result<()> {
    sizes_around_a_part_are_right_to_the_byte(Kind::WebKit).await
}
