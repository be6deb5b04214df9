//! Addresses, ports and interface names.

mod host;

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

pub(crate) use host::host;

use crate::read::Report;
use crate::read::table::shown;
use crate::rules::{LONGEST_INTERFACE, why_no_interface};
use crate::text::Entry;

/// `ip`, `ip:port`, `[v6]` or `[v6]:port`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AddressPort {
    pub(crate) address: IpAddr,
    pub(crate) port: Option<u16>,
}

impl AddressPort {
    pub(crate) fn read(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Self> {
        let text = entry.string("\"192.0.2.1:80\"", report)?;
        let parsed = Self::parse(text);
        if parsed.is_none() {
            refuse(entry, text, report);
        }
        parsed
    }

    fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self { address, port: None });
        }
        if let Some(address) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            return Some(Self { address: IpAddr::V6(address.parse::<Ipv6Addr>().ok()?), port: None });
        }
        let (address, port) = text.rsplit_once(':')?;
        let plain = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let port = port.parse().ok().filter(|_| plain)?;
        let address = match address.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            Some(v6) => IpAddr::V6(v6.parse().ok()?),
            None => IpAddr::V4(address.parse().ok()?),
        };
        Some(Self { address, port: Some(port) })
    }
}

/// `ip` or `ip/prefix`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefixed {
    pub(crate) address: IpAddr,
    pub(crate) prefix: Option<u8>,
}

impl Prefixed {
    pub(crate) fn read(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Self> {
        let text = entry.string("\"192.0.2.1\"", report)?;
        let (address, prefix) = text.split_once('/').map_or((text, None), |(ip, bits)| (ip, Some(bits)));
        let Ok(address) = address.parse::<IpAddr>() else {
            refuse_or_strip_port(entry, address, report);
            return None;
        };
        let Some(bits) = prefix else { return Some(Self { address, prefix: None }) };
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = bits.parse().ok().filter(|bits| (1..=most).contains(bits));
        if prefix.is_none() {
            report.error(entry.place(), format_args!("`/{}` is no prefix length", shown(bits))).help(
                format_args!("write a number from 1 to {most} after the slash, or nothing for /{most}"),
            );
        }
        Some(Self { address, prefix: Some(prefix?) })
    }
}

/// A bare address.
pub(crate) fn address(entry: Entry<'_>, report: &mut Report<'_>) -> Option<IpAddr> {
    let text = entry.string("\"192.0.2.1\"", report)?;
    let parsed = text.parse().ok();
    if parsed.is_none() {
        refuse_or_strip_port(entry, text, report);
    }
    parsed
}

/// `listen = ["ip:port", …]`.
pub(crate) fn listen(
    entry: Entry<'_>,
    usual: SocketAddr,
    report: &mut Report<'_>,
) -> Option<Vec<SocketAddr>> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for one in entry.list(&alloc::format!("listen = [\"{usual}\"]"), report)? {
        let Some(AddressPort { address, port }) = AddressPort::read(one, report) else { continue };
        let Some(port) = port.filter(|port| *port != 0) else {
            report
                .error(one.place(), "an address to listen on needs a port")
                .help(format_args!("write \"{}\"", SocketAddr::new(address, usual.port())));
            continue;
        };
        let socket = SocketAddr::new(address, port);
        if !seen.insert(socket) {
            report.error(one.place(), format_args!("{socket} is listed twice")).help("leave one of the two");
        }
        all.push(socket);
    }
    Some(all)
}

/// An interface name.
pub(crate) fn interface(entry: Entry<'_>, report: &mut Report<'_>) -> Option<String> {
    let name = entry.string("\"eth0\"", report)?;
    let Some(wrong) = why_no_interface(name) else { return Some(String::from(name)) };
    let draft = report.error(entry.place(), format_args!("the interface name \"{}\" {wrong}", shown(name)));
    match name.split_once(':') {
        Some((device, _)) if !device.is_empty() => {
            draft.help(format_args!("write \"{device}\" here, and \"{}\" as `label`", shown(name)))
        }
        Some(_) | None => draft.help("write a name as `ip link` shows it, such as \"eth0\""),
    };
    None
}

/// `IFA_LABEL` of an address on a device: the device's name, a colon, and a word.
pub(crate) fn label(entry: Entry<'_>, device: &str, ip: &IpAddr, report: &mut Report<'_>) -> Option<String> {
    let label = entry.string("\"lo:0\"", report)?;
    let word = label.strip_prefix(device).and_then(|rest| rest.strip_prefix(':'));
    let (wrong, help) = if ip.is_ipv6() {
        ("IPv6 addresses have no label", alloc::format!("leave `label` away for {ip}"))
    } else if label.len() > LONGEST_INTERFACE {
        ("the label is longer than 15 bytes", alloc::format!("write a shorter one, as in \"{device}:0\""))
    } else if word.is_none_or(|word| word.is_empty() || word.contains(|c: char| !c.is_ascii_graphic())) {
        ("a label is the interface's name, a colon and a word", alloc::format!("write \"{device}:0\""))
    } else {
        return Some(String::from(label));
    };
    report.error(entry.place(), wrong).help(help);
    None
}

fn refuse_or_strip_port(entry: Entry<'_>, text: &str, report: &mut Report<'_>) {
    match AddressPort::parse(text) {
        Some(AddressPort { address, .. }) => {
            report
                .error(entry.place(), format_args!("`{}` takes an address without port", entry.key()))
                .help(format_args!("write \"{address}\""));
        }
        None => refuse(entry, text, report),
    }
}

fn refuse(entry: Entry<'_>, text: &str, report: &mut Report<'_>) {
    let (before_port, port) = text.rsplit_once(':').unwrap_or((text, ""));
    let bracketed = before_port.trim_start_matches('[').trim_end_matches(']');
    let place = entry.place();
    if !text.contains('/')
        && (before_port.parse::<Ipv4Addr>().is_ok() || bracketed.parse::<Ipv6Addr>().is_ok())
    {
        report
            .error(place, format_args!("\"{}\" is no address and port", shown(text)))
            .label(format_args!("\"{}\" is no port", shown(port)))
            .help("write a port from 1 to 65535");
        return;
    }
    let draft = report.error(place, format_args!("\"{}\" is no IP address", shown(text)));
    if text.contains('/') {
        draft.help("write the address alone, without a prefix length");
    } else if text.is_empty() {
        draft.help("write an address such as \"192.0.2.1\"");
    } else if before_port.contains(|c: char| c.is_ascii_alphabetic() && !c.is_ascii_hexdigit()) {
        draft.label("a name").help(
            "names are not looked up, a name server must not be able to move a service: write the address",
        );
    } else {
        draft.help("write an address such as \"192.0.2.1\", \"192.0.2.1:80\" or \"[2001:db8::1]:80\"");
    }
}
