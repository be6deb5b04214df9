//! Where a route leads.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Mode;
use crate::read::vrrp::value::shown;
use crate::report::Report;
use crate::syntax::Word;

/// `default`, `ip` or `ip/prefix` without bits below the prefix.
pub(super) fn destination(word: &Word, v6: bool, report: &mut Report) -> Option<(IpAddr, u8)> {
    let text = word.text();
    if text == "default" {
        let any = if v6 { IpAddr::V6(Ipv6Addr::UNSPECIFIED) } else { IpAddr::V4(Ipv4Addr::UNSPECIFIED) };
        return Some((any, 0));
    }
    let Some((address, bits)) = parse(text) else {
        report
            .error(word.place, format_args!("`{}` is no destination", shown(text)))
            .help("write an address with its prefix length, `10.0.0.0/8`, or `default`; `::/0` for IPv6");
        return None;
    };
    let network = network(address, bits);
    if network != address {
        report
            .error(word.place, format_args!("{address} has bits below /{bits}"))
            .label("no network")
            .help(format_args!("write `{network}/{bits}`: the kernel refuses the other"))
            .mended(format_args!("{network}/{bits}"));
        return Some((network, bits)).filter(|_| report.mode() == Mode::Fix);
    }
    Some((address, bits))
}

fn parse(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address = address.parse::<IpAddr>().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let plain = bits.is_none_or(|bits| bits.bytes().all(|byte| byte.is_ascii_digit()));
    let bits = bits.map_or(Some(most), |bits| bits.parse().ok()).filter(|bits| plain && *bits <= most)?;
    Some((address, bits))
}

fn network(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let hosts = u32::MAX.checked_shr(u32::from(bits)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & !hosts))
        }
        IpAddr::V6(v6) => {
            let hosts = u128::MAX.checked_shr(u32::from(bits)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !hosts))
        }
    }
}
