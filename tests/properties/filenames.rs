//! Whatever a server or a URL calls a file, its name is one harmless path segment.

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use rangeload::core::filename::{from_url, sanitize};

use crate::config;
use crate::texts::{any_text, text_of};

const WORDS: &[&str] = &[
    "/",
    "\\",
    ".",
    "..",
    " ",
    "con",
    "COM1",
    "LPT¹",
    "nul",
    "<",
    ">",
    ":",
    "\"",
    "|",
    "?",
    "*",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "\u{0}",
    "\n",
    "\u{85}",
    "%2F",
    "%00",
    "é",
    "file",
    ".iso",
    "https://",
    "#",
    "a name that is a good deal longer than most, so that a few of it are longer than allowed ",
    "a-name-that-is-a-good-deal-longer-than-most-so-that-a-few-of-it-are-longer-than-allowed",
];

fn name() -> impl Strategy<Value = String> {
    prop_oneof![2 => text_of(WORDS), 1 => any_text(300)]
}

/// Directional formatting (UAX #9 §2) turns the order of what is read around.
fn deceives(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_harmless(name: &str) -> TestCaseResult {
    prop_assert!(!name.is_empty());
    // With what a browser adds to a name that is taken.
    prop_assert!(name.len() + " (1)".len() <= 255, "{} bytes", name.len());
    prop_assert!(!name.contains(['/', '\\', '<', '>', ':', '"', '|', '?', '*']));
    prop_assert!(!name.contains(char::is_control) && !name.contains(deceives));
    let ends = |c: char| c == '.' || c.is_whitespace();
    prop_assert!(!name.starts_with(ends) && !name.ends_with(ends), "{name:?}");
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    let device = ["CON", "PRN", "AUX", "NUL", "COM1", "COM¹", "LPT1", "LPT9"];
    prop_assert!(!device.contains(&stem.as_str()), "{name:?}");
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_name_becomes_a_harmless_one(name in name()) {
        is_harmless(&sanitize(&name))?;
    }

    #[test]
    fn any_address_gives_a_harmless_name(url in name()) {
        is_harmless(&from_url(&url))?;
    }

    #[test]
    fn a_plain_name_stays_as_it_is(name in "[a-z][a-z0-9_-]{4,60}\\.[a-z]{1,4}") {
        prop_assert_eq!(sanitize(&name), name);
    }
}
