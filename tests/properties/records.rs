//! A record is read back as it was written, or refused.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use rangeload::core::headers::ETag;
use rangeload::core::options::{OnChanged, Options};
use rangeload::core::ranges::RangeSet;
use rangeload::core::record::Record;
use rangeload::core::resource::Identity;
use rangeload::core::response::Unresumable;

use crate::config;
use crate::texts::{any_text, any_text_of, text_of};

const WORDS: &[&str] = &[
    "rangeload 1\n",
    "rangeload 2\n",
    "url a\n",
    "created 1\n",
    "running yes\n",
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
    (text(), option::of(any::<usize>()), text(), text(), restart).prop_map(
        |(filename, connections, credentials, referrer_policy, restart)| Options {
            filename,
            connections,
            credentials,
            referrer_policy,
            on_changed: if restart {
                OnChanged::Restart
            } else {
                OnChanged::Fail
            },
        },
    )
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

fn record() -> impl Strategy<Value = Record> {
    let url = any_text_of(1..=20);
    let unresumable = option::of(prop_oneof![
        Just(Unresumable::NoRanges),
        Just(Unresumable::Encoded),
        Just(Unresumable::UnknownLength),
    ]);
    let text = || option::of(any_text(8));
    let stored = vec((any::<u64>(), any::<u64>()), 0..6);
    let rest = (any::<u64>(), any::<bool>(), text(), text(), unresumable);
    (url, options(), identity(), rest, stored).prop_map(
        |(
            url,
            options,
            identity,
            (created, running, media_type, filename, unresumable),
            stored,
        )| {
            let end = identity.size.unwrap_or((1 << 53) - 1) + 1;
            let stored = stored.into_iter().map(|(a, b)| a % end..b % end);
            Record {
                url,
                options,
                created,
                running,
                media_type,
                filename,
                unresumable,
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
