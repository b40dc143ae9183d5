//! The running server: two listeners, a task for each connection, and all of them end with it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::bottleneck::Bottlenecks;
use crate::gate::Gates;
use crate::journal::Journal;
use crate::line::{Line, Wire};
use crate::pages::Page;
use crate::record::{RequestRecord, Summary};
use crate::service::{Service, Side};

/// What the system may hold of an answer beyond what its client has read. Small, so that the
/// records tell what clients got rather than what was buffered for them.
const SEND_BUFFER: u32 = 256 << 10;
const BACKLOG: u32 = 1024;

/// Port 0 is any free one.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub port: u16,
    pub other_port: u16,
    pub pages: Vec<Page>,
}

/// Serves until it is dropped.
#[derive(Debug)]
pub struct Server {
    service: Arc<Service>,
    listeners: JoinSet<io::Error>,
}

impl Server {
    /// Listens when this returns.
    ///
    /// # Errors
    /// A port cannot be had.
    pub async fn start(options: Options) -> io::Result<Self> {
        let (own, other) = (listen(options.port)?, listen(options.other_port)?);
        let service = Arc::new(Service {
            journal: Journal::new(),
            bottlenecks: Bottlenecks::default(),
            gates: Gates::default(),
            pages: options.pages,
            addresses: [own.local_addr()?, other.local_addr()?],
        });
        let mut listeners = JoinSet::new();
        listeners.spawn(accept(own, Side::Own, Arc::clone(&service)));
        listeners.spawn(accept(other, Side::Other, Arc::clone(&service)));
        Ok(Self { service, listeners })
    }

    /// `http://127.0.0.1:port`
    pub fn origin(&self) -> String {
        self.origin_of(Side::Own)
    }

    /// The same content from another port, which makes it another origin.
    pub fn other_origin(&self) -> String {
        self.origin_of(Side::Other)
    }

    /// All requests for a path and query, spelt as they were on the wire, by the time they began.
    pub fn requests(&self, target: &str) -> Vec<RequestRecord> {
        self.service.journal.requests(target)
    }

    pub fn summary(&self, target: &str) -> Summary {
        Summary::of(&self.requests(target))
    }

    /// Waits until the requests for a path and query are as wanted, and returns them as they were
    /// then. Asked again whenever any record changes.
    pub async fn until(
        &self,
        target: &str,
        wanted: impl Fn(&[RequestRecord]) -> bool,
    ) -> Vec<RequestRecord> {
        self.service.journal.until(target, wanted).await
    }

    /// Drops the records, and has the knobs count from the first request again.
    pub fn forget(&self, target: &str) {
        self.service.journal.forget(target);
    }

    /// From now on all responses for a path and query together send so many bytes more, rounded
    /// up to what each sends at a time, and then nothing until [`release`](Self::release). What
    /// their clients did not wait for counts too, so that a few less may arrive.
    pub fn hold_after(&self, target: &str, bytes: u64) {
        self.service.gates.close_after(target, bytes);
    }

    /// What is held goes on.
    pub fn release(&self, target: &str) {
        self.service.gates.open(target);
    }

    /// Runs for as long as it can.
    ///
    /// # Errors
    /// A listener failed.
    pub async fn run(mut self) -> io::Result<()> {
        match self.listeners.join_next().await {
            Some(Ok(error)) => Err(error),
            Some(Err(error)) => Err(error.into()),
            None => Ok(()),
        }
    }

    fn origin_of(&self, side: Side) -> String {
        format!("http://{}", self.service.addresses[side as usize])
    }
}

fn listen(port: u16) -> io::Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let socket = TcpSocket::new_v4()?;
    // For Windows it would mean that a port which another program listens on can be had.
    socket.set_reuseaddr(cfg!(not(windows)))?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    let bound = socket.bind(address).and_then(|()| socket.listen(BACKLOG));
    bound.map_err(|error| {
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
    })
}

/// Returns only if the listener fails; its connections end with it.
async fn accept(listener: TcpListener, side: Side, service: Arc<Service>) -> io::Error {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, side, Arc::clone(&service)));
                }
                // The client gave up before it was served.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => return error,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, side: Side, service: Arc<Service>) {
    // Without it, a slice of a shaped body waits for the acknowledgement of the one before.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let line = Arc::new(Line::default());
    let wire = TokioIo::new(Wire::new(stream, Arc::clone(&line)));
    let respond = service_fn(|request| service.respond(side, request, &line));
    // How it ended is in the records: it was cut on request, or the client has left.
    let _ = http1::Builder::new().serve_connection(wire, respond).await;
}
