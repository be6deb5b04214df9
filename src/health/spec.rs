//! What one check does.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

/// One check of one target. Two equal specifications are one check, however many services need it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckSpec {
    /// where the check connects to
    pub target: SocketAddr,
    /// what it does there
    pub kind: CheckKind,
    /// source address of the connection; none: the kernel chooses
    pub source: Option<IpAddr>,
    /// `SO_MARK` of the connection
    pub mark: Option<u32>,
    /// time between the starts of two attempts while the target is up (or not known yet)
    pub interval: Duration,
    /// the same while the target is down
    pub interval_down: Duration,
    /// an attempt that takes longer has failed
    pub timeout: Duration,
    /// failures in a row that turn up into down, at least 1
    pub fall: u32,
    /// successes in a row that turn down into up, at least 1; the first success of a new target counts at once
    pub rise: u32,
}

/// What a check does at its target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckKind {
    /// connects
    Tcp,
    /// asks by HTTP and looks at the answer
    Http(HttpCheck),
}

/// An HTTP/1.1 GET and what a good answer is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpCheck {
    /// path and query, begins with `/`
    pub path: String,
    /// `Host` header; none: the target's address
    pub host: Option<String>,
    /// good status codes, never empty
    pub status: Vec<StatusRange>,
    /// MD5 of the body
    pub digest: Option<[u8; 16]>,
}

/// Status codes from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatusRange {
    /// 100 to 599
    pub first: u16,
    /// `first` to 599
    pub last: u16,
}
