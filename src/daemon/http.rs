//! HTTP/1.1 for people, health checks, scrapers and those who follow the state, and the daemon's control socket.
//!
//! Nobody on the network can command anything: GET and HEAD reach the handler, and a POST only where its owner takes what
//! others tell of themselves. Nobody can keep others from an answer: connections, handshakes, heads, bodies and waiting
//! all have limits, and when there are too many connections the one that was idle longest makes room.

mod activity;
mod bind;
mod connection;
mod door;
mod events;
mod exchange;
mod listeners;
mod quiet;
mod serve;
mod table;
#[cfg(test)]
mod tests;
mod tls;

use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;

pub use bind::{BindError, bind_control, bind_tcp};
pub use events::Events;
pub use hyper::Method;
pub use listeners::Listeners;
pub use serve::{serve_tcp, serve_unix};
pub use tls::{ServerTls, TlsError};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// somebody on the network: only GET and HEAD reach the handler, and POST where [`Listeners::allow_post`] says so
    Network(SocketAddr),
    /// a process on this machine, through the control socket
    Local {
        /// its user, where the kernel says so (`SO_PEERCRED`)
        uid: Option<u32>,
    },
}

/// A question.
#[derive(Clone, Debug)]
pub struct Request {
    /// from the network only GET or HEAD, and POST to a path that takes one
    pub method: Method,
    /// begins with `/`, as it was sent (nothing decoded)
    pub path: String,
    /// what stands behind `?`
    pub query: Option<String>,
    /// at most 64 KiB; from the network only with a POST
    pub body: Vec<u8>,
    /// who asks
    pub peer: Peer,
}

/// An answer.
#[derive(Debug)]
pub enum Reply {
    /// one that is complete
    Full {
        /// 200 to 599; others become 500
        status: u16,
        /// `Content-Type`
        content_type: &'static str,
        /// the content; not sent for HEAD
        body: Vec<u8>,
    },
    /// server-sent events, until the sender of the states is dropped or the peer is gone
    Events(Events),
}

impl Reply {
    /// A complete reply in plain text.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::Full { status, content_type: "text/plain; charset=utf-8", body: text.into().into_bytes() }
    }

    /// A complete reply in JSON, which the caller made.
    pub fn json(status: u16, json: impl Into<Vec<u8>>) -> Self {
        Self::Full { status, content_type: "application/json", body: json.into() }
    }
}

/// Answers requests.
pub type Handler = Rc<dyn Fn(Request) -> Pin<Box<dyn Future<Output = Reply>>>>;

/// The limits of one listener, each with its reason.
mod limit {
    use std::time::Duration;

    /// Connections at the same time; with the watchers, what a few dozen directors, scrapers and people need,
    /// within the usual 1,024 file descriptors of a process.
    pub(super) const CONNECTIONS: usize = 512;

    /// Event streams at the same time; they are never closed to make room, so they must leave room.
    pub(super) const WATCHERS: usize = 128;

    /// Request head in bytes, what hyper takes at least; our own clients send a few hundred.
    pub(super) const HEAD: usize = 8 * 1024;

    /// Request body in bytes; commands are short.
    pub(super) const BODY: usize = 64 * 1024;

    /// From a connection's first byte (or its beginning, with a handshake if there is one) to the end of the head, and then
    /// of the body.
    pub(super) const READ: Duration = Duration::from_secs(5);

    /// Between two requests of one connection; scrapers that ask each 15 s or less keep theirs.
    pub(super) const IDLE: Duration = Duration::from_secs(15);

    /// Without the peer taking a byte that waits for it.
    pub(super) const STALL: Duration = Duration::from_secs(10);

    /// Between two heartbeats unless the handler says otherwise: a watcher that misses three knows within three seconds.
    pub(super) const HEARTBEAT: Duration = Duration::from_secs(1);

    /// Between two heartbeats at least: nothing may make a daemon that idles busy.
    pub(super) const FASTEST_HEARTBEAT: Duration = Duration::from_millis(10);

    /// Before the next try after the kernel had no descriptor or memory for a connection.
    pub(super) const BACK_OFF: Duration = Duration::from_millis(100);
}
