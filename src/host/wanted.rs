//! What a real server should have.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

/// One VIP on this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vip {
    /// the address; its prefix is always /32 or /128
    pub address: IpAddr,
    /// the interface that holds it: `lo`, or a dummy device of our own
    pub device: String,
    /// `IFA_LABEL`, IPv4 only, at most 15 bytes: `lo:0`. None: whatever label is there, or a free number of the device
    pub label: Option<String>,
    /// address scope, IPv4 only
    pub scope: Scope,
    /// listeners without which this VIP is not ready; may be empty
    pub services: Vec<Listener>,
    /// systemd units and processes without which this VIP is not ready; may be empty
    pub needs: Vec<Need>,
}

/// What must run for a VIP.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// a systemd unit with a process in it: `nginx.service`
    Unit(String),
    /// a process of this name, as `/proc/PID/comm` has it: 15 bytes at most
    Process(String),
}

/// `rtm_scope` of an address: who may use it as a source address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// never chosen as the source of a connection that leaves this host (`RT_SCOPE_HOST`)
    #[default]
    Host,
    /// `RT_SCOPE_LINK`
    Link,
    /// `RT_SCOPE_UNIVERSE`, what `ifconfig` sets
    Global,
}

/// A listening socket that a VIP needs: `tcp/80`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Listener {
    /// transport protocol
    pub protocol: ListenerProtocol,
    /// port, never 0
    pub port: u16,
}

/// Protocols whose listeners the agent can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListenerProtocol {
    /// a socket in state LISTEN
    Tcp,
    /// an unconnected socket
    Udp,
}

/// `unit nginx.service`, `process nginx`
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit(name) => write!(f, "unit {name}"),
            Self::Process(name) => write!(f, "process {name}"),
        }
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = match self.protocol {
            ListenerProtocol::Tcp => "tcp",
            ListenerProtocol::Udp => "udp",
        };
        write!(f, "{protocol}/{}", self.port)
    }
}
