//! The file as one request finds it: which version, and what of its identity is shown.

use std::time::{Duration, SystemTime};

use hyper::HeaderMap;
use hyper::header::{ETAG, HeaderValue, IF_RANGE, LAST_MODIFIED};

use crate::knobs::{Knobs, Validators};

/// The date of the first version: 2026-01-01. Later ones follow a day apart.
const FIRST: Duration = Duration::from_secs(1_767_225_600);
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) seed: u64,
    pub(crate) size: u64,
    etag: Option<String>,
    modified: Option<String>,
}

impl Resource {
    /// As request `n` finds it; the first is 0.
    pub(crate) fn at(n: u64, size: u64, knobs: &Knobs) -> Self {
        let after = |bound: Option<u64>| bound.is_some_and(|bound| n >= bound);
        let resized = knobs.size_after.filter(|(bound, _)| n >= *bound);
        let version = u32::from(after(knobs.content_after)) + u32::from(resized.is_some());
        let retagged = u32::from(after(knobs.etag_after));
        let seed = knobs.seed.wrapping_add(version.into());
        let size = resized.map_or(size, |(_, size)| size);

        let tag = format!("{seed:x}-{size:x}-{}", version + retagged);
        let etag = match knobs.validators {
            Validators::Strong => Some(format!("\"{tag}\"")),
            Validators::Weak | Validators::WeakOnly if knobs.weak_varies => {
                Some(format!("W/\"{tag}-{n}\""))
            }
            Validators::Weak | Validators::WeakOnly => Some(format!("W/\"{tag}\"")),
            Validators::Date | Validators::None => None,
        };
        let dated = !matches!(knobs.validators, Validators::WeakOnly | Validators::None);
        let modified = SystemTime::UNIX_EPOCH + FIRST + DAY * version;
        Self {
            seed,
            size,
            etag,
            modified: dated.then(|| httpdate::fmt_http_date(modified)),
        }
    }

    pub(crate) fn show(&self, headers: &mut HeaderMap) {
        for (name, value) in [(ETAG, &self.etag), (LAST_MODIFIED, &self.modified)] {
            let value = value.as_deref().map(HeaderValue::from_str);
            if let Some(Ok(value)) = value {
                headers.insert(name, value);
            }
        }
    }

    /// Whether a range may be answered as one: `If-Range` is absent, or names this version by a
    /// strong validator (RFC 9110, section 13.1.5).
    pub(crate) fn permits_range(&self, request: &HeaderMap) -> bool {
        let Some(condition) = request.get(IF_RANGE) else {
            return true;
        };
        let strong = self.etag.as_ref().filter(|etag| !etag.starts_with("W/"));
        [strong, self.modified.as_ref()]
            .into_iter()
            .flatten()
            .any(|validator| validator.as_bytes() == condition.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(query: &str, n: u64) -> (u64, u64, Option<String>, Option<String>) {
        let Ok(knobs) = Knobs::parse(query) else {
            panic!("refused: {query}");
        };
        let resource = Resource::at(n, 100, &knobs);
        (
            resource.seed,
            resource.size,
            resource.etag,
            resource.modified,
        )
    }

    #[test]
    fn a_file_stays_the_same_without_a_knob_that_changes_it() {
        assert_eq!(identity("", 0), identity("", 99));
    }

    #[test]
    fn another_etag_leaves_content_and_date_alone() {
        let (before, after) = (identity("etag-after=2", 1), identity("etag-after=2", 2));
        assert_ne!(before.2, after.2);
        assert_eq!((before.0, before.1, before.3), (after.0, after.1, after.3));
    }

    #[test]
    fn other_content_is_that_of_the_next_seed_with_another_etag_and_date() {
        let (before, after) = (
            identity("seed=4&content-after=2", 1),
            identity("seed=4&content-after=2", 2),
        );
        assert_eq!((before.0, after.0), (4, 5));
        assert_eq!(before.1, after.1);
        assert!(before.2 != after.2 && before.3 != after.3);
    }

    #[test]
    fn another_size_comes_with_another_identity() {
        let (before, after) = (identity("size-after=2:7", 1), identity("size-after=2:7", 2));
        assert_eq!((before.1, after.1), (100, 7));
        assert!(before.0 != after.0 && before.2 != after.2 && before.3 != after.3);
    }

    #[test]
    fn only_the_chosen_validators_are_shown() {
        let shown = |query| {
            let (_, _, etag, date) = identity(query, 0);
            (etag.map(|etag| etag.starts_with("W/")), date.is_some())
        };
        assert_eq!(shown(""), (Some(false), true));
        assert_eq!(shown("validators=date"), (None, true));
        assert_eq!(shown("validators=weak"), (Some(true), true));
        assert_eq!(shown("validators=weak-only"), (Some(true), false));
        assert_eq!(shown("validators=none"), (None, false));
        assert_ne!(
            identity("weak-varies=1", 0).2,
            identity("weak-varies=1", 1).2
        );
    }
}
