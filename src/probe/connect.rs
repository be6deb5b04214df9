//! The connection that most checks begin with.

use std::net::SocketAddr;

use health::CheckSpec;
use socket2::SockRef;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;

use crate::phase::Limit;
use crate::{path, socket, words};

/// A TCP check: the connection is all it wants.
///
/// It ends with a reset (SO_LINGER 0). That is one system call more (7 instead of 6, and the shared `epoll_wait`),
/// yet all in all 15 % less CPU by `examples/cost.rs`, because neither side goes through FIN; and 500 checks a
/// second leave no 30,000 sockets in TIME_WAIT, nor on a director's own path IPVS entries in FIN_WAIT.
pub(crate) async fn and_close(spec: &CheckSpec, deadline: Instant) -> Result<(), String> {
    let stream = open(spec, deadline).await?;
    reset(&stream);
    Ok(())
}

/// Makes the end of the connection a reset. Only where nothing that matters may still be on its way to the server.
pub(crate) fn reset(stream: &TcpStream) {
    // a connection that the peer has reset meanwhile was one
    let _ = stream.set_zero_linger();
}

/// Connects from the source and interface and with the mark that the check has, within `connect_timeout`; where it has a path, to
/// the VIP.
pub(crate) async fn open(spec: &CheckSpec, deadline: Instant) -> Result<TcpStream, String> {
    let socket = prepare(spec)?;
    let limit = Limit::connect(spec, deadline);
    match limit.bound(socket.connect(path::destination(spec))).await {
        Some(Ok(stream)) => Ok(stream),
        Some(Err(error)) => Err(path::connect_error(spec, &error)),
        None => Err(path::connect_timeout(spec, &limit.words())),
    }
}

fn prepare(spec: &CheckSpec) -> Result<TcpSocket, String> {
    let socket = match path::destination(spec) {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    };
    let socket = socket.map_err(|error| format!("open a socket: {}", words::io_error(&error)))?;
    let prepared = SockRef::from(&socket);
    match spec.path {
        Some(path) => path::set_up(&prepared, spec, path)?,
        None => socket::set_up(&prepared, spec)?,
    }
    Ok(socket)
}
