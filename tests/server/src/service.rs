//! From a request to its answer: which part of the server it is for, and what is recorded of it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{ALLOW, HeaderValue, LOCATION, RANGE};
use hyper::{Method, Request, Response, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::answer::Answer;
use crate::body::{Body, Plan};
use crate::bottleneck::Bottlenecks;
use crate::content::Hasher;
use crate::gate::Gates;
use crate::journal::{Entry, HOP, Journal};
use crate::knobs::{self, Cors, Knobs};
use crate::line::Line;
use crate::pages::{self, Page};
use crate::range::ByteRange;
use crate::record::Summary;
use crate::resource::Resource;
use crate::source::Source;
use crate::{cors, file};

const ALLOWED: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
/// How long a thread is kept for a digest: 64 slices are 4 MiB.
const STEPS: usize = 64;

#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) journal: Journal,
    pub(crate) bottlenecks: Bottlenecks,
    pub(crate) gates: Gates,
    pub(crate) pages: Vec<Page>,
    pub(crate) addresses: [SocketAddr; 2],
}

/// One of the server's two origins, as a request met it.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    Own,
    Other,
}

type Served = (Answer, Cors);

impl Service {
    pub(crate) async fn respond(
        &self,
        side: Side,
        request: Request<Incoming>,
        line: &Arc<Line>,
    ) -> Result<Response<Body>, Infallible> {
        let (mut answer, cors) = self.answer(side, &request, line).await;
        cors::allow(cors, &mut answer.headers);
        if request.method() == Method::HEAD {
            answer.plan = Plan::of(Source::Ready(bytes::Bytes::new()));
        }
        let mut response = Response::new(Body::new(answer.plan, Arc::clone(line)));
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }

    async fn answer(&self, side: Side, request: &Request<Incoming>, line: &Arc<Line>) -> Served {
        let path = request.uri().path();
        match path {
            // Questions about requests are not themselves recorded.
            "/requests" | "/requests/summary" => return (self.requests(request), Cors::Exposed),
            _ => {}
        }
        let entry = self.record(side, request);
        line.begin(Arc::clone(&entry));
        let served = match (request.method(), path) {
            (&Method::OPTIONS, _) => preflight(request),
            (&Method::GET | &Method::HEAD, _) => {
                if let Some(file) = path.strip_prefix("/files/") {
                    self.file(side, request, file, &entry).await
                } else if let Some(size) = path.strip_prefix("/sha256/") {
                    (digest(size, request.uri()).await, Cors::Exposed)
                } else {
                    (pages::answer(&self.pages, path).await, Cors::Exposed)
                }
            }
            _ => (not_allowed(ALLOWED), Cors::Exposed),
        };
        entry.update(|record| {
            record.status = Some(served.0.status.as_u16());
            record.sent = served.0.content_start.map(|start| start..start);
        });
        served
    }

    fn record(&self, side: Side, request: &Request<Incoming>) -> Arc<Entry> {
        let range = request.headers().get(RANGE);
        let range = range.map(|range| String::from_utf8_lossy(range.as_bytes()));
        self.journal.begin(
            self.addresses[side as usize].port(),
            request.method().as_str(),
            target(request.uri()),
            range.as_deref(),
        )
    }

    async fn file(
        &self,
        side: Side,
        request: &Request<Incoming>,
        file: &str,
        entry: &Entry,
    ) -> Served {
        let Some(size) = file_size(file) else {
            let text = "expected /files/{size}/{name} with a size of 0 to 1TiB, such as 5GiB+1";
            return (Answer::text(StatusCode::NOT_FOUND, text), Cors::Exposed);
        };
        let (hop, query) = hop(request.uri().query().unwrap_or_default());
        let knobs = match Knobs::parse(&query) {
            Ok(knobs) => knobs,
            Err(refusal) => {
                return (
                    Answer::text(StatusCode::BAD_REQUEST, refusal.to_string()),
                    Cors::Exposed,
                );
            }
        };
        if hop < knobs.redirect {
            return (
                self.redirect(side, hop, request.uri().path(), &query, &knobs),
                knobs.cors,
            );
        }
        let n = self.journal.count(target(request.uri()));
        let resource = Resource::at(n, size, &knobs);
        // A range has no meaning for other methods (RFC 9110, section 14.2).
        let range = request
            .headers()
            .get(RANGE)
            .filter(|_| request.method() == Method::GET);
        let range = range.and_then(|range| ByteRange::parse(range.to_str().ok()?));
        entry.update(|record| {
            record.asked = range.map(|range| range.asked(resource.size));
            record.beyond = range.is_some_and(|range| range.beyond(resource.size));
        });
        tokio::time::sleep(knobs.faults(n).delay).await;
        let mut answer = file::answer(n, &resource, &knobs, request.headers(), range);
        let shared = knobs.shared.filter(|_| answer.status.is_success());
        answer.plan.shared = shared.map(|rate| self.bottlenecks.of(target(request.uri()), rate));
        answer.plan.gate = Some(self.gates.of(target(request.uri())));
        (answer, knobs.cors)
    }

