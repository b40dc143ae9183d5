//! Whose word counts: what a page wants of a download, what it wanted before, and what is stored.

use super::download::{SourceIndex, mirror_of_source};
use super::options::Options;
use super::record::Record;
use super::tier::Tier;

/// What a page wants of a download. Headers may be secrets and are never stored.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Empty where the page knows nothing but the id.
    pub url: String,
    pub options: Options,
    /// The options are all that is wanted; else those that are stored count.
    pub complete: bool,
    /// The tier a new download must have; `None` leaves it to what works.
    pub storage: Option<Tier>,
    pub headers: Vec<(String, String)>,
}

impl Terms {
    /// Which source is which mirror was settled when the run began, whatever the page has said since.
    /// A source that is none is the URL itself.
    pub fn address<'t>(&'t self, mirrors: &'t [String], source: SourceIndex) -> &'t str {
        let mirror = mirror_of_source(source).and_then(|at| mirrors.get(at));
        mirror.unwrap_or(&self.url)
    }

    /// With what is stored: it counts where the page has not said. Both agree afterwards.
    pub fn join(&mut self, record: &mut Record) {
        if self.url.is_empty() {
            self.url.clone_from(&record.url);
        }
        if !self.complete {
            self.options.clone_from(&record.options);
        }
        record.url.clone_from(&self.url);
        record.options.clone_from(&self.options);
    }

    /// The page has spoken again. Once a start is `ordered`, what it was ordered with counts until
    /// the page has again read all that it asks for.
    pub fn renew(&mut self, mut newer: Self, ordered: bool) {
        if newer.url.is_empty() {
            newer.url.clone_from(&self.url);
        }
        if ordered && self.complete && !newer.complete {
            newer.options.clone_from(&self.options);
            newer.complete = true;
        }
        *self = newer;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://example.org/a";
    const NEW: &str = "https://example.org/b";

    fn options(mirrors: &[&str]) -> Options {
        Options {
            mirrors: mirrors.iter().map(|mirror| (*mirror).to_owned()).collect(),
            ..Options::default()
        }
    }

    fn given(url: &str, mirrors: &[&str]) -> Terms {
        Terms {
            url: url.into(),
            options: options(mirrors),
            complete: true,
            ..Terms::default()
        }
    }

    fn stored() -> Record {
        Record {
            url: URL.into(),
            options: options(&["stored"]),
            ..Record::default()
        }
    }

    #[test]
    fn a_run_asks_the_mirrors_that_it_began_with_and_the_url_that_was_said_last() {
        let mut terms = given(URL, &["first", "second"]);
        let begun = terms.options.mirrors.clone();
        terms.renew(given(NEW, &["second"]), true);
        let addresses = [0, 1, 2, 3].map(|source| terms.address(&begun, source));
        assert_eq!(addresses, [NEW, "first", "second", NEW]);
    }

    #[test]
    fn a_page_that_knows_only_the_id_takes_over_what_is_stored() {
        let (mut terms, mut record) = (Terms::default(), stored());
        terms.join(&mut record);
        assert_eq!((terms.url.as_str(), &terms.options), (URL, &record.options));
        assert_eq!(record, stored());
    }

    #[test]
    fn what_a_page_gives_replaces_what_is_stored() {
        let (mut terms, mut record) = (given(NEW, &["given"]), stored());
        terms.join(&mut record);
        assert_eq!(terms.options, options(&["given"]));
        assert_eq!((record.url.as_str(), record.options), (NEW, terms.options));
    }

    #[test]
    fn until_a_metalink_is_read_the_stored_options_count_but_not_the_stored_url() {
        let mut terms = Terms {
            complete: false,
            ..given(NEW, &["given"])
        };
        let mut record = stored();
        terms.join(&mut record);
        assert_eq!((terms.url.as_str(), record.url.as_str()), (NEW, NEW));
        assert_eq!(
            (&terms.options, &record.options),
            (&options(&["stored"]), &terms.options)
        );
    }

    #[test]
    fn what_is_said_last_counts() {
        let mut terms = given(URL, &["given"]);
        terms.renew(given(NEW, &[]), true);
        assert_eq!((terms.url.as_str(), terms.options.mirrors.len()), (NEW, 0));
        let unread = Terms {
            complete: false,
            ..given(URL, &[])
        };
        terms.renew(unread, false);
        assert!(!terms.complete, "at rest there is nothing to be kept");
    }

    #[test]
    fn a_page_that_has_not_read_its_metalink_takes_back_nothing_of_a_start() {
        let mut terms = given(URL, &["of a metalink"]);
        let unread = Terms {
            url: NEW.into(),
            headers: vec![("a".into(), "b".into())],
            ..Terms::default()
        };
        terms.renew(unread, true);
        assert_eq!(terms.options, options(&["of a metalink"]));
        assert!(terms.complete);
        assert_eq!((terms.url.as_str(), terms.headers.len()), (NEW, 1));
    }

    #[test]
    fn a_page_that_gives_no_url_keeps_the_one_that_is_known() {
        let mut terms = given(URL, &[]);
        terms.renew(given("", &["given"]), false);
        assert_eq!(terms.url, URL);
        assert_eq!(terms.options, options(&["given"]));
    }
}
