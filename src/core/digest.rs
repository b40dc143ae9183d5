//! Digests: what was promised of a file or a piece of it, and whether the bytes keep the promise.
//!
//! Bytes come in here in their order and are hashed; nothing is kept of them.

use std::fmt;

use sha2::{Digest as _, Sha256, Sha512};

use super::base64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    Sha256,
    Sha512,
}

impl Algorithm {
    const ALL: [Self; 2] = [Self::Sha256, Self::Sha512];

    /// As Subresource Integrity names it.
    fn integrity(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// As the registry of RFC 9530 §7.2 names it.
    fn field(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha512 => "sha-512",
        }
    }

    /// In bytes.
    fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

/// A digest. Written and compared in the form of Subresource Integrity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    algorithm: Algorithm,
    bytes: Vec<u8>,
}

impl Digest {
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Subresource Integrity (`sha256-…`, several separated by spaces), the same with hexadecimal
    /// digits (`sha256:…`), or a field value of RFC 9530 (`sha-256=:…:`, several separated by
    /// commas).
    ///
    /// Of several the strongest counts. `None` where none is of an algorithm known here: then
    /// nothing can be checked.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = text.split(|c: char| c == ',' || c.is_ascii_whitespace());
        let digests = parts.filter_map(|part| {
            from_integrity(part)
                .or_else(|| from_hexadecimal(part))
                .or_else(|| from_field(part))
        });
        digests.max_by_key(|digest| digest.algorithm)
    }
}

/// `algorithm "-" base64 [ "?" options ]` (Subresource Integrity §3.5).
fn from_integrity(text: &str) -> Option<Digest> {
    let (name, value) = text.split_once('-')?;
    let value = value.split('?').next()?;
    decode(named(name)?, value)
}

/// `algorithm ":" digits`, as many lists of published files have it, and RFC 5854 in two parts.
fn from_hexadecimal(text: &str) -> Option<Digest> {
    let (name, digits) = text.split_once(':')?;
    let bytes: Option<Vec<_>> = digits.as_bytes().chunks(2).map(octet).collect();
    of_length(named(name)?, bytes?)
}

/// What Subresource Integrity calls by that name.
fn named(name: &str) -> Option<Algorithm> {
    let mut all = Algorithm::ALL.into_iter();
    all.find(|algorithm| name.eq_ignore_ascii_case(algorithm.integrity()))
}

fn octet(digits: &[u8]) -> Option<u8> {
    let &[high, low] = digits else { return None };
    let value = |digit| char::from(digit).to_digit(16);
    u8::try_from(16 * value(high)? + value(low)?).ok()
}

/// `key "=" ":" base64 ":"` (RFC 9530 §2, a dictionary of byte sequences of RFC 8941 §3.3.5).
fn from_field(text: &str) -> Option<Digest> {
    let (name, value) = text.split_once('=')?;
    let value = value.strip_prefix(':')?.strip_suffix(':')?;
    let mut all = Algorithm::ALL.into_iter();
    decode(all.find(|algorithm| name == algorithm.field())?, value)
}

fn decode(algorithm: Algorithm, text: &str) -> Option<Digest> {
    of_length(algorithm, base64::decode(text)?)
}

fn of_length(algorithm: Algorithm, bytes: Vec<u8>) -> Option<Digest> {
    (bytes.len() == algorithm.length()).then_some(Digest { algorithm, bytes })
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.algorithm.integrity())?;
        f.write_str("-")?;
        f.write_str(&base64::encode(&self.bytes))
    }
}

/// A digest in the making.
#[derive(Clone, Debug)]
pub enum Hasher {
    Sha256(Box<Sha256>),
    Sha512(Box<Sha512>),
}

impl Hasher {
    pub fn sha256() -> Self {
        Self::Sha256(Box::default())
    }

    /// For a digest that can be compared with `promised`.
    pub fn like(promised: &Digest) -> Self {
        match promised.algorithm {
            Algorithm::Sha256 => Self::sha256(),
            Algorithm::Sha512 => Self::Sha512(Box::default()),
        }
    }

    /// Takes the bytes that follow those given before.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(state) => state.update(bytes),
            Self::Sha512(state) => state.update(bytes),
        }
    }

    pub fn finish(self) -> Digest {
        match self {
            Self::Sha256(state) => Digest {
                algorithm: Algorithm::Sha256,
                bytes: state.finalize().to_vec(),
            },
            Self::Sha512(state) => Digest {
                algorithm: Algorithm::Sha512,
                bytes: state.finalize().to_vec(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the three bytes `abc` (FIPS 180-4, example values).
    const SHA256: &str = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    const SHA512: &str = "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";

    fn hashed(promised: &str, pieces: &[&str]) -> String {
        let promised = Digest::parse(promised).expect("a digest");
        let mut hasher = Hasher::like(&promised);
        for piece in pieces {
            hasher.update(piece.as_bytes());
        }
        hasher.finish().to_string()
    }

    #[test]
    fn the_examples_of_the_standard_come_out_whatever_the_pieces() {
        for promised in [SHA256, SHA512] {
            assert_eq!(hashed(promised, &["abc"]), promised);
            assert_eq!(hashed(promised, &["a", "", "bc"]), promised);
        }
    }

    /// The same digest as `SHA256`.
    const DIGITS: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn every_way_to_write_a_digest_is_one_digest() {
        let field = SHA256.replace("sha256-", "sha-256=:") + ":";
        for text in [&field, DIGITS, &DIGITS.to_uppercase()] {
            assert_eq!(Digest::parse(text), Digest::parse(SHA256), "{text}");
        }
        assert_eq!(
            Digest::parse(SHA256).map(|d| d.to_string()),
            Some(SHA256.into())
        );
    }

    #[test]
    fn of_several_the_strongest_counts() {
        let field = SHA512.replace("sha512-", "sha-512=:") + ":";
        for text in [
            [SHA256, SHA512].join(" "),
            [SHA512, SHA256].join("  "),
            ["md5=:AAAA:", &field, "sha-256=:x:"].join(", "),
        ] {
            assert_eq!(Digest::parse(&text), Digest::parse(SHA512), "{text}");
        }
    }

    #[test]
    fn what_is_no_digest_of_a_known_algorithm_promises_nothing() {
        for text in [
            "",
            "sha256",
            "sha256-",
            "sha256-AAAA",
            "sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
            "sha-256=ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
            "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=:",
            "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0",
            "sha256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
            "sha256:ba7816bf",
            &DIGITS[..DIGITS.len() - 1],
            &DIGITS.replace("ba", "b+"),
        ] {
            assert_eq!(Digest::parse(text), None, "{text:?}");
        }
    }
}
