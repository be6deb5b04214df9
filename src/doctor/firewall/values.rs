//! Values in rules. None: something that is not known here, such as a named set.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::ops::RangeInclusive;

use super::model::{Reach, What};

/// `80`, `8000-8080`, or `8000:8080` of iptables, where an end may be left out.
pub(super) fn ports<'a>(words: impl Iterator<Item = &'a str>) -> Option<Vec<RangeInclusive<u16>>> {
    words.map(|word| range(word, 0, u16::MAX, |word| word.parse().ok())).collect()
}

/// By number, or by the names that these tools print.
pub(super) fn protocols<'a>(words: impl Iterator<Item = &'a str>) -> Option<Vec<RangeInclusive<u8>>> {
    words.map(|word| range(word, 0, u8::MAX, protocol)).collect()
}

/// `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `192.0.2.1-192.0.2.9`, an address.
pub(super) fn addresses<'a>(words: impl Iterator<Item = &'a str>) -> Option<Vec<RangeInclusive<IpAddr>>> {
    words.map(|word| subnet(word).or_else(|| span(word))).collect()
}

/// Names of interfaces.
pub(super) fn names<'a>(words: impl Iterator<Item = &'a str>) -> Option<Vec<String>> {
    words.map(|word| (!word.starts_with('@')).then(|| word.trim_matches('"').to_owned())).collect()
}

/// `local` of nft, `LOCAL` of iptables.
pub(super) fn reaches<'a>(words: impl Iterator<Item = &'a str>) -> Option<Vec<Reach>> {
    let reach = |word: &str| {
        Some(match word {
            "local" | "LOCAL" | "host" => Reach::Local,
            "multicast" | "MULTICAST" => Reach::Multicast,
            "broadcast" | "BROADCAST" => Reach::Broadcast,
            "unicast" | "UNICAST" | "anycast" | "ANYCAST" | "blackhole" | "BLACKHOLE" | "unreachable"
            | "UNREACHABLE" | "prohibit" | "PROHIBIT" | "other" => Reach::Elsewhere,
            _ => return None,
        })
    };
    words.map(reach).collect()
}

/// States of a connection: the first packet of one is new and nothing else.
pub(super) fn states<'a>(mut words: impl Iterator<Item = &'a str>) -> What {
    let known = words.try_fold(false, |new, word| match word {
        "new" | "NEW" => Some(true),
        "established" | "related" | "invalid" | "untracked" | "ESTABLISHED" | "RELATED" | "INVALID"
        | "UNTRACKED" | "SNAT" | "DNAT" => Some(new),
        _ => None,
    });
    known.map_or(What::Unclear, What::Always)
}

/// Marks of a connection that its first packet does not have yet (`enum ip_conntrack_status`).
pub(super) fn statuses<'a>(mut words: impl Iterator<Item = &'a str>) -> What {
    let later = ["expected", "seen-reply", "assured", "confirmed", "snat", "dnat", "dying"];
    if words.all(|word| later.contains(&word)) { What::Always(false) } else { What::Unclear }
}

fn range<T: Copy + PartialOrd>(
    word: &str,
    least: T,
    most: T,
    one: impl Fn(&str) -> Option<T>,
) -> Option<RangeInclusive<T>> {
    if let Some(value) = one(word) {
        return Some(value..=value);
    }
    let (from, to) = word.split_once([':', '-'])?;
    let from = if from.is_empty() { Some(least) } else { one(from) }?;
    let to = if to.is_empty() { Some(most) } else { one(to) }?;
    Some(from..=to)
}

fn protocol(word: &str) -> Option<u8> {
    Some(match word {
        "icmp" => 1,
        "igmp" => 2,
        "tcp" => 6,
        "udp" => 17,
        "dccp" => 33,
        "gre" => 47,
        "esp" => 50,
        "ah" => 51,
        "ipv6-icmp" | "icmpv6" => 58,
        "ospf" => 89,
        "comp" | "ipcomp" => 108,
        "vrrp" | "carp" => 112,
        "sctp" => 132,
        "udplite" => 136,
        number => return number.parse().ok(),
    })
}

fn subnet(word: &str) -> Option<RangeInclusive<IpAddr>> {
    let (address, mask) = word.split_once('/').unwrap_or((word, ""));
    let address: IpAddr = address.parse().ok()?;
    let whole = if address.is_ipv4() { 32 } else { 128 };
    let prefix = match (mask.parse::<u8>(), mask.parse::<IpAddr>()) {
        _ if mask.is_empty() => whole,
        (Ok(prefix), _) => prefix.min(whole),
        (Err(_), Ok(IpAddr::V4(mask))) => u8::try_from(mask.to_bits().leading_ones()).ok()?,
        (Err(_), Ok(IpAddr::V6(mask))) => u8::try_from(mask.to_bits().leading_ones()).ok()?,
        (Err(_), Err(_)) => return None,
    };
    Some(of_prefix(address, prefix))
}

fn of_prefix(address: IpAddr, prefix: u8) -> RangeInclusive<IpAddr> {
    match address {
        IpAddr::V4(address) => {
            // a shift by all bits is none to the compiler
            let host = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
            let first = address.to_bits() & !host;
            Ipv4Addr::from_bits(first).into()..=Ipv4Addr::from_bits(first | host).into()
        }
        IpAddr::V6(address) => {
            let host = u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
            let first = address.to_bits() & !host;
            Ipv6Addr::from_bits(first).into()..=Ipv6Addr::from_bits(first | host).into()
        }
    }
}

fn span(word: &str) -> Option<RangeInclusive<IpAddr>> {
    let (first, last) = word.split_once('-')?;
    let (first, last): (IpAddr, IpAddr) = (first.parse().ok()?, last.parse().ok()?);
    (first.is_ipv4() == last.is_ipv4()).then_some(first..=last)
}
