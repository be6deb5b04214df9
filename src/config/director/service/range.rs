//! One address, several from one to another, or those of a prefix; with a port.

use core::fmt;

use crate::read::{Report, shown};
use crate::rules::{AddressRange, WrongRange};
use crate::text::Entry;

/// Addresses, all with one port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::director) struct Range {
    pub(in crate::director) addresses: AddressRange,
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
        match AddressRange::parse(addresses) {
            Ok(addresses) => Some(Self { addresses, port }),
            Err(WrongRange::Backwards) => {
                refuse(report, "ends before it begins", "write the lower address first")
            }
            Err(WrongRange::Form) => refuse(report, "is no address, and no range of them", form),
            Err(WrongRange::HostBits(network)) => {
                report
                    .error(entry.place(), format_args!("\"{}\" has bits below its prefix", shown(text)))
                    .label("no network")
                    .help(format_args!(
                        "write \"{network}\" for all of it, or a range such as \"192.0.2.1-9\""
                    ));
                None
            }
        }
    }
}

/// Printed as it is read.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { addresses, port } = self;
        match (port, addresses.first().is_ipv6()) {
            (0, _) => write!(f, "{addresses}"),
            (_, true) => write!(f, "[{addresses}]:{port}"),
            (_, false) => write!(f, "{addresses}:{port}"),
        }
    }
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
