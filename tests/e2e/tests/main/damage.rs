//! Stored state that is damaged while no page looks: each damage is named, or heals by fetching
//! just what was lost. No byte is ever wrong, and nothing is deleted that cannot be understood.

use anyhow::{Context, Result, ensure};
use rangeload::core::ranges::RangeSet;
use rangeload_e2e::{Kind, Status};
use serde_json::json;

use crate::stage::{Stage, ask, failed, identical, stored};

const SIZE: &str = "9MiB+5";
const TARGET: &str = "/files/9MiB+5/sample.iso";
const ID: &str = "damaged";

/// What a page is told that finds the damage in a complete download.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    /// Nothing that matters is lost.
    Unharmed,
    /// `storage` in the list; the rest is fetched when it is resumed.
    Lost,
    /// As `Lost`, but seen only when the file is asked for.
    LostWhenRead,
    /// `storage`, now and later: it is not touched until someone removes it.
    Unreadable,
    /// Forgotten, and its bytes freed: no record says whose they are.
    Forgotten,
}

use Outcome::{Forgotten, Lost, LostWhenRead, Unharmed, Unreadable};

const IN_A_FILE: [(&str, Outcome); 13] = [
    ("truncateFile", Lost),
    ("emptyFile", Lost),
    ("removeFile", Lost),
    ("removeDirectory", Lost),
    ("lengthenFile", Unharmed),
    ("putDirectoryInPlaceOfFile", Unreadable),
    ("swapTier", Lost),
    ("removeRecord", Forgotten),
    ("postdateRecord", Unreadable),
    ("scrambleRecord", Unreadable),
    ("forgetSize", Unreadable),
    ("claimPastTheEnd", Unreadable),
    // The last: these stay.
    ("addStrangeKeys", Unharmed),
];

const IN_THE_DATABASE: [(&str, Outcome); 13] = [
    ("removePart", Lost),
    ("removeParts", Lost),
    ("rekeyPart", Lost),
    ("shortenPart", LostWhenRead),
    ("lengthenPart", LostWhenRead),
    ("retypePart", LostWhenRead),
    ("overlapPart", Unharmed),
    ("removeRecord", Forgotten),
    ("postdateRecord", Unreadable),
    ("emptyRecord", Unreadable),
    ("cutRecord", Unreadable),
    ("retypeRecord", Unreadable),
    // The last: these stay.
    ("addStrangeKeys", Unharmed),
];

async fn damage(stage: &Stage, name: &str) -> Result<()> {
    stage.page().reload().await?;
    let script =
        format!("return import('/test/damage.js').then(({{ damages }}) => damages.{name}('{ID}'))");
    stage.page().run::<()>(&script).await?;
    stage.page().reload().await
}

async fn leftovers(stage: &Stage) -> Result<serde_json::Value> {
    stage.page().reload().await?;
    let script = "return import('/test/damage.js').then(({ leftovers }) => leftovers())";
    stage.page().run(script).await
}

/// Nobody is told when leftovers have been freed: each look starts the next.
async fn tidied(stage: &Stage) -> Result<()> {
    let look = "import('/test/damage.js').then(({ leftovers }) => leftovers())";
    let nothing = "({ files, parts }) => files === 0 && parts === 0";
    stage.page().until(&format!("{look}.then({nothing})")).await
}

async fn begin(stage: &Stage, storage: &str) -> Result<()> {
    stage
        .begin(TARGET, json!({ "id": ID, "storage": storage }))
        .await?;
    identical(stage.page(), ID, SIZE, 0).await?;
    Ok(())
}

async fn find(stage: &Stage) -> Result<Option<Status>> {
    let found = stored(stage.page()).await?;
    Ok(found.into_iter().find(|status| status.id == ID))
}

fn is_storage_failure(status: &Status) -> bool {
    let code = status.error.as_ref().map(|error| error.code.as_str());
    status.state == "failed" && code == Some("storage")
}

async fn heal(stage: &Stage) -> Result<()> {
    ask(stage.page(), "resume", ID).await?;
    identical(stage.page(), ID, SIZE, 0).await?;
    Ok(())
}

async fn each_damage_has_its_outcome(storage: &str, table: &[(&str, Outcome)]) -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    for &(name, outcome) in table {
        check(&stage, storage, name, outcome)
            .await
            .with_context(|| format!("{name} in {storage}, to be {outcome:?}"))?;
    }
    Ok(())
}

