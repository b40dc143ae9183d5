//! What is persisted of a download, as text of one `key value` a line.
//!
//! A record claims only bytes that are durable. It is read strictly: what this version does not
//! understand is refused and left as it is, because another version may have written it.

use std::fmt::{self, Write};
use std::ops::Range;

use super::digest::Digest;
use super::error::Error;
use super::failure;
use super::headers::ETag;
use super::options::{CONNECTIONS, OnChanged, Options};
use super::ranges::RangeSet;
use super::resource::{Identity, MOST};
use super::response::Unresumable;
use super::tier::Tier;

pub const VERSION: u32 = 3;

/// The first version, which knew one tier and did not name it.
const UNNAMED_TIER: u32 = 1;

/// What it could say can be said in the newest too.
const WITHOUT_FAILURE: u32 = 2;

const MAGIC: &str = "rangeload ";

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    pub url: String,
    pub options: Options,
    /// When it was first asked for, in milliseconds since the Unix epoch.
    pub created: u64,
    /// Whether it was meant to run when the record was written.
    pub running: bool,
    /// Why it came to rest, if it did by failing.
    pub failed: Option<Error>,
    pub identity: Identity,
    /// The size is only where a body ends, and nothing has confirmed it yet.
    pub presumed: bool,
    /// The mirror whose words the identity is in, where it is not the URL itself.
    pub mirror: Option<String>,
    pub media_type: Option<String>,
    /// The name the server gave, already made safe.
    pub filename: Option<String>,
    pub unresumable: Option<Unresumable>,
    /// What the server says the file's digest is.
    pub digest: Option<Digest>,
    /// What the stored file was found to hash to, once all of it was there.
    pub verified: Option<Digest>,
    /// Where the bytes are.
    pub tier: Tier,
    pub stored: RangeSet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// Written by another version of this package.
    Version(u32),
    /// Not a record, or damaged; the number of the line.
    Malformed(usize),
    /// It claims bytes past the end of the file.
    PastTheEnd,
    /// It claims bytes to go on from, and does not say of which file.
    Unidentified,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(
                f,
                "the record has version {version}, and {VERSION} is the newest known"
            ),
            Self::Malformed(line) => write!(f, "the record is damaged in line {line}"),
            Self::PastTheEnd => f.write_str("the record claims bytes past the end of the file"),
            Self::Unidentified => f.write_str("the record claims bytes of a file of unknown size"),
        }
    }
}

impl std::error::Error for RecordError {}

impl Record {
    pub fn is_complete(&self) -> bool {
        let covered = |size| self.stored.covers(&(0..size));
        self.identity.size.is_some_and(covered) && !self.presumed
    }

    pub fn encode(&self) -> String {
        let mut text = format!("{MAGIC}{VERSION}\n");
        let mut line = |key: &str, value: &str| {
            text.push_str(key);
            text.push(' ');
            escape(value, &mut text);
            text.push('\n');
        };
        let (identity, options) = (&self.identity, &self.options);
        line("url", &self.url);
        line("created", &self.created.to_string());
        if self.running {
            line("running", "yes");
        }
        if self.presumed {
            line("presumed", "yes");
        }
        let optional = [
            ("failed", self.failed.as_ref().and_then(failure::encode)),
            ("size", identity.size.map(|size| size.to_string())),
            ("etag", identity.etag.as_ref().map(ETag::to_string)),
            ("last-modified", identity.last_modified.clone()),
            ("mirror", self.mirror.clone()),
            ("type", self.media_type.clone()),
            ("filename", self.filename.clone()),
            (
                "unresumable",
                self.unresumable.map(|why| why.key().to_owned()),
            ),
            ("digest", self.digest.as_ref().map(Digest::to_string)),
            ("verified", self.verified.as_ref().map(Digest::to_string)),
            (
                "option-digest",
                options.digest.as_ref().map(Digest::to_string),
            ),
            ("option-filename", options.filename.clone()),
            (
                "option-connections",
                options.connections.map(|n| n.to_string()),
            ),
            ("option-credentials", options.credentials.clone()),
            ("option-referrer-policy", options.referrer_policy.clone()),
        ];
        for (key, value) in &optional {
            if let Some(value) = value {
                line(key, value);
            }
        }
        for mirror in &options.mirrors {
            line("option-mirror", mirror);
        }
        if options.on_changed == OnChanged::Restart {
            line("option-on-changed", "restart");
        }
        line("tier", self.tier.key());
        let mut ranges = String::new();
        for Range { start, end } in self.stored.iter() {
            // Writing to a String cannot fail.
            let _ = write!(ranges, " {start}..{end}");
        }
        line("stored", ranges.trim_start());
        text
    }

