//! Over IPv4: the kernel makes the IP header of what goes out, and hands over that of what comes in.

use std::io::{self, IoSlice};
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};
use std::os::fd::AsRawFd;

use nix::errno::Errno;
use nix::libc::{in_addr, in_pktinfo};
use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrIn, recv, sendmsg, setsockopt, sockopt};
use socket2::{InterfaceIndexOrAddress, Socket};

use super::{Received, TRAFFIC_CLASS, TTL};

/// A header without options (RFC 791 section 3.1).
const HEADER_BYTES: usize = 20;

pub(super) fn set_options(socket: &Socket) -> io::Result<()> {
    socket.set_ttl_v4(TTL)?;
    socket.set_multicast_ttl_v4(TTL)?;
    socket.set_multicast_loop_v4(false)?;
    // only the groups that this socket joined, not those of every socket on this host
    socket.set_multicast_all_v4(false)?;
    setsockopt(socket, sockopt::Ipv4Tos, &i32::from(TRAFFIC_CLASS))?;
    // `ip_route_output_key_hash_rcu`, FLOWI_FLAG_ANYSRC: a source that is away for a moment. Without it that much is missed
    let _ = socket.set_ip_transparent_v4(true);
    Ok(())
}

pub(super) fn join(socket: &Socket, index: u32, group: Ipv4Addr) -> io::Result<()> {
    socket.join_multicast_v4_n(&group, &InterfaceIndexOrAddress::Index(index))
}

/// The interface is the one that the socket is bound to, for multicast as well (`raw_sendmsg`).
pub(super) fn send(
    socket: &Socket,
    source: Ipv4Addr,
    destination: Ipv4Addr,
    packet: &[u8],
) -> io::Result<()> {
    let info = in_pktinfo {
        ipi_ifindex: 0,
        ipi_spec_dst: in_addr { s_addr: u32::from_ne_bytes(source.octets()) },
        ipi_addr: in_addr { s_addr: 0 },
    };
    let (parts, options) = ([IoSlice::new(packet)], [ControlMessage::Ipv4PacketInfo(&info)]);
    let destination = SockaddrIn::from(SocketAddrV4::new(destination, 0));
    sendmsg(socket.as_raw_fd(), &parts, &options, MsgFlags::MSG_DONTWAIT, Some(&destination))?;
    Ok(())
}

pub(super) fn receive(socket: &Socket, buffer: &mut [u8]) -> Result<Received, Errno> {
    let length = recv(socket.as_raw_fd(), buffer, MsgFlags::MSG_DONTWAIT)?;
    let header = buffer.get(..length).and_then(Header::parse).ok_or(Errno::EBADMSG)?;
    buffer.copy_within(header.bytes..length, 0);
    Ok(Received {
        source: IpAddr::V4(header.source),
        destination: IpAddr::V4(header.destination),
        ttl: header.ttl,
        length: length - header.bytes,
    })
}

/// The kernel has checked it already (`ip_rcv_core`).
struct Header {
    bytes: usize,
    ttl: u8,
    source: Ipv4Addr,
    destination: Ipv4Addr,
}

impl Header {
    fn parse(packet: &[u8]) -> Option<Self> {
        let [first, _, _, _, _, _, _, _, ttl, _, _, _, rest @ ..] = packet.first_chunk::<HEADER_BYTES>()?;
        let [s0, s1, s2, s3, d0, d1, d2, d3] = *rest;
        let bytes = usize::from(first & 0x0f) * 4;
        (HEADER_BYTES..=packet.len()).contains(&bytes).then_some(Self {
            bytes,
            ttl: *ttl,
            source: Ipv4Addr::new(s0, s1, s2, s3),
            destination: Ipv4Addr::new(d0, d1, d2, d3),
        })
    }
}
