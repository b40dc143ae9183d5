//! The published shapes. Rates, sizes and distances vary by a seed, so that no rule can be fitted
//! to one set of numbers.

use super::Shape;
use crate::network::Link;
use crate::random::Random;
use crate::site::{Limit, Site};

const MB: f64 = 1e6;

pub(super) fn shapes(random: &mut Random) -> Vec<Shape> {
    let mut all = Vec::new();
    let mut add = |name, change: fn(&mut Link, &mut Site, &mut Random), seconds: f64| {
        let mut random = random.fork();
        let mut link = Link::new(MB * random.between(1.5, 3.0));
        link.round_trip *= random.between(0.5, 2.0);
        // What six connections bring in this time, roughly.
        let size = 6.0 * link.connection * seconds * random.between(0.8, 1.25);
        let mut site = Site::new(size as u64);
        change(&mut link, &mut site, &mut random);
        all.push(Shape {
            name,
            sources: vec![(link, site)],
            downlink: 1e12,
        });
    };
    add("every connection capped alike", |_, _, _| {}, 30.0);
    add("the same, and a file of a few seconds", |_, _, _| {}, 4.5);
    add(
        "one bottleneck, shared",
        |link, _, _| link.capacity = link.connection,
        6.0,
    );
    add(
        "a bottleneck that three connections fill",
        |link, _, random| link.capacity = link.connection * random.between(2.5, 3.5),
        15.0,
    );
    add(
        "one connection ten times slower",
        |link, _, _| link.lanes = vec![1.0, 1.0, 0.1],
        30.0,
    );
    add(
        "the first connection ten times slower",
        |link, _, _| link.lanes = vec![0.1],
        30.0,
    );
    add(
        "each sixth request at a tenth",
        |link, _, _| link.slow_request = Some((6, 0.1)),
        30.0,
    );
    add(
        "rates halve half-way",
        |link, _, random| link.changes = vec![(random.between(12.0, 18.0), 0.5)],
        22.0,
    );
    add(
        "rates double half-way",
        |link, _, random| link.changes = vec![(random.between(12.0, 18.0), 2.0)],
        45.0,
    );
    add(
        "round trips of 200 ms, slow starts",
        |link, _, _| {
            link.handshake = 0.4;
            link.round_trip = 0.2;
            link.slow_start = true;
        },
        40.0,
    );
    add(
        "each connection cut after 8 MB",
        |link, _, _| link.cut_every = Some(8_000_000),
        30.0,
    );
    add(
        "the server answers 429 beyond two requests",
        |_, site, _| {
            site.limit = Some(Limit {
                requests: 2,
                status: Some(429),
                wait: Some(1),
            });
        },
        15.0,
    );
    add(
        "the server answers 503 beyond three requests",
        |_, site, _| {
            site.limit = Some(Limit {
                requests: 3,
                status: Some(503),
                wait: None,
            });
        },
        20.0,
    );
    add(
        "two seconds to the first byte",
        |link, _, _| link.think = 2.0,
        60.0,
    );
    add(
        "late joiners, after three seconds",
        |link, _, _| link.late = 3.0,
        60.0,
    );
    add(
        "one request stalls half-way",
        |link, _, random| link.stalls = Some(random.below(5)),
        30.0,
    );
    add(
        "a fast link, and requests that cost 50 ms",
        |link, _, _| {
            link.connection = 200.0 * MB;
            link.capacity = 220.0 * MB;
            link.think = 0.05;
        },
        100.0,
    );
    add(
        "a file that is there before a second request",
        |link, site, random| {
            let setup = link.handshake + link.first_byte();
            *site = Site::new((link.connection * setup * random.between(0.3, 0.9)) as u64);
        },
        1.0,
    );
    add(
        "the server refuses a third connection",
        |_, site, _| {
            site.limit = Some(Limit {
                requests: 2,
                status: None,
                wait: None,
            });
        },
        15.0,
    );
    all.push(mirrors(
        "two mirrors, one three times faster",
        random,
        &[3.0, 1.0],
    ));
    all.push(mirrors(
        "three mirrors of unequal speed",
        random,
        &[1.0, 0.2, 2.0],
    ));
    all
}

/// Each source is a bottleneck of its own, and the downlink is wide enough for all. Each has tags
/// of its own, so that its bytes have to be compared.
fn mirrors(name: &'static str, random: &mut Random, shares: &[f64]) -> Shape {
    let each = MB * random.between(4.0, 8.0);
    let total: f64 = shares.iter().sum();
    let size = (each * total * random.between(25.0, 35.0)) as u64;
    let sources = (0..).zip(shares).map(|(n, share)| {
        let mut link = Link::new(each * share / 3.0);
        link.capacity = each * share;
        let mut site = Site::new(size);
        site.file.node(n, false);
        (link, site)
    });
    Shape {
        name,
        sources: sources.collect(),
        downlink: 1e12,
    }
}
