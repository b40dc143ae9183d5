//! Numbers of bytes as people write them: `5GiB+1`, `8MiB-1`, `10MB`, `64KiB`, `4096`.

const UNITS: [(&str, u64); 8] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
];

/// `number [unit] [("+" | "-") number]`; none if it is not that, or not in `0..2^64`.
pub fn parse(text: &str) -> Option<u64> {
    match text.find(['+', '-']) {
        None => scaled(text),
        Some(at) => {
            let (base, change) = (scaled(&text[..at])?, number(&text[at + 1..])?);
            if text[at..].starts_with('+') {
                base.checked_add(change)
            } else {
                base.checked_sub(change)
            }
        }
    }
}

fn scaled(text: &str) -> Option<u64> {
    let unit = UNITS
        .iter()
        .find_map(|(unit, scale)| Some((text.strip_suffix(unit)?, *scale)));
    let (digits, scale) = unit.unwrap_or((text, 1));
    number(digits)?.checked_mul(scale)
}

/// Digits alone: the standard parser also takes a sign.
fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn units_and_corrections_are_understood() {
        for (text, value) in [
            ("0", 0),
            ("4096", 4096),
            ("64KiB", 65_536),
            ("10MB", 10_000_000),
            ("8MiB-1", (8 << 20) - 1),
            ("5GiB+1", (5 << 30) + 1),
            ("1TiB", 1 << 40),
            ("10-3", 7),
        ] {
            assert_eq!(parse(text), Some(value), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "KiB",
            "1kib",
            "-1",
            "+1",
            "1+",
            "1++1",
            "1 MiB",
            "1.5MiB",
            "0-1",
            "MiB+1",
            "99999999TiB",
            "1MiB+1KiB",
            "0x10",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
