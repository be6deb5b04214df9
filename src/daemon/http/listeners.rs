//! The network listeners: each tried until it is there, because an address of the host may come after the daemon.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::door::Door;
use super::serve::serve;
use super::tls::ServerTls;
use super::{BindError, Handler, bind_tcp};
use crate::errors::one_line;

/// Between two tries.
const RETRY: Duration = Duration::from_secs(2);

/// What listens on the network.
pub struct Listeners {
    door: Rc<Door>,
    tasks: BTreeMap<Place, JoinHandle<()>>,
}

/// An address, and whether IPv4 has the port for itself beside it, which an IPv6 socket has to know.
type Place = (SocketAddr, bool);

impl Listeners {
    /// Nothing listens yet. Must be used within a `LocalSet`.
    pub fn new(handler: Handler) -> Self {
        Self { door: Door::new(handler), tasks: BTreeMap::new() }
    }

    /// Which paths take a POST with a body from the network, for what others tell of themselves; none unless said.
    pub fn allow_post(&mut self, paths: fn(&str) -> bool) {
        self.door.allow_post(paths);
    }

    /// How connections begin from here on, except where a loopback address listens: those are plain. None: plain
    /// everywhere. Connections that are open stay as they are.
    pub fn set_tls(&mut self, tls: Option<ServerTls>) {
        self.door.set_tls(tls);
    }

    /// Listens there, and nowhere else: each address by itself, so that one that cannot be had keeps no other from
    /// it, and one that stays is not touched. Connections that are open stay open.
    pub async fn set(&mut self, addresses: &[SocketAddr]) {
        let wanted: Vec<Place> = addresses.iter().map(|one| (*one, is_beside_v4(*one, addresses))).collect();
        let (kept, gone) =
            std::mem::take(&mut self.tasks).into_iter().partition(|(place, _)| wanted.contains(place));
        self.tasks = kept;
        close(gone).await;
        for place in wanted {
            let door = &self.door;
            self.tasks
                .entry(place)
                .or_insert_with(|| tokio::task::spawn_local(listen(place, Rc::clone(door))));
        }
    }
}

fn is_beside_v4(address: SocketAddr, all: &[SocketAddr]) -> bool {
    address.is_ipv6() && all.iter().any(|other| other.is_ipv4() && other.port() == address.port())
}

/// Ends when the sockets are closed: their addresses are free then.
async fn close(gone: BTreeMap<Place, JoinHandle<()>>) {
    for task in gone.values() {
        task.abort();
    }
    for task in gone.into_values() {
        let _ = task.await;
    }
}

async fn listen(place: Place, door: Rc<Door>) {
    let listener = bound(place).await;
    tracing::info!(address = %place.0, "listening");
    serve(listener, door, !place.0.ip().to_canonical().is_loopback()).await;
}

/// Said once for each reason.
async fn bound((address, beside_v4): Place) -> TcpListener {
    let mut said = None;
    loop {
        let error: BindError = match bind_tcp(address, beside_v4) {
            Ok(listener) => return listener,
            Err(error) => error,
        };
        let reason = one_line(&error);
        if said.as_ref() != Some(&reason) {
            tracing::warn!(error = reason, hint = error.hint(), "cannot listen yet");
            said = Some(reason);
        }
        tokio::time::sleep(RETRY).await;
    }
}

#[cfg(test)]
mod tests;
