//! The networks that downloads are timed on, and what makes a time on each a good one. The goals
//! are the project's own and the same in every run.

use serde::Serialize;

const MIB: u64 = 1 << 20;
/// What each connection is held to where connections are held to anything, in bytes per second.
const RATE: u64 = 10_000_000;
/// As many as a browser opens to one HTTP/1.1 origin.
const CONNECTIONS: f64 = 6.0;

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) host: Host,
    /// Of the file, in bytes.
    pub(crate) size: u64,
    pub(crate) measure: Measure,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) enum Host {
    /// The range server, with these knobs.
    RangeServer(&'static str),
    /// A location of nginx.
    Nginx(&'static str),
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) enum Measure {
    /// Speed as a multiple of the rate of one connection.
    Connection { rate: u64, least: f64 },
    /// Speed as a multiple of that of `fetch().blob()`, which is one connection.
    Blob { least: f64, in_indexeddb: f64 },
    /// Time as a multiple of what a network of this rate, in bytes per second, needs for the bytes
    /// once the first could arrive.
    Ideal { rate: f64, lead: f64, most: f64 },
    /// Time as a multiple of the contender's own with other knobs, taken in the same round.
    Without { knobs: &'static str, most: f64 },
}

impl Measure {
    /// As it is where the package is told to keep the bytes there.
    pub(crate) fn in_indexeddb(self) -> Self {
        match self {
            Self::Blob { in_indexeddb, .. } => Self::Blob {
                least: in_indexeddb,
                in_indexeddb,
            },
            other => other,
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Connection { .. } => "× one connection",
            Self::Blob { .. } => "× fetch().blob()",
            Self::Ideal { .. } => "× ideal time",
            Self::Without { .. } => "× own uncut time",
        }
    }

    pub(crate) fn goal(self) -> String {
        match self {
            Self::Connection { least, .. } | Self::Blob { least, .. } => format!("≥ {least:.2}"),
            Self::Ideal { most, .. } | Self::Without { most, .. } => format!("≤ {most:.2}"),
        }
    }

    pub(crate) fn is_met_by(self, ratio: f64) -> bool {
        match self {
            Self::Connection { least, .. } | Self::Blob { least, .. } => ratio >= least,
            Self::Ideal { most, .. } | Self::Without { most, .. } => ratio <= most,
        }
    }
}

pub(crate) const SHAPES: [Shape; 8] = [
    Shape {
        name: "capped",
        what: "10 MB/s for each connection",
        host: Host::RangeServer("rate=10MB"),
        size: 256 * MIB,
        measure: Measure::Connection {
            rate: RATE,
            least: 0.95 * CONNECTIONS,
        },
    },
    Shape {
        name: "slow",
        what: "10 MB/s for each connection, and every sixth request at 1 MB/s",
        host: Host::RangeServer("rate=10MB&slow=6:1MB"),
        size: 256 * MIB,
        measure: Measure::Ideal {
            rate: 5.1 * RATE as f64,
            lead: 0.0,
            most: 1.10,
        },
    },
    Shape {
        name: "cut",
        what: "10 MB/s for each connection, which is cut after 8 MB",
        host: Host::RangeServer("rate=10MB&cut=8MB"),
        size: 256 * MIB,
        measure: Measure::Without {
            knobs: "rate=10MB",
            most: 1.15,
        },
    },
    Shape {
        name: "loopback",
        what: "as fast as the range server can",
        host: Host::RangeServer(""),
        size: 1024 * MIB,
        measure: Measure::Blob {
            least: 0.9,
            in_indexeddb: 0.5,
        },
    },
    Shape {
        name: "delay",
        what: "10 MB/s for each connection, 200 ms to the headers",
        host: Host::RangeServer("rate=10MB&delay=200"),
        size: 256 * MIB,
        // The goals of this shape and the next are those of the worst shape in simulation.
        measure: Measure::Ideal {
            rate: CONNECTIONS * RATE as f64,
            lead: 0.2,
            most: 1.15,
        },
    },
    Shape {
        name: "shared",
        what: "30 MB/s for all connections together",
        host: Host::RangeServer("shared=30MB"),
        size: 256 * MIB,
        measure: Measure::Ideal {
            rate: 30_000_000.0,
            lead: 0.0,
            most: 1.15,
        },
    },
    Shape {
        name: "nginx",
        what: "as fast as nginx can",
        host: Host::Nginx("plain"),
        size: 1024 * MIB,
        measure: Measure::Blob {
            least: 0.9,
            in_indexeddb: 0.5,
        },
    },
    Shape {
        name: "nginx-capped",
        what: "nginx with a limit_rate of 10 MB/s",
        host: Host::Nginx("capped"),
        size: 256 * MIB,
        measure: Measure::Blob {
            least: 0.95 * CONNECTIONS,
            in_indexeddb: 0.95 * CONNECTIONS,
        },
    },
];

/// For the limit of nginx.
pub(crate) const NGINX_RATE: u64 = RATE;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_from_its_own_side() {
        let speed = Measure::Blob {
            least: 0.9,
            in_indexeddb: 0.5,
        };
        assert!(speed.is_met_by(0.9) && !speed.is_met_by(0.89));
        assert!(speed.in_indexeddb().is_met_by(0.5));
        let time = Measure::Without {
            knobs: "",
            most: 1.15,
        };
        assert!(time.is_met_by(1.15) && !time.is_met_by(1.16));
    }
}
