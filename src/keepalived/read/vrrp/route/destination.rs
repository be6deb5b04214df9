//! Where a route leads.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use config::rules::{Network, WrongNetwork};

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
    match Network::parse(text) {
        Ok(Network { address, prefix }) => Some((address, prefix)),
        Err(WrongNetwork::Form) => {
            report
                .error(word.place, format_args!("`{}` is no destination", shown(text)))
                .help("write an address with its prefix length, `10.0.0.0/8`, or `default`; `::/0` for IPv6");
            None
        }
        Err(WrongNetwork::HostBits { address, network }) => {
            report
                .error(word.place, format_args!("{address} has bits below /{}", network.prefix))
                .label("no network")
                .help(format_args!("write `{network}`: the kernel refuses the other"))
                .mended(format_args!("{network}"));
            Some((network.address, network.prefix)).filter(|_| report.mode() == Mode::Fix)
        }
    }
}
