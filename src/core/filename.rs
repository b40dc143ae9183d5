//! Names for saved files: whatever a server or a URL says becomes one harmless path segment.

use percent_encoding::percent_decode_str;

use super::origin;

/// What a file without a usable name is called.
const UNNAMED: &str = "download";

/// What every common file system takes, in bytes of UTF-8, with room for a browser's " (1)".
const LONGEST: usize = 240;

/// An extension longer than this is part of the name.
const LONGEST_EXTENSION: usize = 16;

/// Strips paths, control and bidirectional characters, and what Windows reserves.
/// The result is never empty and never begins or ends with a dot or a space.
pub fn sanitize(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible = name.chars().filter(|c| !is_invisible(*c));
    let allowed = visible.map(|c| match c {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
        c => c,
    });
    let mut name: String = allowed.collect();
    name = trim(&name).to_owned();
    if name.len() > LONGEST {
        name = shorten(&name);
    }
    if name.is_empty() {
        return UNNAMED.to_owned();
    }
    if is_reserved(&name) {
        name.insert(0, '_');
    }
    name
}

/// The name that is wanted, or else the URL's.
pub fn or_from_url(wanted: Option<&str>, url: &str) -> String {
    wanted.map_or_else(|| from_url(url), sanitize)
}

/// The last segment of a URL's path.
pub fn from_url(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let rest = url.strip_prefix(origin::of(url)).unwrap_or_default();
    let segment = rest.rsplit('/').next().unwrap_or_default();
    match percent_decode_str(segment).decode_utf8() {
        Ok(decoded) => sanitize(&decoded),
        Err(_) => sanitize(segment),
    }
}

/// Windows drops dots and spaces at the end; a dot in front hides a file elsewhere.
fn trim(name: &str) -> &str {
    name.trim_matches(|c: char| c == '.' || c.is_whitespace())
}

/// Cuts the stem: the extension says what the file is opened with.
fn shorten(name: &str) -> String {
    let dot = name.rfind('.');
    let (stem, extension) = dot
        .filter(|dot| name.len() - dot <= LONGEST_EXTENSION)
        .and_then(|dot| name.split_at_checked(dot))
        .unwrap_or((name, ""));
    let end = stem.floor_char_boundary(LONGEST - extension.len());
    let stem = stem.get(..end).unwrap_or_default();
    format!("{}{extension}", trim(stem))
}

/// Characters that do not show, or that make a name read as another: controls, line separators,
/// the directional formatting of Unicode (UAX #9 §2), and the ones of no width.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        )
}

/// The device names of DOS, which Windows reserves with any extension.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    let mut chars = stem.chars();
    let numbered = ["COM", "LPT"].iter().any(|device| stem.starts_with(device))
        && chars.by_ref().count() == 4
        && stem.ends_with([
            '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '¹', '²', '³',
        ]);
    numbered || ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leaves_only_its_last_segment() {
        for name in [
            "../../etc/passwd",
            "C:\\etc\\passwd",
            "/passwd",
            "a/b\\passwd",
        ] {
            assert_eq!(sanitize(name), "passwd", "{name}");
        }
    }

    #[test]
    fn characters_that_deceive_are_dropped() {
        assert_eq!(sanitize("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        assert_eq!(sanitize("a\0b\nc\u{85}\u{200b}\u{feff}d"), "abcd");
    }

    #[test]
    fn characters_that_windows_reserves_are_replaced() {
        assert_eq!(sanitize("a<b>c:d\"e|f?g*h"), "a_b_c_d_e_f_g_h");
    }

    #[test]
    fn device_names_are_not_used() {
        for name in ["con", "NUL.txt", "Com1", "lpt9.tar.gz", "COM¹", "aux .c"] {
            assert_eq!(sanitize(name), format!("_{name}"));
        }
        for name in ["console", "COM", "COM10", "lpt.x", "nullable.rs"] {
            assert_eq!(sanitize(name), name);
        }
    }

    #[test]
    fn dots_and_spaces_at_the_ends_go() {
        assert_eq!(sanitize(" .bashrc. "), "bashrc");
        assert_eq!(sanitize("a. . ."), "a");
    }

    #[test]
    fn nothing_usable_becomes_a_name_all_the_same() {
        for name in ["", ".", "..", "/", " ", "\u{202e}"] {
            assert_eq!(sanitize(name), "download", "{name:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension_and_whole_characters() {
        let name = sanitize(&format!("{}.iso", "é".repeat(300)));
        assert!(name.len() <= LONGEST && name.ends_with("é.iso"), "{name}");
    }

    #[test]
    fn a_url_names_its_last_segment() {
        for (url, name) in [
            ("https://a.example/b/c.iso?d=e/f#g/h", "c.iso"),
            ("https://a.example/b/c%20d%C3%A9.iso", "c dé.iso"),
            ("https://a.example/o/folder%2Ffile.bin", "file.bin"),
            ("https://a.example/%ff.iso", "%ff.iso"),
            ("https://a.example/b/", "download"),
            ("https://a.example", "download"),
        ] {
            assert_eq!(from_url(url), name, "{url}");
        }
    }
}
