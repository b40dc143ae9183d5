//! The bytes of every synthetic file: a function of the seed and the offset, and of nothing else.
//!
//! Any place of a file of any size is made when it is asked for, never stored. No aligned word of
//! eight bytes occurs twice in a file, so a block that ends up in the wrong place is always seen.

use std::fmt::Write;
use std::ops::Range;

use sha2::{Digest, Sha256};

const WORD: u64 = size_of::<u64>() as u64;
/// What is hashed at a time: fits a cache.
const SLICE: u64 = 64 << 10;
/// Odd, so that multiplying by it maps no two word indices to one value.
const WEYL: u64 = 0x9e37_79b9_7f4a_7c15;

/// Writes the content from `offset` on into all of `buffer`.
pub fn fill(seed: u64, offset: u64, buffer: &mut [u8]) {
    let key = mix(seed.wrapping_add(WEYL));
    let lead = (offset.next_multiple_of(WORD) - offset).min(buffer.len() as u64) as usize;
    let (head, rest) = buffer.split_at_mut(lead);
    if !head.is_empty() {
        let at = (offset % WORD) as usize;
        head.copy_from_slice(&word(key, offset / WORD)[at..at + lead]);
    }
    let mut index = offset.div_ceil(WORD);
    let (words, tail) = rest.as_chunks_mut();
    for slot in words {
        *slot = word(key, index);
        index += 1;
    }
    tail.copy_from_slice(&word(key, index)[..tail.len()]);
}

/// The SHA-256 of the content in `range`, in lower-case hexadecimal.
pub fn sha256(seed: u64, range: Range<u64>) -> String {
    let mut hasher = Hasher::new(seed, range);
    while hasher.step() {}
    hasher.finish()
}

/// A digest in the making, for ranges too long to be hashed in one go.
pub(crate) struct Hasher {
    seed: u64,
    left: Range<u64>,
    state: Sha256,
    buffer: Vec<u8>,
}

impl Hasher {
    pub(crate) fn new(seed: u64, range: Range<u64>) -> Self {
        Self {
            seed,
            left: range,
            state: Sha256::new(),
            buffer: vec![0; SLICE as usize],
        }
    }

    /// Hashes the next slice; false once nothing is left.
    pub(crate) fn step(&mut self) -> bool {
        let end = self.left.end.min(self.left.start.saturating_add(SLICE));
        let length = end.saturating_sub(self.left.start) as usize;
        let slice = &mut self.buffer[..length];
        fill(self.seed, self.left.start, slice);
        self.state.update(slice);
        self.left.start = end;
        self.left.start < self.left.end
    }

    pub(crate) fn finish(self) -> String {
        let digest = self.state.finalize();
        digest.iter().fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

fn word(key: u64, index: u64) -> [u8; WORD as usize] {
    mix(key.wrapping_add(index.wrapping_mul(WEYL))).to_le_bytes()
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014). Each step can be undone, so two inputs
/// never have one output.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn bytes(seed: u64, range: Range<u64>) -> Vec<u8> {
        let mut buffer = vec![0; (range.end - range.start) as usize];
        fill(seed, range.start, &mut buffer);
        buffer
    }

    #[test]
    fn any_slice_equals_that_slice_of_the_whole() {
        let whole = bytes(7, 0..100);
        for start in 0..40 {
            for end in start..60 {
                assert_eq!(
                    bytes(7, start..end),
                    whole[start as usize..end as usize],
                    "{start}..{end}"
                );
            }
        }
    }

    #[test]
    fn no_window_of_eight_bytes_occurs_twice_in_a_megabyte() {
        let content = bytes(0, 0..1 << 20);
        let windows: HashSet<_> = content.windows(8).collect();
        assert_eq!(windows.len(), content.len() - 7);
    }

    #[test]
    fn places_a_power_of_two_apart_differ() {
        for shift in 3..40 {
            assert_ne!(bytes(0, 0..64), bytes(0, 1 << shift..(1 << shift) + 64));
        }
    }

    #[test]
    fn two_seeds_share_no_word_at_the_same_offset() {
        let (one, other) = (bytes(0, 0..8192), bytes(1, 0..8192));
        let mut words = one.chunks(8).zip(other.chunks(8));
        assert!(words.all(|(a, b)| a != b));
    }

    #[test]
    fn a_sliced_digest_equals_one_of_the_bytes() {
        let digest = Sha256::digest(bytes(3, 5..200_001));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(sha256(3, 5..200_001), hex);
    }

    #[test]
    fn the_content_is_pinned() {
        let start = [191, 212, 60, 255, 38, 130, 33, 72, 111, 126, 25, 77];
        assert_eq!(bytes(0, 0..12), start);
        let far = [97, 183, 112, 169, 30, 149, 215, 32];
        assert_eq!(bytes(1, (5 << 30) - 4..(5 << 30) + 4), far);
    }

    #[test]
    fn the_digests_are_pinned() {
        for (seed, size, digest) in [
            (
                0,
                0,
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
            (
                0,
                1,
                "b12dc850a3b0a3b79fc2255e175241ce20489fe45df93ff35c42c6c348df4fbf",
            ),
            (
                0,
                8 << 20,
                "80a021ff5e9c870ad324e2eec41e825fc7881bde4858b8027db7c497010465a0",
            ),
            (
                1,
                (8 << 20) + 1,
                "0dccf6ef492c82b690eff95ed800e0de65678d5a229e5010b864c252ec0a7262",
            ),
        ] {
            assert_eq!(sha256(seed, 0..size), digest, "{size} bytes of seed {seed}");
        }
    }
}
