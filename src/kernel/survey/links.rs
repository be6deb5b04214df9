//! Interfaces and their addresses.
#![expect(clippy::wildcard_enum_match_arm, reason = "the kernel's messages have many kinds, and get more")]

use std::collections::BTreeMap;

use doctor::{Address, Link, Seen};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{LinkAttribute, LinkFlags, LinkInfo, LinkMessage};

use super::lro;
use crate::address::{AddressError, Addresses};

/// Every one of this network namespace.
pub(super) async fn links() -> Seen<Vec<Link>> {
    look().await.map_or_else(
        |error| Seen::unseen(format!("cannot list interfaces: {error}"), "ip address"),
        Seen::Known,
    )
}

async fn look() -> Result<Vec<Link>, AddressError> {
    let connection = Addresses::open()?;
    let (_, addresses) = connection.observe().await?;
    let mut held: BTreeMap<String, Vec<Address>> = BTreeMap::new();
    for address in addresses {
        held.entry(address.device.clone()).or_default().push(Address {
            address: address.address,
            prefix: address.prefix,
            label: address.label,
            deprecated: address.deprecated,
        });
    }
    let lro = lro::of_all();
    let messages = connection.links().await?;
    Ok(messages.iter().filter_map(link).map(|link| finish(link, &mut held, &lro)).collect())
}

fn finish(
    mut link: Link,
    held: &mut BTreeMap<String, Vec<Address>>,
    lro: &Result<lro::Active, String>,
) -> Link {
    link.addresses = held.remove(&link.name).unwrap_or_default();
    link.lro = match lro {
        Ok(active) => Seen::Known(active.contains(&link.index)),
        Err(why) => Seen::unseen(why, format!("ethtool -k {} | grep large-receive-offload", link.name)),
    };
    link
}

fn link(message: &RouteNetlinkMessage) -> Option<Link> {
    let RouteNetlinkMessage::NewLink(message) = message else { return None };
    let flags = message.header.flags;
    let mut link = Link {
        index: message.header.index,
        loopback: flags.contains(LinkFlags::Loopback),
        noarp: flags.contains(LinkFlags::Noarp),
        up: flags.contains(LinkFlags::Up),
        multicast: flags.contains(LinkFlags::Multicast),
        kind: kind(message),
        ..Link::default()
    };
    for attribute in &message.attributes {
        match attribute {
            LinkAttribute::IfName(name) => link.name.clone_from(name),
            LinkAttribute::Mtu(mtu) => link.mtu = *mtu,
            LinkAttribute::Controller(index) => link.master = Some(*index),
            LinkAttribute::Address(mac) => link.mac = mac.as_slice().try_into().ok(),
            _ => {}
        }
    }
    (!link.name.is_empty()).then_some(link)
}

fn kind(message: &LinkMessage) -> Option<String> {
    message.attributes.iter().find_map(|attribute| match attribute {
        LinkAttribute::LinkInfo(infos) => infos.iter().find_map(|info| match info {
            LinkInfo::Kind(kind) => Some(kind.to_string()),
            _ => None,
        }),
        _ => None,
    })
}
