//! Identity of the remote file: may bytes of two answers be joined?
//!
//! Bytes of two versions must never meet in one file, so every answer is compared with the
//! identity the download began with before one of its bytes is stored.

use super::headers::ETag;

/// JavaScript counts bytes in doubles: offsets in a larger file could not be told apart.
pub const MOST: u64 = (1 << 53) - 1;

/// What is known of the remote file. RFC 9110 §8.8 names the validators.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub size: Option<u64>,
    pub etag: Option<ETag>,
    /// The header's text: it is compared, never computed with.
    pub last_modified: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sameness {
    Same,
    Changed,
    /// Nothing contradicts and nothing proves it: the bytes themselves must be compared.
    Unproven,
}

impl Identity {
    /// Compares the file begun with (`self`) with the one an answer speaks of.
    ///
    /// A strong entity tag decides alone. The nodes of a CDN may give one file different weak
    /// tags, so these neither prove nor refute; the date does, together with the size.
    pub fn compare(&self, remote: &Self) -> Sameness {
        if differ(self.size, remote.size) {
            return Sameness::Changed;
        }
        let strong = |tag: &Option<ETag>| tag.clone().filter(ETag::is_strong);
        if let (Some(ours), Some(theirs)) = (strong(&self.etag), strong(&remote.etag)) {
            return same_if(ours.strong_eq(&theirs));
        }
        match (&self.last_modified, &remote.last_modified) {
            (Some(ours), Some(theirs)) if ours != theirs => Sameness::Changed,
            (Some(_), Some(_)) if self.size.is_some() && remote.size.is_some() => Sameness::Same,
            _ => Sameness::Unproven,
        }
    }

    /// Whether the entity tag alone says that the bytes are the same, whoever serves them.
    pub fn has_tag_of(&self, other: &Self) -> bool {
        match (&self.etag, &other.etag) {
            (Some(ours), Some(theirs)) => ours.strong_eq(theirs),
            _ => false,
        }
    }

    /// Whether both are dated, and not alike.
    pub fn has_other_date_than(&self, other: &Self) -> bool {
        differ(self.last_modified.as_ref(), other.last_modified.as_ref())
    }

    /// Whether an answer that repeats this identity proves to be of the same file.
    pub fn is_provable(&self) -> bool {
        self.compare(self) == Sameness::Same
    }
}

fn differ<T: PartialEq>(ours: Option<T>, theirs: Option<T>) -> bool {
    matches!((ours, theirs), (Some(a), Some(b)) if a != b)
}

fn same_if(same: bool) -> Sameness {
    if same {
        Sameness::Same
    } else {
        Sameness::Changed
    }
}

#[cfg(test)]
mod tests {
    use super::Sameness::*;
    use super::*;

    fn identity(size: u64, etag: &str, date: &str) -> Identity {
        Identity {
            size: Some(size),
            etag: ETag::parse(etag),
            last_modified: (!date.is_empty()).then(|| date.to_owned()),
        }
    }

    #[test]
    fn another_size_is_another_file_whatever_the_tag_says() {
        let begun = identity(5, "\"a\"", "");
        assert_eq!(begun.compare(&identity(6, "\"a\"", "")), Changed);
    }

    #[test]
    fn a_strong_tag_decides_over_the_date() {
        let begun = identity(5, "\"a\"", "Mon");
        assert_eq!(begun.compare(&identity(5, "\"a\"", "Tue")), Same);
        assert_eq!(begun.compare(&identity(5, "\"b\"", "Mon")), Changed);
    }

    #[test]
    fn weak_tags_of_cdn_nodes_may_differ_while_size_and_date_agree() {
        let begun = identity(5, "W/\"a\"", "Mon");
        assert_eq!(begun.compare(&identity(5, "W/\"b\"", "Mon")), Same);
        assert_eq!(begun.compare(&identity(5, "W/\"a\"", "Tue")), Changed);
    }

    #[test]
    fn a_weak_tag_never_proves_identity() {
        let begun = identity(5, "W/\"a\"", "");
        assert_eq!(begun.compare(&begun.clone()), Unproven);
        assert!(!begun.is_provable());
    }

    #[test]
    fn nothing_to_compare_proves_nothing() {
        let nothing = Identity::default();
        assert_eq!(nothing.compare(&nothing), Unproven);
        assert_eq!(
            identity(5, "\"a\"", "").compare(&identity(5, "", "")),
            Unproven
        );
    }

    #[test]
    fn a_date_without_a_size_proves_nothing() {
        let dated = Identity {
            last_modified: Some("Mon".into()),
            ..Identity::default()
        };
        assert_eq!(dated.compare(&dated.clone()), Unproven);
    }
}