    /// The first hop may lead to the other origin; the following ones stay there.
    fn redirect(&self, side: Side, hop: u64, path: &str, query: &str, knobs: &Knobs) -> Answer {
        let origin = if knobs.redirect_to_other && hop == 0 {
            let other = match side {
                Side::Own => Side::Other,
                Side::Other => Side::Own,
            };
            format!("http://{}", self.addresses[other as usize])
        } else {
            String::new()
        };
        let mut answer = Answer::text(StatusCode::FOUND, "elsewhere, as asked for");
        let location = format!("{origin}{path}?{query}&{HOP}={}", hop + 1);
        if let Ok(location) = HeaderValue::try_from(location) {
            answer.headers.insert(LOCATION, location);
        }
        answer
    }

    fn requests(&self, request: &Request<Incoming>) -> Answer {
        let Some(path) = parameter(request.uri(), "path") else {
            return Answer::text(
                StatusCode::BAD_REQUEST,
                "expected ?path= with a path and query, URL-encoded",
            );
        };
        match *request.method() {
            Method::OPTIONS => preflight(request).0,
            Method::GET if request.uri().path() == "/requests" => {
                json(&self.journal.requests(&path))
            }
            Method::GET => json(&Summary::of(&self.journal.requests(&path))),
            Method::DELETE => {
                self.journal.forget(&path);
                Answer::empty(StatusCode::NO_CONTENT)
            }
            _ => not_allowed(HeaderValue::from_static("GET, DELETE, OPTIONS")),
        }
    }
}

fn preflight(request: &Request<Incoming>) -> Served {
    let query = request.uri().query().unwrap_or_default();
    // A query that is not understood is refused when it is used.
    let cors = Knobs::parse(&hop(query).1).map_or(Cors::Exposed, |knobs| knobs.cors);
    let mut answer = Answer::empty(StatusCode::NO_CONTENT);
    answer.headers.insert(ALLOW, ALLOWED);
    cors::allow_request(cors, request.headers(), &mut answer.headers);
    (answer, cors)
}

fn not_allowed(allowed: HeaderValue) -> Answer {
    let mut answer = Answer::text(StatusCode::METHOD_NOT_ALLOWED, "no such method here");
    answer.headers.insert(ALLOW, allowed);
    answer
}

/// Hashes on threads meant for that, in steps, so that it ends soon after the client has left.
async fn digest(size: &str, uri: &Uri) -> Answer {
    let number = |name, default: u64| match parameter(uri, name) {
        Some(text) => text.parse().ok(),
        None => Some(default),
    };
    let size = decoded(size).and_then(|size| knobs::size(&size));
    let range = size.and_then(|size| {
        let (start, end) = (number("start", 0)?, number("end", size)?);
        (start <= end && end <= size).then_some(start..end)
    });
    let (Some(range), Some(seed)) = (range, number("seed", 0)) else {
        let text =
            "expected /sha256/{size}?seed=&start=&end= with numbers and start <= end <= size";
        return Answer::text(StatusCode::BAD_REQUEST, text);
    };
    let mut hasher = Hasher::new(seed, range);
    loop {
        let steps = move || {
            let more = (0..STEPS).all(|_| hasher.step());
            (hasher, more)
        };
        match tokio::task::spawn_blocking(steps).await {
            Ok((stepped, true)) => hasher = stepped,
            Ok((stepped, false)) => return Answer::text(StatusCode::OK, stepped.finish()),
            Err(error) => {
                return Answer::text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
            }
        }
    }
}

fn json(value: &impl Serialize) -> Answer {
    match serde_json::to_vec(value) {
        Ok(json) => Answer::ready(StatusCode::OK, "application/json", json),
        Err(error) => Answer::text(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

/// `{size}/{name}`
fn file_size(file: &str) -> Option<u64> {
    let (size, name) = file.split_once('/')?;
    let named = !name.is_empty() && !name.contains('/');
    knobs::size(&decoded(size)?).filter(|_| named)
}

fn decoded(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    Some(text.into_owned())
}

fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, value) = pairs.find(|(found, _)| found == name)?;
    Some(value.into_owned())
}

/// How many redirects were followed, and the query without that.
fn hop(query: &str) -> (u64, String) {
    let parse = |knob: &str| knob.strip_prefix(HOP)?.strip_prefix('=')?.parse().ok();
    let hop = query.split('&').find_map(parse);
    let rest: Vec<_> = query
        .split('&')
        .filter(|knob| parse(knob).is_none())
        .collect();
    (hop.unwrap_or(0), rest.join("&"))
}

fn target(uri: &Uri) -> &str {
    uri.path_and_query()
        .map_or(uri.path(), |target| target.as_str())
}
