//! The connections there are: which is which, how long each is waited for, and its end.

use super::action::{Action, ConnectionId, SourceIndex};
use super::connection::{ANSWER, ANSWER_AMONG_PEERS, Connection, Stage, Surroundings};
use super::{Download, Time};

impl Download {
    pub(super) fn connection(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.connections.iter_mut().find(|c| c.id == id)
    }

    pub(super) fn find(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.iter().find(|c| c.id == id)
    }

    pub(super) fn is_of(&self, connection: &Connection, origin: usize) -> bool {
        let source = self.sources.get(connection.source);
        source.is_some_and(|source| source.origin == origin)
    }

    pub(super) fn count(&self, origin: usize) -> usize {
        let of_it = self.connections.iter().filter(|c| self.is_of(c, origin));
        of_it.count()
    }

    pub(super) fn count_of(&self, source: SourceIndex) -> usize {
        let of_it = self.connections.iter().filter(|c| c.source == source);
        of_it.count()
    }

    /// How many connections of the source's origin bring bytes, or are about to.
    pub(super) fn flowing(&self, source: SourceIndex) -> usize {
        self.bodies(source).count()
    }

    /// How many of them have brought any.
    pub(super) fn bringing(&self, source: SourceIndex) -> usize {
        self.bodies(source).filter(|c| c.delivered() > 0).count()
    }

    fn bodies(&self, source: SourceIndex) -> impl Iterator<Item = &Connection> {
        let origin = self.sources.get(source).map(|source| source.origin);
        let of_it = move |c: &&Connection| origin.is_some_and(|origin| self.is_of(c, origin));
        let bodies = self.connections.iter().filter(of_it);
        bodies.filter(|c| c.stage == Stage::Body)
    }

    /// Whether others of its origin bring bytes.
    pub(super) fn has_peers(&self, connection: &Connection) -> bool {
        let itself = usize::from(connection.stage == Stage::Body);
        self.flowing(connection.source) > itself
    }

    pub(super) fn deadline(&self, connection: &Connection) -> Option<Time> {
        connection.deadline(self.surroundings(connection.source))
    }

    pub(super) fn surroundings(&self, source: SourceIndex) -> Surroundings {
        let known = self.sources.get(source);
        // Some make the file when they are asked for it. What is not there at all is waited for
        // longer once in three times only: it is to be told some time.
        let strikes = known.map_or(0, |source| source.retry.strikes());
        Surroundings {
            heard: self.heard,
            setup: known.map(|source| source.setup()).unwrap_or_default(),
            patience: match !self.has_begun() && self.has_other_ready(source) {
                true => ANSWER_AMONG_PEERS,
                false => ANSWER * (1 << (strikes % 3)),
            },
            stream: self.is_stream(),
        }
    }

    /// The part its bytes went to will not grow any more.
    pub(super) fn seal(&mut self, id: ConnectionId) {
        let part = self.connection(id).and_then(|c| c.part.take());
        if let Some(part) = part {
            self.parts.seal(part);
        }
    }

    pub(super) fn close(&mut self, id: ConnectionId) {
        self.seal(id);
        if let Some(index) = self.connections.iter().position(|c| c.id == id) {
            let closed = self.connections.swap_remove(index);
            if let Some(twin) = closed.twin.and_then(|twin| self.connection(twin)) {
                twin.twin = None;
            }
            self.actions.push_back(Action::Close { connection: id });
        }
    }

    pub(super) fn close_all(&mut self) {
        while let Some(connection) = self.connections.first() {
            self.close(connection.id);
        }
    }
}
