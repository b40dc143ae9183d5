use std::fs;
use std::path::PathBuf;

use hyper::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use rangeload_server::{Options, Page, Server};

use crate::client::{Result, get, request};

/// A directory of this test's own, gone when it ends.
struct Directory(PathBuf);

impl Directory {
    fn new(test: &str) -> std::io::Result<Self> {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{test}-{}", std::process::id()));
        fs::create_dir_all(path.join("www/sub"))?;
        fs::write(path.join("secret"), "secret")?;
        fs::write(path.join("www/index.html"), "home")?;
        fs::write(path.join("www/sub/index.html"), "sub")?;
        for name in [
            "a.js", "a.wasm", "a.css", "a.js.map", "a.json", "a.svg", "a.png", "a",
        ] {
            fs::write(path.join("www").join(name), name)?;
        }
        Ok(Self(path))
    }

    fn www(&self) -> PathBuf {
        self.0.join("www")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // Under the build's own directory: nothing is lost if it stays.
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn serve(pages: Vec<Page>) -> std::io::Result<Server> {
    let options = Options {
        pages,
        ..Options::default()
    };
    Server::start(options).await
}

#[tokio::test]
async fn files_have_the_types_browsers_insist_on_and_are_never_cached() -> Result {
    let directory = Directory::new("types")?;
    let server = serve(vec![("/", directory.www()).into()]).await?;
    for (path, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/index.html?x=1", "text/html; charset=utf-8"),
        ("/a.js", "text/javascript; charset=utf-8"),
        ("/a.wasm", "application/wasm"),
        ("/a.css", "text/css; charset=utf-8"),
        ("/a.js.map", "application/json"),
        ("/a.json", "application/json"),
        ("/a.svg", "image/svg+xml"),
        ("/a.png", "image/png"),
        ("/a", "application/octet-stream"),
    ] {
        let reply = get(&server, path).await?;
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, media_type),
            "{path}"
        );
        assert_eq!(reply.header("cache-control"), "no-store");
        assert!(reply.whole);
    }
    let head = request("HEAD", &server.origin(), "/", &[]).await?;
    assert_eq!((head.header("content-length"), head.body.len()), ("4", 0));
    Ok(())
}

#[tokio::test]
async fn the_longest_prefix_decides_and_brings_its_headers() -> Result {
    let directory = Directory::new("prefixes")?;
    let policy = HeaderValue::from_static("worker-src 'none'");
    let strict = Page::new("/strict", directory.www()).with_header(CONTENT_SECURITY_POLICY, policy);
    let server = serve(vec![("/", directory.www().join("sub")).into(), strict]).await?;
    let reply = get(&server, "/strict/").await?;
    assert_eq!(reply.text(), "home");
    assert_eq!(reply.header("content-security-policy"), "worker-src 'none'");
    let reply = get(&server, "/").await?;
    assert_eq!(
        (reply.text().as_str(), reply.has("content-security-policy")),
        ("sub", false)
    );
    Ok(())
}

#[tokio::test]
async fn a_directory_is_found_at_its_slash() -> Result {
    let directory = Directory::new("slash")?;
    let server = serve(vec![("/", directory.www()).into()]).await?;
    let reply = get(&server, "/sub").await?;
    assert_eq!((reply.status, reply.header("location")), (308, "/sub/"));
    assert_eq!(get(&server, "/sub/").await?.text(), "sub");
    Ok(())
}

#[tokio::test]
async fn nothing_outside_the_directory_can_be_read() -> Result {
    let directory = Directory::new("escape")?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(directory.0.join("secret"), directory.www().join("link"))?;
    let server = serve(vec![("/", directory.www()).into()]).await?;
    for path in [
        "/../secret",
        "/%2e%2e/secret",
        "/sub/..%2f..%2fsecret",
        "/link",
        "/missing",
        "/a/b",
    ] {
        let reply = get(&server, path).await?;
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.text(), format!("nothing is served at {path}"));
    }
    Ok(())
}

#[tokio::test]
async fn a_changed_file_is_served_as_it_is_now() -> Result {
    let directory = Directory::new("changed")?;
    let server = serve(vec![("/", directory.www()).into()]).await?;
    assert_eq!(get(&server, "/").await?.text(), "home");
    fs::write(directory.www().join("index.html"), "new home")?;
    assert_eq!(get(&server, "/").await?.text(), "new home");
    Ok(())
}
