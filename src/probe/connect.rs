//! The connection that every check begins with.

use std::net::{IpAddr, SocketAddr};

use health::CheckSpec;
use nix::sys::socket::{setsockopt, sockopt};
use socket2::SockRef;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout_at};

use crate::words;

/// A TCP check: the connection is all it wants.
///
/// It ends with a reset (SO_LINGER 0). That is one system call more (7 instead of 6, and the shared `epoll_wait`),
/// yet all in all 15 % less CPU by `examples/cost.rs`, because neither side goes through FIN; and 500 checks a
/// second leave no 30,000 sockets in TIME_WAIT, nor on a director's own path IPVS entries in FIN_WAIT.
pub(crate) async fn and_close(spec: &CheckSpec, deadline: Instant) -> Result<(), String> {
    let stream = open(spec, deadline).await?;
    // a connection that the peer has reset meanwhile was one
    let _ = stream.set_zero_linger();
    Ok(())
}

/// Connects from the source and with the mark that the check has.
pub(crate) async fn open(spec: &CheckSpec, deadline: Instant) -> Result<TcpStream, String> {
    let socket = prepare(spec)?;
    match timeout_at(deadline, socket.connect(spec.target)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(format!("connect: {}", words::io_error(&error))),
        Err(_) => Err(format!("connect: {}", words::timed_out(spec.timeout))),
    }
}

fn prepare(spec: &CheckSpec) -> Result<TcpSocket, String> {
    let socket = match spec.target {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    };
    let socket = socket.map_err(|error| format!("open a socket: {}", words::io_error(&error)))?;
    if let Some(mark) = spec.mark {
        set_mark(&socket, mark)?;
    }
    if let Some(source) = spec.source {
        bind(&socket, source)?;
    }
    Ok(socket)
}

fn set_mark(socket: &TcpSocket, mark: u32) -> Result<(), String> {
    SockRef::from(socket)
        .set_mark(mark)
        .map_err(|error| format!("set mark {mark}: {}", words::io_error(&error)))
}

fn bind(socket: &TcpSocket, source: IpAddr) -> Result<(), String> {
    // the port is then chosen at connect, where one port serves many targets (ip(7)); a kernel that cannot do
    // that still binds
    let _ = setsockopt(socket, sockopt::IpBindAddressNoPort, &true);
    socket
        .bind(SocketAddr::new(source, 0))
        .map_err(|error| format!("bind to {source}: {}", words::io_error(&error)))
}
