//! rtnetlink messages to and from the `host` room's nouns.
#![expect(clippy::wildcard_enum_match_arm, reason = "the kernel's messages have many kinds, and get more")]

use std::net::IpAddr;

use host::{Address, Link, Scope};
use netlink_packet_route::address::{
    AddressAttribute, AddressFlags, AddressHeaderFlags, AddressMessage, AddressScope, CacheInfo,
};
use netlink_packet_route::link::{InfoKind, LinkAttribute, LinkFlags, LinkInfo, LinkMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

/// `INFINITY_LIFE_TIME` (`net/addrconf.h`).
const FOREVER: u32 = u32::MAX;

/// An address to be added.
pub(super) struct NewAddress<'a> {
    pub(super) address: IpAddr,
    pub(super) prefix: u8,
    pub(super) label: Option<&'a str>,
    pub(super) scope: Scope,
    pub(super) deprecated: bool,
}

impl NewAddress<'_> {
    pub(super) fn message(&self, index: u32) -> AddressMessage {
        let mut message = base(index, self.address, self.prefix);
        if self.address.is_ipv6() {
            message.header.flags = AddressHeaderFlags::Nodad;
        } else {
            message.header.scope = scope_of(self.scope);
            message.attributes.extend(self.label.map(|label| AddressAttribute::Label(label.to_owned())));
        }
        if self.deprecated {
            let mut lifetime = CacheInfo::default();
            (lifetime.ifa_preferred, lifetime.ifa_valid) = (0, FOREVER);
            message.attributes.push(AddressAttribute::CacheInfo(lifetime));
        }
        message
    }
}

pub(super) fn to_remove(index: u32, address: IpAddr, prefix: u8) -> AddressMessage {
    base(index, address, prefix)
}

fn base(index: u32, address: IpAddr, prefix: u8) -> AddressMessage {
    let mut message = AddressMessage::default();
    message.header.family = if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    message.header.prefix_len = prefix;
    message.header.index = index;
    message.attributes = vec![AddressAttribute::Local(address), AddressAttribute::Address(address)];
    message
}

fn scope_of(scope: Scope) -> AddressScope {
    match scope {
        Scope::Host => AddressScope::Host,
        Scope::Link => AddressScope::Link,
        Scope::Global => AddressScope::Universe,
    }
}

fn known_scope(scope: AddressScope) -> Option<Scope> {
    match scope {
        AddressScope::Host => Some(Scope::Host),
        AddressScope::Link => Some(Scope::Link),
        AddressScope::Universe => Some(Scope::Global),
        // site, nowhere, and numbers of a user's own
        _ => None,
    }
}

pub(super) fn link(message: &RouteNetlinkMessage) -> Option<Link> {
    let RouteNetlinkMessage::NewLink(message) = message else { return None };
    let flags = message.header.flags;
    Some(Link {
        index: message.header.index,
        name: name_of(message)?,
        loopback: flags.contains(LinkFlags::Loopback),
        noarp: flags.contains(LinkFlags::Noarp),
        up: flags.contains(LinkFlags::Up),
        running: flags.contains(LinkFlags::Running | LinkFlags::LowerUp),
        dummy: is_dummy(message),
        mac: mac_of(message),
        mtu: mtu_of(message).unwrap_or_default(),
    })
}

fn name_of(message: &LinkMessage) -> Option<String> {
    message.attributes.iter().find_map(|attribute| match attribute {
        LinkAttribute::IfName(name) => Some(name.clone()),
        _ => None,
    })
}

fn mac_of(message: &LinkMessage) -> Option<[u8; 6]> {
    message.attributes.iter().find_map(|attribute| match attribute {
        LinkAttribute::Address(address) => address.as_slice().try_into().ok(),
        _ => None,
    })
}

fn mtu_of(message: &LinkMessage) -> Option<u32> {
    message.attributes.iter().find_map(|attribute| match attribute {
        LinkAttribute::Mtu(mtu) => Some(*mtu),
        _ => None,
    })
}

fn is_dummy(message: &LinkMessage) -> bool {
    message.attributes.iter().any(|attribute| match attribute {
        LinkAttribute::LinkInfo(info) => info.contains(&LinkInfo::Kind(InfoKind::Dummy)),
        _ => false,
    })
}

/// None where the interface is newer than the dump of interfaces: its event brings another look.
pub(super) fn address(message: &AddressMessage, links: &[Link]) -> Option<Address> {
    let flags = flags_of(message);
    let device = links.iter().find(|link| link.index == message.header.index)?.name.clone();
    Some(Address {
        device,
        address: local_of(message)?,
        prefix: message.header.prefix_len,
        label: label_of(message),
        scope: known_scope(message.header.scope),
        deprecated: flags.contains(AddressFlags::Deprecated) || is_past_preferred(message),
        secondary: flags.contains(AddressFlags::Secondary),
        tentative: flags.intersects(AddressFlags::Tentative | AddressFlags::Dadfailed),
    })
}

/// `IFA_LOCAL`; IPv6 has only `IFA_ADDRESS` unless a peer is set.
fn local_of(message: &AddressMessage) -> Option<IpAddr> {
    let local = message.attributes.iter().find_map(|attribute| match attribute {
        AddressAttribute::Local(address) => Some(*address),
        _ => None,
    });
    local.or_else(|| {
        message.attributes.iter().find_map(|attribute| match attribute {
            AddressAttribute::Address(address) => Some(*address),
            _ => None,
        })
    })
}

fn label_of(message: &AddressMessage) -> Option<String> {
    message.attributes.iter().find_map(|attribute| match attribute {
        AddressAttribute::Label(label) => Some(label.clone()),
        _ => None,
    })
}

/// All of them, where the kernel gives more than the header's byte holds.
fn flags_of(message: &AddressMessage) -> AddressFlags {
    let header = AddressFlags::from_bits_retain(message.header.flags.bits().into());
    let all = message.attributes.iter().find_map(|attribute| match attribute {
        AddressAttribute::Flags(flags) => Some(*flags),
        _ => None,
    });
    all.map_or(header, |all| all | header)
}

fn is_past_preferred(message: &AddressMessage) -> bool {
    message.attributes.iter().any(|attribute| match attribute {
        AddressAttribute::CacheInfo(lifetime) => lifetime.ifa_preferred == 0,
        _ => false,
    })
}
