//! `diagnose` tells what a server allows, with two requests at most and nothing stored.

use anyhow::{Result, ensure};
use rangeload_e2e::{Kind, Site};
use serde::Deserialize;
use serde_json::json;

use crate::stage::{Stage, stored};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Diagnosis {
    url: String,
    reachable: bool,
    cross_origin: bool,
    filename: String,
    resumable: bool,
    parallel: bool,
    advice: Vec<Advice>,
}

#[derive(Debug, Deserialize)]
struct Advice {
    code: String,
}

struct Case {
    knobs: &'static str,
    other_origin: bool,
    resumable: bool,
    parallel: bool,
    advice: &'static [&'static str],
}

const fn case(
    knobs: &'static str,
    other_origin: bool,
    [resumable, parallel]: [bool; 2],
    advice: &'static [&'static str],
) -> Case {
    Case {
        knobs,
        other_origin,
        resumable,
        parallel,
        advice,
    }
}

const CASES: [Case; 9] = [
    case("tag=1", false, [true, true], &[]),
    case("tag=2", true, [true, true], &[]),
    case("validators=none", false, [true, false], &["validator"]),
    case("ranges=ignore", false, [false, false], &["ranges"]),
    case("encoding=gzip", false, [false, false], &["encoding"]),
    case("expose=none", true, [true, true], &["expose"]),
    case("status=404", false, [false, false], &["status"]),
    case("cors=none", true, [false, false], &["cors"]),
    case("weak-varies=1&validators=weak", false, [true, true], &[]),
];

async fn a_server_is_told_from_another(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    let mut wrong = Vec::new();
    for case in CASES {
        let target = format!("/files/3MiB/sample.iso?{}", case.knobs);
        let url = match case.other_origin {
            true => stage.site.other_url(&target),
            false => stage.site.url(&target),
        };
        let found: Diagnosis = page.call("diagnose", json!([url])).await?;
        let requests = stage.silence(&target).await?.len();
        let codes: Vec<_> = found.advice.iter().map(|advice| &advice.code).collect();
        let told = found.reachable
            && found.cross_origin == case.other_origin
            && found.resumable == case.resumable
            && found.parallel == case.parallel
            && codes == case.advice
            && found.url == url
            && found.filename == "sample.iso";
        if !told || requests > 2 {
            wrong.push(format!("{}: {requests} requests, {found:?}", case.knobs));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));

    let nobody = Site::start().await?.url("/files/3MiB/sample.iso");
    let found: Diagnosis = page.call("diagnose", json!([nobody])).await?;
    ensure!(!found.reachable, "{found:?}");
    ensure!(stored(page).await?.is_empty(), "something is stored");
    Ok(())
}

#[tokio::test]
async fn a_server_is_told_from_another_in_chromium() -> Result<()> {
    a_server_is_told_from_another(Kind::Chromium).await
}

#[tokio::test]
async fn a_server_is_told_from_another_in_firefox() -> Result<()> {
    a_server_is_told_from_another(Kind::Firefox).await
}

#[tokio::test]
async fn a_server_is_told_from_another_in_webkit() -> Result<()> {
    a_server_is_told_from_another(Kind::WebKit).await
}
