use std::io;

use rangeload_server::Server;

use crate::client::{Reply, Result, bytes, get, get_range, start};

async fn three(server: &Server, target: &str) -> io::Result<[Reply; 3]> {
    Ok([
        get(server, target).await?,
        get(server, target).await?,
        get(server, target).await?,
    ])
}

#[tokio::test]
async fn the_chosen_validators_are_shown_on_whole_files_and_on_ranges() -> Result {
    let server = start().await?;
    for (query, etag, date) in [
        ("validators=strong", "\"", true),
        ("validators=date", "", true),
        ("validators=weak", "W/\"", true),
        ("validators=weak-only", "W/\"", false),
        ("validators=none", "", false),
    ] {
        let target = format!("/files/99/a?{query}");
        for reply in [
            get(&server, &target).await?,
            get_range(&server, &target, "bytes=1-").await?,
        ] {
            assert!(reply.header("etag").starts_with(etag), "{query}");
            assert_eq!(reply.has("etag"), !etag.is_empty(), "{query}");
            assert_eq!(reply.has("last-modified"), date, "{query}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn another_etag_comes_after_the_given_number_of_requests() -> Result {
    let server = start().await?;
    let [first, second, third] = three(&server, "/files/99/a?etag-after=2").await?;
    assert_eq!(first.header("etag"), second.header("etag"));
    assert_ne!(second.header("etag"), third.header("etag"));
    assert_eq!(
        second.header("last-modified"),
        third.header("last-modified")
    );
    assert_eq!(second.body, third.body);
    Ok(())
}

#[tokio::test]
async fn other_content_comes_after_the_given_number_of_requests() -> Result {
    let server = start().await?;
    let [_, second, third] = three(&server, "/files/99/a?seed=5&content-after=2").await?;
    assert_eq!(second.body, bytes(5, 0..99));
    assert_eq!(third.body, bytes(6, 0..99));
    assert!(third.header("etag").starts_with('"') && third.has("last-modified"));

    let [_, second, third] = three(&server, "/files/99/a?content-after=2&validators=none").await?;
    assert_ne!(second.body, third.body);
    assert!(!third.has("etag") && !third.has("last-modified"));
    Ok(())
}

#[tokio::test]
async fn rotten_bytes_come_wherever_a_response_begins_and_nothing_tells() -> Result {
    let server = start().await?;
    let sound = get(&server, "/files/99/a?tag=sound").await?;
    let target = "/files/99/a?rot=10:20";
    let mut wrong = bytes(0, 0..99);
    wrong[10..20].iter_mut().for_each(|byte| *byte = !*byte);
    for (range, expected) in [
        ("bytes=0-", 0..99),
        ("bytes=15-29", 15..30),
        ("bytes=0-12", 0..13),
        ("bytes=20-", 20..99),
        ("bytes=0-9", 0..10),
    ] {
        let reply = get_range(&server, target, range).await?;
        assert_eq!(reply.body, wrong[expected], "{range}");
    }
    let rotten = get(&server, target).await?;
    assert_eq!(
        rotten.header("last-modified"),
        sound.header("last-modified")
    );
    Ok(())
}

#[tokio::test]
async fn another_size_comes_after_the_given_number_of_requests() -> Result {
    let server = start().await?;
    let [_, second, third] = three(&server, "/files/99/a?size-after=2:50%2B1").await?;
    assert_eq!(second.body, bytes(0, 0..99));
    assert_eq!(third.body, bytes(1, 0..51));
    for name in ["etag", "last-modified"] {
        assert_ne!(second.header(name), third.header(name));
    }
    Ok(())
}

#[tokio::test]
async fn weak_etags_vary_from_request_to_request_when_asked_to() -> Result {
    let server = start().await?;
    let [first, second, _] = three(&server, "/files/99/a?weak-varies=1").await?;
    assert!(first.header("etag").starts_with("W/") && first.has("last-modified"));
    assert_ne!(first.header("etag"), second.header("etag"));
    assert_eq!(first.body, second.body);
    Ok(())
}

#[tokio::test]
async fn disposition_and_type_are_sent_as_given() -> Result {
    let server = start().await?;
    let target = "/files/9/a?type=video/mp4&disposition=attachment%3B%20filename%2A%3DUTF-8%27%27%25E2%2582%25AC.iso";
    let reply = get(&server, target).await?;
    assert_eq!(reply.header("content-type"), "video/mp4");
    assert_eq!(
        reply.header("content-disposition"),
        "attachment; filename*=UTF-8''%E2%82%AC.iso"
    );
    Ok(())
}
