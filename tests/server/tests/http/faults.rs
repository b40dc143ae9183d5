use std::io::Read;
use std::time::SystemTime;

use flate2::read::GzDecoder;
use rangeload_server::Ending;

use crate::client::{Result, bytes, get, get_range, read_body, request, send, start};

#[tokio::test]
async fn a_cut_closes_the_connection_after_exactly_so_many_bytes() -> Result {
    let server = start().await?;
    for (target, length) in [
        ("/files/3MB/a?cut=0", 0),
        ("/files/3MB/a?cut=1", 1),
        ("/files/3MB/a?cut=2MB", 2_000_000),
        ("/files/3MB/a?cut=2MB&length=unknown", 2_000_000),
    ] {
        let reply = get(&server, target).await?;
        assert!(
            reply.body == bytes(0, 0..length) && !reply.whole,
            "{target}"
        );
        let records = server
            .until(target, |records| records[0].ended.is_some())
            .await;
        assert_eq!(
            (records[0].ending, records[0].bytes),
            (Some(Ending::Cut), length),
            "{target}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_body_no_longer_than_the_cut_or_the_stall_is_whole() -> Result {
    let server = start().await?;
    for query in ["cut=100", "cut=101", "stall=100", "stall=101"] {
        let reply = get(&server, &format!("/files/100/a?{query}")).await?;
        assert!(reply.whole, "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn a_stalled_connection_stays_open_until_the_client_leaves() -> Result {
    let server = start().await?;
    let target = "/files/3MB/a?stall=1000";
    let mut stream = send("GET", &server.origin(), target, &[]).await?;
    assert_eq!(read_body(&mut stream, 1000).await?, bytes(0, 0..1000));
    let records = server
        .until(target, |records| records[0].bytes == 1000)
        .await;
    assert_eq!(records[0].ended, None);
    drop(stream);
    let records = server
        .until(target, |records| records[0].ended.is_some())
        .await;
    assert_eq!(
        (records[0].ending, records[0].bytes),
        (Some(Ending::ClientGone), 1000)
    );
    Ok(())
}

#[tokio::test]
async fn ranges_can_be_ignored_honestly_or_not() -> Result {
    let server = start().await?;
    for (ranges, advertised) in [("ignore", ""), ("claim", "bytes")] {
        let target = format!("/files/100/a?ranges={ranges}");
        let reply = get_range(&server, &target, "bytes=5-9").await?;
        assert_eq!((reply.status, reply.body.len()), (200, 100));
        assert_eq!(reply.header("accept-ranges"), advertised);
    }
    Ok(())
}

#[tokio::test]
async fn a_content_range_is_wrong_in_the_chosen_way() -> Result {
    let server = start().await?;
    for (fault, range, content_range, sent) in [
        (
            "shifted",
            "bytes=2048-4095",
            "bytes 1024-4095/9999",
            1024..4096,
        ),
        (
            "shifted",
            "bytes=0-4095",
            "bytes 1024-4095/9999",
            1024..4096,
        ),
        (
            "lies",
            "bytes=2048-4095",
            "bytes 1024-3071/9999",
            2048..4096,
        ),
        ("lies", "bytes=0-4095", "bytes 1024-5119/9999", 0..4096),
        ("total", "bytes=0-4095", "bytes 0-4095/11023", 0..4096),
        ("missing", "bytes=0-4095", "", 0..4096),
        ("garbage", "bytes=0-4095", "bytes garbage", 0..4096),
    ] {
        let target = format!("/files/9999/a?content-range={fault}");
        let reply = get_range(&server, &target, range).await?;
        assert_eq!(
            (reply.status, reply.header("content-range")),
            (206, content_range),
            "{fault}"
        );
        assert!(reply.whole && reply.body == bytes(0, sent), "{fault}");
    }
    Ok(())
}

#[tokio::test]
async fn a_body_shorter_than_promised_breaks_off() -> Result {
    let server = start().await?;
    let reply = get_range(&server, "/files/9999/a?body=short:10", "bytes=100-199").await?;
    assert_eq!(reply.header("content-length"), "100");
    assert_eq!((reply.body, reply.whole), (bytes(0, 100..190), false));
    let reply = get(&server, "/files/99/a?body=short:100").await?;
    assert_eq!((reply.body.len(), reply.whole), (0, false));
    Ok(())
}

#[tokio::test]
async fn a_short_body_of_unknown_length_ends_as_if_whole() -> Result {
    let server = start().await?;
    let reply = get(&server, "/files/99/a?body=short:9&length=unknown").await?;
    assert!(!reply.has("content-length"));
    assert_eq!((reply.body, reply.whole), (bytes(0, 0..90), true));
    Ok(())
}

#[tokio::test]
async fn a_long_body_goes_on_past_the_range() -> Result {
    let server = start().await?;
    let reply = get_range(&server, "/files/9999/a?body=long:10", "bytes=100-199").await?;
    assert_eq!(reply.header("content-range"), "bytes 100-199/9999");
    assert!(!reply.has("content-length"));
    assert_eq!((reply.body, reply.whole), (bytes(0, 100..210), true));
    Ok(())
}

#[tokio::test]
async fn an_error_status_says_when_to_come_back_if_asked_to() -> Result {
    let server = start().await?;
    for status in [403, 404, 429, 500, 503] {
        let reply = get(&server, &format!("/files/9/a?status={status}")).await?;
        assert_eq!((reply.status, reply.has("retry-after")), (status, false));
        assert!(reply.whole && !reply.body.is_empty());
    }
    let seconds = get(&server, "/files/9/a?status=503&retry-after=7").await?;
    assert_eq!(seconds.header("retry-after"), "7");
    let date = get(&server, "/files/9/a?status=429&retry-after=date:3600").await?;
    let date = httpdate::parse_http_date(date.header("retry-after"));
    assert!(date.is_ok_and(|date| date > SystemTime::now()));
    Ok(())
}

#[tokio::test]
async fn a_redirect_leads_back_after_its_hops_and_counts_as_one_request() -> Result {
    let server = start().await?;
    let target = "/files/9/a?redirect=2&status=503&times=1";
    for status in [503, 200] {
        let mut location = target.to_owned();
        for _ in 0..2 {
            let reply = get(&server, &location).await?;
            assert_eq!(reply.status, 302);
            location = reply.header("location").to_owned();
        }
        assert_eq!(get(&server, &location).await?.status, status);
    }
    assert_eq!(server.requests(target).len(), 6);
    Ok(())
}

#[tokio::test]
async fn a_redirect_can_lead_to_the_other_origin() -> Result {
    let server = start().await?;
    let (here, there) = (server.origin(), server.other_origin());
    for (origin, other) in [(&here, &there), (&there, &here)] {
        let reply = request(
            "GET",
            origin,
            "/files/9/a?redirect=1&redirect-to=other",
            &[],
        )
        .await?;
        let location = reply.header("location");
        let Some(path) = location.strip_prefix(other.as_str()) else {
            panic!("{location} is not at {other}");
        };
        assert_eq!(request("GET", other, path, &[]).await?.status, 200);
    }
    Ok(())
}

#[tokio::test]
async fn gzip_compresses_whole_files_and_ranges() -> Result {
    let server = start().await?;
    let target = "/files/700000/a?encoding=gzip";
    for (reply, status, sent) in [
        (get(&server, target).await?, 200, 0..700_000),
        (get_range(&server, target, "bytes=5-99").await?, 206, 5..100),
    ] {
        assert_eq!(
            (reply.status, reply.header("content-encoding")),
            (status, "gzip")
        );
        assert!(reply.whole && !reply.has("content-length"));
        let mut plain = Vec::new();
        GzDecoder::new(reply.body.as_slice()).read_to_end(&mut plain)?;
        assert!(plain == bytes(0, sent));
    }
    Ok(())
}

#[tokio::test]
async fn an_unknown_length_is_sent_in_chunks() -> Result {
    let server = start().await?;
    let reply = get(&server, "/files/600000/a?length=unknown").await?;
    assert_eq!(reply.header("transfer-encoding"), "chunked");
    assert!(!reply.has("content-length") && reply.whole);
    assert!(reply.body == bytes(0, 0..600_000));
    Ok(())
}

#[tokio::test]
async fn faults_meet_only_the_requests_chosen_for_them() -> Result {
    let server = start().await?;
    let target = "/files/9/a?status=500&skip=1&times=2";
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(get(&server, target).await?.status);
    }
    assert_eq!(statuses, [200, 500, 500, 200, 200]);
    server.forget(target);
    assert_eq!(get(&server, target).await?.status, 200);
    assert_eq!(get(&server, target).await?.status, 500);
    Ok(())
}

#[tokio::test]
async fn a_tag_makes_another_file_of_the_same_content() -> Result {
    let server = start().await?;
    let fails_once = "/files/9/a?status=500&times=1";
    for tag in ["", "&tag=one", "&tag=two"] {
        assert_eq!(
            get(&server, &format!("{fails_once}{tag}")).await?.status,
            500
        );
    }
    assert_eq!(get(&server, fails_once).await?.body, bytes(0, 0..9));
    Ok(())
}

#[tokio::test]
async fn a_misspelt_knob_is_refused_in_words() -> Result {
    let server = start().await?;
    let reply = get(&server, "/files/9/a?stal=1").await?;
    assert_eq!(
        (reply.status, reply.text()),
        (400, "there is no knob `stal`".into())
    );
    Ok(())
}
