use crate::client::{Result, get, request, start};

#[tokio::test]
async fn any_page_may_read_every_header_that_matters() -> Result {
    let server = start().await?;
    for target in [
        "/files/9/a",
        "/files/9/a?status=503",
        "/files/9/a?nonsense",
        "/sha256/9",
        "/missing",
    ] {
        let reply = get(&server, target).await?;
        assert_eq!(reply.header("access-control-allow-origin"), "*", "{target}");
        let exposed = reply.header("access-control-expose-headers");
        for name in [
            "Content-Range",
            "ETag",
            "Accept-Ranges",
            "Content-Disposition",
            "Retry-After",
        ] {
            assert!(
                exposed.split(", ").any(|found| found == name),
                "{target}: {name}"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn headers_can_be_left_unexposed_and_cors_left_out() -> Result {
    let server = start().await?;
    let reply = get(&server, "/files/9/a?expose=none").await?;
    assert!(reply.has("access-control-allow-origin"));
    assert!(!reply.has("access-control-expose-headers"));
    for target in [
        "/files/9/a?cors=none",
        "/files/9/a?cors=none&expose=none",
        "/files/9/a?expose=none&cors=none",
    ] {
        let reply = get(&server, target).await?;
        assert!(!reply.has("access-control-allow-origin"), "{target}");
        assert!(!reply.has("access-control-expose-headers"), "{target}");
    }
    Ok(())
}

#[tokio::test]
async fn a_preflight_is_granted_and_does_not_count_as_a_request() -> Result {
    let server = start().await?;
    let headers = [
        ("Origin", "http://localhost"),
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "if-range, x-mine"),
    ];
    let target = "/files/9/a?status=503&times=1";
    let reply = request("OPTIONS", &server.origin(), target, &headers).await?;
    assert_eq!(reply.status, 204);
    assert_eq!(
        reply.header("access-control-allow-headers"),
        "if-range, x-mine"
    );
    assert!(reply.has("access-control-allow-methods") && reply.has("access-control-max-age"));
    assert_eq!(get(&server, target).await?.status, 503);
    let methods: Vec<_> = server
        .requests(target)
        .into_iter()
        .map(|record| record.method)
        .collect();
    assert_eq!(methods, ["OPTIONS", "GET"]);
    Ok(())
}

#[tokio::test]
async fn a_preflight_is_refused_where_cors_is_left_out() -> Result {
    let server = start().await?;
    let headers = [("Access-Control-Request-Headers", "if-range")];
    let reply = request(
        "OPTIONS",
        &server.origin(),
        "/files/9/a?cors=none",
        &headers,
    )
    .await?;
    assert!(
        !reply.has("access-control-allow-origin") && !reply.has("access-control-allow-headers")
    );
    Ok(())
}
