//! The file name in Content-Disposition (RFC 6266), as sent: it is not to be trusted.

use percent_encoding::percent_decode_str;

/// The name, `filename*` (RFC 8187) before `filename`; `None` where there is none to be read.
///
/// ```text
/// Content-Disposition = type *( ";" ( "filename" "=" value / "filename*" "=" ext-value / … ) )
/// value               = token / quoted-string
/// ext-value           = charset "'" [ language ] "'" *( pct-encoded / attr-char )
/// ```
pub fn content_disposition_filename(value: &str) -> Option<String> {
    let (_, mut rest) = value.split_once(';')?;
    let mut plain = None;
    let mut extended = None;
    while let Some((name, value, next)) = parameter(rest) {
        match name.to_ascii_lowercase().as_str() {
            "filename" if plain.is_none() => plain = Some(utf8_of_bytes(value)),
            "filename*" if extended.is_none() => extended = ext_value(&value),
            _ => {}
        }
        rest = next;
    }
    extended.or(plain).filter(|name| !name.is_empty())
}

/// The next `name=value`, and what follows it.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let text = text.trim_start_matches([';', ' ', '\t']);
    let (name, text) = text.split_once('=')?;
    let text = text.trim_start();
    let (value, rest) = match text.strip_prefix('"') {
        Some(quoted) => unquote(quoted),
        // Servers send names with spaces and no quotes; up to the semicolon they are meant.
        None => {
            let (value, rest) = text.split_once(';').unwrap_or((text, ""));
            (value.trim_end().to_owned(), rest)
        }
    };
    // A parameter without "=" before this one would have become part of its name.
    let name = name.rsplit(';').next().unwrap_or(name).trim();
    Some((name, value, rest))
}

/// A quoted-string after its first quote; one that never ends is taken to the end.
fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return (value, chars.as_str()),
            '\\' => value.extend(chars.next()),
            c => value.push(c),
        }
    }
    (value, "")
}

fn ext_value(value: &str) -> Option<String> {
    let mut fields = value.splitn(3, '\'');
    let (charset, _language, encoded) = (fields.next()?, fields.next()?, fields.next()?);
    let bytes = percent_decode_str(encoded);
    if charset.eq_ignore_ascii_case("utf-8") {
        bytes.decode_utf8().ok().map(Into::into)
    } else if charset.eq_ignore_ascii_case("iso-8859-1") {
        Some(bytes.map(char::from).collect())
    } else {
        None
    }
}

/// Fetch gives each byte of a header as one character, and servers send names in bare UTF-8.
fn utf8_of_bytes(value: String) -> String {
    let bytes: Result<Vec<u8>, _> = value.chars().map(|c| u8::try_from(u32::from(c))).collect();
    let utf8 = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    utf8.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(value: &str) -> Option<String> {
        content_disposition_filename(value)
    }

    #[test]
    fn the_examples_of_rfc_6266_are_understood() {
        assert_eq!(
            name("Attachment; filename=example.html").as_deref(),
            Some("example.html")
        );
        assert_eq!(
            name("INLINE; FILENAME= \"an example.html\"").as_deref(),
            Some("an example.html")
        );
        let both = "attachment; filename=\"EURO rates\"; filename*=utf-8''%e2%82%ac%20rates";
        assert_eq!(name(both).as_deref(), Some("€ rates"));
    }

    #[test]
    fn an_extended_name_that_cannot_be_read_leaves_the_plain_one() {
        for extended in ["utf-8''%ff", "utf-16''a", "a", "''"] {
            let value = format!("attachment; filename*={extended}; filename=\"plain\"");
            assert_eq!(name(&value).as_deref(), Some("plain"), "{extended}");
        }
    }

    #[test]
    fn latin_1_and_utf_8_are_both_decoded() {
        assert_eq!(
            name("attachment; filename*=ISO-8859-1'en'%A3.iso").as_deref(),
            Some("£.iso")
        );
        // "é" in UTF-8, as Fetch gives it, and in Latin-1.
        assert_eq!(
            name("attachment; filename=\"\u{c3}\u{a9}\"").as_deref(),
            Some("é")
        );
        assert_eq!(
            name("attachment; filename=\"\u{e9}\"").as_deref(),
            Some("é")
        );
    }

    #[test]
    fn quotes_protect_what_they_enclose() {
        let value = r#"attachment; x="filename=no;"; filename="a\"b;c\\d""#;
        assert_eq!(name(value).as_deref(), Some(r#"a"b;c\d"#));
    }

    #[test]
    fn what_is_not_quite_a_header_still_gives_its_name() {
        assert_eq!(
            name("attachment;filename=a b.iso ;x=y").as_deref(),
            Some("a b.iso")
        );
        assert_eq!(name("attachment; filename=\"open").as_deref(), Some("open"));
        assert_eq!(name("attachment; broken; filename=a").as_deref(), Some("a"));
        assert_eq!(name(";filename=a").as_deref(), Some("a"));
    }

    #[test]
    fn no_name_is_none() {
        for value in [
            "",
            "attachment",
            "filename=a",
            "attachment; filename",
            "attachment; filename=\"\"",
        ] {
            assert_eq!(name(value), None, "{value:?}");
        }
    }
}
