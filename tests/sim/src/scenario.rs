//! What a seed stands for: a server, a way to it, a store, a user, and the luck of each.

use std::ops::Range;
use std::rc::Rc;

use rangeload::core::download::Command;
use rangeload::core::options::{OnChanged, Options};
use rangeload::core::tier::Tier;

use crate::network::Link;
use crate::random::Random;
use crate::site::{Change, Fault, Limit, Site, Validators, What};
use crate::tags;
use crate::user::{self, Happening};

/// How the store does. Times are seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Disk {
    /// The longest that a commit usually takes.
    pub(crate) latency: f64,
    /// How likely a commit takes up to a minute instead.
    pub(crate) hiccups: f64,
    /// How likely an order fails.
    pub(crate) failures: f64,
}

#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) options: Options,
    pub(crate) sources: Vec<(Link, Site)>,
    pub(crate) rot: Option<Rot>,
    pub(crate) downlink: f64,
    /// How many bytes the browser likes to hand over at once.
    pub(crate) chunk: u64,
    /// After how many seconds it hands over what there is.
    pub(crate) handover: f64,
    /// How late timers are at most, in seconds.
    pub(crate) lag: f64,
    pub(crate) tier: Tier,
    pub(crate) disk: Disk,
    pub(crate) plan: Vec<(f64, Happening)>,
    /// How often something comes out of the blue at most, and how likely after each event.
    pub(crate) whims: (u32, f64),
    /// A network that works, and for so many seconds no byte that was not there before: stuck.
    pub(crate) stuck: f64,
    /// How often the user tries again after a failure.
    pub(crate) patience: u32,
    /// When everything that goes wrong has gone wrong, in seconds.
    pub(crate) calm_after: f64,
}

/// Bytes of a source that are wrong, each time it sends them.
#[derive(Clone, Debug)]
pub(crate) struct Rot {
    pub(crate) source: usize,
    pub(crate) bytes: Range<u64>,
}

/// A source that has sent bytes is given up after 26 failures in a row. The longest are comparisons
/// that stall, of two minutes and the pause after it.
const BORNE: f64 = 26.0 * 150.0;

/// Hashing takes real time, and a longer file shows nothing more.
const MOST_HASHED: u64 = 2 << 20;

impl Scenario {
    /// Short runs in which anything may go wrong.
    pub(crate) fn new(random: &mut Random) -> Self {
        let scale = random.pick(&[1, 1 << 10, 1 << 20, 8 << 20, 64 << 20, 256 << 20]);
        let size = random.below(scale + 1) + random.below(2);
        let rate = match random.chance(0.15) {
            // Faster than what becomes of the bytes.
            true => random.magnitude(2e7, 5e8),
            false => random.magnitude(1e5, 2e7),
        };
        let mut site = site(random, size);
        site.faults = random.pick(&[0.0, 0.05, 0.3, 0.9]);
        site.budget = random.pick(&[2, 10, 60]);
        site.menu = menu(random);
        let mut options = options(random);
        if size <= MOST_HASHED && random.chance(0.1) {
            // The digest of another version than the one that is there is a broken promise.
            options.digest = Some(tags::digest(random.pick(&[0, 0, 0, 1]), size));
        }
        if size > 0 && size <= MOST_HASHED && random.chance(0.2) {
            let length = random
                .pick(&[1, 16 << 10, 256 << 10, 4 << 20])
                .max(size / 50);
            options.pieces = tags::pieces(0, size, length).map(Rc::new);
            options.size = random
                .chance(0.9)
                .then_some(size + u64::from(random.chance(0.02)));
        }
        // Roughly how long it takes if all goes well.
        let link = link(random, rate);
        let length = size as f64 / rate + 1.0;
        let slowest = size as f64 / (rate * link.slowest()) + 1.0;
        let events = random.pick(&[0, 0, 1, 3, 12]);
        let sources = mirrored(random, &mut options, link, site);
        let promised = options.digest.is_some() || options.pieces.is_some();
        let rot = promised && random.chance(0.6);
        let rot = rot.then(|| rot_of(random, &sources));
        Self {
            options,
            sources,
            rot,
            downlink: random.pick(&[1e12, 1e12, rate * 2.0]),
            chunk: random.pick(&[16 << 10, 64 << 10, 1 << 20]).max(size / 400),
            handover: (slowest / 400.0).clamp(0.02, 1.0),
            lag: random.pick(&[0.0, 0.004, 1.0]),
            tier: tier(random),
            disk: disk(random),
            plan: user::plan(random, events, length * 1.5),
            whims: random.pick(&[(0, 0.0), (0, 0.0), (4, 0.01), (4, 0.1)]),
            stuck: BORNE + 4.0 * slowest,
            patience: random.pick(&[0, 2, 9]),
            calm_after: 20.0 * length + 200.0,
        }
    }

