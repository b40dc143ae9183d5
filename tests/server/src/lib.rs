//! The range server: serves pages and synthetic files, records every request, and misbehaves on
//! request. It listens on two ports of 127.0.0.1, which to a browser are two origins.
//!
//! | address | answer |
//! |---|---|
//! | `GET /files/{size}/{name}?knobs` | a file of that size, made as it is read: `5GiB+1`, `8MiB-1`, `4096`; up to 1 TiB |
//! | `GET /sha256/{size}?seed=&start=&end=` | the SHA-256 of its content, or of the half-open range, as text |
//! | `GET /requests?path=` | the [records](RequestRecord) of all requests for that path and query, as JSON |
//! | `GET /requests/summary?path=` | what they [add up to](Summary) |
//! | `DELETE /requests?path=` | forgets them, and counts from the first request again |
//! | anything else | the mounted [pages](Page) |
//!
//! Files are answered by RFC 9110 (single ranges, If-Range, HEAD, 416) and readable from any
//! origin, unless a knob says otherwise.
//!
//! # Knobs
//! All can be combined. Sizes and rates take `KiB`, `MiB`, `GiB`, `TiB` (powers of 1024), `KB`, `MB`, `GB`, `TB`
//! (powers of 1000) and a correction, `+n` or `-n`. A knob that is not in this table, or not as it
//! says, is answered 400. Requests are counted per path and query.
//!
//! | knob | effect |
//! |---|---|
//! | `seed=N` | other content; default 0 |
//! | `rate=BYTES` | each response flows at so many bytes per second |
//! | `shared=BYTES` | all responses of this path and query together flow at so many bytes per second |
//! | `slow=I:BYTES` | every I-th request has this rate instead |
//! | `validators=strong` · `date` · `weak` · `weak-only` · `none` | shows ETag and Last-Modified · the date alone · a weak ETag and the date · a weak ETag alone · neither |
//! | `weak-varies=1` | another weak ETag at each request |
//! | `etag-after=K` | from request K+1 on another ETag, for the same content |
//! | `content-after=K` | from request K+1 on the content of the next seed, with another ETag and date |
//! | `size-after=K:SIZE` | likewise, and of another size |
//! | `rot=START:END` | every bit of the half-open range is wrong, and nothing tells |
//! | `redirect=K` | K redirects (302) to itself before each answer; they carry `hop=n` and do not count as requests |
//! | `redirect-to=other` | the first of them leads to the other origin |
//! | `length=unknown` | no Content-Length |
//! | `expose=none` · `cors=none` | no Access-Control-Expose-Headers · no CORS headers at all |
//! | `disposition=VALUE` | sends this Content-Disposition |
//! | `type=VALUE` | sends this Content-Type |
//! | `tag=ANYTHING` | nothing; makes an address unique |
//!
//! The faults, which `skip` and `times` confine to some requests:
//!
//! | knob | effect |
//! |---|---|
//! | `delay=MS` | waits before the head |
//! | `cut=N` | closes the connection after N body bytes, if there are more |
//! | `stall=N` | sends nothing after N body bytes, if there are more, and leaves the connection open |
//! | `ranges=ignore` · `claim` | answers 200 to a range, without · with Accept-Ranges |
//! | `content-range=shifted` | a 206 that starts 1 KiB earlier than asked (at the beginning: later), and says so |
//! | `content-range=lies` | a 206 whose header is 1 KiB off its body |
//! | `content-range=total` · `missing` · `garbage` | a wrong size in it · no such header · one that cannot be parsed |
//! | `body=short:N` | N bytes less than promised; the connection closes there, unless the length is unknown |
//! | `body=long:N` | N bytes more, with no length promised |
//! | `status=CODE` | this error (400 to 599) and a short text |
//! | `retry-after=SECONDS` · `date:SECONDS` | with `status`: Retry-After as a number · as a date that far ahead |
//! | `encoding=gzip` | the bytes of the range compressed, with Content-Encoding, on 206 too |
//! | `skip=K` | faults begin after K requests |
//! | `times=K` | faults end after K requests that met them |

mod answer;
mod body;
mod bottleneck;
pub mod content;
mod cors;
mod file;
mod gate;
mod journal;
mod knobs;
mod line;
mod pace;
mod pages;
pub mod quantity;
mod range;
mod record;
mod resource;
mod server;
mod service;
mod source;

pub use pages::Page;
pub use record::{Ending, RequestRecord, Summary};
pub use server::{Options, Server};
