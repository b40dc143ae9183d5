//! The way to one origin: how fast, how far, and how many may go it at once.

/// Rates are bytes per second, times are seconds.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// The most that one connection brings.
    pub(crate) connection: f64,
    /// What all connections share.
    pub(crate) capacity: f64,
    /// The share of `connection` that each lane has: a connection takes the first free lane, and
    /// one that is opened in its place takes the same.
    pub(crate) lanes: Vec<f64>,
    /// Every so many-th request has this share of `connection`, wherever it goes.
    pub(crate) slow_request: Option<(u64, f64)>,
    /// What a new connection costs before it carries a request; one that is used again does not.
    pub(crate) handshake: f64,
    pub(crate) round_trip: f64,
    /// How long the server takes for the first byte.
    pub(crate) think: f64,
    /// How much longer it takes for every request but the first.
    pub(crate) late: f64,
    /// A new connection starts with ten segments a round trip (RFC 6928) and doubles.
    pub(crate) slow_start: bool,
    /// How many requests the browser has under way; the others wait in its queue.
    pub(crate) origin_limit: usize,
    /// A connection breaks after so many bytes of a body.
    pub(crate) cut_every: Option<u64>,
    /// The request whose body stalls half-way, counted from 0.
    pub(crate) stalls: Option<u64>,
    /// From a time on, all rates are these shares of what they were at first. Sorted.
    pub(crate) changes: Vec<(f64, f64)>,
}

impl Link {
    pub(crate) fn new(connection: f64) -> Self {
        Self {
            connection,
            capacity: 1e12,
            lanes: Vec::new(),
            slow_request: None,
            handshake: 0.02,
            round_trip: 0.02,
            think: 0.01,
            late: 0.0,
            slow_start: false,
            origin_limit: 6,
            cut_every: None,
            stalls: None,
            changes: Vec::new(),
        }
    }

    /// What a connection brings in this lane, for the `request`-th request.
    pub(crate) fn rate(&self, lane: usize, request: u64) -> f64 {
        let lane = self.lanes.get(lane).copied().unwrap_or(1.0);
        let own = match self.slow_request {
            Some((every, share)) if request % every == every - 1 => share,
            _ => 1.0,
        };
        self.connection * lane * own
    }

    /// The share of its rate that the slowest connection has at the worst of times.
    pub(crate) fn slowest(&self) -> f64 {
        let lane = self.lanes.iter().copied().fold(1.0, f64::min);
        let request = self.slow_request.map_or(1.0, |(_, share)| share);
        let change = self.changes.iter().map(|(_, share)| *share);
        lane * request * change.fold(1.0, f64::min)
    }

    /// From the request to the first byte of its answer, over a connection that is there.
    pub(crate) fn first_byte(&self) -> f64 {
        self.round_trip + self.think
    }
}
