//! On a virtual clock, which moves only when nothing else can happen: exact, and over at once.

use std::time::Duration;

use tokio::time::Instant;

use crate::client::{Result, bytes, get, start};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_rate_is_held_within_two_percent() -> Result {
    let server = start().await?;
    for rate in ["10", "64KiB", "1MB", "10MB", "8MiB"] {
        let started = Instant::now();
        let reply = get(&server, &format!("/files/{rate}/a?rate={rate}")).await?;
        let error = started.elapsed().abs_diff(SECOND);
        assert!(
            reply.whole && error <= SECOND / 50,
            "{rate}: off by {error:?}"
        );
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn each_response_has_the_rate_for_itself() -> Result {
    let server = start().await?;
    let started = Instant::now();
    let target = "/files/1MB/a?rate=1MB";
    let (one, two) = tokio::join!(get(&server, target), get(&server, target));
    assert!(one?.whole && two?.whole);
    assert!(started.elapsed().abs_diff(SECOND) <= SECOND / 50);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn responses_of_one_address_can_share_a_rate_evenly() -> Result {
    let server = start().await?;
    let target = "/files/1MB/a?shared=1MB";
    let started = Instant::now();
    let timed = async || {
        get(&server, target)
            .await
            .map(|reply| (reply, started.elapsed()))
    };
    let (one, two) = tokio::join!(timed(), timed());
    for (reply, took) in [one?, two?] {
        assert!(
            reply.whole && took.abs_diff(2 * SECOND) <= SECOND / 20,
            "{took:?}"
        );
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn another_address_does_not_share_it() -> Result {
    let server = start().await?;
    let started = Instant::now();
    let (one, two) = tokio::join!(
        get(&server, "/files/1MB/a?shared=1MB"),
        get(&server, "/files/1MB/b?shared=1MB"),
    );
    assert!(one?.whole && two?.whole);
    assert!(started.elapsed().abs_diff(SECOND) <= SECOND / 50);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn of_an_own_and_a_shared_rate_the_lower_one_holds() -> Result {
    let server = start().await?;
    for target in [
        "/files/1MB/a?rate=1MB&shared=4MB",
        "/files/1MB/a?rate=4MB&shared=1MB",
    ] {
        let started = Instant::now();
        assert!(get(&server, target).await?.whole);
        let took = started.elapsed();
        assert!(took.abs_diff(SECOND) <= SECOND / 50, "{target}: {took:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn every_ith_response_can_be_slower() -> Result {
    let server = start().await?;
    let mut seconds = Vec::new();
    for _ in 0..4 {
        let started = Instant::now();
        get(&server, "/files/1MB/a?rate=1MB&slow=2:100KB").await?;
        seconds.push(started.elapsed().as_secs_f64().round());
    }
    assert_eq!(seconds, [1.0, 10.0, 1.0, 10.0]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_delay_comes_before_the_head() -> Result {
    let server = start().await?;
    let target = "/files/99/a?delay=60000&times=1";
    let started = Instant::now();
    let (reply, waiting) = tokio::join!(
        get(&server, target),
        server.until(target, |records| !records.is_empty()),
    );
    assert_eq!((reply?.body, waiting[0].status), (bytes(0, 0..99), None));
    assert!(started.elapsed() >= 60 * SECOND);

    let started = Instant::now();
    get(&server, target).await?;
    assert!(
        started.elapsed() < SECOND,
        "the second request is not delayed"
    );
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_record_has_the_times_of_the_response() -> Result {
    let server = start().await?;
    let target = "/files/1MB/a?rate=1MB&delay=2000";
    get(&server, target).await?;
    let records = server
        .until(target, |records| records[0].ended.is_some())
        .await;
    let took = records[0].ended.map(|ended| ended - records[0].started);
    assert!(took.is_some_and(|took| took.abs_diff(3 * SECOND) <= SECOND / 50));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_is_held_stops_short_and_goes_on_when_it_is_released() -> Result {
    let server = start().await?;
    let target = "/files/1MB/a?rate=1MB";
    server.hold_after(target, 600_000);
    let (one, two, ()) = tokio::join!(get(&server, target), get(&server, target), async {
        // By then both were over.
        tokio::time::sleep(60 * SECOND).await;
        let sent = server.summary(target).bytes;
        assert!((600_000..=620_000).contains(&sent), "{sent}");
        server.release(target);
    });
    assert_eq!(one?.body, bytes(0, 0..1_000_000));
    assert!(two?.whole);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn another_address_is_not_held() -> Result {
    let server = start().await?;
    server.hold_after("/files/1MB/a", 0);
    assert!(get(&server, "/files/1MB/b").await?.whole);
    Ok(())
}
