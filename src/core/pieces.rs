//! What each piece of a file hashes to, so that of a file that is not what was promised only the
//! pieces that are wrong have to be fetched again.

use std::ops::Range;

use super::digest::{Digest, Hasher};

/// Pieces of one length, but for the last, which together are the file (RFC 5854 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    size: u64,
    length: u64,
    /// In the order of the pieces, never none, and of one algorithm.
    digests: Vec<Digest>,
}

impl Pieces {
    /// The file's size, the length of a piece, and their digests in order, separated by spaces.
    ///
    /// `None` for what is no such text, or where that many pieces do not make up the file.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let size = words.next()?.parse().ok()?;
        let length: u64 = words.next()?.parse().ok()?;
        let digests: Option<Vec<_>> = words.map(Digest::parse).collect();
        let pieces = Self {
            size,
            length,
            digests: digests?,
        };
        let count = pieces.digests.len() as u64;
        let alike = |pair: &[Digest]| pair[0].algorithm() == pair[1].algorithm();
        let fits = length > 0 && size > 0 && count == size.div_ceil(length);
        (fits && pieces.digests.windows(2).all(alike)).then_some(pieces)
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// The piece that `offset` lies in, and what it hashes to; `None` past the end.
    pub fn at(&self, offset: u64) -> Option<(Range<u64>, &Digest)> {
        let index = offset / self.length;
        let digest = self.digests.get(usize::try_from(index).ok()?);
        let digest = digest.filter(|_| offset < self.size)?;
        let start = index * self.length;
        let end = start.saturating_add(self.length).min(self.size);
        Some((start..end, digest))
    }

    /// For the digest of a piece.
    pub fn hasher(&self) -> Hasher {
        self.digests
            .first()
            .map_or_else(Hasher::sha256, Hasher::like)
    }

    /// A name for these digests, as one digest: no other pieces have it.
    pub fn fingerprint(&self) -> Digest {
        let mut hasher = Hasher::sha256();
        hasher.update(&self.length.to_le_bytes());
        for digest in &self.digests {
            hasher.update(digest.to_string().as_bytes());
        }
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    const B: &str = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    #[test]
    fn every_offset_lies_in_one_piece_and_the_last_may_be_shorter() {
        let pieces = Pieces::parse(&format!("15 10 {A} {B}")).expect("pieces");
        let at = |offset| pieces.at(offset).map(|(range, d)| (range, d.to_string()));
        assert_eq!(at(0), Some((0..10, A.into())));
        assert_eq!(at(9), Some((0..10, A.into())));
        assert_eq!(at(10), Some((10..15, B.into())));
        assert_eq!((at(14).is_some(), at(15)), (true, None));
    }

    #[test]
    fn other_pieces_have_another_fingerprint() {
        let of = |text: String| Pieces::parse(&text).expect("pieces").fingerprint();
        assert_eq!(of(format!("15 10 {A} {B}")), of(format!("15 10 {A}  {B}")));
        assert_ne!(of(format!("15 10 {A} {B}")), of(format!("15 10 {B} {A}")));
        assert_ne!(of(format!("15 10 {A} {B}")), of(format!("15 9 {A} {B}")));
    }

    #[test]
    fn what_does_not_make_up_the_file_is_refused() {
        for text in [
            "",
            "15 10",
            "0 10",
            &format!("15 0 {A}"),
            &format!("15 10 {A}"),
            &format!("10 10 {A} {B}"),
            &format!("15 10 {A} md5-AAAA"),
            &format!("15 10 {A} sha512-{}==", "A".repeat(86)),
            &format!("x 10 {A} {B}"),
            &format!("-5 10 {A}"),
        ] {
            assert_eq!(Pieces::parse(text), None, "{text:?}");
        }
    }
}
