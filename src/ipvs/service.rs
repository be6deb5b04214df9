//! Virtual services: what identifies one, and how it schedules.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::num::NonZeroU32;

/// Address family of a service or a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// `AF_INET`
    V4,
    /// `AF_INET6`
    V6,
}

impl Family {
    /// The family of an address.
    pub const fn of(address: &IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// Bits in an address of this family: 32 or 128.
    pub const fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }
}

/// Transport protocols that IPVS balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// `IPPROTO_TCP`
    Tcp,
    /// `IPPROTO_UDP`
    Udp,
    /// `IPPROTO_SCTP`
    Sctp,
}

/// What identifies a virtual service in the kernel's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceKey {
    /// Packets to an address and port; port 0 (with persistence) stands for every port.
    Address {
        /// transport protocol
        protocol: Protocol,
        /// the VIP
        address: IpAddr,
        /// port in host order; 0 is "any port"
        port: u16,
    },
    /// Packets that carry a firewall mark.
    Fwmark {
        /// IPv4 and IPv6 services of one mark are two services
        family: Family,
        /// the mark, never 0
        mark: NonZeroU32,
    },
}

impl ServiceKey {
    /// The address family of the service's clients.
    pub const fn family(&self) -> Family {
        match self {
            Self::Address { address, .. } => Family::of(address),
            Self::Fwmark { family, .. } => *family,
        }
    }
}

/// `TCP 192.168.100.240:80`, `UDP [2001:db8::1]:53`, `FWM 7`, `FWM 7 IPv6`: as `ipvsadm -Ln` heads a service.
impl fmt::Display for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { protocol, address, port } => {
                write!(f, "{protocol} {}", SocketAddr::new(*address, *port))
            }
            Self::Fwmark { family: Family::V4, mark } => write!(f, "FWM {mark}"),
            Self::Fwmark { family: Family::V6, mark } => write!(f, "FWM {mark} IPv6"),
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        })
    }
}

/// A scheduler's name as the kernel knows it (`rr`, `wlc`, `mh` …); at most 15 bytes
/// (`IP_VS_SCHEDNAME_MAXLEN` less the NUL).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scheduler(Cow<'static, str>);

impl Scheduler {
    /// Every scheduler in the kernel's tree (`net/netfilter/ipvs/ip_vs_*.c`).
    pub const KNOWN: [&'static str; 14] =
        ["dh", "fo", "lblc", "lblcr", "lc", "mh", "nq", "ovf", "rr", "sed", "sh", "twos", "wlc", "wrr"];

    /// One after the other.
    pub const ROUND_ROBIN: Self = Self(Cow::Borrowed("rr"));

    /// Takes any name the kernel could hold; a name that is not in [`Self::KNOWN`] may be an out-of-tree module.
    pub fn new(name: &str) -> Result<Self, InvalidScheduler> {
        if let Some(known) = Self::KNOWN.into_iter().find(|known| *known == name) {
            return Ok(Self(Cow::Borrowed(known)));
        }
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if name.is_empty() || name.len() > 15 || !plain {
            return Err(InvalidScheduler);
        }
        Ok(Self(Cow::Owned(String::from(name))))
    }

    /// The name, as `ipvsadm -s` takes it.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// A scheduler name that is empty, longer than 15 bytes or holds other than letters, digits, `_` and `-`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a scheduler name has 1 to 15 letters, digits, '_' or '-'")]
pub struct InvalidScheduler;

/// `IP_VS_SVC_F_SCHED1..3`: their meaning depends on the scheduler (`sh-fallback`, `sh-port`, `mh-fallback`,
/// `mh-port`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchedulerFlags {
    /// `IP_VS_SVC_F_SCHED1` 0x08: `sh-fallback`, `mh-fallback`
    pub flag1: bool,
    /// `IP_VS_SVC_F_SCHED2` 0x10: `sh-port`, `mh-port`
    pub flag2: bool,
    /// `IP_VS_SVC_F_SCHED3` 0x20
    pub flag3: bool,
}

/// Persistence: connections of one client go to one destination.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Persistence {
    /// seconds, 1 to 2,678,400 (31 days, the limit of ipvsadm)
    pub timeout_s: NonZeroU32,
    /// how many leading bits of the client's address count: 1 to 32, or 1 to 128
    pub granularity: u8,
    /// persistence engine, `sip` in the kernel's tree
    pub engine: Option<String>,
}

/// How a service schedules: everything about it but its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceSettings {
    /// which destination a new connection goes to
    pub scheduler: Scheduler,
    /// the scheduler's own switches
    pub flags: SchedulerFlags,
    /// `IP_VS_SVC_F_ONEPACKET`: each UDP datagram is scheduled alone
    pub one_packet: bool,
    /// none: each connection is scheduled alone
    pub persistence: Option<Persistence>,
}
