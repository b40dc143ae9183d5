//! Which server an address is of: browsers count connections by it.

/// Scheme and authority of an absolute URL; all of a text that is none.
pub fn of(url: &str) -> &str {
    let after_scheme = url.split_once(':');
    let Some(rest) = after_scheme.and_then(|(_, rest)| rest.strip_prefix("//")) else {
        return url;
    };
    let end = rest.find(['/', '?', '#']);
    let path = end.and_then(|end| rest.get(end..)).unwrap_or_default();
    url.strip_suffix(path).unwrap_or(url)
}

/// Whether browsers keep a page of the one origin from reading the other (Mixed Content, W3C): only
/// one of the two is secure. This machine itself is as good as secure.
pub fn is_mixed(page: &str, url: &str) -> bool {
    let Some(authority) = of(url).strip_prefix("http://") else {
        return false;
    };
    let port = authority
        .rfind(':')
        .and_then(|colon| authority.get(colon..));
    let port = port.filter(|port| !port.ends_with(']'));
    let host = authority.strip_suffix(port.unwrap_or_default());
    let host = host.unwrap_or(authority);
    let local = host == "localhost"
        || host.ends_with(".localhost")
        || host.starts_with("127.")
        || host == "[::1]";
    page.starts_with("https://") && !local
}

#[cfg(test)]
mod tests {
    use super::{is_mixed, of};

    #[test]
    fn a_secure_page_reads_what_is_secure_or_on_this_machine() {
        for (url, mixed) in [
            ("http://b.example/f", true),
            ("http://b.example:8080/f", true),
            ("http://[2001:db8::1]/f", true),
            ("https://b.example/f", false),
            ("http://localhost:80/f", false),
            ("http://a.localhost/f", false),
            ("http://127.0.0.1:9000/f", false),
            ("http://[::1]:9000/f", false),
            ("http://[::1]/f", false),
        ] {
            assert_eq!(is_mixed("https://a.example", url), mixed, "{url}");
            assert!(!is_mixed("http://a.example", url), "{url}");
        }
    }

    #[test]
    fn scheme_host_and_port_make_an_origin() {
        for (url, origin) in [
            ("https://a.example/f", "https://a.example"),
            ("https://a.example:8443/f?x=://", "https://a.example:8443"),
            ("http://a.example?q", "http://a.example"),
            ("http://[::1]:80#f", "http://[::1]:80"),
            ("f.iso", "f.iso"),
        ] {
            assert_eq!(of(url), origin);
        }
    }
}