async fn check(stage: &Stage, storage: &str, name: &str, outcome: Outcome) -> Result<()> {
    let page = stage.page();
    begin(stage, storage).await?;
    damage(stage, name).await?;
    stage.site.server.forget(TARGET);
    let found = find(stage).await?;
    let requests = || stage.site.server.requests(TARGET).len();
    match outcome {
        Unharmed => {
            let compared = identical(page, ID, SIZE, 0).await?;
            ensure!(requests() == 0, "fetched again: {compared:?}");
        }
        Lost => {
            let status = found.context("it is not listed")?;
            ensure!(is_storage_failure(&status), "{status:?}");
            heal(stage).await?;
            let requests = stage.silence(TARGET).await?;
            let lost = status.size.unwrap_or_default() - status.progress.received;
            // Two requests may ask for the same bytes, of which one takes over from the other.
            let asked = requests.iter().filter_map(|request| request.asked.clone());
            let asked = RangeSet::from_iter(asked).len();
            ensure!(
                asked == lost,
                "{asked} bytes asked for, and {lost} were lost"
            );
        }
        LostWhenRead => {
            let status = found.context("it is not listed")?;
            ensure!(status.state == "complete", "{status:?}");
            let rejection: Option<rangeload_e2e::Failure> =
                page.call("rejection", json!([ID])).await?;
            let code = rejection.map(|failure| failure.code);
            ensure!(code.as_deref() == Some("storage"), "{code:?}");
            let (status, _) = failed(page, ID).await?;
            ensure!(status.progress.received > 0, "all of it is lost");
            heal(stage).await?;
        }
        Unreadable => {
            let status = found.context("it is not listed")?;
            ensure!(is_storage_failure(&status), "{status:?}");
            ask(page, "resume", ID).await?;
            let (_, failure) = failed(page, ID).await?;
            ensure!(failure.code == "storage", "{failure:?}");
            page.reload().await?;
            let later = find(stage).await?.context("it is gone")?;
            ensure!(is_storage_failure(&later), "{later:?}");
        }
        Forgotten => {
            ensure!(found.is_none(), "{found:?}");
            tidied(stage).await?;
        }
    }
    if outcome != Forgotten {
        ask(page, "remove", ID).await?;
        ensure!(find(stage).await?.is_none(), "it is still listed");
    }
    let found = leftovers(stage).await?;
    let strange = name == "addStrangeKeys";
    ensure!(found["files"] == 0, "files are left: {found}");
    ensure!(strange || found["parts"] == 0, "parts are left: {found}");
    Ok(())
}

#[tokio::test]
async fn damage_to_a_download_in_a_file_is_named_or_heals() -> Result<()> {
    each_damage_has_its_outcome("opfs", &IN_A_FILE).await
}

#[tokio::test]
async fn damage_to_a_download_in_the_database_is_named_or_heals() -> Result<()> {
    each_damage_has_its_outcome("indexeddb", &IN_THE_DATABASE).await
}

/// A page of an older version cannot read it, and must not free it either.
#[tokio::test]
async fn what_a_newer_version_has_stored_is_there_when_that_comes_back() -> Result<()> {
    let stage = Stage::start(Kind::Chromium).await?;
    for storage in ["opfs", "indexeddb"] {
        begin(&stage, storage).await?;
        damage(&stage, "postdateRecord").await?;
        ask(stage.page(), "resume", ID).await?;
        let (_, failure) = failed(stage.page(), ID).await?;
        ensure!(failure.code == "storage", "{failure:?}");
        damage(&stage, "predateRecord").await?;
        stage.site.server.forget(TARGET);
        identical(stage.page(), ID, SIZE, 0).await?;
        let requests = stage.site.server.requests(TARGET).len();
        ensure!(
            requests == 0,
            "{storage}: fetched again by {requests} requests"
        );
        ask(stage.page(), "remove", ID).await?;
    }
    Ok(())
}

/// Nothing can be read of it, so nothing may be written either.
#[tokio::test]
async fn a_database_of_someone_else_or_of_a_newer_version_is_left_alone() -> Result<()> {
    for name in ["foreignDatabase", "newerDatabase"] {
        let stage = Stage::start(Kind::Chromium).await?;
        damage(&stage, name).await?;
        stage.begin(TARGET, json!({ "id": ID })).await?;
        let (_, failure) = failed(stage.page(), ID).await?;
        ensure!(failure.code == "storage", "{name}: {failure:?}");
    }
    Ok(())
}
