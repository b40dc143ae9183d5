//! Other addresses of the same bytes: all that work are used, and none that has other bytes.

use anyhow::{Context, Result, ensure};
use http::header::CONTENT_SECURITY_POLICY;
use rangeload_e2e::{Kind, Site};
use rangeload_server::{RequestRecord, Summary, content};
use serde_json::{Value, json};

use crate::record;
use crate::stage::{Stage, ask, failed, identical, received, recorded};

const MIB: u64 = 1 << 20;
const SIZE: u64 = 12 * MIB;
/// Does not divide the size.
const PIECE: u64 = 700_000;
/// Of what is stored, so much is asked for again of a mirror with other validators.
const COMPARED: u64 = 64 << 10;
/// Where the byte is that is wrong.
const WRONG: u64 = 1_000_000;

fn file(knobs: &str) -> String {
    format!("/files/12MiB/sample.iso?{knobs}")
}

async fn sent(stage: &Stage, target: &str) -> Result<u64> {
    Ok(Summary::of(&stage.silence(target).await?).bytes)
}

/// What the first address is like, and the mirror, and how many bytes must come from each.
const PAIRS: [(&str, &str, u64, u64); 5] = [
    ("rate=1MB&tag=a", "rate=1MB&tag=b", 2 * MIB, 2 * MIB),
    ("rate=1MB&tag=c", "status=404&tag=d", SIZE, 0),
    ("status=404&tag=e", "rate=2MB&tag=f", 0, SIZE),
    ("rate=1MB&tag=g", "rate=100KB&tag=h", SIZE / 2, 1),
    ("rate=50KB&tag=i", "rate=2MB&tag=j", 1, SIZE / 2),
];

async fn whatever_works_is_used(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    for (first, second, least, least_of_second) in PAIRS {
        let (target, mirror) = (file(first), file(second));
        let options = json!({ "mirrors": [stage.site.other_url(&mirror)] });
        let id = stage.begin(&target, options).await?;
        let compared = identical(stage.page(), &id, "12MiB", 0).await;
        compared.context(first)?;
        let (one, other) = (sent(&stage, &target).await?, sent(&stage, &mirror).await?);
        ensure!(
            one >= least && other >= least_of_second,
            "{first}: {one} bytes, {second}: {other} bytes"
        );
    }
    Ok(())
}

#[tokio::test]
async fn whatever_works_is_used_in_chromium() -> Result<()> {
    whatever_works_is_used(Kind::Chromium).await
}

#[tokio::test]
async fn whatever_works_is_used_in_firefox() -> Result<()> {
    whatever_works_is_used(Kind::Firefox).await
}

#[tokio::test]
async fn a_mirror_that_no_one_answers_at_or_that_has_other_bytes_spoils_nothing() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let gone = Site::start().await?.url(&file("tag=closed"));
    let others = [
        "seed=1&rate=1MB",
        "seed=1&rate=1MB&validators=none",
        "size-after=0:9MiB&rate=1MB",
    ];
    let others = others.map(|knobs| stage.site.other_url(&file(knobs)));
    for validators in ["strong", "date", "none"] {
        let target = file(&format!("rate=2MB&validators={validators}"));
        let mirrors: Vec<&String> = others.iter().chain([&gone]).collect();
        let id = stage
            .begin(&target, json!({ "connections": 6, "mirrors": mirrors }))
            .await?;
        let compared = identical(stage.page(), &id, "12MiB", 0).await;
        compared.context(validators)?;
    }
    Ok(())
}

/// A page that renders may ask with each answer, and not always for the same: the requests under way
/// are to those addresses with which they began.
#[tokio::test]
async fn a_second_call_leaves_a_run_its_addresses() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let (target, mirror) = (file("rate=20KB&tag=slow"), file("rate=1MB&tag=fast"));
    let options = json!({ "mirrors": [stage.site.other_url(&mirror)] });
    let id = stage.begin(&target, options).await?;
    recorded(page, &id).await?;
    page.reload().await?;
    let kept = ask(page, "resume", &id).await?.progress.received;
    received(page, &id, kept + 1).await?;
    // Of what is found stored, this page has not been told the mirrors.
    stage.begin(&target, json!({})).await?;
    identical(page, &id, "12MiB", 0).await?;
    let from_mirror = sent(&stage, &mirror).await?;
    ensure!(from_mirror > SIZE / 2, "{from_mirror} bytes");

    let (target, mirror) = (file("status=404&tag=gone"), file("rate=1MB&tag=there"));
    let digest = content::sha256(0, 0..SIZE);
    let metalink = json!({ "metalink": metalink(&stage, &target, &mirror, &digest)? });
    let id = stage.begin(&target, metalink.clone()).await?;
    received(page, &id, MIB).await?;
    stage.begin(&target, metalink).await?;
    identical(page, &id, "12MiB", 0).await?;
    Ok(())
}

/// The hashes of the file in pieces of so many bytes (RFC 5854 §4.1.3).
fn pieces(length: u64) -> String {
    let starts = (0..SIZE).step_by(length as usize);
    let hashes = starts.map(|start| content::sha256(0, start..SIZE.min(start + length)));
    let hashes: String = hashes.map(|hash| format!("<hash>{hash}</hash>")).collect();
    format!("<pieces length='{length}' type='sha-256'>{hashes}</pieces>")
}

