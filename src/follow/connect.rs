//! The connection that everything to an agent begins with.

use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::socket::Socket;
use crate::{ClientTls, Limits, words};

/// Connects, and makes the handshake where TLS is wanted; words when it fails.
pub(crate) async fn open(
    agent: SocketAddr,
    tls: Option<&ClientTls>,
    limits: Limits,
) -> Result<Socket, String> {
    let tcp = match timeout(limits.connect, TcpStream::connect(agent)).await {
        Ok(connected) => connected.map_err(|error| words::io_error(&error))?,
        Err(_) => return Err(format!("no connection within {:?}", limits.connect)),
    };
    let Some(tls) = tls else { return Ok(Socket::Plain(tcp)) };
    match timeout(limits.handshake, tls.handshake(agent.ip(), tcp)).await {
        Ok(secured) => secured.map(|stream| Socket::Tls(Box::new(stream))),
        Err(_) => Err(format!("tls: no handshake within {:?}", limits.handshake)),
    }
}
