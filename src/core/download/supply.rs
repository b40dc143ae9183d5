//! What someone who reads the file in order, while it arrives, may be given next.
//!
//! Only durable bytes are given, and never bytes of two versions of the file to one reader.

use std::ops::Range;

use super::Download;
use super::phase::Phase;
use super::storing::Storing;
use crate::core::error::{Change, Error, Evidence};
use crate::core::resource::{Identity, Sameness};

/// Which version of the file a reader has begun with.
#[derive(Clone, Debug, PartialEq)]
pub struct Edition {
    identity: Identity,
    generation: u32,
}

impl Edition {
    /// What a reader has begun with that another machine gave it: how often that one had thrown
    /// bytes away is not known, so that only the server can prove that they go together.
    pub fn of_another_machine(identity: Identity) -> Self {
        let generation = u32::MAX;
        Self {
            identity,
            generation,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Supply {
    /// These bytes of the file can be read.
    Bytes(Range<u64>),
    /// The file is complete, and the reader has all of it.
    End,
    /// Ask again after the next event.
    Wait,
    Failed(Error),
}

impl Download {
    /// What a reader gets that has every byte before `from` and wants at most `limit` more.
    pub fn supply(&self, from: u64, limit: u64, begun: Option<&Edition>) -> Supply {
        match &self.phase {
            Phase::Unreadable(error) => return Supply::Failed(error.clone()),
            Phase::Removing | Phase::Removed => return Supply::Failed(Error::Removed),
            _ => {}
        }
        let complete = matches!(self.phase, Phase::Complete);
        let there = match self.is_discarding() {
            true => None,
            false => self.durable.containing(from),
        };
        if let Some(begun) = begun.filter(|_| complete || there.is_some())
            && let Some(error) = self.contradiction(begun, from)
        {
            return Supply::Failed(error);
        }
        match (there, &self.phase) {
            (Some(range), _) => Supply::Bytes(from..range.end.min(from.saturating_add(limit))),
            (None, Phase::Complete) => Supply::End,
            (None, Phase::Failed(error)) => Supply::Failed(error.clone()),
            (None, _) => Supply::Wait,
        }
    }

    /// The version of the file whose bytes are stored now.
    pub fn edition(&self) -> Edition {
        Edition {
            identity: self.file.identity.clone(),
            generation: self.generation,
        }
    }

    /// Takes the place of another machine of the same download: what that one has thrown away
    /// stays thrown away, and so does what it had and another page has thrown away.
    pub fn succeed(&mut self, predecessor: &Self) {
        let kept = predecessor.durable.intersection(&self.durable).len();
        let thrown_away = u32::from(kept < predecessor.durable.len());
        let generation = predecessor.generation.saturating_add(thrown_away);
        self.generation = self.generation.max(generation);
    }

    fn is_discarding(&self) -> bool {
        self.discard || matches!(self.storing, Storing::Discarding { .. })
    }

    /// Bytes that were thrown away and fetched anew may be another file's, unless the server
    /// proves that it is the same.
    fn contradiction(&self, begun: &Edition, from: u64) -> Option<Error> {
        if let Some(error) = self.misled(begun.generation, from) {
            return Some(error);
        }
        let known_as = |identity| begun.identity.compare(identity) == Sameness::Same;
        if self.file.former.iter().any(known_as) {
            return None;
        }
        let evidence = match begun.identity.compare(&self.file.identity) {
            Sameness::Same => return None,
            Sameness::Unproven if begun.generation == self.generation => return None,
            Sameness::Unproven => Evidence::Unprovable,
            Sameness::Changed => Evidence::Validators,
        };
        Some(Error::Changed(Box::new(Change {
            stored: begun.identity.clone(),
            remote: self.file.identity.clone(),
            evidence,
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Moment;
    use crate::core::Time;
    use crate::core::download::{Action, Command};
    use crate::core::error::Barrier;
    use crate::core::headers::ETag;
    use crate::core::options::{OnChanged, Options};
    use crate::core::ranges::RangeSet;
    use crate::core::record::Record;
    use crate::core::response::Head;

    const NOON: Moment = Moment {
        now: Time::from_secs(1),
        chance: 0.5,
    };

    fn stored(ranges: &[Range<u64>], size: u64) -> Download {
        let stored: RangeSet = ranges.iter().cloned().collect();
        let record = Record {
            identity: Identity {
                size: Some(size),
                etag: ETag::parse("\"a\""),
                last_modified: None,
            },
            options: Options {
                on_changed: OnChanged::Restart,
                ..Options::default()
            },
            stored: stored.clone(),
            ..Record::default()
        };
        Download::restore(record, &stored)
    }

    /// Resumes it and lets the server answer with `etag`, until the erasure it may order is done.
    fn answered_with(download: &mut Download, etag: Option<&str>) {
        download.handle_command(NOON, Command::Resume);
        let mut erased = false;
        while let Some(action) = download.poll_action() {
            match action {
                Action::Open {
                    connection, range, ..
                } => {
                    let end = range.end.min(100);
                    let head = Head::parse(206, NOON.now, |name| match name {
                        "content-range" => Some(format!("bytes {}-{}/100", range.start, end - 1)),
                        "etag" => etag.map(Into::into),
                        _ => None,
                    });
                    if !erased {
                        download.handle_response(NOON, connection, &head);
                    }
                }
                Action::Commit { .. } => download.handle_committed(NOON, Ok(())),
                Action::Discard { .. } => {
                    download.handle_erased(NOON, Ok(()));
                    erased = true;
                }
                _ => {}
            }
        }
    }

    #[test]
    fn a_reader_gets_what_is_stored_from_where_it_stands() {
        let download = stored(&[0..10, 20..30], 100);
        assert_eq!(download.supply(0, 4, None), Supply::Bytes(0..4));
        assert_eq!(download.supply(4, 99, None), Supply::Bytes(4..10));
    }

    #[test]
    fn a_reader_waits_at_a_gap_whatever_lies_behind_it() {
        assert_eq!(
            stored(&[0..10, 20..100], 100).supply(10, 9, None),
            Supply::Wait
        );
    }

    #[test]
    fn the_end_is_the_end_only_of_a_complete_file() {
        let complete = stored(&[0..100], 100);
        assert_eq!(complete.supply(0, 1000, None), Supply::Bytes(0..100));
        assert_eq!(complete.supply(100, 9, None), Supply::End);
    }

    #[test]
    fn a_removed_file_fails_its_readers() {
        let mut download = stored(&[0..10], 100);
        download.handle_command(NOON, Command::Remove);
        let supply = download.supply(0, 9, None);
        assert_eq!(supply, Supply::Failed(Error::Removed));
    }

    #[test]
    fn a_failed_download_gives_what_it_has_before_it_fails_its_readers() {
        let mut download = stored(&[0..10], 100);
        download.phase = Phase::Failed(Error::Blocked(Barrier::Cors));
        assert_eq!(download.supply(0, 99, None), Supply::Bytes(0..10));
        assert_eq!(
            download.supply(10, 9, None),
            Supply::Failed(Error::Blocked(Barrier::Cors))
        );
    }

    #[test]
    fn a_reader_of_one_version_never_gets_bytes_of_another() {
        let mut download = stored(&[0..10], 100);
        let begun = download.edition();
        answered_with(&mut download, Some("\"b\""));
        assert_eq!(download.supply(10, 9, Some(&begun)), Supply::Wait);
        download.durable.insert(0..20);
        download.file.identity.etag = ETag::parse("\"b\"");
        download.file.identity.size = Some(100);
        let supply = download.supply(10, 9, Some(&begun));
        assert!(
            matches!(&supply, Supply::Failed(Error::Changed(_))),
            "{supply:?}"
        );
        assert_eq!(download.supply(10, 9, None), Supply::Bytes(10..19));
    }

    #[test]
    fn bytes_fetched_anew_go_on_for_a_reader_only_if_the_server_proves_the_file() {
        for (etag, proven) in [(Some("\"a\""), true), (None, false)] {
            let mut download = stored(&[0..10], 100);
            download.file.identity.etag = etag.and_then(ETag::parse);
            let begun = download.edition();
            let identity = download.file.identity.clone();
            download.begin_again();
            download.discard = false;
            download.file.identity = identity;
            download.durable.insert(0..20);
            let supply = download.supply(10, 5, Some(&begun));
            assert_eq!(supply == Supply::Bytes(10..15), proven, "{supply:?}");
        }
    }

    #[test]
    fn what_another_machine_began_to_give_goes_on_only_if_the_server_proves_the_file() {
        let download = stored(&[0..10], 100);
        let (same, bare) = (download.file.identity.clone(), Identity::default());
        let other = Identity {
            etag: ETag::parse("\"b\""),
            ..same.clone()
        };
        for (identity, goes_on) in [(same, true), (bare, false), (other, false)] {
            let begun = Edition::of_another_machine(identity);
            let supply = download.supply(4, 2, Some(&begun));
            assert_eq!(supply == Supply::Bytes(4..6), goes_on, "{supply:?}");
        }
    }

    #[test]
    fn a_machine_that_succeeds_another_remembers_what_was_thrown_away() {
        let mut before = stored(&[0..10], 100);
        let begun = before.edition();
        before.begin_again();
        let mut after = stored(&[0..10], 100);
        after.succeed(&before);
        assert_ne!(after.edition(), begun);
    }

    #[test]
    fn bytes_that_another_page_has_thrown_away_are_of_an_earlier_edition() {
        let before = stored(&[0..10, 20..30], 100);
        let mut grown = stored(&[0..30], 100);
        grown.succeed(&before);
        assert_eq!(grown.edition(), before.edition());
        let mut fewer = stored(&[0..25], 100);
        fewer.succeed(&before);
        assert_ne!(fewer.edition(), before.edition());
    }
}