/// RFC 5854, with one mirror on the other origin.
fn metalink(stage: &Stage, target: &str, mirror: &str, digest: &str) -> Result<String> {
    let text = format!(
        "<?xml version='1.0' encoding='UTF-8'?>
        <metalink xmlns='urn:ietf:params:xml:ns:metalink'>
          <file name='sample.iso'>
            <size>{SIZE}</size>
            <hash type='sha-256'>{digest}</hash>
            {}
            <url priority='1'>{}</url>
            <url priority='2'>{}</url>
          </file>
        </metalink>",
        pieces(PIECE),
        stage.site.url(target).replace('&', "&amp;"),
        stage.site.other_url(mirror).replace('&', "&amp;"),
    );
    Ok(stage.site.give("sample.meta4", &text)?)
}

async fn a_metalink_names_mirrors_and_a_digest(kind: Kind) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    let right = content::sha256(0, 0..SIZE);
    let wrong = content::sha256(1, 0..SIZE);
    for (digest, name) in [(&right, "right"), (&wrong, "wrong")] {
        let target = file(&format!("rate=1MB&tag={name}"));
        let mirror = file(&format!("rate=1MB&tag=mirror-{name}"));
        let metalink = metalink(&stage, &target, &mirror, digest)?;
        let id = stage
            .begin(&target, json!({ "metalink": metalink }))
            .await?;
        if name == "right" {
            identical(page, &id, "12MiB", 0).await?;
        } else {
            let (status, failure) = failed(page, &id).await?;
            ensure!(
                failure.code == "integrity" && status.progress.received == SIZE,
                "{failure:?} {status:?}"
            );
        }
        for target in [&target, &mirror] {
            record::asks_only_for_bytes(&stage.silence(target).await?)?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_metalink_names_mirrors_and_a_digest_in_chromium() -> Result<()> {
    a_metalink_names_mirrors_and_a_digest(Kind::Chromium).await
}

#[tokio::test]
async fn a_metalink_names_mirrors_and_a_digest_in_firefox() -> Result<()> {
    a_metalink_names_mirrors_and_a_digest(Kind::Firefox).await
}

/// Pieces are looked at once all bytes are there. From then on, nothing else is asked for, but
/// for the bytes by which a mirror is compared that had no turn before: its first request says no
/// end, as its size is not known.
fn only_the_wrong_piece_again(mut records: Vec<RequestRecord>) -> Result<()> {
    let first = WRONG / PIECE * PIECE;
    let piece = first..first + PIECE;
    records.sort_by_key(|record| record.sequence);
    let is_it = |record: &RequestRecord| record.asked.as_ref() == Some(&piece);
    let again = records.iter().position(is_it);
    let again = again.with_context(|| format!("it is not asked for: {records:?}"))?;
    for record in &records[again..] {
        let asked = record.asked.clone().context("a whole file is asked for")?;
        let opens = record
            .range
            .as_ref()
            .is_some_and(|range| range.ends_with('-'));
        let right = asked.start + COMPARED >= piece.start && asked.start < piece.end;
        ensure!(right && (opens || asked.end <= piece.end), "{record:?}");
    }
    let sent = Summary::of(&records[again..]).bytes;
    ensure!(sent < SIZE / 2, "{sent} bytes were sent for it");
    Ok(())
}

/// Of the first address one byte is wrong, and nothing but the hashes tells.
async fn pieces_that_are_wrong_are_fetched_again(kind: Kind, tiers: &[&str]) -> Result<()> {
    let stage = Stage::start(kind).await?;
    let page = stage.page();
    let digest = content::sha256(0, 0..SIZE);
    for tier in tiers {
        let rot = format!("rot={WRONG}:{}", WRONG + 1);
        let target = file(&format!("rate=4MB&{rot}&tag={tier}"));
        let mirror = file(&format!("rate=200KB&tag={tier}"));
        let metalink = metalink(&stage, &target, &mirror, &digest)?;
        let options = json!({ "metalink": metalink, "storage": tier });
        let id = stage.begin(&target, options).await?;
        let compared = identical(page, &id, "12MiB", 0).await;
        compared.with_context(|| tier.to_string())?;
        let mut records = stage.silence(&target).await?;
        records.extend(stage.silence(&mirror).await?);
        only_the_wrong_piece_again(records).context(tier.to_string())?;
        ask(page, "remove", &id).await?;
    }
    Ok(())
}

#[tokio::test]
async fn pieces_that_are_wrong_are_fetched_again_in_chromium() -> Result<()> {
    let tiers = ["opfs", "indexeddb", "memory"];
    pieces_that_are_wrong_are_fetched_again(Kind::Chromium, &tiers).await
}

#[tokio::test]
async fn pieces_that_are_wrong_are_fetched_again_in_firefox() -> Result<()> {
    let tiers = ["opfs", "indexeddb"];
    pieces_that_are_wrong_are_fetched_again(Kind::Firefox, &tiers).await
}

/// There parts are ArrayBuffers.
#[tokio::test]
async fn pieces_that_are_wrong_are_fetched_again_in_webkit() -> Result<()> {
    pieces_that_are_wrong_are_fetched_again(Kind::WebKit, &["indexeddb"]).await
}

#[tokio::test]
async fn a_file_of_another_size_than_its_metalink_says_is_not_taken() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let target = "/files/11MiB/sample.iso";
    let digest = content::sha256(0, 0..SIZE);
    let metalink = metalink(&stage, target, "/files/11MiB/other.iso", &digest)?;
    let id = stage.begin(target, json!({ "metalink": metalink })).await?;
    let (status, failure) = failed(stage.page(), &id).await?;
    ensure!(
        failure.code == "mismatch" && status.progress.received == 0,
        "{failure:?} {status:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_finished_file_needs_its_metalink_no_more() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = file("tag=finished");
    let id = stage.begin(&target, json!({})).await?;
    identical(page, &id, "12MiB", 0).await?;
    page.reload().await?;
    let missing = json!({ "metalink": stage.site.url("/given/sample.meta4") });
    stage.begin(&target, missing).await?;
    identical(page, &id, "12MiB", 0).await?;
    Ok(())
}

/// The digest is a wrong one, which shows that it is looked at.
#[tokio::test]
async fn a_tab_that_takes_over_without_the_metalink_keeps_what_it_promised() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let target = file("rate=1MB&tag=owner");
    let digest = content::sha256(1, 0..SIZE);
    let metalink = metalink(&stage, &target, &file("rate=1MB&tag=mirror"), &digest)?;
    let owner = page.tab().await?;
    let id = stage
        .begin(&target, json!({ "metalink": metalink }))
        .await?;
    recorded(page, &id).await?;
    let follower = page.open_tab(&stage.site.blank()).await?;
    let missing = json!({ "metalink": stage.site.url("/given/missing.meta4") });
    stage.begin(&target, missing).await?;
    received(page, &id, 1).await?;
    page.show(&owner).await?;
    page.close_tab().await?;
    page.show(&follower).await?;
    let (_, failure) = failed(page, &id).await?;
    ensure!(failure.code == "integrity", "{failure:?}");
    Ok(())
}

/// A parser takes no plain text there. Where the page allows no policy of the package, that is said.
#[tokio::test]
async fn a_metalink_is_read_where_the_page_requires_trusted_types() -> Result<()> {
    for (policy, allowed) in [
        ("require-trusted-types-for 'script'", true),
        (
            "require-trusted-types-for 'script'; trusted-types rangeload",
            true,
        ),
        (
            "require-trusted-types-for 'script'; trusted-types 'none'",
            false,
        ),
    ] {
        let site = Site::with_headers(&[(CONTENT_SECURITY_POLICY, policy)]).await?;
        let stage = Stage::on(site, Kind::Chromium, "/test/blank.html").await?;
        let page = stage.page();
        // As a script element the helper's address would be refused too.
        page.run::<Option<Value>>("return import('/test/helper.js').then(() => null)")
            .await?;
        let target = file("rate=4MB");
        let digest = content::sha256(0, 0..SIZE);
        let metalink = metalink(&stage, &target, &file("rate=4MB&tag=mirror"), &digest)?;
        for _ in 0..2 {
            let id = stage
                .begin(&target, json!({ "metalink": metalink }))
                .await?;
            if allowed {
                let compared = identical(page, &id, "12MiB", 0).await;
                compared.context(policy)?;
                ask(page, "remove", &id).await?;
            } else {
                let (_, failure) = failed(page, &id).await?;
                ensure!(failure.code == "blocked", "{failure:?}");
            }
        }
    }
    Ok(())
}

/// And once it is there, the download can be resumed.
#[tokio::test]
async fn a_metalink_that_is_missing_or_none_is_an_error_and_nothing_is_asked_for() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    let page = stage.page();
    let broken = stage.site.give("broken.meta4", "<html>")?;
    let text = "<metalink xmlns='urn:ietf:params:xml:ns:metalink'><file name='sample.iso'>
        <size>9</size><pieces length='4' type='sha-256'><hash>00</hash></pieces></file></metalink>";
    let odd = stage.site.give("odd.meta4", text)?;
    for (address, code) in [
        (stage.site.url("/given/sample.meta4"), "http"),
        (broken, "mismatch"),
        (odd, "mismatch"),
    ] {
        let target = file(&format!("tag={code}"));
        let id = stage.begin(&target, json!({ "metalink": address })).await?;
        let (_, failure) = failed(page, &id).await?;
        ensure!(failure.code == code, "{failure:?}");
        ensure!(stage.site.server.requests(&target).is_empty(), "it began");
    }
    let (target, digest) = (file("tag=http"), content::sha256(0, 0..SIZE));
    metalink(&stage, &target, &file("tag=late"), &digest)?;
    let id = stage.site.url(&target);
    ask(page, "resume", &id).await?;
    identical(page, &id, "12MiB", 0).await?;
    Ok(())
}
