//! Values in rules. None: something that is not known here, such as a named set.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::ops::RangeInclusive;

/// `80`, `8000-8080`, or `8000:8080` of iptables, where an end may be left out.
pub(super) fn ports<'a>(words: impl Iterator<Item = &'a str>) -> Option<Vec<RangeInclusive<u16>>> {
    words.map(|word| range(word, 0, u16::MAX, |word| word.parse().ok())).collect()
}

/// By number, or by the names that these tools print.
pub(super) fn protocols<'a>(words: impl Iterator<Item = &'a str>) -> Option<Vec<RangeInclusive<u8>>> {
    words.map(|word| range(word, 0, u8::MAX, protocol)).collect()
}

/// `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, an address.
pub(super) fn subnets<'a>(words: impl Iterator<Item = &'a str>) -> Option<Vec<(IpAddr, u8)>> {
    words.map(subnet).collect()
}

/// Names of interfaces.
pub(super) fn names<'a>(words: impl Iterator<Item = &'a str>) -> Option<Vec<String>> {
    words.map(|word| (!word.starts_with('@')).then(|| word.trim_matches('"').to_owned())).collect()
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
        "gre" => 47,
        "esp" => 50,
        "ah" => 51,
        "ipv6-icmp" | "icmpv6" => 58,
        "ospf" => 89,
        "vrrp" | "carp" => 112,
        "sctp" => 132,
        "udplite" => 136,
        number => return number.parse().ok(),
    })
}

fn subnet(word: &str) -> Option<(IpAddr, u8)> {
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
    Some((address, prefix))
}
