//! One address, several from one to another, or those of a prefix; with a port.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::read::{Report, shown};
use crate::text::Entry;

/// Addresses of one family from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::director) struct Range {
    pub(in crate::director) first: IpAddr,
    pub(in crate::director) last: IpAddr,
    /// 0: every port
    pub(in crate::director) port: u16,
}

impl Range {
    /// `ip:port`, `ip-ip:port`, `ip-number:port`, `ip/prefix:port`; IPv6 in brackets where a port follows.
    pub(super) fn read(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Self> {
        let text = entry.string("\"192.0.2.1-9:80\"", report)?;
        let refuse = |report: &mut Report<'_>, wrong: &str, help: &str| {
            report.error(entry.place(), format_args!("\"{}\" {wrong}", shown(text))).help(help);
            None
        };
        let form = "write \"192.0.2.1:80\", \"192.0.2.1-9:80\", \"192.0.2.250-192.0.3.5:80\" or \"192.0.2.0/28:80\"; IPv6 as \"[2001:db8::1-2001:db8::9]:80\"";
        let Some((addresses, port)) = split(text) else {
            return refuse(report, "is no address and port", form);
        };
        let Some(port) = port.map_or(Some(0), port_number) else {
            return refuse(report, "has no valid port", "write a port from 1 to 65535");
        };
        match bounds(addresses) {
            Ok((first, last)) if bits(first) <= bits(last) => Some(Self { first, last, port }),
            Ok(_) => refuse(report, "ends before it begins", "write the lower address first"),
            Err(Wrong::Form) => refuse(report, "is no address, and no range of them", form),
            Err(Wrong::HostBits(network, prefix)) => {
                report
                    .error(entry.place(), format_args!("\"{}\" has bits below its prefix", shown(text)))
                    .label("no network")
                    .help(format_args!(
                        "write \"{network}/{prefix}\" for all of it, or a range such as \"192.0.2.1-9\""
                    ));
                None
            }
        }
    }

    /// How many there are, less one.
    pub(super) fn further(self) -> u128 {
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

/// Printed as it is read.
impl core::fmt::Display for Range {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let bracketed = self.first.is_ipv6() && self.port != 0;
        f.write_str(if bracketed { "[" } else { "" })?;
        write!(f, "{}", self.first)?;
        match (self.first, self.last) {
            (first, last) if first == last => {}
            (IpAddr::V4(first), IpAddr::V4(last))
                if first.octets().split_last().map(|(_, net)| net.to_vec())
                    == last.octets().split_last().map(|(_, net)| net.to_vec()) =>
            {
                write!(f, "-{}", last.octets().last().copied().unwrap_or_default())?;
            }
            (_, last) => write!(f, "-{last}")?,
        }
        f.write_str(if bracketed { "]" } else { "" })?;
        if self.port == 0 { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// The number that an address is.
pub(in crate::director) const fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_bits() as u128,
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

enum Wrong {
    Form,
    HostBits(IpAddr, u8),
}

/// The addresses without brackets, and what is behind the colon.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (addresses, rest) = rest.split_once(']')?;
        return match rest.strip_prefix(':') {
            Some(port) => Some((addresses, Some(port))),
            None => rest.is_empty().then_some((addresses, None)),
        };
    }
    // more than one colon: IPv6 without a port
    if text.matches(':').nth(1).is_some() {
        return Some((text, None));
    }
    Some(text.split_once(':').map_or((text, None), |(addresses, port)| (addresses, Some(port))))
}

fn port_number(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| plain && *port != 0)
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
