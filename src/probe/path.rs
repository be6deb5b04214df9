//! The way of clients' packets to a real server in direct routing: to the VIP, by this machine's own IPVS.
//!
//! The mark of the connection chooses the fwmark service that has this server alone (`ip_vs_in` in `LOCAL_OUT`). The source is
//! bound, because the VIP itself would be taken where it is local: the server would answer to itself.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use health::{CheckKind, CheckSpec, DrPath};
use nix::errno::Errno;
use socket2::Socket;

use crate::{socket, words};

/// IPVS takes one (`decrement_ttl` in `ip_vs_xmit.c`), and the server is on the link: one that forwards instead of taking the
/// packet may not send it on, to come by another server's answer as if it were well.
const HOPS: u32 = 2;

/// What a check connects to.
pub(crate) fn destination(spec: &CheckSpec) -> SocketAddr {
    spec.path.map_or(spec.target, |path| SocketAddr::new(path.vip, spec.target.port()))
}

/// Gives a new socket what takes it along the path. It ends with a reset, so that the connection leaves the table soon: after 10 s
/// (`tcp_timeouts` in `ip_vs_proto_tcp.c`) and not two minutes.
pub(crate) fn set_up(socket: &Socket, spec: &CheckSpec, path: DrPath) -> Result<(), String> {
    let source = source(spec, path)?;
    socket::mark(socket, path.mark)?;
    if let Some(interface) = &spec.interface {
        socket::bind_to_interface(socket, interface)?;
    }
    socket::bind(socket, source)?;
    limit_hops(socket, path.vip)
        .and_then(|()| socket.set_linger(Some(std::time::Duration::ZERO)))
        .map_err(|error| format!("prepare the socket: {}", words::io_error(&error)))
}

fn limit_hops(socket: &Socket, vip: IpAddr) -> io::Result<()> {
    match vip {
        IpAddr::V4(_) => socket.set_ttl_v4(HOPS),
        IpAddr::V6(_) => socket.set_unicast_hops_v6(HOPS),
    }
}

/// The address of this machine that the server answers to.
fn source(spec: &CheckSpec, path: DrPath) -> Result<IpAddr, String> {
    let server = spec.target.ip();
    let source = match spec.source {
        Some(source) => source,
        None => towards(server)
            .map_err(|error| format!("look for the way to {server}: {}", words::io_error(&error)))?,
    };
    if source == path.vip {
        return Err(format!(
            "this machine's address towards {server} is the VIP, so the answer would not come back"
        ));
    }
    Ok(source)
}

/// As the kernel routes; no packet is sent.
fn towards(server: IpAddr) -> io::Result<IpAddr> {
    let any: IpAddr = match server {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    // any port will do, but 0, which some kernels do not connect to
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect((server, 9))?;
    Ok(socket.local_addr()?.ip())
}

/// Why a connection failed.
pub(crate) fn connect_error(spec: &CheckSpec, error: &io::Error) -> String {
    let words = words::io_error(error);
    let unreachable = error.raw_os_error() == Some(Errno::EHOSTUNREACH as i32);
    if spec.path.is_some() && unreachable {
        return format!(
            "connect: {words}: the server is not there, or it has no VIP and sends packets for it on"
        );
    }
    format!("connect: {words}")
}

/// Why a connection took too long; `words` say how long.
pub(crate) fn connect_timeout(spec: &CheckSpec, words: &str) -> String {
    if spec.path.is_some() {
        return format!("connect: {words}: the server has no VIP, or does not answer for it");
    }
    format!("connect: {words}")
}

/// A reason with the path that led to it.
pub(crate) fn named(spec: &CheckSpec, reason: String) -> String {
    match spec.path {
        Some(path) if takes(&spec.kind) => format!("by the VIP {}: {reason}", path.vip),
        Some(_) | None => reason,
    }
}

/// Whether checks of this kind make the connection that the path is for.
const fn takes(kind: &CheckKind) -> bool {
    match kind {
        CheckKind::Tcp(_)
        | CheckKind::Http(_)
        | CheckKind::Smtp(_)
        | CheckKind::Mysql(_)
        | CheckKind::Redis(_)
        | CheckKind::Memcached
        | CheckKind::Postgres(_) => true,
        CheckKind::Dns(_)
        | CheckKind::Udp(_)
        | CheckKind::Ping
        | CheckKind::Script(_)
        | CheckKind::File(_) => false,
    }
}
