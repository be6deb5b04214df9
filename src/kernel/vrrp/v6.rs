//! Over IPv6 (RFC 3542): what the header says goes in and out as control messages.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv6Addr, SocketAddrV6};
use std::os::fd::AsRawFd;

use nix::errno::Errno;
use nix::libc::{c_int, in6_addr, in6_pktinfo};
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrIn6, recvmsg, sendmsg, setsockopt, sockopt,
};
use socket2::Socket;

use super::{Received, TRAFFIC_CLASS, TTL};

pub(super) fn set_options(socket: &Socket, index: u32) -> io::Result<()> {
    socket.set_unicast_hops_v6(TTL)?;
    socket.set_multicast_hops_v6(TTL)?;
    socket.set_multicast_loop_v6(false)?;
    socket.set_multicast_if_v6(index)?;
    match socket.set_multicast_all_v6(false) {
        // before Linux 4.20
        Err(error) if error.raw_os_error() != Some(nix::libc::ENOPROTOOPT) => return Err(error),
        Ok(()) | Err(_) => {}
    }
    socket.set_recv_hoplimit_v6(true)?;
    setsockopt(socket, sockopt::Ipv6RecvPacketInfo, &true)?;
    setsockopt(socket, sockopt::Ipv6TClass, &i32::from(TRAFFIC_CLASS))?;
    // `ipv6_can_nonlocal_bind`: a source that is away for a moment. Without it that much is missed
    let _ = socket.set_ip_transparent_v6(true);
    Ok(())
}

pub(super) fn send(
    socket: &Socket,
    index: u32,
    source: Ipv6Addr,
    destination: Ipv6Addr,
    packet: &[u8],
) -> io::Result<()> {
    let info = in6_pktinfo { ipi6_addr: in6_addr { s6_addr: source.octets() }, ipi6_ifindex: index };
    let (parts, options) = ([IoSlice::new(packet)], [ControlMessage::Ipv6PacketInfo(&info)]);
    let destination = SockaddrIn6::from(SocketAddrV6::new(destination, 0, 0, index));
    sendmsg(socket.as_raw_fd(), &parts, &options, MsgFlags::MSG_DONTWAIT, Some(&destination))?;
    Ok(())
}

pub(super) fn receive(socket: &Socket, buffer: &mut [u8]) -> Result<Received, Errno> {
    let mut space = nix::cmsg_space!(in6_pktinfo, c_int);
    let mut parts = [IoSliceMut::new(buffer)];
    let flags = MsgFlags::MSG_DONTWAIT;
    let message = recvmsg::<SockaddrIn6>(socket.as_raw_fd(), &mut parts, Some(&mut space), flags)?;
    let sender = message.address.ok_or(Errno::EBADMSG)?;
    // what the kernel does not tell is what every check refuses
    let (mut destination, mut ttl) = (Ipv6Addr::UNSPECIFIED, 0);
    for option in message.cmsgs()? {
        if let ControlMessageOwned::Ipv6PacketInfo(info) = option {
            destination = Ipv6Addr::from(info.ipi6_addr.s6_addr);
        } else if let ControlMessageOwned::Ipv6HopLimit(hops) = option {
            ttl = u8::try_from(hops).unwrap_or_default();
        }
    }
    let (source, destination) = (IpAddr::V6(sender.ip()), IpAddr::V6(destination));
    Ok(Received { source, destination, ttl, length: message.bytes })
}
