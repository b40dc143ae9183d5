//! What becomes of requests that fail: another try, now or later, at the same source or another,
//! or the end.

use std::time::Duration;

use super::action::{Action, ConnectionId, PRIMARY, Reach, SourceIndex};
use super::connection::Stage;
use super::phase::Stop;
use super::probing::SURE;
use super::source::Sources;
use super::{Download, Moment};
use crate::core::Time;
use crate::core::error::{Barrier, Error, Evidence};
use crate::core::resource::Identity;
use crate::core::response::{Head, Mismatch};
use crate::core::retry::Cause;

/// A connection that has brought this much was worth having: when it is cut, the next one is
/// opened at once.
const WORTHWHILE: u64 = 64 << 10;

/// The pause between tries while the browser says that it is offline.
pub(super) const OFFLINE: Duration = Duration::from_secs(5);

/// How often in a row the caller is asked for another URL before the status is taken for final.
const REFRESHES: u32 = 3;

/// What the caller is told of an answer whose status the page may not read, as fetch tells it.
pub(super) const UNREADABLE: u16 = 0;

/// How long it is waited for a probe; a server that does not answer it cannot be reached.
const PROBE: Duration = Duration::from_secs(10);

impl Download {
    /// A request has ended without all of its bytes.
    pub(super) fn lose(&mut self, at: Moment, id: ConnectionId, cause: Cause) {
        let Some(connection) = self.find(id) else {
            return;
        };
        let (index, round) = (connection.source, connection.round);
        let opened = connection.opened;
        let opening = connection.stage == Stage::Opening;
        // Not the way to the server is why nothing comes.
        let outrun = connection.is_outrun(self.surroundings(index)) && self.has_peers(connection);
        let excused = outrun || connection.low && opening;
        let streaming = self.is_stream();
        let worthwhile = connection.delivered() >= WORTHWHILE && !streaming;
        if self.note_turned_away(id, &cause) {
            self.yield_to_server(at.now, index, opened);
        }
        self.close(id);
        if streaming {
            self.begin_again();
        }
        let offline = self.offline.is_some();
        let Some(source) = self.sources.get_mut(index) else {
            return;
        };
        // An expired address may be refused in words that the page may not read.
        let expired =
            opening && index == PRIMARY && self.options.refreshes && source.retry.is_struck();
        match cause {
            Cause::Network(_) if !source.answered || expired && !offline => {
                // Those that fail together are one failure.
                if source.probing.replace((cause, at.now + PROBE)).is_none() {
                    self.actions.push_back(Action::Probe { source: index });
                }
            }
            // No try is spent while the browser says that there is no network. It may be wrong,
            // so another one is made without waiting for it to say otherwise.
            Cause::Network(_) | Cause::Silent if offline => {
                // A single request finds out.
                source.answered = false;
                source.close_gate(at.now + OFFLINE, false, Some(no_network()));
            }
            Cause::Network(_) | Cause::Silent | Cause::Mismatch(Mismatch::Short { .. })
                if worthwhile => {}
            Cause::Silent if excused => {}
            cause => self.strike(at, index, cause, round),
        }
        if streaming {
            self.doubt_guess(index);
        }
    }

    /// Errors that could not be read may have been why it was asked without Range, and be over:
    /// one more request finds out.
    fn doubt_guess(&mut self, index: SourceIndex) {
        let source = self.sources.get_mut(index);
        if let Some(source) = source.filter(|source| source.guessed) {
            source.plain = false;
            source.answered = false;
            source.suspicions = SURE - 2;
        }
    }

    /// Whether fewer requests at once may be answered where this one was not; counts those that may
    /// have failed by chance.
    fn note_turned_away(&mut self, id: ConnectionId, cause: &Cause) -> bool {
        match cause {
            Cause::OneTooMany { .. }
            | Cause::Status {
                status: 429 | 503, ..
            } => return true,
            Cause::Network(_) | Cause::Status { .. } | Cause::Mismatch(_) if !cause.is_final() => {}
            _ => return false,
        }
        let Some(connection) = self.find(id).filter(|c| c.stage == Stage::Opening) else {
            return false;
        };
        let index = connection.source;
        let flows = self.offline.is_none() && self.flowing(index) > 0;
        let Some(source) = self.sources.get_mut(index).filter(|_| flows) else {
            return false;
        };
        // One may fail by chance.
        source.turned_away += 1;
        source.turned_away >= SURE
    }

