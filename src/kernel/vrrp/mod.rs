//! Raw sockets of IP protocol 112 (RFC 9568 section 5.1), for a thread that waits with `poll`: nothing here blocks.

mod v4;
mod v6;

use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd};

use nix::errno::Errno;
use nix::net::if_::if_nametoindex;
use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Protocol, Type};

use crate::raw;
pub use crate::raw::SocketError;

/// VRRP's number (RFC 9568 section 5.1.1.4).
const PROTOCOL: i32 = 112;
/// What RFC 9568 section 5.1.1.3 asks for, and receivers check: no router in between.
const TTL: u32 = 255;
/// Class selector 6, internetwork control, as other VRRP routers send.
const TRAFFIC_CLASS: u8 = 0xc0;
/// `TC_PRIO_CONTROL` and `TC_PRIO_INTERACTIVE` (`linux/pkt_sched.h`): first in the interface's queue. The first needs
/// `CAP_NET_ADMIN` on older kernels.
const QUEUE_PRIORITIES: [i32; 2] = [7, 6];

/// A socket for the adverts of one interface and family, in and out. What this host sends does not come back.
#[derive(Debug)]
pub struct Socket {
    inner: socket2::Socket,
    index: u32,
    v6: bool,
}

/// A packet, and what its IP header said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// sender
    pub source: IpAddr,
    /// multicast group or our own address
    pub destination: IpAddr,
    /// TTL or hop limit
    pub ttl: u8,
    /// bytes of the VRRP message at the start of the buffer
    pub length: usize,
}

impl Socket {
    /// Opens a socket that hears what arrives on `interface` for this host or one of `groups`, which it joins there.
    /// `index` is the interface's, so that a new one of the same name is not mistaken for it.
    ///
    /// # Errors
    /// Not permitted (`CAP_NET_RAW`), no such interface, no such family, or a group that is none.
    pub fn open(interface: &str, index: u32, v6: bool, groups: &[IpAddr]) -> Result<Self, SocketError> {
        let family = if v6 { "IPv6" } else { "IPv4" };
        let doing = format!("open a raw {family} socket for VRRP on {interface}");
        let socket = Self::prepare(interface, index, v6, groups).map_err(|error| {
            if error.raw_os_error() == Some(nix::libc::ENODEV) {
                SocketError::NoInterface(interface.to_owned())
            } else {
                SocketError::of(&doing, error)
            }
        })?;
        raw::drain(&socket.inner);
        Ok(socket)
    }

    /// Sends one VRRP message with TTL 255. `source` is an address of this host, or was a moment ago: nobody looks whether it
    /// is there (`IP_TRANSPARENT`; kernels that refuse this option refuse such a source, too).
    ///
    /// # Errors
    /// `ENETUNREACH`, `EINVAL`, `ENETDOWN`, `EADDRNOTAVAIL`, `ENODEV`: the interface is down or gone; `WouldBlock`, `ENOBUFS`:
    /// its queue is full.
    pub fn send(&self, source: IpAddr, destination: IpAddr, packet: &[u8]) -> io::Result<()> {
        match (source, destination, self.v6) {
            (IpAddr::V4(source), IpAddr::V4(destination), false) => {
                v4::send(&self.inner, source, destination, packet)
            }
            (IpAddr::V6(source), IpAddr::V6(destination), true) => {
                v6::send(&self.inner, self.index, source, destination, packet)
            }
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "an address of another family than the socket's",
            )),
        }
    }

    /// Takes one packet, its VRRP message at the start of `buffer`; none where none waits. The buffer must hold the IPv4
    /// header, too: what is longer is cut. 2,048 bytes hold all that Ethernet carries unfragmented.
    ///
    /// # Errors
    /// The socket is broken: its interface is gone, for example.
    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<Received>> {
        loop {
            let received =
                if self.v6 { v6::receive(&self.inner, buffer) } else { v4::receive(&self.inner, buffer) };
            match received {
                Ok(received) => return Ok(Some(received)),
                // not even a header: nobody's
                Err(Errno::EINTR | Errno::EBADMSG) => {}
                Err(Errno::EAGAIN) => return Ok(None),
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    fn prepare(interface: &str, index: u32, v6: bool, groups: &[IpAddr]) -> io::Result<Self> {
        let domain = if v6 { Domain::IPV6 } else { Domain::IPV4 };
        let socket = socket2::Socket::new(domain, Type::RAW, Some(Protocol::from(PROTOCOL)))?;
        socket.bind_device(Some(interface.as_bytes()))?;
        if if_nametoindex(interface)? != index {
            return Err(Errno::ENODEV.into());
        }
        socket.set_nonblocking(true)?;
        raw::bound_receive_buffer(&socket)?;
        if v6 {
            v6::set_options(&socket, index)?;
        } else {
            v4::set_options(&socket)?;
        }
        // after the traffic class, which sets it as well
        let [first, second] = QUEUE_PRIORITIES;
        setsockopt(&socket, sockopt::Priority, &first)
            .or_else(|_| setsockopt(&socket, sockopt::Priority, &second))?;
        for group in groups {
            join(&socket, index, v6, *group)?;
        }
        Ok(Self { inner: socket, index, v6 })
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inner.as_fd()
    }
}

fn join(socket: &socket2::Socket, index: u32, v6: bool, group: IpAddr) -> io::Result<()> {
    match (group, v6) {
        (IpAddr::V4(group), false) => v4::join(socket, index, group),
        (IpAddr::V6(group), true) => socket.join_multicast_v6(&group, index),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{group} is of another family"))),
    }
}
