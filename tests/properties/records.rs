//! A record is read back as it was written, or refused.

use base64ct::{Base64, Encoding};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use rangeload::core::digest::Digest;
use rangeload::core::error::{Change, Error, Evidence};
use rangeload::core::failure;
use rangeload::core::headers::ETag;
use rangeload::core::options::{CONNECTIONS, OnChanged, Options};
use rangeload::core::ranges::RangeSet;
use rangeload::core::record::Record;
use rangeload::core::resource::Identity;
use rangeload::core::response::Unresumable;
use rangeload::core::tier::Tier;

use crate::config;
use crate::texts::{any_text, any_text_of, text_of};

const WORDS: &[&str] = &[
    "rangeload 1\n",
    "rangeload 2\n",
    "rangeload 3\n",
    "url a\n",
    "created 1\n",
    "running yes\n",
    "failed http\\n404\n",
    "presumed yes\n",
    "size 100\n",
    "etag \"x\"\n",
    "type a/b\n",
    "unresumable encoded\n",
    "option-on-changed restart\n",
    "stored 0..10 20..30\n",
    "stored \n",
    "\n",
    "\\",
    " ",
    "..",
];

fn options() -> impl Strategy<Value = Options> {
    let text = || option::of(any_text(8));
    let restart = any::<bool>();
    let mirrors = vec(any_text(8), 0..3);
    let rest = (mirrors, option::of(digest()));
    (
        text(),
        option::of(CONNECTIONS),
        text(),
        text(),
        restart,
        rest,
    )
        .prop_map(
            |(filename, connections, credentials, referrer_policy, restart, (mirrors, digest))| {
                Options {
                    filename,
                    mirrors,
                    digest,
                    size: None,
                    pieces: None,
                    refreshes: false,
                    connections,
                    credentials,
                    referrer_policy,
                    on_changed: if restart {
                        OnChanged::Restart
                    } else {
                        OnChanged::Fail
                    },
                }
            },
        )
}

fn digest() -> impl Strategy<Value = Digest> {
    prop_oneof![
        vec(any::<u8>(), 32).prop_map(|bytes| ["sha256-", &Base64::encode_string(&bytes)].concat()),
        vec(any::<u8>(), 64).prop_map(|bytes| ["sha512-", &Base64::encode_string(&bytes)].concat()),
    ]
    .prop_filter_map("no digest", |text| Digest::parse(&text))
}

fn identity() -> impl Strategy<Value = Identity> {
    let tag = (any::<bool>(), any_text(8)).prop_map(|(weak, opaque)| {
        let weak = if weak { "W/" } else { "" };
        ETag::parse(&format!("{weak}\"{opaque}\""))
    });
    (option::of(0..1_u64 << 53), tag, option::of(any_text(8))).prop_map(
        |(size, etag, last_modified)| Identity {
            size,
            etag,
            last_modified,
        },
    )
}

fn failed() -> impl Strategy<Value = Error> {
    let evidence = prop_oneof![
        Just(Evidence::Validators),
        Just(Evidence::Content),
        Just(Evidence::Unprovable)
    ];
    let changed = (identity(), identity(), evidence).prop_map(|(stored, remote, evidence)| {
        Error::Changed(Box::new(Change {
            stored,
            remote,
            evidence,
        }))
    });
    prop_oneof![
        any_text(20).prop_map(Error::Network),
        any::<u16>().prop_map(|status| Error::Http { status }),
        (digest(), digest(), option::of((any::<u64>(), any::<u64>()))).prop_map(
            |(expected, actual, piece)| Error::Integrity {
                expected,
                actual,
                piece: piece.map(|(start, end)| start..end),
            }
        ),
        changed,
    ]
    .prop_filter("it is kept", |error| failure::encode(error).is_some())
}

fn record() -> impl Strategy<Value = Record> {
    let url = any_text_of(1..=20);
    let unresumable = option::of(prop_oneof![
        Just(Unresumable::NoRanges),
        Just(Unresumable::Encoded),
        Just(Unresumable::UnknownLength),
    ]);
    let text = || option::of(any_text(8));
    let stored = vec((any::<u64>(), any::<u64>()), 0..6);
    let tier = prop_oneof![Just(Tier::Opfs), Just(Tier::IndexedDb), Just(Tier::Memory)];
    let digests = (option::of(digest()), option::of(digest()));
    let rest = (
        any::<u64>(),
        (any::<(bool, bool)>(), option::of(failed())),
        text(),
        text(),
        unresumable,
        tier,
        text(),
        digests,
    );
    (url, options(), identity(), rest, stored).prop_map(
        |(
            url,
            options,
            identity,
            (
                created,
                ((running, presumed), failed),
                media_type,
                filename,
                unresumable,
                tier,
                mirror,
                (digest, verified),
            ),
            stored,
        )| {
            let end = identity.size.unwrap_or((1 << 53) - 1) + 1;
            let stored = stored.into_iter().map(|(a, b)| a % end..b % end);
            // Only of a stream may there be bytes without a size.
            let kept = identity.size.is_some() || unresumable.is_some();
            let stored = stored.filter(|_| kept);
            Record {
                url,
                options,
                created,
                running,
                failed,
                presumed,
                media_type,
                filename,
                unresumable,
                tier,
                mirror,
                digest,
                verified,
                stored: RangeSet::from_iter(stored),
                identity,
            }
        },
    )
}

/// A valid record with some of its characters replaced, dropped or doubled.
fn damaged() -> impl Strategy<Value = String> {
    let blows = vec((any::<Index>(), any::<char>(), 0..3_u8), 1..4);
    (record(), blows).prop_map(|(record, blows)| {
        let mut text = Vec::from_iter(record.encode().chars());
        for (at, char, kind) in blows {
            let at = at.index(text.len());
            match kind {
                0 => text[at] = char,
                1 => drop(text.remove(at)),
                _ => text.insert(at, text[at]),
            }
        }
        String::from_iter(text)
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => damaged(), 2 => text_of(WORDS), 1 => any_text(60)]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_written_is_read_back(record in record()) {
        prop_assert_eq!(Record::decode(&record.encode()), Ok(record));
    }

    /// Not even damage that leaves a readable record makes one that contradicts itself.
    #[test]
    fn what_is_read_claims_no_byte_past_the_end_and_is_written_alike(text in text()) {
        if let Ok(record) = Record::decode(&text) {
            let size = record.identity.size;
            prop_assert!(size.is_none_or(|size| record.stored.end() <= size));
            prop_assert_eq!(Record::decode(&record.encode()), Ok(record));
        }
    }
}
