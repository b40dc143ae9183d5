//! Which stored bytes belong to nobody, and may be freed.
//!
//! Nothing that could be someone's unfinished download is ever named here: a record protects its
//! bytes even if it cannot be read, and so does a page that has just begun.

/// Of the places where bytes were found, those that no download has. Each is named as its
/// download would name it.
///
/// `recorded` are the places of all records, `live` those of downloads that a page owns or waits
/// for. For the answer to be true of the moment it is given, places are to be listed first, then
/// owners, then records: what begins later is not among the places, and what ends meanwhile has
/// left a record or no bytes.
pub fn leftovers(mut found: Vec<String>, live: &[String], recorded: &[String]) -> Vec<String> {
    found.retain(|place| !live.contains(place) && !recorded.contains(place));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn only_what_neither_a_record_nor_a_page_has_is_left_over() {
        let found = names(&["orphan", "recorded", "live", "both"]);
        let (live, recorded) = (names(&["live", "both"]), names(&["recorded", "both"]));
        assert_eq!(leftovers(found, &live, &recorded), ["orphan"]);
    }

    #[test]
    fn a_record_or_a_page_without_bytes_changes_nothing() {
        let left = leftovers(Vec::new(), &names(&["live"]), &names(&["recorded"]));
        assert!(left.is_empty());
    }
}
