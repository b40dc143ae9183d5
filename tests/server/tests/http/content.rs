use rangeload_server::content;

use crate::client::{Result, bytes, get, get_range, request, start};

#[tokio::test]
async fn a_file_is_the_content_of_its_seed() -> Result {
    let server = start().await?;
    for (target, seed, size) in [
        ("/files/0/empty", 0, 0),
        ("/files/1/a", 0, 1),
        ("/files/1MiB+3/a?seed=9", 9, (1 << 20) + 3),
        ("/files/1MiB%2B3/a", 0, (1 << 20) + 3),
    ] {
        let reply = get(&server, target).await?;
        assert_eq!((reply.status, reply.whole), (200, true), "{target}");
        assert!(reply.body == bytes(seed, 0..size), "{target}");
        assert_eq!(reply.header("content-length"), size.to_string());
        assert_eq!(reply.header("content-type"), "application/octet-stream");
    }
    Ok(())
}

#[tokio::test]
async fn the_end_of_the_largest_file_is_as_near_as_its_start() -> Result {
    let server = start().await?;
    let reply = get_range(&server, "/files/1TiB/large", "bytes=-16").await?;
    let end = 1 << 40;
    assert_eq!(
        reply.header("content-range"),
        format!("bytes {}-{}/{end}", end - 16, end - 1)
    );
    assert_eq!(reply.body, bytes(0, end - 16..end));
    Ok(())
}

#[tokio::test]
async fn what_is_no_size_or_has_no_name_is_not_found() -> Result {
    let server = start().await?;
    for target in [
        "/files/1TiB+1/a",
        "/files/x/a",
        "/files/5",
        "/files/5/",
        "/files/5/a/b",
    ] {
        assert_eq!(get(&server, target).await?.status, 404, "{target}");
    }
    Ok(())
}

#[tokio::test]
async fn a_digest_covers_the_file_or_the_slice_asked_for() -> Result {
    let server = start().await?;
    let whole = get(&server, "/sha256/9MiB-1?seed=2").await?;
    assert_eq!(whole.text(), content::sha256(2, 0..(9 << 20) - 1));
    let slice = get(&server, "/sha256/9MiB?start=5&end=70000").await?;
    assert_eq!(slice.text(), content::sha256(0, 5..70_000));
    let empty = get(&server, "/sha256/0").await?;
    assert_eq!(empty.text(), content::sha256(0, 0..0));
    for target in [
        "/sha256/5?end=6",
        "/sha256/5?start=3&end=2",
        "/sha256/5?seed=x",
        "/sha256/x",
    ] {
        assert_eq!(get(&server, target).await?.status, 400, "{target}");
    }
    Ok(())
}

#[tokio::test]
async fn both_origins_have_the_same_files() -> Result {
    let server = start().await?;
    assert_ne!(server.origin(), server.other_origin());
    let reply = request("GET", &server.other_origin(), "/files/99/a", &[]).await?;
    assert_eq!(reply.body, bytes(0, 0..99));
    assert_eq!(server.requests("/files/99/a").len(), 1);
    Ok(())
}

#[tokio::test]
async fn only_reading_is_allowed() -> Result {
    let server = start().await?;
    let reply = request("POST", &server.origin(), "/files/9/a", &[]).await?;
    assert_eq!(
        (reply.status, reply.header("allow")),
        (405, "GET, HEAD, OPTIONS")
    );
    Ok(())
}
