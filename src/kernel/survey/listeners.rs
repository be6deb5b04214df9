//! Listening sockets: from `sock_diag` where the kernel has it, else from the text in `/proc/net`, because to ask for
//! `sock_diag` makes the kernel load its modules, and a look changes nothing.

mod text;

use std::net::SocketAddr;
use std::path::Path;

use doctor::{Listening, Modules, Seen, Transport};
use host::ListenerProtocol;

use super::present::is_present;
use crate::sockets;

/// Modules that `sock_diag` needs for TCP and UDP.
const MODULES: [&str; 3] = ["inet_diag", "tcp_diag", "udp_diag"];

/// TCP and UDP, IPv4 and IPv6.
pub(super) fn listeners(proc: &Path, modules: &Modules) -> Seen<Vec<Listening>> {
    if MODULES.iter().any(|module| is_present(proc, modules, module, None) != Some(true)) {
        return from_text(proc);
    }
    match sockets::listeners() {
        Ok(found) => Seen::Known(found.iter().map(listening).collect()),
        Err(_) => from_text(proc),
    }
}

fn from_text(proc: &Path) -> Seen<Vec<Listening>> {
    match text::listeners(&proc.join("net")) {
        Ok(found) => Seen::Known(found),
        Err(error) => Seen::unseen(format!("cannot read {}/net: {error}", proc.display()), "ss -lntu"),
    }
}

fn listening(socket: &host::ListeningSocket) -> Listening {
    Listening {
        transport: match socket.protocol {
            ListenerProtocol::Tcp => Transport::Tcp,
            ListenerProtocol::Udp => Transport::Udp,
        },
        address: SocketAddr::new(socket.address, socket.port),
        v6only: Some(socket.v6only),
        interface: Some(socket.interface),
    }
}

#[cfg(test)]
mod tests;