    pub fn decode(text: &str) -> Result<Self, RecordError> {
        if !text.ends_with('\n') {
            return Err(RecordError::Malformed(text.lines().count()));
        }
        let mut lines = text.lines().enumerate();
        let version = lines
            .next()
            .and_then(|(_, head)| head.strip_prefix(MAGIC)?.parse().ok())
            .ok_or(RecordError::Malformed(1))?;
        if !matches!(version, UNNAMED_TIER | WITHOUT_FAILURE | VERSION) {
            return Err(RecordError::Version(version));
        }
        let mut record = Self::default();
        let mut tier = (version == UNNAMED_TIER).then_some(Tier::IndexedDb);
        let mut stored = None;
        for (number, line) in lines {
            let malformed = RecordError::Malformed(number + 1);
            let (key, value) = line.split_once(' ').ok_or(malformed)?;
            if stored.is_some() {
                return Err(malformed);
            }
            let value = unescape(value).ok_or(malformed)?;
            if key == "stored" {
                stored = Some(parse_ranges(&value).ok_or(malformed)?);
            } else if key == "tier" && tier.is_none() {
                tier = Some(Tier::from_key(&value).ok_or(malformed)?);
            } else {
                record.set(key, value).ok_or(malformed)?;
            }
        }
        // `stored` is the last line: without it the text was cut off.
        let cut_off = RecordError::Malformed(text.lines().count());
        record.tier = tier.ok_or(cut_off)?;
        record.stored = stored.ok_or(cut_off)?;
        if record.url.is_empty() {
            return Err(RecordError::Malformed(2));
        }
        if record.stored.end() > record.identity.size.unwrap_or(MOST) {
            return Err(RecordError::PastTheEnd);
        }
        let resumable = record.unresumable.is_none() && !record.stored.is_empty();
        if resumable && record.identity.size.is_none() {
            return Err(RecordError::Unidentified);
        }
        Ok(record)
    }

    fn set(&mut self, key: &str, value: String) -> Option<()> {
        let (identity, options) = (&mut self.identity, &mut self.options);
        match key {
            "url" => self.url = value,
            "created" => self.created = value.parse().ok()?,
            "running" if value == "yes" => self.running = true,
            "presumed" if value == "yes" => self.presumed = true,
            "failed" => self.failed = Some(failure::decode(&value)?),
            "size" => identity.size = Some(value.parse().ok().filter(|size| *size <= MOST)?),
            "etag" => identity.etag = Some(ETag::parse(&value)?),
            "last-modified" => identity.last_modified = Some(value),
            "mirror" => self.mirror = Some(value),
            "type" => self.media_type = Some(value),
            "filename" => self.filename = Some(value),
            "unresumable" => self.unresumable = Some(Unresumable::from_key(&value)?),
            "digest" => self.digest = Some(Digest::parse(&value)?),
            "verified" => self.verified = Some(Digest::parse(&value)?),
            "option-digest" => options.digest = Some(Digest::parse(&value)?),
            "option-filename" => options.filename = Some(value),
            "option-mirror" => options.mirrors.push(value),
            "option-connections" => {
                options.connections = Some(value.parse().ok().filter(|n| CONNECTIONS.contains(n))?);
            }
            "option-credentials" => options.credentials = Some(value),
            "option-referrer-policy" => options.referrer_policy = Some(value),
            "option-on-changed" if value == "restart" => options.on_changed = OnChanged::Restart,
            _ => return None,
        }
        Some(())
    }
}

fn parse_ranges(text: &str) -> Option<RangeSet> {
    let mut set = RangeSet::new();
    for range in text.split_ascii_whitespace() {
        let (start, end) = range.split_once('.')?;
        let end = end.strip_prefix('.')?;
        let range: Range<u64> = start.parse().ok()?..end.parse().ok()?;
        if range.is_empty() || range.end > MOST || range.start < set.end() {
            return None;
        }
        set.insert(range);
    }
    Some(set)
}

fn escape(value: &str, into: &mut String) {
    for c in value.chars() {
        match c {
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            c => into.push(c),
        }
    }
}

