//! A connection's account of its own bytes: what a body gave, and what of it the socket took.
//!
//! The HTTP library buffers between the two. It flushes the socket only when its buffer is empty,
//! and that is the sign by which a body learns that its bytes have left: it gives one chunk at a
//! time, so that a cut falls exactly where it should and the record claims no byte that never went.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::journal::{Entry, lock};
use crate::record::Ending;

/// Shared by a connection's socket and the bodies that go over it, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Line {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entry: Option<Arc<Entry>>,
    /// Given by the body and not yet known to be in the socket.
    given: u64,
    /// Of these, what the record already counts.
    counted: u64,
    /// Everything was given: the next flush completes the answer.
    whole: bool,
    /// The connection is closed early by the server, not by the client.
    cut: bool,
    waiting: Option<Waker>,
}

impl Line {
    pub(crate) fn begin(&self, entry: Arc<Entry>) {
        let mut state = lock(&self.state);
        // With pipelining the next request can be read before the last flush of its predecessor.
        state.settle();
        *state = State {
            entry: Some(entry),
            ..State::default()
        };
    }

    /// Ready once the socket has taken what was given, the answer's head included. `asked` is the
    /// body's own and false at first; it is false again when this is ready.
    pub(crate) fn poll_flushed(&self, asked: &mut bool, context: &mut Context<'_>) -> Poll<()> {
        let mut state = lock(&self.state);
        if *asked && state.waiting.is_none() {
            *asked = false;
            return Poll::Ready(());
        }
        // The library polls the body first and flushes after, so this flush is still to come.
        *asked = true;
        state.waiting = Some(context.waker().clone());
        Poll::Pending
    }

    pub(crate) fn gave(&self, bytes: usize) {
        lock(&self.state).given += bytes as u64;
    }

    pub(crate) fn gave_all(&self) {
        lock(&self.state).whole = true;
    }

    pub(crate) fn cut(&self) {
        lock(&self.state).cut = true;
    }

    fn wrote(&self, bytes: usize) {
        lock(&self.state).count(bytes as u64);
    }

    fn flushed(&self) {
        let mut state = lock(&self.state);
        state.settle();
        if let Some(waker) = state.waiting.take() {
            waker.wake();
        }
    }

    fn closed(&self) {
        let state = &mut *lock(&self.state);
        if let Some(entry) = state.entry.take() {
            entry.end(if state.cut {
                Ending::Cut
            } else {
                Ending::ClientGone
            });
        }
    }
}

impl State {
    /// Framing counts as body here until the chunk is full, which the flush sets right.
    fn count(&mut self, bytes: u64) {
        let more = bytes.min(self.given - self.counted);
        self.counted += more;
        if let Some(entry) = self.entry.as_ref().filter(|_| more > 0) {
            entry.update(|record| {
                record.bytes += more;
                if let Some(sent) = &mut record.sent {
                    sent.end += more;
                }
            });
        }
    }

    fn settle(&mut self) {
        self.count(self.given - self.counted);
        self.given = 0;
        self.counted = 0;
        if self.whole
            && let Some(entry) = self.entry.take()
        {
            entry.end(Ending::Complete);
        }
    }
}

/// The socket, which tells its line what it takes.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    line: Arc<Line>,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, line: Arc<Line>) -> Self {
        Self { stream, line }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.line.closed();
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, buffer);
        self.told(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.told(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(context);
        if matches!(result, Poll::Ready(Ok(()))) {
            self.line.flushed();
        }
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Wire {
    fn told(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = result {
            self.line.wrote(bytes);
        }
        result
    }
}
