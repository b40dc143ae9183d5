use rangeload_server::{Ending, Server};
use serde_json::Value;

use crate::client::{Reply, Result, get, get_range, read_body, request, send, start};

async fn ask(server: &Server, method: &str, address: &str, target: &str) -> std::io::Result<Reply> {
    let target: String = form_urlencoded::byte_serialize(target.as_bytes()).collect();
    let address = format!("{address}?path={target}");
    request(method, &server.origin(), &address, &[]).await
}

#[tokio::test]
async fn a_request_is_recorded_with_what_it_asked_for_and_got() -> Result {
    let server = start().await?;
    let target = "/files/1MiB+1/a?seed=3";
    get_range(&server, target, "bytes=100-199").await?;
    let records = server
        .until(target, |records| records[0].ended.is_some())
        .await;
    let record = &records[0];
    assert_eq!(
        (record.method.as_str(), record.target.as_str()),
        ("GET", target)
    );
    assert_eq!(record.range.as_deref(), Some("bytes=100-199"));
    assert_eq!(
        (&record.asked, &record.sent),
        (&Some(100..200), &Some(100..200))
    );
    assert_eq!((record.status, record.bytes), (Some(206), 100));
    assert_eq!(
        (record.ending, record.beyond),
        (Some(Ending::Complete), false)
    );
    assert!(server.origin().ends_with(&format!(":{}", record.port)));
    Ok(())
}

#[tokio::test]
async fn an_offset_past_the_end_is_noticed_though_its_bytes_are_clipped() -> Result {
    let server = start().await?;
    let target = "/files/100/a";
    get_range(&server, target, "bytes=0-").await?;
    assert!(!server.summary(target).beyond);
    get_range(&server, target, "bytes=90-100").await?;
    let summary = server.summary(target);
    assert_eq!((summary.beyond, summary.highest_asked), (true, Some(101)));
    Ok(())
}

#[tokio::test]
async fn requests_that_run_at_once_are_counted_together() -> Result {
    let server = start().await?;
    let target = "/files/1MiB/a?stall=10";
    let mut streams = Vec::new();
    for _ in 0..4 {
        streams.push(send("GET", &server.origin(), target, &[]).await?);
    }
    server
        .until(target, |records| {
            records.iter().filter(|record| record.bytes == 10).count() == 4
        })
        .await;
    let summary = server.summary(target);
    assert_eq!(
        (summary.max_in_flight, summary.bytes, summary.repeated),
        (4, 40, 30)
    );
    Ok(())
}

#[tokio::test]
async fn bytes_a_client_did_not_wait_for_are_not_claimed() -> Result {
    let server = start().await?;
    let target = "/files/1TiB/a";
    let mut stream = send("GET", &server.origin(), target, &[]).await?;
    read_body(&mut stream, 1000).await?;
    drop(stream);
    let records = server
        .until(target, |records| records[0].ended.is_some())
        .await;
    assert_eq!(records[0].ending, Some(Ending::ClientGone));
    // What the system buffers on both sides of a connection counts as sent, and no more.
    assert!(
        (1000..16 << 20).contains(&records[0].bytes),
        "{}",
        records[0].bytes
    );
    Ok(())
}

#[tokio::test]
async fn records_are_read_summed_up_and_forgotten_over_http() -> Result {
    let server = start().await?;
    let target = "/files/100+1/a?tag=x%26y&seed=1";
    get(&server, target).await?;
    get(&server, target).await?;
    server
        .until(target, |records| {
            records.iter().all(|record| record.ended.is_some())
        })
        .await;

    let reply = ask(&server, "GET", "/requests", target).await?;
    assert_eq!(reply.header("content-type"), "application/json");
    let records: Value = serde_json::from_slice(&reply.body)?;
    assert_eq!(records[1]["target"], target);
    assert_eq!(records[1]["bytes"], 101);
    assert_eq!(records[1]["ending"], "complete");

    let reply = ask(&server, "GET", "/requests/summary", target).await?;
    let summary: Value = serde_json::from_slice(&reply.body)?;
    assert_eq!(
        (&summary["requests"], &summary["repeated"]),
        (&2.into(), &101.into())
    );

    assert_eq!(
        ask(&server, "DELETE", "/requests", target).await?.status,
        204
    );
    assert_eq!(ask(&server, "GET", "/requests", target).await?.text(), "[]");
    assert_eq!(get(&server, "/requests").await?.status, 400);
    Ok(())
}

#[tokio::test]
async fn one_connection_can_carry_several_requests() -> Result {
    use tokio::io::AsyncWriteExt;

    let server = start().await?;
    let mut stream =
        tokio::net::TcpStream::connect(server.origin().trim_start_matches("http://")).await?;
    let ask = "GET /files/500000/a HTTP/1.1\r\nHost: x\r\n\r\n";
    stream.write_all(ask.repeat(3).as_bytes()).await?;
    read_body(&mut stream, 1_500_000).await?;
    let records = server
        .until("/files/500000/a", |records| {
            records.len() == 3 && records.iter().all(|record| record.ended.is_some())
        })
        .await;
    for record in &records {
        assert_eq!(
            (record.ending, record.bytes),
            (Some(Ending::Complete), 500_000)
        );
    }
    Ok(())
}
