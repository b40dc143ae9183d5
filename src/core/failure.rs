//! Why a download failed, as a record keeps it: a line for the code, and one for each detail.
//!
//! What holds for a moment only is not kept: another try finds it out anew. Nor is what could not
//! be read back, lest the whole record be refused for it.

use super::digest::Digest;
use super::error::{Barrier, Change, Error, Evidence};
use super::headers::ETag;
use super::resource::Identity;
use super::response::Mismatch;

const EVIDENCE: [(&str, Evidence); 3] = [
    ("validators", Evidence::Validators),
    ("content", Evidence::Content),
    ("unprovable", Evidence::Unprovable),
];

const BARRIERS: [(&str, Barrier); 2] = [
    ("policy", Barrier::Policy),
    ("mixed-content", Barrier::MixedContent),
];

const MISMATCHES: [(&str, Mismatch); 7] = [
    ("range-ignored", Mismatch::RangeIgnored),
    ("malformed-content-range", Mismatch::MalformedContentRange),
    ("no-range", Mismatch::NoRange),
    ("encoded", Mismatch::Encoded),
    ("multipart", Mismatch::Multipart),
    ("unsatisfied", Mismatch::Unsatisfied),
    ("beyond", Mismatch::Beyond),
];

/// `None` for what is not kept.
pub fn encode(error: &Error) -> Option<String> {
    let mut lines = vec![error.code().to_owned()];
    match error {
        // The words of others may have several lines.
        Error::Network(cause) => return Some(["network\n", cause].concat()),
        Error::Http { status } => lines.push(status.to_string()),
        // The word alone means CORS: it was the only barrier that was known.
        Error::Blocked(Barrier::Cors) => {}
        Error::Blocked(barrier) => lines.push(key(&BARRIERS, barrier)?.to_owned()),
        Error::Changed(change) => {
            lines.push(key(&EVIDENCE, &change.evidence)?.to_owned());
            for identity in [&change.stored, &change.remote] {
                let size = identity.size.map(|size| size.to_string());
                let etag = identity.etag.as_ref().map(ETag::to_string);
                // An empty line stands for nothing, and a field may be empty.
                let fields = [size, etag, identity.last_modified.clone()];
                lines.extend(fields.map(|field| match field {
                    Some(field) => ["=", &field].concat(),
                    None => String::new(),
                }));
            }
        }
        Error::Mismatch(mismatch) => {
            let (key, numbers) = parts(mismatch)?;
            lines.push(key.to_owned());
            lines.extend(numbers.iter().map(u64::to_string));
        }
        Error::Integrity {
            expected,
            actual,
            piece,
        } => {
            lines.extend([expected.to_string(), actual.to_string()]);
            let bounds = piece.iter().flat_map(|piece| [piece.start, piece.end]);
            lines.extend(bounds.map(|bound| bound.to_string()));
        }
        Error::Quota { missing } => lines.extend(missing.map(|missing| missing.to_string())),
        Error::Storage(_) | Error::Busy | Error::Removed => return None,
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let are_lines = !lines.iter().any(|line| line.contains('\n'));
    are_lines.then(|| lines.join("\n"))
}

pub fn decode(text: &str) -> Option<Error> {
    if let Some(cause) = text.strip_prefix("network\n") {
        return Some(Error::Network(cause.to_owned()));
    }
    let lines: Vec<&str> = text.split('\n').collect();
    Some(match lines.as_slice() {
        ["http", status] => Error::Http {
            status: u16::try_from(number(status)?).ok()?,
        },
        ["blocked"] => Error::Blocked(Barrier::Cors),
        ["blocked", barrier] => Error::Blocked(value(&BARRIERS, barrier)?),
        ["changed", evidence, identities @ ..] => {
            let (stored, remote) = identities.split_at_checked(3)?;
            Error::Changed(Box::new(Change {
                stored: identity(stored)?,
                remote: identity(remote)?,
                evidence: value(&EVIDENCE, evidence)?,
            }))
        }
        ["mismatch", kind, numbers @ ..] => Error::Mismatch(mismatch(kind, numbers)?),
        ["integrity", expected, actual, piece @ ..] => Error::Integrity {
            expected: Digest::parse(expected)?,
            actual: Digest::parse(actual)?,
            piece: match piece {
                [] => None,
                [start, end] => Some(number(start)?..number(end)?),
                _ => return None,
            },
        },
        ["quota"] => Error::Quota { missing: None },
        ["quota", missing] => Error::Quota {
            missing: Some(number(missing)?),
        },
        _ => return None,
    })
}

fn parts(mismatch: &Mismatch) -> Option<(&'static str, Vec<u64>)> {
    Some(match mismatch {
        Mismatch::OtherRange { asked, got } => (
            "other-range",
            vec![asked.start, asked.end, got.start, got.end],
        ),
        Mismatch::OtherLength { expected, got } => ("other-length", vec![*expected, *got]),
        Mismatch::OtherSize { promised, got } => ("other-size", vec![*promised, *got]),
        Mismatch::Short { missing } => ("short", vec![*missing]),
        plain => (key(&MISMATCHES, plain)?, Vec::new()),
    })
}

fn mismatch(kind: &str, numbers: &[&str]) -> Option<Mismatch> {
    let numbers = numbers.iter().map(|text| number(text));
    let numbers: Option<Vec<u64>> = numbers.collect();
    Some(match (kind, numbers?.as_slice()) {
        ("other-range", &[start, end, got, until]) => Mismatch::OtherRange {
            asked: start..end,
            got: got..until,
        },
        ("other-length", &[expected, got]) => Mismatch::OtherLength { expected, got },
        ("other-size", &[promised, got]) => Mismatch::OtherSize { promised, got },
        ("short", &[missing]) => Mismatch::Short { missing },
        (plain, []) => value(&MISMATCHES, plain)?,
        _ => return None,
    })
}

fn identity(lines: &[&str]) -> Option<Identity> {
    let &[size, etag, last_modified] = lines else {
        return None;
    };
    let mut identity = Identity::default();
    if let Some(size) = field(size)? {
        identity.size = Some(number(size)?);
    }
    if let Some(etag) = field(etag)? {
        identity.etag = Some(ETag::parse(etag)?);
    }
    identity.last_modified = field(last_modified)?.map(str::to_owned);
    Some(identity)
}

fn field(line: &str) -> Option<Option<&str>> {
    match line {
        "" => Some(None),
        line => line.strip_prefix('=').map(Some),
    }
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok()
}

fn key<T: PartialEq>(names: &[(&'static str, T)], wanted: &T) -> Option<&'static str> {
    let named = names.iter().find(|(_, value)| value == wanted);
    named.map(|(key, _)| *key)
}

fn value<T: Clone>(names: &[(&str, T)], wanted: &str) -> Option<T> {
    let named = names.iter().find(|(key, _)| *key == wanted);
    named.map(|(_, value)| value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Vec<Error> {
        let digest = |text| Digest::parse(text).expect("it is one");
        let some = Identity {
            size: Some(7),
            etag: ETag::parse("W/\"a b\""),
            last_modified: Some("Tue, 15 Nov 1994 12:45:26 GMT".into()),
        };
        let mut errors = vec![
            Error::Network("no route\nto host".into()),
            Error::Network(String::new()),
            Error::Http { status: 404 },
            Error::Blocked(Barrier::Cors),
            Error::Blocked(Barrier::Policy),
            Error::Blocked(Barrier::MixedContent),
            Error::Integrity {
                expected: digest("sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
                actual: digest("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
                piece: None,
            },
            Error::Integrity {
                expected: digest("sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
                actual: digest("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
                piece: Some(5..9),
            },
            Error::Quota { missing: Some(9) },
            Error::Quota { missing: None },
            Error::Mismatch(Mismatch::Short { missing: 3 }),
            Error::Mismatch(Mismatch::OtherLength {
                expected: 4,
                got: 5,
            }),
            Error::Mismatch(Mismatch::OtherSize {
                promised: 4,
                got: 5,
            }),
            Error::Mismatch(Mismatch::OtherRange {
                asked: 1..2,
                got: 3..u64::MAX,
            }),
        ];
        errors.extend(MISMATCHES.map(|(_, mismatch)| Error::Mismatch(mismatch)));
        let empty = Identity {
            last_modified: Some(String::new()),
            ..Identity::default()
        };
        errors.extend(EVIDENCE.map(|(_, evidence)| {
            Error::Changed(Box::new(Change {
                stored: some.clone(),
                remote: empty.clone(),
                evidence,
            }))
        }));
        errors
    }

    #[test]
    fn what_is_kept_is_read_back() {
        for error in kept() {
            let text = encode(&error);
            assert_eq!(text.as_deref().and_then(decode), Some(error), "{text:?}");
        }
    }

    #[test]
    fn what_holds_for_a_moment_is_not_kept() {
        for error in [Error::Storage("x".into()), Error::Busy, Error::Removed] {
            assert_eq!(encode(&error), None);
        }
    }

    #[test]
    fn what_could_not_be_read_back_is_not_kept() {
        let odd = Identity {
            last_modified: Some("a\nb".into()),
            ..Identity::default()
        };
        let change = Change {
            stored: odd.clone(),
            remote: odd,
            evidence: Evidence::Validators,
        };
        assert_eq!(encode(&Error::Changed(Box::new(change))), None);
    }

    /// Whose text means something without its last line, or with another one.
    fn free(error: &Error) -> bool {
        use Error::{Blocked, Network, Quota};
        matches!(error, Network(_) | Quota { .. } | Blocked(_))
    }

    #[test]
    fn what_was_cut_off_or_has_grown_is_refused() {
        for error in kept() {
            let text = encode(&error).expect("it is kept");
            let Some((short, _)) = text.rsplit_once('\n').filter(|_| !free(&error)) else {
                continue;
            };
            assert_eq!(decode(short), None, "{short:?}");
            assert_eq!(decode(&format!("{text}\n1")), None, "{text:?}");
        }
        for text in [
            "",
            "busy",
            "network",
            "quota\nx",
            "quota\n1\n1",
            "http",
            "http\nx",
            "changed\nno",
            "mismatch\nno",
        ] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}
