//! Checks by HTTP.

use alloc::string::String;
use alloc::vec::Vec;

/// A GET and what a good answer is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpCheck {
    /// path and query, begins with `/`
    pub path: String,
    /// `Host` header; none: the target's address
    pub host: Option<String>,
    /// of the request
    pub version: HttpVersion,
    /// good status codes, never empty
    pub status: Vec<StatusRange>,
    /// MD5 of the body
    pub digest: Option<[u8; 16]>,
    /// what the body must or must not have
    pub body: Option<BodyMatch>,
    /// HTTPS; none: plain HTTP
    pub tls: Option<TlsCheck>,
}

impl HttpCheck {
    /// `GET path` by HTTP/1.1, good for 200 to 299.
    pub fn get(path: &str) -> Self {
        let status = Vec::from([StatusRange { first: 200, last: 299 }]);
        Self {
            path: String::from(path),
            host: None,
            version: HttpVersion::V11,
            status,
            digest: None,
            body: None,
            tls: None,
        }
    }
}

/// What the request line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HttpVersion {
    /// HTTP/1.0
    V10,
    /// HTTP/1.0 with `Connection: close`, keepalived's `1.0C`
    V10Close,
    /// HTTP/1.1 with `Connection: close`
    V11,
}

/// Status codes from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusRange {
    /// 100 to 599
    pub first: u16,
    /// `first` to 599
    pub last: u16,
}

/// A regular expression for the body (syntax of the `regex` crate: no look-around, no back-references).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyMatch {
    /// the expression; options are written within it: `(?i)`
    pub regex: String,
    /// false: the body must not match
    pub wanted: bool,
    /// where a match must begin, at the earliest, in bytes of the body
    pub min_offset: Option<u32>,
    /// where a match must begin, at the latest
    pub max_offset: Option<u32>,
}

/// How a TLS connection is made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TlsCheck {
    /// name in the handshake (SNI); none: the check's `host` where that is a name, else none is sent
    pub sni: Option<String>,
    /// whom to trust
    pub verify: Verify,
    /// certificate chain (PEM file) that the check shows, with its key
    pub certificate: Option<String>,
    /// private key (PEM file) of `certificate`
    pub key: Option<String>,
}

/// Whether and how the server's certificate is verified.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verify {
    /// not at all, as keepalived does
    Off,
    /// by the machine's certificate authorities
    System,
    /// by those in a PEM file
    Ca(String),
}
