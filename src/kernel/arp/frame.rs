//! Ethernet frames of ARP (RFC 826) and neighbour discovery (RFC 4861), as bytes.

use std::net::{Ipv4Addr, Ipv6Addr};

type Mac = [u8; 6];

const BROADCAST: Mac = [0xff; 6];
const NOBODY: Mac = [0; 6];
const ETHERTYPE_ARP: [u8; 2] = [0x08, 0x06];
const ETHERTYPE_IPV6: [u8; 2] = [0x86, 0xdd];
const REQUEST: u8 = 1;
const REPLY: u8 = 2;
const ICMPV6: u8 = 58;
pub(super) const NEIGHBOUR_SOLICITATION: u8 = 135;
pub(super) const NEIGHBOUR_ADVERTISEMENT: u8 = 136;
/// `R` and `O` of a neighbour advertisement (RFC 4861 section 4.4).
const ROUTER: u8 = 0x80;
const OVERRIDE: u8 = 0x20;
/// RFC 4861 section 4.6.1: its type, and its length in units of 8 bytes.
pub(super) const TARGET_LINK_LAYER: [u8; 2] = [2, 1];
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

/// RFC 5227 section 3: sender and target are the address.
pub(super) fn arp_announcement(mac: Mac, address: Ipv4Addr) -> Vec<u8> {
    arp(REQUEST, mac, address, NOBODY, address)
}

/// The target's hardware address is the sender's: else Linux takes it for no gratuitous one (`arp_is_garp`).
pub(super) fn arp_announcement_reply(mac: Mac, address: Ipv4Addr) -> Vec<u8> {
    arp(REPLY, mac, address, mac, address)
}

pub(super) fn arp_probe(mac: Mac, address: Ipv4Addr) -> Vec<u8> {
    arp(REQUEST, mac, Ipv4Addr::UNSPECIFIED, NOBODY, address)
}

fn arp(operation: u8, mac: Mac, sender: Ipv4Addr, target_mac: Mac, target: Ipv4Addr) -> Vec<u8> {
    let mut frame = ethernet(BROADCAST, mac, ETHERTYPE_ARP);
    // Ethernet and IPv4 addresses, of 6 and 4 bytes
    frame.extend([0, 1, 0x08, 0x00, 6, 4, 0, operation]);
    frame.extend(mac);
    frame.extend(sender.octets());
    frame.extend(target_mac);
    frame.extend(target.octets());
    frame
}

/// Source is the address itself, so that a switch or host that learns from headers learns the right thing.
pub(super) fn neighbour_advertisement(mac: Mac, address: Ipv6Addr, router: bool) -> Vec<u8> {
    let flags = if router { ROUTER | OVERRIDE } else { OVERRIDE };
    let mut message = vec![NEIGHBOUR_ADVERTISEMENT, 0, 0, 0, flags, 0, 0, 0];
    message.extend(address.octets());
    message.extend(TARGET_LINK_LAYER);
    message.extend(mac);
    ipv6(mac, address, ALL_NODES, message)
}

/// From the unspecified address, and then without a source link-layer option (RFC 4861 section 4.3).
pub(super) fn neighbour_solicitation(mac: Mac, address: Ipv6Addr) -> Vec<u8> {
    let mut message = vec![NEIGHBOUR_SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
    message.extend(address.octets());
    ipv6(mac, Ipv6Addr::UNSPECIFIED, solicited_node(address), message)
}

/// RFC 4291 section 2.7.1.
fn solicited_node(address: Ipv6Addr) -> Ipv6Addr {
    let [.., a, b, c] = address.octets();
    Ipv6Addr::from([0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, a, b, c])
}

/// `message` is ICMPv6 with a checksum of 0.
fn ipv6(mac: Mac, source: Ipv6Addr, group: Ipv6Addr, mut message: Vec<u8>) -> Vec<u8> {
    let checksum = checksum(source, group, &message);
    if let Some(field) = message.get_mut(2..4) {
        field.copy_from_slice(&checksum);
    }
    // RFC 2464 section 7
    let [.., a, b, c, d] = group.octets();
    let mut frame = ethernet([0x33, 0x33, a, b, c, d], mac, ETHERTYPE_IPV6);
    let length = u16::try_from(message.len()).unwrap_or(u16::MAX);
    frame.extend([0x60, 0, 0, 0]);
    frame.extend(length.to_be_bytes());
    // hop limit 255: from this link, which receivers check (RFC 4861 section 7.1)
    frame.extend([ICMPV6, 255]);
    frame.extend(source.octets());
    frame.extend(group.octets());
    frame.extend(message);
    frame
}

fn ethernet(to: Mac, from: Mac, ethertype: [u8; 2]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(96);
    frame.extend(to);
    frame.extend(from);
    frame.extend(ethertype);
    frame
}

/// Of an even number of bytes, with the pseudo-header of RFC 8200 section 8.1.
fn checksum(source: Ipv6Addr, destination: Ipv6Addr, message: &[u8]) -> [u8; 2] {
    let (words, _) = message.as_chunks::<2>();
    let message = words.iter().map(|word| u32::from(u16::from_be_bytes(*word)));
    let addresses = source.segments().into_iter().chain(destination.segments()).map(u32::from);
    let length = u32::try_from(words.len() * 2).unwrap_or_default();
    let mut sum: u32 = message.chain(addresses).sum::<u32>() + length + u32::from(ICMPV6);
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    let [_, _, high, low] = (!sum).to_be_bytes();
    [high, low]
}
