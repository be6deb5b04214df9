//! What the sockets of all checks have in common: mark, interface, source.

use std::net::{IpAddr, SocketAddr};

use health::CheckSpec;
use nix::sys::socket::{setsockopt, sockopt};
use socket2::Socket;

use crate::words;

/// Gives a new socket the mark, the interface and the source that the check has.
pub(crate) fn set_up(socket: &Socket, spec: &CheckSpec) -> Result<(), String> {
    if let Some(mark) = spec.mark {
        self::mark(socket, mark)?;
    }
    if let Some(interface) = &spec.interface {
        bind_to_interface(socket, interface)?;
    }
    if let Some(source) = spec.source {
        bind(socket, source)?;
    }
    Ok(())
}

pub(crate) fn mark(socket: &Socket, mark: u32) -> Result<(), String> {
    socket.set_mark(mark).map_err(|error| format!("set mark {mark}: {}", words::io_error(&error)))
}

pub(crate) fn bind_to_interface(socket: &Socket, interface: &str) -> Result<(), String> {
    socket
        .bind_device(Some(interface.as_bytes()))
        .map_err(|error| format!("bind to interface {interface}: {}", words::io_error(&error)))
}

pub(crate) fn bind(socket: &Socket, source: IpAddr) -> Result<(), String> {
    // the port is then chosen at connect, where one port serves many targets (ip(7)); a kernel that cannot do
    // that still binds
    let _ = setsockopt(socket, sockopt::IpBindAddressNoPort, &true);
    socket
        .bind(&SocketAddr::new(source, 0).into())
        .map_err(|error| format!("bind to {source}: {}", words::io_error(&error)))
}