    /// An hour in which every layer fails now and then.
    pub(crate) fn soak(random: &mut Random) -> Self {
        let rate = random.magnitude(2e5, 2e6);
        let mut link = link(random, rate);
        link.cut_every = random.pick(&[None, None, Some(8 << 20)]);
        let bandwidth = (rate * 6.0).min(link.capacity);
        let size = (bandwidth * random.between(1500.0, 3000.0)) as u64;
        let mut site = site(random, size);
        site.faults = random.pick(&[0.02, 0.1, 0.3]);
        site.budget = u32::MAX;
        site.blocked = false;
        site.status = None;
        site.menu = menu(random);
        let mut options = options(random);
        options.on_changed = OnChanged::Restart;
        let mut plan = user::plan(random, 60, 3600.0);
        let remove = Happening::Command(Command::Remove);
        plan.retain(|(_, happening)| *happening != remove);
        let sources = mirrored(random, &mut options, link, site);
        Self {
            options,
            sources,
            rot: None,
            downlink: random.pick(&[1e12, rate * 4.0]),
            chunk: 1 << 20,
            handover: 1.0,
            lag: random.pick(&[0.0, 0.004, 1.0]),
            tier: tier(random),
            disk: Disk {
                latency: random.pick(&[0.02, 0.5]),
                hiccups: 0.01,
                failures: 0.002,
            },
            plan,
            whims: (60, 0.004),
            stuck: BORNE,
            patience: 1_000,
            calm_after: 3600.0,
        }
    }

    /// A server that does everything right, and nobody who interferes.
    pub(crate) fn calm(options: Options, sources: Vec<(Link, Site)>) -> Self {
        Self {
            options,
            sources,
            rot: None,
            downlink: 1e12,
            chunk: 64 << 10,
            handover: 0.02,
            lag: 0.0,
            tier: Tier::Opfs,
            disk: Disk {
                latency: 0.004,
                hiccups: 0.0,
                failures: 0.0,
            },
            plan: Vec::new(),
            whims: (0, 0.0),
            stuck: BORNE,
            patience: 0,
            calm_after: f64::INFINITY,
        }
    }
}

fn options(random: &mut Random) -> Options {
    Options {
        connections: random.pick(&[None, None, Some(1), Some(2), Some(6), Some(16)]),
        on_changed: random.pick(&[OnChanged::Fail, OnChanged::Restart]),
        refreshes: random.chance(0.2),
        ..Options::default()
    }
}

fn rot_of(random: &mut Random, sources: &[(Link, Site)]) -> Rot {
    let source = random.below(sources.len() as u64) as usize;
    let size = sources[source].1.file.size;
    let start = random.below(size + 1);
    let bytes = start..start + 1 + random.below(size - start + 1);
    Rot { source, bytes }
}

fn tier(random: &mut Random) -> Tier {
    random.pick(&[Tier::Opfs, Tier::IndexedDb])
}

fn disk(random: &mut Random) -> Disk {
    Disk {
        latency: random.pick(&[0.002, 0.2, 2.0]),
        hiccups: random.pick(&[0.0, 0.0, 0.05]),
        failures: random.pick(&[0.0, 0.0, 0.0, 0.05]),
    }
}

fn menu(random: &mut Random) -> Vec<Fault> {
    match random.below(4) {
        0 => Fault::COMMON.to_vec(),
        1 => vec![random.pick(&Fault::ALL)],
        _ => Fault::ALL.to_vec(),
    }
}