fn unescape(value: &str) -> Option<String> {
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        plain.push(match c {
            '\\' => match chars.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            c => c,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Record {
        Record {
            url: "https://example.org/a b\n\\c".into(),
            options: Options {
                filename: Some("mine.iso".into()),
                mirrors: vec!["https://a.example/c".into(), "https://b.example/c".into()],
                connections: Some(3),
                credentials: Some("include".into()),
                referrer_policy: Some("no-referrer".into()),
                on_changed: OnChanged::Restart,
                digest: Digest::parse("sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
                size: None,
                pieces: None,
                refreshes: false,
            },
            created: 1_700_000_000_000,
            running: true,
            failed: Some(Error::Network("no\nroute".into())),
            presumed: false,
            identity: Identity {
                size: Some(100),
                etag: ETag::parse("\"x\\y\""),
                last_modified: Some("Tue, 15 Nov 1994 12:45:26 GMT".into()),
            },
            mirror: Some("https://b.example/c".into()),
            media_type: Some("application/x-iso9660-image".into()),
            filename: Some("theirs.iso".into()),
            unresumable: Some(Unresumable::NoRanges),
            digest: Digest::parse("sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
            verified: Digest::parse("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
            tier: Tier::Opfs,
            stored: [0..10, 20..100].into_iter().collect(),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(Record::decode(&full().encode()), Ok(full()));
        let bare = Record {
            url: "https://example.org/".into(),
            presumed: true,
            ..Record::default()
        };
        assert_eq!(Record::decode(&bare.encode()), Ok(bare));
    }

    #[test]
    fn a_record_that_names_no_tier_is_of_the_one_there_was() {
        let text = full().encode();
        let first = text
            .replacen(" 3\n", " 1\n", 1)
            .replacen("tier opfs\n", "", 1);
        let record = Record::decode(&first).map(|record| record.tier);
        assert_eq!(record, Ok(Tier::IndexedDb));
    }

    #[test]
    fn a_record_of_the_version_that_kept_no_failure_is_read() {
        let paused = Record {
            failed: None,
            ..full()
        };
        let text = paused.encode().replacen(" 3\n", " 2\n", 1);
        assert_eq!(Record::decode(&text), Ok(paused));
    }

    #[test]
    fn a_record_of_another_version_is_refused_by_name() {
        for version in [0, 4, u32::MAX] {
            let text = full()
                .encode()
                .replacen(" 3\n", &format!(" {version}\n"), 1);
            assert_eq!(Record::decode(&text), Err(RecordError::Version(version)));
        }
    }

    #[test]
    fn damage_is_refused_with_its_line() {
        let text = full().encode();
        for (from, to, line) in [
            ("rangeload 3", "rongeload 3", 1),
            ("rangeload 3", "rangeload -3", 1),
            ("rangeload 3", "rangeload 1", 23),
            ("url ", "link ", 2),
            ("url ", "url", 2),
            ("b\\n", "b\\t", 2),
            ("created 1", "created one", 3),
            ("running yes", "running maybe", 4),
            ("network\\n", "notwork\\n", 5),
            ("size 100", "size -100", 6),
            ("size 100", "size 9007199254740992", 6),
            ("size 100", "size 100 ", 6),
            ("etag \"", "etag ", 7),
            ("no-ranges", "no-reason", 12),
            ("connections 3", "connections three", 17),
            ("connections 3", "connections 0", 17),
            ("connections 3", "connections 33", 17),
            ("restart", "guess", 22),
            ("tier opfs", "tier tape", 23),
            ("tier opfs", "tier opfs\ntier opfs", 24),
            ("tier opfs\n", "", 23),
            ("20..100", "20..20", 24),
            ("20..100", "5..100", 24),
            ("20..100", "20-100", 24),
            ("20..100", "20..100\nstored 0..100", 25),
            ("0..10 20..100", "20..100 0..10", 24),
            ("20..100", "18446744073709551616..100", 24),
        ] {
            let damaged = text.replacen(from, to, 1);
            assert_eq!(
                Record::decode(&damaged),
                Err(RecordError::Malformed(line)),
                "{from} -> {to}"
            );
        }
    }

    #[test]
    fn claims_past_the_end_are_refused() {
        let text = full().encode().replacen("..100", "..101", 1);
        assert_eq!(Record::decode(&text), Err(RecordError::PastTheEnd));
    }

    #[test]
    fn bytes_of_a_file_of_unknown_size_are_only_those_of_a_stream() {
        let stream = full().encode().replacen("size 100\n", "", 1);
        assert!(Record::decode(&stream).is_ok());
        let nothing = stream.replacen("unresumable no-ranges\n", "", 1);
        assert_eq!(Record::decode(&nothing), Err(RecordError::Unidentified));
    }

    #[test]
    fn a_record_cut_off_anywhere_is_never_taken_for_whole() {
        let text = full().encode();
        for at in 0..text.len() {
            assert!(
                text.get(..at)
                    .is_none_or(|cut| Record::decode(cut).is_err()),
                "{at}"
            );
        }
    }
}