    /// The server answered with a status that carries no bytes.
    pub(super) fn refuse(
        &mut self,
        at: Moment,
        id: ConnectionId,
        status: u16,
        wait: Option<Duration>,
    ) {
        if self.refresh(id, status) {
            return;
        }
        // Some servers say so of what is one request too many, and of an address that has expired
        // since the others were let in.
        let others = self.find(id).is_some_and(|c| self.flowing(c.source) > 0);
        let cause = match (Cause::Status { status, wait }) {
            cause if others && cause.is_final() => Cause::OneTooMany { status },
            cause => cause,
        };
        self.lose(at, id, cause);
    }

    /// An address may have expired while the file is still there: the caller may know another.
    /// Stores say so as to whom the client is not known, or call such an address malformed.
    fn refresh(&mut self, id: ConnectionId, status: u16) -> bool {
        let of_the_url = self.find(id).is_some_and(|c| c.source == PRIMARY);
        let expired = of_the_url && matches!(status, 400 | 401 | 403 | 410);
        if !expired || !self.ask_for_another_url(PRIMARY, status) {
            return false;
        }
        self.close(id);
        true
    }

    /// Whether the caller may know another URL, and has not been asked too often.
    pub(super) fn ask_for_another_url(&mut self, index: SourceIndex, status: u16) -> bool {
        let refreshes = self.options.refreshes && index == PRIMARY;
        let source = self.sources.get_mut(index).filter(|_| refreshes);
        let Some(source) = source.filter(|s| s.refreshes < REFRESHES) else {
            return false;
        };
        if source.refreshing.replace(status).is_none() {
            source.refreshes += 1;
            self.actions.push_back(Action::Refresh { status });
        }
        true
    }

    /// The caller's answer: another URL, or none.
    pub(super) fn refreshed(&mut self, at: Moment, url: Option<String>) {
        let Some(source) = self.sources.get_mut(PRIMARY) else {
            return;
        };
        let (readable, round) = (source.readable, source.retry.round());
        let Some(status) = source.refreshing.take() else {
            return;
        };
        if url.is_none() {
            // Who knows none is not asked again.
            source.refreshes = REFRESHES;
        }
        match url {
            Some(url) => {
                // What is still under way was asked for at the old one.
                let old = self.connections.iter().filter(|c| c.source == PRIMARY);
                let unanswered = old.filter(|c| c.stage == Stage::Opening).map(|c| c.id);
                for id in unanswered.collect::<Vec<_>>() {
                    self.close(id);
                }
                self.absolve(PRIMARY);
                self.url = url;
                self.record_stale = true;
            }
            // It may have been the network after all.
            None if status == UNREADABLE && readable => {
                let cause = Cause::Network("the answer cannot be read".to_owned());
                self.blame_chance(at, PRIMARY, cause, round);
            }
            None if status == UNREADABLE => {
                self.drop_source(PRIMARY, Error::Blocked(Barrier::Cors))
            }
            // What was let in before may still bring all there is.
            None if self.flowing(PRIMARY) > 0 => {
                self.strike(at, PRIMARY, Cause::OneTooMany { status }, round);
            }
            None => self.drop_source(PRIMARY, Error::Http { status }),
        }
    }

    /// A server may answer and say in the same breath that its quota is used up.
    pub(super) fn heed(&mut self, at: Moment, index: SourceIndex, opened: Time, head: &Head) {
        let Some(wait) = head.wait else {
            return;
        };
        self.yield_to_server(at.now, index, opened);
        if let Some(source) = self.sources.get_mut(index) {
            source.close_gate(at.now + wait, true, None);
        }
    }

    /// One connection fewer to each origin, for a while.
    pub(super) fn yield_to_page(&mut self, now: Time) {
        for index in 0..self.sources.origins.len() {
            let open = self.count(index);
            if let Some(origin) = self.sources.origins.get_mut(index) {
                origin.refuse(now, open.min(origin.allowed() - 1), now);
            }
        }
    }

    /// It has refused, or is about to, what was asked for at the time `opened`.
    fn yield_to_server(&mut self, now: Time, source: SourceIndex, opened: Time) {
        let flowing = self.flowing(source);
        if let Some(origin) = self.sources.origin_mut(source) {
            origin.refuse(now, flowing, opened);
        }
    }

    pub(super) fn strike(&mut self, at: Moment, index: SourceIndex, cause: Cause, round: u32) {
        let Some(source) = self.sources.get_mut(index) else {
            return;
        };
        let asked = matches!(cause, Cause::Status { wait: Some(_), .. });
        let failure = cause.clone().into_error();
        match source.retry.failure(cause, round, at.chance) {
            Ok(wait) => source.close_gate(at.now + wait, asked, Some(failure)),
            // The size is only presumed, and other lengths do not fit what was asked for either.
            Err(Error::Mismatch(mismatch))
                if self.is_misjudged(index, &mismatch) && self.may_begin_again() =>
            {
                self.fetch_plainly(index);
            }
            // It refuses what lies inside of the file begun with.
            Err(Error::Mismatch(Mismatch::Beyond)) if self.file.identity.size.is_some() => {
                self.contradict(index, Identity::default(), Evidence::Validators);
            }
            // Nor is there anything to lose where it cannot even begin.
            Err(Error::Mismatch(_)) if !self.has_begun() && self.may_drop_range(index) => {
                self.fetch_plainly(index);
            }
            Err(error) => {
                // A server that has ceased to answer ranges can only send all of it anew.
                let ceased = error == Error::Mismatch(Mismatch::RangeIgnored) && index == PRIMARY;
                if ceased && self.may_restart() {
                    self.sources = Sources::new(&self.url, &self.options);
                    self.restart();
                } else {
                    self.drop_source(index, error);
                }
            }
        }
    }

