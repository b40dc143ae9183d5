//! Static pages: directories under prefixes of the path, re-read at each request, never cached.
//!
//! No path leaves its directory, neither by its segments nor through a link in the file system.

use std::io;
use std::path::{Path, PathBuf};

use hyper::header::{HeaderName, HeaderValue, LOCATION};
use hyper::{HeaderMap, StatusCode};
use percent_encoding::percent_decode_str;

use crate::answer::Answer;

/// A directory and where it is served.
#[derive(Clone, Debug)]
pub struct Page {
    prefix: String,
    directory: PathBuf,
    headers: HeaderMap,
}

impl Page {
    /// `prefix` is a path such as `/` or `/pkg`; the longest that fits an address is the one that counts.
    pub fn new(prefix: &str, directory: impl Into<PathBuf>) -> Self {
        Self {
            prefix: prefix.trim_end_matches('/').to_owned(),
            directory: directory.into(),
            headers: HeaderMap::new(),
        }
    }

    /// Sends a header with each of its files, such as a Content-Security-Policy.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// The part of a path below the prefix.
    fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        let rest = path.strip_prefix(&self.prefix)?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }
}

impl<D: Into<PathBuf>> From<(&str, D)> for Page {
    fn from((prefix, directory): (&str, D)) -> Self {
        Self::new(prefix, directory)
    }
}

pub(crate) async fn answer(pages: &[Page], path: &str) -> Answer {
    let mounted = pages
        .iter()
        .filter_map(|page| Some((page, page.below(path)?)));
    let Some((page, below)) = mounted.max_by_key(|(page, _)| page.prefix.len()) else {
        return missing(path);
    };
    let mut answer = match file(&page.directory, below).await {
        Ok(Some(file)) => match tokio::fs::read(&file).await {
            Ok(bytes) => Answer::ready(StatusCode::OK, media_type(&file), bytes),
            // The error of reading it is another one on each system.
            Err(_) if file.is_dir() => slash(path),
            Err(error) => unreadable(path, &error),
        },
        Ok(None) => missing(path),
        Err(error) => unreadable(path, &error),
    };
    answer.headers.extend(page.headers.clone());
    answer
}

/// Where a path leads; none if there is nothing it may lead to.
async fn file(directory: &Path, below: &str) -> io::Result<Option<PathBuf>> {
    let Some(relative) = relative(below) else {
        return Ok(None);
    };
    let root = tokio::fs::canonicalize(directory).await?;
    match tokio::fs::canonicalize(root.join(relative)).await {
        Ok(file) => Ok(file.starts_with(&root).then_some(file)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A slash at the end stands for the directory's page.
fn relative(below: &str) -> Option<PathBuf> {
    let mut relative = PathBuf::new();
    for segment in below.split('/').skip(1) {
        let segment = percent_decode_str(segment).decode_utf8().ok()?;
        let hidden = segment.starts_with('.');
        if hidden || segment.contains(['/', '\\', '\0', ':']) {
            return None;
        }
        relative.push(&*segment);
    }
    if below.ends_with('/') {
        relative.push("index.html");
    }
    Some(relative)
}

/// A browser resolves a page's relative addresses against the last slash.
fn slash(path: &str) -> Answer {
    let mut answer = Answer::text(
        StatusCode::PERMANENT_REDIRECT,
        "see the same with a slash at its end",
    );
    // Without the leading slashes merged, `//host` would lead to another host.
    let path = format!("/{}/", path.trim_matches('/'));
    if let Ok(location) = HeaderValue::try_from(path) {
        answer.headers.insert(LOCATION, location);
    }
    answer
}

fn missing(path: &str) -> Answer {
    Answer::text(
        StatusCode::NOT_FOUND,
        format!("nothing is served at {path}"),
    )
}

fn unreadable(path: &str, error: &io::Error) -> Answer {
    let text = format!("{path} cannot be read: {error}");
    Answer::text(StatusCode::INTERNAL_SERVER_ERROR, text)
}

fn media_type(file: &Path) -> &'static str {
    let extension = file.extension().and_then(|extension| extension.to_str());
    match extension.unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" | "md" | "ts" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_climbs_out_of_its_directory() {
        for path in [
            "/..",
            "/../x",
            "/a/../../x",
            "/%2e%2e/x",
            "/a%2f..%2fx",
            "/..%5cx",
            "/%00",
            "/.git/config",
            "/C:",
        ] {
            assert_eq!(relative(path), None, "{path}");
        }
    }

    #[test]
    fn a_path_is_decoded_once() {
        assert_eq!(relative("/a%20b/c.js"), Some("a b/c.js".into()));
        assert_eq!(relative("/%252e%252e/x"), Some("%2e%2e/x".into()));
        assert_eq!(relative("/"), Some("index.html".into()));
        assert_eq!(relative("/a/"), Some("a/index.html".into()));
    }

    #[test]
    fn a_prefix_ends_where_a_segment_ends() {
        let page = Page::new("/pkg/", "x");
        assert_eq!(page.below("/pkg/a.js"), Some("/a.js"));
        assert_eq!(page.below("/pkg"), Some(""));
        assert_eq!(page.below("/pkgs/a.js"), None);
    }
}
