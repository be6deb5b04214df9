//! One address, several from one to another, or those of a prefix.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::read::vrrp::value::shown;
use crate::report::Report;
use crate::syntax::Word;

const DROPS: &str = "keepalived leaves the line away";

/// Addresses of one family from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    first: IpAddr,
    last: IpAddr,
}

/// Why a text is none.
enum Wrong {
    Form,
    HostBits(IpAddr, u8),
}

impl Range {
    pub(super) fn read(word: &Word, report: &mut Report) -> Option<Self> {
        let text = word.text();
        let form = "write `192.0.2.1`, `192.0.2.1-9`, `192.0.2.250-192.0.3.5` or `192.0.2.0/28`, and a port behind a space";
        let (wrong, help) = match bounds(text) {
            Ok((first, last)) if bits(first) <= bits(last) => return Some(Self { first, last }),
            Ok(_) => ("ends before it begins", alloc::string::String::from("write the lower address first")),
            Err(Wrong::Form) => ("is no address, and no range of them", alloc::string::String::from(form)),
            Err(Wrong::HostBits(network, prefix)) => (
                "has bits below its prefix",
                alloc::format!("write `{network}/{prefix}` for all of it, or a range"),
            ),
        };
        report.error(word.place, format_args!("`{}` {wrong}", shown(text))).help(help).swallowed(DROPS);
        None
    }

    /// How many there are, less one.
    pub(super) const fn further(self) -> u128 {
        bits(self.last).saturating_sub(bits(self.first))
    }

    pub(super) fn addresses(self) -> impl Iterator<Item = IpAddr> {
        let v4 = self.first.is_ipv4();
        (bits(self.first)..=bits(self.last)).map(move |bits| match u32::try_from(bits) {
            Ok(bits) if v4 => IpAddr::V4(Ipv4Addr::from_bits(bits)),
            Ok(_) | Err(_) => IpAddr::V6(Ipv6Addr::from_bits(bits)),
        })
    }
}

const fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_bits() as u128,
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn bounds(text: &str) -> Result<(IpAddr, IpAddr), Wrong> {
    if let Some((network, prefix)) = text.split_once('/') {
        return network_bounds(network, prefix);
    }
    let (first, last) = text.split_once('-').map_or((text, None), |(first, last)| (first, Some(last)));
    let first: IpAddr = first.parse().map_err(|_| Wrong::Form)?;
    let Some(last) = last else { return Ok((first, first)) };
    let last = last.parse().ok().or_else(|| in_last_part(first, last));
    last.filter(|last: &IpAddr| last.is_ipv4() == first.is_ipv4())
        .map(|last| (first, last))
        .ok_or(Wrong::Form)
}

/// `9` behind `192.0.2.1`, `ff` behind `2001:db8::1`: the first address with another last part.
fn in_last_part(first: IpAddr, text: &str) -> Option<IpAddr> {
    match first {
        IpAddr::V4(v4) => {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit());
            let part = text.parse::<u8>().ok().filter(|_| plain)?;
            Some(IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & !0xff | u32::from(part))))
        }
        IpAddr::V6(v6) => {
            let plain = text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let part = u16::from_str_radix(text, 16).ok().filter(|_| plain)?;
            Some(IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !0xffff | u128::from(part))))
        }
    }
}

fn network_bounds(network: &str, prefix: &str) -> Result<(IpAddr, IpAddr), Wrong> {
    let first: IpAddr = network.parse().map_err(|_| Wrong::Form)?;
    let most = if first.is_ipv4() { 32 } else { 128 };
    let plain = prefix.bytes().all(|byte| byte.is_ascii_digit());
    let prefix: u8 = prefix.parse().ok().filter(|prefix| plain && *prefix <= most).ok_or(Wrong::Form)?;
    let (lowest, highest) = match first {
        IpAddr::V4(v4) => {
            let hosts = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
            let v4 = v4.to_bits();
            (IpAddr::V4(Ipv4Addr::from_bits(v4 & !hosts)), IpAddr::V4(Ipv4Addr::from_bits(v4 | hosts)))
        }
        IpAddr::V6(v6) => {
            let hosts = u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
            let v6 = v6.to_bits();
            (IpAddr::V6(Ipv6Addr::from_bits(v6 & !hosts)), IpAddr::V6(Ipv6Addr::from_bits(v6 | hosts)))
        }
    };
    if lowest == first { Ok((lowest, highest)) } else { Err(Wrong::HostBits(lowest, prefix)) }
}
