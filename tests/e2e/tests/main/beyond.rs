//! Offsets that do not fit into 32 bits. It takes longest, and is begun first.

use anyhow::{Result, ensure};
use rangeload_e2e::Kind;
use serde_json::json;

use crate::record;
use crate::stage::{Stage, identical};

#[tokio::test]
async fn a_byte_more_than_five_gibibytes_is_right_to_the_byte_in_chromium() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let target = "/files/5GiB+1/sample.iso";
    let id = stage.begin(target, json!({})).await?;
    let compared = identical(stage.page(), &id, "5GiB+1", 0).await?;
    ensure!(compared.size == (5 << 30) + 1, "{compared:?}");
    record::asks_only_for_bytes(&stage.silence(target).await?)
}
