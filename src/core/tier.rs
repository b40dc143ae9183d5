//! Where bytes can be kept, which place is tried first, and how each wants to be written to.
//!
//! Whether a place works is found out by trying it, in the browser; nothing here guesses.

/// A kind of storage. Declared in the order in which they are tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tier {
    /// One file for each download in the origin private file system.
    Opfs,
    /// Parts in the database that has the records too.
    #[default]
    IndexedDb,
    /// The page's own memory: gone with the page.
    Memory,
}

impl Tier {
    pub const ALL: [Self; 3] = [Self::Opfs, Self::IndexedDb, Self::Memory];

    /// As in the public option `storage`, and in records.
    pub fn key(self) -> &'static str {
        match self {
            Self::Opfs => "opfs",
            Self::IndexedDb => "indexeddb",
            Self::Memory => "memory",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.key() == key)
    }

    pub fn policy(self) -> Policy {
        match self {
            // A crash costs what is unsaved, and what waits in sockets and pipes by then.
            Self::Opfs => Policy::Stream {
                checkpoint: 8 << 20,
                unsaved: 16 << 20,
            },
            Self::IndexedDb | Self::Memory => Policy::Parts { longest: PART },
        }
    }
}

/// The longest part, in bytes: large enough that a store is fast, small enough to hold in memory.
pub const PART: u64 = 8 << 20;

/// How a store wants its bytes, and how many may be at risk. All are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Bytes stay in memory until a commit saves the part they belong to.
    Parts { longest: u64 },
    /// Bytes are written as they come, and a commit makes all of them durable.
    Stream {
        /// So many unsaved bytes are worth a commit.
        checkpoint: u64,
        /// With so many, the network waits for the commit under way.
        unsaved: u64,
    },
}

impl Policy {
    pub fn longest_part(self) -> u64 {
        match self {
            Self::Parts { longest } => longest,
            Self::Stream { .. } => u64::MAX,
        }
    }

    /// How many bytes may be unsaved while so many connections share the work: a part for each of
    /// them, and never less than two, so that a single one need not wait for every commit.
    pub fn most_unsaved(self, connections: usize) -> u64 {
        match self {
            Self::Parts { longest } => longest * connections.max(2) as u64,
            Self::Stream { unsaved, .. } => unsaved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_is_known_by_its_key_and_by_nothing_else() {
        for tier in Tier::ALL {
            assert_eq!(Tier::from_key(tier.key()), Some(tier));
        }
        for key in ["", "OPFS", "indexeddb ", "disk"] {
            assert_eq!(Tier::from_key(key), None, "{key:?}");
        }
    }

    #[test]
    fn a_single_connection_may_fill_one_part_while_another_is_saved() {
        let policy = Policy::Parts { longest: 10 };
        assert_eq!(policy.most_unsaved(1), 20);
        assert_eq!(policy.most_unsaved(6), 60);
    }

    #[test]
    fn bytes_at_risk_in_a_file_do_not_grow_with_the_connections() {
        let policy = Tier::Opfs.policy();
        assert_eq!(policy.most_unsaved(1), policy.most_unsaved(32));
    }
}