/// At less, in bytes per second, the 64 KiB of a comparison take longer than a download waits.
const LEAST_RATE: f64 = 1e3;

fn link(random: &mut Random, rate: f64) -> Link {
    let mut link = Link::new(rate);
    link.handshake = random.pick(&[0.0, 0.01, 0.2]);
    link.round_trip = random.pick(&[0.0005, 0.02, 0.2, 0.6]);
    link.think = random.pick(&[0.0, 0.01, 1.0]);
    link.slow_start = random.chance(0.3);
    link.origin_limit = random.pick(&[6, 6, 2, 100]);
    if random.chance(0.3) {
        link.capacity = rate * random.between(0.5, 4.0);
    }
    if random.chance(0.2) {
        link.lanes = vec![1.0, random.pick(&[0.1, 0.01]), 1.0];
    }
    if random.chance(0.1) {
        link.slow_request = Some((1 + random.below(6), random.pick(&[0.1, 0.01])));
    }
    if random.chance(0.1) {
        link.cut_every = Some(random.pick(&[1 << 20, 8 << 20]));
    }
    if random.chance(0.2) {
        let share = random.pick(&[0.1, 0.5, 3.0]);
        link.changes = vec![(random.between(0.0, 10.0), share)];
    }
    link.connection = link.connection.max(LEAST_RATE / link.slowest());
    link
}

/// The file's own address, and sometimes others: of the same file, or of another one.
fn mirrored(
    random: &mut Random,
    options: &mut Options,
    link: Link,
    site: Site,
) -> Vec<(Link, Site)> {
    let mirrors = random.pick(&[0, 0, 0, 0, 1, 2]);
    let mut sources = vec![(link, site)];
    for n in 1..=mirrors {
        let (link, site) = &sources[0];
        let rate = link.connection * random.pick(&[0.1, 1.0, 3.0]);
        let mirror = self::link(random, rate);
        let mut copy = self::site(random, site.file.size);
        copy.faults = random.pick(&[0.0, site.faults]);
        copy.budget = site.budget;
        copy.menu = site.menu.clone();
        copy.file.node(n, random.chance(0.7));
        if random.chance(0.2) {
            copy.file.be_of_another_version(random.pick(&[0, 0, 1000]));
        }
        options
            .mirrors
            .push(format!("https://mirror{n}.example.org/file"));
        sources.push((mirror, copy));
    }
    sources
}

fn site(random: &mut Random, size: u64) -> Site {
    let mut site = Site::new(size);
    site.file.validators = random.pick(&[
        Validators::Strong,
        Validators::Strong,
        Validators::Tag,
        Validators::Date,
        Validators::Weak,
        Validators::WeakAlone,
        Validators::None,
    ]);
    site.file.weak_varies = random.chance(0.3);
    site.exposed = random.chance(0.7);
    site.ranges = random.chance(0.93);
    site.length_known = random.chance(0.95);
    site.encodes = random.chance(0.03);
    site.coded_length = random.chance(0.5);
    site.decodes_no_range = random.chance(0.5);
    site.blocked = random.chance(0.01);
    site.foreign = site.blocked || !site.exposed || random.chance(0.5);
    site.hides_errors = site.foreign && random.chance(0.3);
    site.status = random
        .chance(0.01)
        .then(|| random.pick(&[401, 403, 404, 410, 503]));
    if random.chance(0.15) {
        site.limit = Some(Limit {
            requests: 1 + random.below(4) as usize,
            // Some say so in words that are final elsewhere.
            status: random.pick(&[Some(429), Some(503), Some(502), Some(403), Some(410), None]),
            wait: random.pick(&[None, Some(1), Some(10)]),
        });
    }
    if random.chance(0.25) {
        let after = random.below(30);
        let what = match random.below(6) {
            0 => What::Tag,
            1 | 2 => What::Content,
            3 => What::Size(size + 1 + random.below(1000)),
            4 => What::Size(random.below(size + 1)),
            _ => What::Validators(random.pick(&[Validators::None, Validators::WeakAlone])),
        };
        site.changes = vec![Change { after, what }];
    }
    site
}
