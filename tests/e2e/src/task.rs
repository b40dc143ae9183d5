//! A `Download` of the package as `pages/helper.js` reports it.

use serde::Deserialize;
use serde_json::Value;

/// What a page sees of it at one moment.
#[derive(Clone, Debug, Deserialize)]
pub struct Status {
    pub id: String,
    pub url: String,
    pub filename: String,
    #[serde(rename = "type")]
    pub media_type: String,
    pub size: Option<u64>,
    pub state: String,
    pub interrupted: bool,
    pub resumable: bool,
    pub reason: Option<String>,
    pub storage: String,
    pub progress: Progress,
    pub error: Option<Failure>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Progress {
    pub received: u64,
    pub total: Option<u64>,
    pub ratio: Option<f64>,
    pub connections: u32,
}

/// A `DownloadError`.
#[derive(Clone, Debug, Deserialize)]
pub struct Failure {
    pub code: String,
    pub message: String,
    pub retryable: bool,
    pub detail: Value,
}

/// A finished file beside what the server says its content is.
#[derive(Clone, Debug, Deserialize)]
pub struct Comparison {
    pub size: u64,
    pub name: String,
    #[serde(rename = "type")]
    pub media_type: String,
    /// The offsets of the slices that differ.
    pub wrong: Vec<u64>,
}
