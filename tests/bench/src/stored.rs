//! What a killed browser has left, and whether it is what the records say: claims read past the
//! package, and bytes read past it, compared with the server's content.

use anyhow::Result;
use rangeload::core::ranges::RangeSet;
use rangeload_e2e::Page;
use serde::Deserialize;
use serde_json::json;

use crate::verify;

/// A download as the package lists it.
#[derive(Debug, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) storage: String,
    pub(crate) received: u64,
    claims: Vec<[u64; 2]>,
}

#[derive(Debug, Deserialize)]
struct Record {
    id: String,
    claims: Vec<[u64; 2]>,
}

#[derive(Debug, Default)]
pub(crate) struct Remains {
    /// What the record claims; nothing if there is none.
    pub(crate) claimed: RangeSet,
    /// As the package lists it.
    pub(crate) listed: Option<Listed>,
    /// What contradicts what.
    pub(crate) violations: Vec<String>,
}

/// The package is asked last: it may set something right when it starts.
pub(crate) async fn remains(page: &Page, id: &str) -> Result<Remains> {
    let mut remains = Remains::default();
    let records: Vec<Record> = page.call("claims", json!([])).await?;
    for record in records {
        if record.id == id {
            remains.claimed = set(&record.claims);
        } else {
            let stray = format!("there is a record of {}, which was never begun", record.id);
            remains.violations.push(stray);
        }
    }
    let stretches: Vec<_> = remains.claimed.iter().flat_map(verify::stretches).collect();
    let parameters = json!([id, verify::pairs(&stretches)]);
    let digests: Vec<Option<String>> = page.call("storedDigests", parameters).await?;
    for (stretch, digest) in stretches.iter().zip(&digests) {
        match digest {
            None => remains.ahead(format!("the record claims {stretch:?}, which is missing")),
            Some(digest) if verify::is_right(stretch, digest) => {}
            Some(_) => remains.ahead(format!(
                "the record claims {stretch:?}, which has wrong bytes"
            )),
        }
    }
    let listed: Vec<Listed> = page.call("list", json!([])).await?;
    for listed in listed.into_iter().filter(|listed| listed.id == id) {
        let claims = set(&listed.claims);
        if !claims.iter().all(|range| remains.claimed.covers(&range)) {
            remains.ahead("the package claims more than its record".to_owned());
        }
        if listed.state == "failed" {
            remains.ahead("the package calls it failed".to_owned());
        }
        remains.listed = Some(listed);
    }
    if remains.listed.is_none() && !remains.claimed.is_empty() {
        remains.ahead("the package does not list what its record claims".to_owned());
    }
    Ok(remains)
}

impl Remains {
    fn ahead(&mut self, what: String) {
        self.violations.push(what);
    }
}

fn set(claims: &[[u64; 2]]) -> RangeSet {
    claims.iter().map(|&[start, end]| start..end).collect()
}
