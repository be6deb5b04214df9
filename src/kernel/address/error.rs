//! Why an interface, address or route could not be read or changed.

use std::io;

use netlink_packet_core::ErrorMessage;
use nix::errno::Errno;

/// A failed rtnetlink request.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// no netlink socket
    #[error("cannot open a netlink socket")]
    Open(#[source] io::Error),
    /// the connection's task is gone
    #[error("the netlink connection is closed")]
    Closed,
    /// no interface of this name
    #[error("there is no interface {0}")]
    NoInterface(String),
    /// interfaces or addresses changed again and again while they were listed: look again
    #[error("cannot {0}: they change faster than they can be read")]
    Interrupted(String),
    /// the kernel refused
    #[error("cannot {what}")]
    Refused {
        /// what was tried on what
        what: String,
        /// the kernel's errno
        #[source]
        source: io::Error,
    },
}

impl AddressError {
    pub(crate) fn refused(what: &str, error: &ErrorMessage) -> Self {
        Self::Refused { what: what.to_owned(), source: error.to_io() }
    }

    /// EPERM: needs `CAP_NET_ADMIN`.
    pub fn is_denied(&self) -> bool {
        self.errno() == Some(nix::libc::EPERM)
    }

    /// EACCES: the interface takes no IPv6 address (`ipv6_add_addr` in `net/ipv6/addrconf.c`).
    pub fn is_ipv6_off(&self) -> bool {
        self.errno() == Some(nix::libc::EACCES)
    }

    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        if self.is_ipv6_off() {
            return Some("IPv6 is off on the interface: its disable_ipv6 in net.ipv6.conf is 1");
        }
        self.is_denied().then_some("needs root or CAP_NET_ADMIN")
    }

    /// EEXIST: someone else was faster.
    pub fn is_already_there(&self) -> bool {
        self.errno() == Some(nix::libc::EEXIST)
    }

    /// EOPNOTSUPP: the kernel has no such kind of device, or no IPv6.
    pub fn is_unsupported(&self) -> bool {
        self.errno() == Some(nix::libc::EOPNOTSUPP)
    }

    /// What should be removed is not there: EADDRNOTAVAIL, ENODEV, ESRCH (a route), or no such interface.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::NoInterface(_))
            || self
                .errno()
                .map(Errno::from_raw)
                .is_some_and(|errno| matches!(errno, Errno::EADDRNOTAVAIL | Errno::ENODEV | Errno::ESRCH))
    }

    fn errno(&self) -> Option<i32> {
        match self {
            Self::Refused { source, .. } | Self::Open(source) => source.raw_os_error(),
            Self::Closed | Self::NoInterface(_) | Self::Interrupted(_) => None,
        }
    }
}
