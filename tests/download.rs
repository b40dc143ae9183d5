//! Single decisions of the machine, driven by hand.

#![cfg(not(target_arch = "wasm32"))]

use std::time::Duration;

use rangeload::core::Moment;
use rangeload::core::download::{Action, Command, Download, State};
use rangeload::core::options::Options;
use rangeload::core::response::Head;

#[test]
fn a_stream_that_breaks_off_again_and_again_is_given_up() {
    let url = "https://a.example/b".to_owned();
    let mut download = Download::new(url, Options::default(), 0);
    let mut at = Moment {
        now: Duration::from_secs(3600),
        chance: 0.5,
    };
    download.handle_command(at, Command::Resume);
    let whole = Head {
        status: 200,
        content_length: Some(10 << 20),
        ..Head::default()
    };
    let mut requests = 0;
    while download.state() != State::Failed {
        let Some(action) = download.poll_action() else {
            at.now = download.poll_timeout(at.now).expect("a next try");
            download.handle_timeout(at);
            continue;
        };
        match action {
            Action::Open { connection, .. } => {
                requests += 1;
                assert!(requests < 100, "asked for again and again");
                download.handle_response(at, connection, &whole);
            }
            // Every time most of it arrives, and then the connection breaks.
            Action::Read {
                connection, limit, ..
            } => {
                download.handle_bytes(at, connection, limit);
                if download.snapshot(at.now).received >= 5 << 20 {
                    download.handle_failure(at, connection, "reset".into());
                }
            }
            Action::Commit { .. } => download.handle_committed(at, Ok(())),
            Action::Discard { .. } => download.handle_erased(at, Ok(())),
            _ => {}
        }
    }
    let error = download.snapshot(at.now).error.map(|error| error.code());
    assert_eq!((error, requests), (Some("network"), 8));
}
