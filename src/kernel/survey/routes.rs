//! The main routing tables, as `/proc/net` prints them: read up to a limit, because a host that speaks BGP has a million.

use std::fs::File;
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use doctor::{Route, Seen};

const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// `RTF_UP`, `RTF_GATEWAY`, `RTF_REJECT` (`linux/route.h`)
const UP: u32 = 1;
const GATEWAY: u32 = 2;
const REJECT: u32 = 0x200;

/// IPv4 and IPv6.
pub(super) fn routes(proc: &Path) -> Seen<Vec<Route>> {
    let v4 = match text(&proc.join("net/route")) {
        Ok(text) => text,
        Err(error) => return Seen::unseen(format!("cannot read routes: {error}"), "ip route"),
    };
    // not there without IPv6
    let v6 = text(&proc.join("net/ipv6_route")).unwrap_or_default();
    Seen::Known(v4.lines().filter_map(route_v4).chain(v6.lines().filter_map(route_v6)).collect())
}

fn text(place: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(place)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `eth0 00A8C0 … `: interface, destination, gateway, flags, two counters, metric, mask (`fib_route_seq_show`).
pub(super) fn route_v4(line: &str) -> Option<Route> {
    let mut words = line.split_whitespace();
    let interface = words.next()?.to_owned();
    let (to, via, flags) = (ipv4(words.next()?)?, ipv4(words.next()?)?, hex(words.next()?)?);
    let metric = words.nth(2)?.parse().ok()?;
    let mask = ipv4(words.next()?)?;
    is_usable(flags).then(|| Route {
        to: (to.into(), u8::try_from(mask.to_bits().count_ones()).unwrap_or_default()),
        via: (flags & GATEWAY != 0).then_some(via.into()),
        interface: Some(interface),
        metric,
    })
}

/// Destination, its prefix, source, its prefix, gateway, metric, two counters, flags, interface (`rt6_info_route`).
pub(super) fn route_v6(line: &str) -> Option<Route> {
    let mut words = line.split_whitespace();
    let (to, prefix) = (ipv6(words.next()?)?, u8::try_from(hex(words.next()?)?).ok()?);
    let via = ipv6(words.nth(2)?)?;
    let (metric, flags) = (hex(words.next()?)?, hex(words.nth(2)?)?);
    let interface = words.next()?.to_owned();
    is_usable(flags).then(|| Route {
        to: (to, prefix),
        via: (flags & GATEWAY != 0).then_some(via),
        interface: Some(interface),
        metric,
    })
}

fn is_usable(flags: u32) -> bool {
    flags & UP != 0 && flags & REJECT == 0
}

/// The kernel prints the four bytes as one number of its own byte order.
fn ipv4(word: &str) -> Option<Ipv4Addr> {
    hex(word).map(|number| Ipv4Addr::from(number.to_ne_bytes()))
}

fn ipv6(word: &str) -> Option<IpAddr> {
    u128::from_str_radix(word, 16).ok().map(|bits| Ipv6Addr::from_bits(bits).into())
}

fn hex(word: &str) -> Option<u32> {
    u32::from_str_radix(word, 16).ok()
}
