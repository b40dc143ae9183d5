//! The least of an HTTP client: it sees what is on the wire, and mends nothing.

use std::io;

use rangeload_server::{Options, Server, content};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) type Result = io::Result<()>;

pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The body ended where its framing says.
    pub(crate) whole: bool,
}

impl Reply {
    /// Empty if it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).trim_end().to_owned()
    }

    fn find(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
        Some(value)
    }
}

pub(crate) async fn start() -> io::Result<Server> {
    Server::start(Options::default()).await
}

pub(crate) async fn get(server: &Server, target: &str) -> io::Result<Reply> {
    request("GET", &server.origin(), target, &[]).await
}

pub(crate) async fn get_range(server: &Server, target: &str, range: &str) -> io::Result<Reply> {
    request("GET", &server.origin(), target, &[("Range", range)]).await
}

pub(crate) async fn request(
    method: &str,
    origin: &str,
    target: &str,
    headers: &[(&str, &str)],
) -> io::Result<Reply> {
    let mut stream = send(method, origin, target, headers).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let end = head_end(&bytes).ok_or(io::ErrorKind::UnexpectedEof)?;
    let body = bytes.split_off(end);
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let mut reply = parse(&head, body);
    if method == "HEAD" {
        reply.whole = reply.body.is_empty();
    }
    Ok(reply)
}

/// Sends a request whose answer is left to be read.
pub(crate) async fn send(
    method: &str,
    origin: &str,
    target: &str,
    headers: &[(&str, &str)],
) -> io::Result<TcpStream> {
    let address = origin.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await?;
    let mut text =
        format!("{method} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += "\r\n";
    stream.write_all(text.as_bytes()).await?;
    Ok(stream)
}

/// Reads the head and so many bytes of the body.
pub(crate) async fn read_body(stream: &mut TcpStream, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = head_end(&bytes)
            && bytes.len() >= end + length
        {
            return Ok(bytes.split_off(end));
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

pub(crate) fn bytes(seed: u64, range: std::ops::Range<u64>) -> Vec<u8> {
    let mut buffer = vec![0; (range.end - range.start) as usize];
    content::fill(seed, range.start, &mut buffer);
    buffer
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some(end + 4)
}

fn parse(head: &str, body: Vec<u8>) -> Reply {
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut reply = Reply {
        status: status.unwrap_or_default(),
        headers,
        body,
        whole: false,
    };
    if reply.header("transfer-encoding") == "chunked" {
        (reply.body, reply.whole) = dechunk(&reply.body);
    } else {
        let length = reply.header("content-length").parse().unwrap_or(0);
        reply.whole = reply.body.len() == length;
    }
    reply
}

/// The chunks, and whether the last one was there.
fn dechunk(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") {
        let size = String::from_utf8_lossy(&bytes[..end]);
        let Ok(size) = usize::from_str_radix(&size, 16) else {
            break;
        };
        if size == 0 {
            return (body, true);
        }
        let rest = &bytes[end + 2..];
        body.extend_from_slice(&rest[..size.min(rest.len())]);
        bytes = rest.get(size + 2..).unwrap_or_default();
    }
    (body, false)
}
