//! What a server, or the page, would have to add.

use super::Page;
use crate::core::origin;

/// What is missing, in the order of its weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    Unreachable,
    /// The page's own policy forbids the address.
    Policy,
    /// The page is secure and the address is not.
    MixedContent,
    /// The page may not read the answer.
    Cors,
    Status,
    Ranges,
    Encoding,
    Length,
    /// The validators of two answers differ.
    Inconsistent,
    /// Neither a strong entity tag nor a date, or the page cannot read them.
    Validator,
    /// Content-Range is sent, as a 206 must, but cannot be read.
    Expose,
}

impl Advice {
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Policy => "policy",
            Self::MixedContent => "mixed-content",
            Self::Cors => "cors",
            Self::Status => "status",
            Self::Ranges => "ranges",
            Self::Encoding => "encoding",
            Self::Length => "length",
            Self::Inconsistent => "inconsistent",
            Self::Validator => "validator",
            Self::Expose => "expose",
        }
    }

    pub fn problem(self) -> &'static str {
        match self {
            Self::Unreachable => "no server answers at this address",
            Self::Policy => {
                "the page's Content-Security-Policy forbids this address: its connect-src, \
                 or its default-src where it has none, must allow it, \
                 also in the policy that rangeload-worker.js is sent with"
            }
            Self::MixedContent => "a page of https: may not read an address of http:",
            Self::Cors => "the server answers, but does not let this page read it",
            Self::Status => "the status of the answer is not that of a file",
            Self::Ranges => {
                "a range was asked for and not answered with just that range: \
                 one connection, and from the first byte after each interruption"
            }
            Self::Encoding => {
                "the file is compressed on the way, so that ranges of it mean nothing"
            }
            Self::Length => "the server does not say how long the file is",
            Self::Inconsistent => "two answers name different versions of the file",
            Self::Validator => {
                "nothing the page can read proves that two answers are of one version: \
                 one connection, and stored bytes are fetched again to compare"
            }
            Self::Expose => "the page cannot read all that the server says of the file",
        }
    }

    /// Lines for the server's answers, as HTTP writes them; of a policy, the part to add.
    pub fn headers(self, url: &str, page: Page<'_>) -> Vec<String> {
        let expose = || {
            "Access-Control-Expose-Headers: Content-Disposition, Content-Encoding, \
             Content-Range, ETag, Retry-After"
                .to_owned()
        };
        match self {
            Self::Cors => {
                let mut lines = Vec::new();
                if page.credentials {
                    lines.push(["Access-Control-Allow-Origin: ", page.origin].concat());
                    lines.push("Access-Control-Allow-Credentials: true".into());
                } else {
                    lines.push("Access-Control-Allow-Origin: *".into());
                }
                if !page.headers.is_empty() {
                    lines.push(["Access-Control-Allow-Headers: ", page.headers].concat());
                }
                lines.push(expose());
                lines
            }
            // Of the page, not of the file. A second policy only forbids more, so this is no line
            // by itself.
            Self::Policy => vec![["connect-src ", origin::of(url)].concat()],
            Self::Encoding => vec!["Cache-Control: no-transform".into()],
            Self::Expose => vec![expose()],
            Self::Validator if page.cross_origin => vec!["ETag: \"…\"".into(), expose()],
            Self::Validator => vec!["ETag: \"…\"".into()],
            // To say that there are ranges does not make any: a download believes only a 206.
            Self::Ranges
            | Self::Unreachable
            | Self::MixedContent
            | Self::Status
            | Self::Length
            | Self::Inconsistent => Vec::new(),
        }
    }
}
