//! The connections that IPVS knows, and the way to another director's backup daemon (`net/netfilter/ipvs/ip_vs_sync.c`).

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::os::fd::{AsFd, BorrowedFd};

use nix::net::if_::if_nametoindex;
use socket2::{Domain, Protocol, Socket, Type};

use crate::raw::SocketError;

/// The kernel gives out about a page of text at a time, whatever is asked for.
const PAGE: usize = 4096;

/// `/proc/net/ip_vs_conn` of this thread's network namespace, for `ipvs::proc`, as it is read: a million connections are
/// a hundred megabytes of text. Not there before `ip_vs` is loaded.
///
/// The kernel walks from its table's start to where it stopped for each page, so the time grows with the square of the
/// number of connections.
pub fn read() -> io::Result<impl BufRead> {
    Ok(BufReader::with_capacity(PAGE, File::open("/proc/thread-self/net/ip_vs_conn")?))
}

/// A socket that sends to a sync group, as the kernel's master daemon makes it (`make_send_sock`).
#[derive(Debug)]
pub struct Sender(Socket);

impl Sender {
    /// Sends by `interface` (from its first address) to `group` and `port`, as far as `ttl` reaches. What is sent does not
    /// come back to this machine.
    pub fn open(interface: &str, group: IpAddr, port: u16, ttl: u8) -> Result<Self, SocketError> {
        let index = if_nametoindex(interface).map_err(|_| SocketError::NoInterface(interface.to_owned()))?;
        let connected = connected(interface, index, group, port, ttl);
        connected
            .map(Self)
            .map_err(|source| SocketError::of(&format!("send to {group} by {interface}"), source))
    }

    /// Sends one message. It may be lost on the way, as everything may that the kernel's daemons send.
    pub fn send(&self, message: &[u8]) -> io::Result<()> {
        self.0.send(message).map(drop)
    }
}

fn connected(interface: &str, index: u32, group: IpAddr, port: u16, ttl: u8) -> io::Result<Socket> {
    let domain = if group.is_ipv4() { Domain::IPV4 } else { Domain::IPV6 };
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    // groups are reached by it, whatever the routes say
    socket.bind_device(Some(interface.as_bytes()))?;
    let group = match group {
        IpAddr::V4(_) => {
            socket.set_multicast_loop_v4(false)?;
            socket.set_multicast_ttl_v4(u32::from(ttl))?;
            SocketAddr::new(group, port)
        }
        IpAddr::V6(group) => {
            socket.set_multicast_loop_v6(false)?;
            socket.set_multicast_hops_v6(u32::from(ttl))?;
            SocketAddrV6::new(group, port, 0, index).into()
        }
    };
    socket.connect(&group.into())?;
    Ok(socket)
}

impl AsFd for Sender {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
