//! What a host has, as dumped from its kernel.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::{ArpSysctl, Listener, ListenerProtocol, Need, Scope, Sysctl, Vip};

/// One look at the kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostState {
    /// every interface
    pub links: Vec<Link>,
    /// every address
    pub addresses: Vec<Address>,
    /// the ARP sysctls of `all` and of every interface
    pub sysctls: BTreeMap<Sysctl, i32>,
    /// every listening socket that was asked for
    pub listeners: Vec<ListeningSocket>,
    /// why the listening sockets could not be listed
    pub listeners_fault: Option<String>,
    /// every unit and process that was asked for: it runs, or why not, in words
    pub needs: BTreeMap<Need, Result<(), String>>,
}

/// An interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// interface index
    pub index: u32,
    /// name, at most 15 bytes
    pub name: String,
    /// `IFF_LOOPBACK`
    pub loopback: bool,
    /// `IFF_NOARP`: no ARP goes in or out
    pub noarp: bool,
    /// `IFF_UP`
    pub up: bool,
    /// `IFF_RUNNING` and `IFF_LOWER_UP`: up, with a carrier
    pub running: bool,
    /// its kind is `dummy`
    pub dummy: bool,
    /// hardware address, where it has one of 6 bytes
    pub mac: Option<[u8; 6]>,
    /// largest packet in bytes; 0 where the kernel does not say
    pub mtu: u32,
}

/// An address of an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// name of the interface that holds it
    pub device: String,
    /// the address (`IFA_LOCAL`)
    pub address: IpAddr,
    /// prefix length
    pub prefix: u8,
    /// `IFA_LABEL`, IPv4 only
    pub label: Option<String>,
    /// scope; none where it is not one of ours
    pub scope: Option<Scope>,
    /// `IFA_F_DEPRECATED`: its preferred lifetime is over, so no new connection takes it as its source
    pub deprecated: bool,
    /// `IFA_F_SECONDARY`: in the subnet of an address that was there before; for IPv6, a temporary one (RFC 8981)
    pub secondary: bool,
    /// `IFA_F_TENTATIVE` or `IFA_F_DADFAILED`, IPv6 only: not usable, because duplicate address detection has not ended, or
    /// found another host
    pub tentative: bool,
}

/// A socket that accepts connections, or datagrams from anyone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListeningSocket {
    /// transport protocol
    pub protocol: ListenerProtocol,
    /// local address
    pub address: IpAddr,
    /// local port
    pub port: u16,
    /// an IPv6 socket that takes no IPv4 (`IPV6_V6ONLY`)
    pub v6only: bool,
    /// index of the interface it is bound to (`SO_BINDTODEVICE`); 0: any
    pub interface: u32,
    /// TCP: connections that wait to be accepted
    pub waiting: u32,
    /// TCP: how many may wait; while more do than that, new ones are not answered
    pub most: u32,
}

impl HostState {
    /// The interface of this name.
    pub fn link(&self, name: &str) -> Option<&Link> {
        self.links.iter().find(|link| link.name == name)
    }

    /// The addresses equal to this one, on whatever interface and with whatever prefix.
    pub fn holders(&self, address: IpAddr) -> impl Iterator<Item = &Address> {
        self.addresses.iter().filter(move |found| found.address == address)
    }

    /// Whether the VIP is on its device with the prefix of a single host, whoever put it there.
    pub fn holds(&self, vip: &Vip) -> bool {
        self.addresses.iter().any(|found| crate::up::holds(found, vip))
    }

    /// The interfaces through which ARP for a VIP may arrive, those that are down included.
    pub fn ingress(&self) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(|link| link.speaks_arp())
    }

    /// The value that counts on an interface: the maximum of its own and `all`'s (`IN_DEV_MAXCONF`).
    pub fn effective(&self, name: ArpSysctl, interface: &str) -> Option<i32> {
        let all = self.sysctls.get(&Sysctl::new("all", name))?;
        let own = self.sysctls.get(&Sysctl::new(interface, name)).unwrap_or(all);
        Some(*all.max(own))
    }
}

impl Link {
    /// Whether ARP goes in and out here.
    pub fn speaks_arp(&self) -> bool {
        !self.loopback && !self.noarp
    }
}

impl ListeningSocket {
    /// Whether it would take what arrives for this address and port.
    pub fn takes(&self, address: IpAddr, listener: Listener) -> bool {
        self.is_for(listener) && self.takes_address(address)
    }

    /// Whether it is of this protocol and port, on whatever address.
    pub fn is_for(&self, listener: Listener) -> bool {
        self.protocol == listener.protocol && self.port == listener.port
    }

    fn takes_address(&self, address: IpAddr) -> bool {
        let any = self.address.is_unspecified();
        match (address, self.address) {
            (IpAddr::V4(_), IpAddr::V4(_)) | (IpAddr::V6(_), IpAddr::V6(_)) => any || self.address == address,
            (IpAddr::V4(vip), IpAddr::V6(own)) => !self.v6only && (any || own.to_ipv4_mapped() == Some(vip)),
            (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}
