//! Entity tags (RFC 9110 §8.8.3).

use std::fmt;

/// An entity tag: opaque, compared and repeated but never looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag {
    weak: bool,
    /// Without its quotes.
    opaque: String,
}

impl ETag {
    /// Parses `[ "W/" ] DQUOTE *etagc DQUOTE`; a tag without its quotes is none.
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        let (weak, quoted) = match value.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, value),
        };
        let opaque = quoted.strip_prefix('"')?.strip_suffix('"')?;
        let etagc = |c: char| c > ' ' && c != '"' && c != '\x7f';
        opaque.chars().all(etagc).then(|| Self {
            weak,
            opaque: opaque.to_owned(),
        })
    }

    pub fn is_strong(&self) -> bool {
        !self.weak
    }

    /// The strong comparison: the only one that says two answers are equal byte for byte.
    pub fn strong_eq(&self, other: &Self) -> bool {
        self.is_strong() && self == other
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weak = if self.weak { "W/" } else { "" };
        write!(f, "{weak}\"{}\"", self.opaque)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of RFC 9110 §8.8.3.2.
    #[test]
    fn only_two_equal_strong_tags_are_strongly_equal() {
        for (a, b, equal) in [
            (r#"W/"1""#, r#"W/"1""#, false),
            (r#"W/"1""#, r#"W/"2""#, false),
            (r#"W/"1""#, r#""1""#, false),
            (r#""1""#, r#"W/"1""#, false),
            (r#""1""#, r#""1""#, true),
            (r#""1""#, r#""2""#, false),
        ] {
            let tag = |text| ETag::parse(text).expect("a tag");
            assert_eq!(tag(a).strong_eq(&tag(b)), equal, "{a} {b}");
        }
    }

    #[test]
    fn a_tag_is_written_as_it_was_read() {
        for text in [r#""""#, r#""a-b/c,d;é""#, r#"W/"""#, r#"W/"x\y""#] {
            assert_eq!(ETag::parse(text).expect("a tag").to_string(), text);
        }
    }

    #[test]
    fn what_has_no_quotes_or_holds_one_is_no_tag() {
        for text in [
            "", "\"", "a", "W/a", "w/\"a\"", "\"a", "\"a\"b\"", "\"a b\"", "\"a\n\"",
        ] {
            assert_eq!(ETag::parse(text), None, "{text:?}");
        }
    }
}
