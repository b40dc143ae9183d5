//! Text that no one would send on purpose.

use std::ops::RangeInclusive;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Any characters at all, controls too.
pub(crate) fn any_text(most: usize) -> impl Strategy<Value = String> {
    any_text_of(0..=most)
}

/// So many characters.
pub(crate) fn any_text_of(length: RangeInclusive<usize>) -> impl Strategy<Value = String> {
    vec(any::<char>(), length).prop_map(String::from_iter)
}

/// Made of `words` and of any characters between them: near enough to the grammar to get past
/// its first test.
pub(crate) fn text_of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(words).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => any::<u64>().prop_map(|number| number.to_string()),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}
