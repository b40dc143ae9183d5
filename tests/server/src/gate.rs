//! Gates that close when the responses of an address have sent so many bytes, and are opened by
//! whoever wanted that: what is to happen in the middle of a file happens there, however long it
//! takes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use crate::journal::lock;

#[derive(Debug)]
pub(crate) struct Gate(Mutex<State>);

#[derive(Debug)]
struct State {
    left: u64,
    waiting: Vec<Waker>,
}

impl Gate {
    fn new() -> Self {
        Self(Mutex::new(State {
            left: u64::MAX,
            waiting: Vec::new(),
        }))
    }

    fn set(&self, left: u64) {
        let mut state = lock(&self.0);
        state.left = left;
        state.waiting.drain(..).for_each(Waker::wake);
    }

    /// Ready while it is open.
    pub(crate) fn poll_open(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut state = lock(&self.0);
        if state.left > 0 {
            return Poll::Ready(());
        }
        state.waiting.push(context.waker().clone());
        Poll::Pending
    }

    /// So many have gone through. One that is left open for good has more left than there is.
    pub(crate) fn passed(&self, bytes: usize) {
        let mut state = lock(&self.0);
        state.left = state.left.saturating_sub(bytes as u64);
    }
}

/// By path and query. Open, where nothing is said.
#[derive(Debug, Default)]
pub(crate) struct Gates(Mutex<HashMap<String, Arc<Gate>>>);

impl Gates {
    pub(crate) fn of(&self, target: &str) -> Arc<Gate> {
        let mut all = lock(&self.0);
        let gate = all.entry(target.to_owned());
        Arc::clone(gate.or_insert_with(|| Arc::new(Gate::new())))
    }

    pub(crate) fn close_after(&self, target: &str, bytes: u64) {
        self.of(target).set(bytes);
    }

    pub(crate) fn open(&self, target: &str) {
        self.of(target).set(u64::MAX);
    }
}
