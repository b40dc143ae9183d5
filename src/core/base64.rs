//! Base64 (RFC 4648 §4), with padding and in its canonical form only: one text for the same bytes.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Three bytes become four characters; of the last ones, what no byte stands behind is `=`.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | octet(group, at));
        for at in 0..4 {
            let index = bits >> (18 - 6 * at) & 63;
            text.push(match at <= group.len() {
                true => char::from(ALPHABET[index]),
                false => '=',
            });
        }
    }
    text
}

/// `None` for every text that `encode` does not make.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for group in text.as_bytes().chunks(4) {
        let mut bits = 0;
        for byte in group {
            // What it must be is found out in the end.
            let index = ALPHABET.iter().position(|letter| letter == byte);
            bits = bits << 6 | index.unwrap_or_default();
        }
        let padding = group.iter().filter(|byte| **byte == b'=').count();
        let all = [bits >> 16, bits >> 8, bits];
        let kept = all.len().checked_sub(padding)?;
        bytes.extend(all[..kept].iter().map(|octet| *octet as u8));
    }
    (encode(&bytes) == text).then_some(bytes)
}

fn octet(group: &[u8], at: usize) -> usize {
    group.get(at).copied().unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 §10.
    const VECTORS: [(&str, &str); 7] = [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ];

    #[test]
    fn the_examples_of_the_standard_come_out_both_ways() {
        for (bytes, text) in VECTORS {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
    }

    #[test]
    fn every_byte_comes_back_whatever_stands_before_it() {
        for start in 0..3 {
            let bytes: Vec<u8> = vec![0; start].into_iter().chain(0..=255).collect();
            assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }

    #[test]
    fn what_is_not_canonical_is_none() {
        for text in [
            "Z", "Zg", "Zg=", "Zg==Zg==", "Zh==", "Zm9=", "====", "=Zg=", "Zm8=\n", "Zm-_",
            " Zm8=", "Zé==",
        ] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}
