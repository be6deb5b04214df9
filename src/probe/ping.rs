//! ICMP echo (RFC 792, RFC 4443).

mod echo;

use health::CheckSpec;
use socket2::{Protocol, Type};
use tokio::net::UdpSocket;
use tokio::time::Instant;

use self::echo::{Echo, Framing};
use crate::datagram::{self, NoSocket};
use crate::phase::Limit;

/// A ping check: one request, which must come back with what it carried.
pub(crate) async fn check(spec: &CheckSpec, deadline: Instant) -> Result<(), String> {
    let (socket, framing) = open(spec)?;
    let echo = Echo::new(framing);
    let limit = Limit::reply(spec, deadline);
    datagram::send(&socket, &echo.request(), limit).await?;
    match datagram::answer(&socket, limit, |answer| echo.is_answered_by(answer).then_some(())).await {
        Some(answer) => answer,
        None => Err(format!("{} waiting for the answer", limit.words())),
    }
}

/// The kernel's ping socket where `net.ipv4.ping_group_range` allows it, which needs no privilege; else a raw one.
fn open(spec: &CheckSpec) -> Result<(UdpSocket, Framing), String> {
    let is_v4 = spec.target.is_ipv4();
    let protocol = if is_v4 { Protocol::ICMPV4 } else { Protocol::ICMPV6 };
    // raw sockets take a port for a protocol number; echo has none
    let mut spec = spec.clone();
    spec.target.set_port(0);
    match datagram::open(&spec, Type::DGRAM, Some(protocol)) {
        Ok(socket) => Ok((socket, if is_v4 { Framing::V4 } else { Framing::V6 })),
        Err(NoSocket::Other(words)) => Err(words),
        Err(NoSocket::NotPermitted) => match datagram::open(&spec, Type::RAW, Some(protocol)) {
            Ok(socket) => Ok((socket, if is_v4 { Framing::RawV4 } else { Framing::RawV6 })),
            Err(NoSocket::Other(words)) => Err(words),
            Err(NoSocket::NotPermitted) => Err(
                "open a socket: operation not permitted (needs CAP_NET_RAW, or net.ipv4.ping_group_range)"
                    .to_owned(),
            ),
        },
    }
}