    /// Such contradictions come of a size that was presumed by mistake.
    fn is_misjudged(&self, index: SourceIndex, mismatch: &Mismatch) -> bool {
        let explains = match mismatch {
            Mismatch::Short { .. } | Mismatch::OtherLength { .. } => true,
            // Or there is less of the file than an earlier page has found.
            Mismatch::Beyond => !self.inherited,
            _ => false,
        };
        explains && self.file.presumed && self.file.speaker == Some(index)
    }

    /// The source is not asked any more; the last one to go ends the download.
    pub(super) fn drop_source(&mut self, index: SourceIndex, error: Error) {
        let of_it = self.connections.iter().filter(|c| c.source == index);
        for id in of_it.map(|c| c.id).collect::<Vec<_>>() {
            self.close(id);
        }
        if let Some(source) = self.sources.get_mut(index) {
            source.dropped = Some(error.clone());
        }
        if self.file.speaker == Some(index) && self.sources.alive().next().is_some() {
            self.file.speaker = None;
        }
        if self.sources.alive().next().is_none() {
            // That a mirror has another file is not why the one asked for cannot be had; that the
            // URL has is.
            let first = self
                .sources
                .get(PRIMARY)
                .and_then(|url| url.dropped.clone());
            let other = |of: &Error| matches!(of, Error::Mismatch(Mismatch::OtherSize { .. }));
            let named = first.filter(|first| other(first) || matches!(error, Error::Changed(_)));
            self.stop(Stop::Fail(named.unwrap_or(error)));
        }
    }

    /// Gives up what has been waited for long enough.
    pub(super) fn expire(&mut self, at: Moment) {
        let late = self.connections.iter().filter(|connection| {
            let deadline = self.deadline(connection);
            deadline.is_some_and(|deadline| deadline <= at.now)
        });
        for id in late.map(|connection| connection.id).collect::<Vec<_>>() {
            self.crowd_out(at.now, id);
            self.lose(at, id, Cause::Silent);
        }
        for index in 0..self.sources.list.len() {
            let probing = self.sources.get(index).and_then(|s| s.probing.as_ref());
            if probing.is_some_and(|(_, until)| *until <= at.now) {
                self.probed(at, index, Reach::Nowhere);
            }
        }
    }

    /// A request that is not answered while others of its origin flow is one too many, and one of
    /// low priority is kept waiting by whoever else uses the host.
    ///
    /// So is one whose body does not begin: some servers send the bodies one after the other, or
    /// fill a cache from its start, and send each head at once.
    fn crowd_out(&mut self, now: Time, id: ConnectionId) {
        let Some(connection) = self.find(id) else {
            return;
        };
        let (source, opened, low) = (connection.source, connection.opened, connection.low);
        let opening = connection.stage == Stage::Opening;
        if !opening && (connection.stage != Stage::Body || connection.delivered() > 0) {
            return;
        }
        let bringing = self.bringing(source);
        let Some(origin) = self.sources.origin_mut(source) else {
            return;
        };
        if opening && (bringing > 0 || low) {
            origin.crowd();
        }
        if bringing > 0 {
            origin.refuse(now, bringing, opened);
        }
    }

    /// What has been silent for so long is over, though nothing says so; no try is spent on it.
    pub(super) fn wake(&mut self, now: Time, silence: Duration) {
        let streaming = self.is_stream();
        let mut dead = Vec::new();
        for connection in &mut self.connections {
            if connection.is_listening() && connection.heard + silence <= now {
                // A stream cannot be taken up again: it gets the time to prove that it lives.
                connection.heard = now;
                if !streaming {
                    dead.push(connection.id);
                }
            }
        }
        dead.into_iter().for_each(|id| self.close(id));
        for source in &mut self.sources.list {
            source.reconnect();
            source.probing = None;
        }
        for origin in &mut self.sources.origins {
            origin.interrupt();
        }
    }
}

pub(super) fn no_network() -> Error {
    Error::Network("the browser says that there is no network".to_owned())
}
