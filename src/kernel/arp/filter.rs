//! Classic BPF programs that let the kernel drop what is no claim, so that it wakes nobody.

use std::collections::BTreeSet;
use std::net::IpAddr;

use socket2::SockFilter;

use super::frame::NEIGHBOUR_ADVERTISEMENT;

/// More addresses than that are left to user space: a program is charged to `optmem_max`, 20 KiB on older kernels, twice while
/// it is replaced.
const MOST_ADDRESSES: usize = 256;
/// The whole packet.
const ACCEPT: u32 = u32::MAX;

// `linux/bpf_common.h`, `linux/filter.h`
const LOAD_WORD: u16 = 0x20;
const LOAD_HALF: u16 = 0x28;
const LOAD_BYTE: u16 = 0x30;
const JUMP_EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;
/// `SKF_AD_OFF + SKF_AD_PKTTYPE`
const PACKET_TYPE: u32 = 0xffff_f004;
/// `SKF_NET_OFF`, and the hop limit behind it
const HOP_LIMIT: u32 = 0xfff0_0000 + 7;
/// `PACKET_OTHERHOST`: for another host, or of a VLAN that is not ours
const OTHER_HOST: u32 = 3;

/// For a packet socket that sees ARP from its header on: Ethernet and IPv4, with a sender's address that is set (else it is
/// a probe) and is one of `addresses`.
pub(super) fn arp(addresses: Option<&BTreeSet<IpAddr>>) -> Vec<SockFilter> {
    let mut program = Vec::new();
    refuse(&mut program, LOAD_BYTE, PACKET_TYPE, OTHER_HOST);
    require(&mut program, LOAD_WORD, 0, 0x0001_0800);
    require(&mut program, LOAD_HALF, 4, 0x0604);
    refuse(&mut program, LOAD_WORD, 14, 0);
    let last_words = addresses.map(|addresses| {
        addresses.iter().filter_map(|address| match address {
            IpAddr::V4(address) => Some(address.to_bits()),
            IpAddr::V6(_) => None,
        })
    });
    accept(&mut program, last_words);
    program
}

/// For a raw ICMPv6 socket: neighbour advertisements from this link for one of `addresses`, by the end of the target.
pub(super) fn advertisement(addresses: Option<&BTreeSet<IpAddr>>) -> Vec<SockFilter> {
    let mut program = Vec::new();
    require(&mut program, LOAD_BYTE, 0, NEIGHBOUR_ADVERTISEMENT.into());
    require(&mut program, LOAD_BYTE, HOP_LIMIT, 255);
    program.push(SockFilter::new(LOAD_WORD, 0, 0, 20));
    let last_words = addresses.map(|addresses| {
        addresses.iter().filter_map(|address| match address {
            IpAddr::V6(address) => Some(last_word(address.to_bits())),
            IpAddr::V4(_) => None,
        })
    });
    accept(&mut program, last_words);
    program
}

fn last_word(address: u128) -> u32 {
    let [.., a, b, c, d] = address.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// Drops what has not this value there.
fn require(program: &mut Vec<SockFilter>, load: u16, offset: u32, value: u32) {
    program.push(SockFilter::new(load, 0, 0, offset));
    program.push(SockFilter::new(JUMP_EQUAL, 1, 0, value));
    program.push(SockFilter::new(RETURN, 0, 0, 0));
}

/// Drops what has this value there.
fn refuse(program: &mut Vec<SockFilter>, load: u16, offset: u32, value: u32) {
    program.push(SockFilter::new(load, 0, 0, offset));
    program.push(SockFilter::new(JUMP_EQUAL, 0, 1, value));
    program.push(SockFilter::new(RETURN, 0, 0, 0));
}

/// Takes the packet if what was loaded last is one of `words`; any packet where there are none to compare with, or too many.
fn accept(program: &mut Vec<SockFilter>, words: Option<impl Iterator<Item = u32>>) {
    let words: Option<BTreeSet<u32>> = words.map(Iterator::collect);
    if let Some(words) = words.filter(|words| words.len() <= MOST_ADDRESSES) {
        for word in words {
            program.push(SockFilter::new(JUMP_EQUAL, 0, 1, word));
            program.push(SockFilter::new(RETURN, 0, 0, ACCEPT));
        }
        program.push(SockFilter::new(RETURN, 0, 0, 0));
    } else {
        program.push(SockFilter::new(RETURN, 0, 0, ACCEPT));
    }
}
