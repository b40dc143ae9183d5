//! What the finished file is called, on the page and on disk.

use anyhow::{Context, Result, ensure};
use rangeload_e2e::{Kind, saved_file};
use rangeload_server::content;
use serde_json::json;

use crate::stage::{Stage, identical};

#[tokio::test]
async fn names_and_types_of_servers_are_made_safe() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    for (knobs, options, name, media_type) in [
        (
            "x.iso?tag=1",
            json!({}),
            "x.iso",
            "application/octet-stream",
        ),
        (
            "a%20b%C3%A9.iso?tag=2",
            json!({}),
            "a bé.iso",
            "application/octet-stream",
        ),
        (
            "x?disposition=attachment%3B%20filename%3D%22plain.iso%22&type=application/x-iso9660-image",
            json!({}),
            "plain.iso",
            "application/x-iso9660-image",
        ),
        (
            "x?disposition=attachment%3B%20filename%3D%22a%22%3B%20filename*%3DUTF-8''%25e2%2582%25ac.iso",
            json!({}),
            "€.iso",
            "application/octet-stream",
        ),
        (
            "x?disposition=attachment%3B%20filename%3D%22..%2F..%2F.bashrc%22",
            json!({}),
            "bashrc",
            "application/octet-stream",
        ),
        (
            "x?disposition=attachment%3B%20filename%3D%22theirs%22&tag=3",
            json!({ "filename": "mine.iso" }),
            "mine.iso",
            "application/octet-stream",
        ),
    ] {
        let target = format!("/files/1000/{knobs}");
        let id = stage.begin(&target, options).await?;
        let compared = identical(stage.page(), &id, "1000", 0).await;
        let compared = compared.with_context(|| target.clone())?;
        ensure!(
            (compared.name.as_str(), compared.media_type.as_str()) == (name, media_type),
            "{target}: {compared:?}"
        );
    }
    Ok(())
}

/// Asked for before it is finished, which `save` waits for.
async fn a_file_is_saved_under_the_name_that_the_server_gave(kind: Kind) -> Result<()> {
    const SIZE: u64 = 9 << 20;
    let stage = Stage::start(kind).await?;
    let target = "/files/9MiB/x?rate=8MB&disposition=attachment%3B%20filename%3D%22saved.bin%22";
    let id = stage.begin(target, json!({})).await?;
    stage.page().call::<()>("save", json!([id])).await?;
    let saved = saved_file(&stage.profile, "saved.bin", SIZE).await?;
    let expected = content::sha256(0, 0..SIZE);
    ensure!(saved == expected, "saved {saved}, not {expected}");
    Ok(())
}

#[tokio::test]
async fn a_file_is_saved_under_the_name_that_the_server_gave_in_chromium() -> Result<()> {
    a_file_is_saved_under_the_name_that_the_server_gave(Kind::Chromium).await
}

#[tokio::test]
async fn a_file_is_saved_under_the_name_that_the_server_gave_in_firefox() -> Result<()> {
    a_file_is_saved_under_the_name_that_the_server_gave(Kind::Firefox).await
}
