//! What the raw sockets have in common: how they fail, and how they are bounded.

use std::io;

use nix::errno::Errno;
use nix::ifaddrs::getifaddrs;
use nix::libc;
use nix::sys::socket::{LinkAddr, MsgFlags, recv, setsockopt, sockopt};
use socket2::Socket;
use std::os::fd::AsRawFd;

/// Bytes that wait for us at most, as the kernel counts them (it doubles this): some hundred small packets.
const RECEIVE_BUFFER: usize = 256 * 1024;
/// Packets that are thrown away at most when a socket was opened.
const MOST_STALE: usize = 4096;

/// Why a raw socket could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// `EPERM` or `EACCES`
    #[error("not permitted to {doing}")]
    NotPermitted {
        /// what was tried
        doing: String,
    },
    /// no interface of this name, or it is another one meanwhile
    #[error("there is no interface {0}")]
    NoInterface(String),
    /// ARP and neighbour discovery as spoken here need Ethernet addresses
    #[error("{0} is no Ethernet interface")]
    NotEthernet(String),
    /// `EAFNOSUPPORT`: a kernel without this family, or one that has it switched off
    #[error("cannot {doing}: this kernel does not have it")]
    Unsupported {
        /// what was tried
        doing: String,
    },
    /// the kernel refused
    #[error("cannot {doing}")]
    Refused {
        /// what was tried
        doing: String,
        /// the kernel's errno
        #[source]
        source: io::Error,
    },
}

impl SocketError {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotPermitted { .. } => Some("needs root or CAP_NET_RAW"),
            Self::NoInterface(_) => Some("see `ip link`"),
            Self::NotEthernet(_) => {
                Some("gratuitous ARP and neighbour advertisements need an Ethernet interface")
            }
            Self::Unsupported { .. } => Some("for IPv6 see the kernel's parameter ipv6.disable"),
            Self::Refused { .. } => None,
        }
    }

    /// No such interface, which may come.
    pub fn is_no_interface(&self) -> bool {
        matches!(self, Self::NoInterface(_))
    }

    pub(crate) fn of(doing: &str, source: io::Error) -> Self {
        let doing = doing.to_owned();
        match source.raw_os_error().map(Errno::from_raw) {
            Some(Errno::EPERM | Errno::EACCES) => Self::NotPermitted { doing },
            Some(Errno::EAFNOSUPPORT | Errno::EPROTONOSUPPORT) => Self::Unsupported { doing },
            _ => Self::Refused { doing, source },
        }
    }
}

/// Limits what waits to be received, beyond `rmem_max` where the right to (`CAP_NET_ADMIN`) is there.
pub(crate) fn bound_receive_buffer(socket: &Socket) -> io::Result<()> {
    if setsockopt(socket, sockopt::RcvBufForce, &RECEIVE_BUFFER).is_err() {
        setsockopt(socket, sockopt::RcvBuf, &RECEIVE_BUFFER)?;
    }
    Ok(())
}

/// Throws away what came before the socket was bound to its interface: it may be another's.
pub(crate) fn drain(socket: &Socket) {
    let mut byte = [0];
    for _ in 0..MOST_STALE {
        match recv(socket.as_raw_fd(), &mut byte, MsgFlags::MSG_DONTWAIT) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return,
        }
    }
}

/// Index and hardware address of an Ethernet interface.
pub(crate) fn ethernet(interface: &str) -> Result<(LinkAddr, [u8; 6]), SocketError> {
    let doing = "list the interfaces' hardware addresses";
    let mut found = getifaddrs().map_err(|errno| SocketError::of(doing, errno.into()))?;
    let link = found.find_map(|found| {
        let is_this = found.interface_name == interface;
        found.address.filter(|_| is_this)?.as_link_addr().copied()
    });
    let link = link.ok_or_else(|| SocketError::NoInterface(interface.to_owned()))?;
    let mac = link.addr().filter(|_| link.hatype() == libc::ARPHRD_ETHER && link.halen() == 6);
    let mac = mac.ok_or_else(|| SocketError::NotEthernet(interface.to_owned()))?;
    Ok((link, mac))
}
