//! Listening sockets.

use std::net::SocketAddr;

use doctor::{Listening, Seen, Transport};
use host::ListenerProtocol;

use crate::sockets;

/// TCP and UDP, IPv4 and IPv6.
pub(super) fn listeners() -> Seen<Vec<Listening>> {
    match sockets::listeners() {
        Ok(found) => Seen::Known(found.iter().map(listening).collect()),
        Err(error) if error.is_missing_module() => {
            Seen::unseen(error.to_string(), "modprobe tcp_diag; modprobe udp_diag")
        }
        Err(error) => Seen::unseen(error.to_string(), "ss -lntu"),
    }
}

fn listening(socket: &host::ListeningSocket) -> Listening {
    Listening {
        transport: match socket.protocol {
            ListenerProtocol::Tcp => Transport::Tcp,
            ListenerProtocol::Udp => Transport::Udp,
        },
        address: SocketAddr::new(socket.address, socket.port),
        v6only: socket.v6only,
        interface: socket.interface,
    }
}
