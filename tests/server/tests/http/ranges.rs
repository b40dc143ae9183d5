use crate::client::{Result, bytes, get, get_range, request, start};

const FILE: &str = "/files/10000/a";

#[tokio::test]
async fn a_range_is_answered_with_its_bytes_and_their_place() -> Result {
    let server = start().await?;
    for (range, content_range, sent) in [
        ("bytes=0-", "bytes 0-9999/10000", 0..10_000),
        ("bytes=500-999", "bytes 500-999/10000", 500..1000),
        ("bytes=-500", "bytes 9500-9999/10000", 9500..10_000),
        ("bytes=9999-", "bytes 9999-9999/10000", 9999..10_000),
        ("bytes=9000-99999", "bytes 9000-9999/10000", 9000..10_000),
    ] {
        let reply = get_range(&server, FILE, range).await?;
        assert_eq!(
            (reply.status, reply.header("content-range")),
            (206, content_range),
            "{range}"
        );
        assert_eq!(
            reply.header("content-length"),
            (sent.end - sent.start).to_string()
        );
        assert!(reply.whole && reply.body == bytes(0, sent), "{range}");
    }
    Ok(())
}

#[tokio::test]
async fn a_range_that_does_not_exist_is_answered_with_the_size() -> Result {
    let server = start().await?;
    for (file, range, content_range) in [
        (FILE, "bytes=10000-", "bytes */10000"),
        (FILE, "bytes=-0", "bytes */10000"),
        ("/files/0/a", "bytes=0-", "bytes */0"),
    ] {
        let reply = get_range(&server, file, range).await?;
        assert_eq!(
            (reply.status, reply.header("content-range")),
            (416, content_range),
            "{range}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn an_invalid_range_and_several_ranges_get_the_whole_file() -> Result {
    let server = start().await?;
    for range in ["bytes=5-4", "lines=0-1", "bytes=0-1,5-6", "nonsense"] {
        let reply = get_range(&server, FILE, range).await?;
        assert_eq!((reply.status, reply.body.len()), (200, 10_000), "{range}");
        assert!(!reply.has("content-range"));
    }
    Ok(())
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() -> Result {
    let server = start().await?;
    let (whole, head) = (
        get(&server, FILE).await?,
        request("HEAD", &server.origin(), FILE, &[("Range", "bytes=0-5")]).await?,
    );
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in [
        "content-length",
        "etag",
        "last-modified",
        "accept-ranges",
        "content-type",
    ] {
        assert_eq!(head.header(name), whole.header(name), "{name}");
    }
    let unknown = request("HEAD", &server.origin(), "/files/9/a?length=unknown", &[]).await?;
    assert!(!unknown.has("content-length"));
    Ok(())
}

#[tokio::test]
async fn if_range_lets_a_range_through_only_for_the_version_it_names() -> Result {
    let server = start().await?;
    let first = get(&server, FILE).await?;
    let status = async |target: &str, condition: &str| {
        let headers = [("Range", "bytes=0-0"), ("If-Range", condition)];
        let reply = request("GET", &server.origin(), target, &headers).await;
        reply.map(|reply| reply.status)
    };
    assert_eq!(status(FILE, first.header("etag")).await?, 206);
    assert_eq!(status(FILE, first.header("last-modified")).await?, 206);
    assert_eq!(status(FILE, "\"another\"").await?, 200);
    assert_eq!(status(FILE, "Thu, 01 Jan 2015 00:00:00 GMT").await?, 200);

    let weak = "/files/10000/a?validators=weak-only";
    let tag = get(&server, weak).await?.header("etag").to_owned();
    assert_eq!(status(weak, &tag).await?, 200, "a weak tag never matches");
    let none = "/files/10000/a?validators=none";
    assert_eq!(status(none, first.header("etag")).await?, 200);
    Ok(())
}
