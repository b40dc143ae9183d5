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

#[cfg(test)]
mod tests {
    use super::of;

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
