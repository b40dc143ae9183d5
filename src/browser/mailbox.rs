//! Values from one task of this thread to another: many may send, one reads, nobody waits to send.
//!
//! A reply to a question comes by the same way, and is the only one that is sent.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

pub(super) struct Sender<T>(Rc<Shared<T>>);

pub(super) struct Mailbox<T>(Rc<Shared<T>>);

struct Shared<T> {
    sent: RefCell<VecDeque<T>>,
    reader: RefCell<Option<Waker>>,
    senders: Cell<usize>,
    is_open: Cell<bool>,
}

pub(super) fn mailbox<T>() -> (Sender<T>, Mailbox<T>) {
    let shared = Rc::new(Shared {
        sent: RefCell::default(),
        reader: RefCell::default(),
        senders: Cell::new(1),
        is_open: Cell::new(true),
    });
    (Sender(shared.clone()), Mailbox(shared))
}

impl<T> Sender<T> {
    /// Where nobody reads any more, the value is dropped.
    pub(super) fn send(&self, value: T) {
        if self.0.is_open.get() {
            self.0.sent.borrow_mut().push_back(value);
            wake(&self.0.reader);
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        !self.0.is_open.get()
    }
}

impl<T> Mailbox<T> {
    /// The next value; `None` once there is none and everyone who could send one is gone.
    pub(super) async fn next(&mut self) -> Option<T> {
        poll_fn(|context| {
            let value = self.0.sent.borrow_mut().pop_front();
            if value.is_none() && self.0.senders.get() > 0 {
                *self.0.reader.borrow_mut() = Some(context.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(value)
        })
        .await
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.senders.set(self.0.senders.get() + 1);
        Self(self.0.clone())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let others = self.0.senders.get() - 1;
        self.0.senders.set(others);
        if others == 0 {
            wake(&self.0.reader);
        }
    }
}

/// What has not been read is dropped: who asked in it learns that there will be no answer.
impl<T> Drop for Mailbox<T> {
    fn drop(&mut self) {
        self.0.is_open.set(false);
        let unread = self.0.sent.take();
        drop(unread);
    }
}

fn wake(reader: &RefCell<Option<Waker>>) {
    if let Some(waker) = reader.take() {
        waker.wake();
    }
}
