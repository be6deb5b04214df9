//! `[[vip]]`.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use host::{Listener, ListenerProtocol, Scope, Vip};

use super::need;
use crate::read::{
    Foreign, Keys, Prefixed, Report, Role, Table, choice, host as host_address, interface, label, shown,
};
use crate::text::Entry;

/// The device that holds a VIP where nothing is said.
const DEVICE: &str = "lo";

pub(super) const VIP: Keys = Keys {
    name: "[[vip]]",
    known: &["address", "device", "label", "scope", "services", "unit", "process"],
    foreign: &[
        Foreign {
            key: "interface",
            help: "write `device`: \"lo\", or the name of a dummy device of our own",
        },
        Foreign { key: "port", help: "write `services = [\"tcp/80\"]`" },
        Foreign { key: "units", help: "write `unit = [\"nginx.service\", \"php-fpm.service\"]`" },
        Foreign { key: "processes", help: "write `process = [\"nginx\", \"php-fpm\"]`" },
        Foreign { key: "weight", help: "the host has one weight: write a [weight] section" },
        Foreign { key: "prefix", help: "a VIP on a real server is always /32 or /128: leave it away" },
        Foreign { key: "netmask", help: "a VIP on a real server is always /32 or /128: leave it away" },
    ],
};

/// The VIPs that could be read, and how many there are in the text.
pub(super) fn read_all(top: Table<'_>, report: &mut Report<'_>) -> (Vec<Vip>, usize) {
    let tables: Vec<Entry<'_>> = top.tables("vip", "[[vip]]", report).collect();
    let mut seen = Seen::default();
    let vips = tables.iter().filter_map(|entry| read(*entry, &mut seen, report)).collect();
    // a `vip` of the wrong type was reported: it is not missing
    let listed = tables.len().max(usize::from(top.get("vip").is_some_and(|vip| !vip.is_empty_list())));
    (vips, listed)
}

/// What may be there only once.
#[derive(Default)]
struct Seen {
    addresses: BTreeMap<IpAddr, usize>,
    labels: BTreeMap<String, usize>,
}

fn read(entry: Entry<'_>, seen: &mut Seen, report: &mut Report<'_>) -> Option<Vip> {
    let table = Table::open(entry, &VIP, report)?;
    let address = table
        .require("address", "[[vip]]", "write `address = \"192.0.2.1\"`", report)
        .and_then(|entry| address(entry, seen, report));
    let device = match table.get("device") {
        Some(entry) => interface(entry, report),
        None => Some(String::from(DEVICE)),
    };
    let services = table.get("services").map_or_else(|| Some(Vec::new()), |entry| services(entry, report));
    let needs = need::read(table, report);
    let scope = table.get("scope").map_or(Some(Scope::Host), |entry| {
        choice(entry, &[("host", Scope::Host), ("link", Scope::Link), ("global", Scope::Global)], report)
    });
    let (address, device) = (address?, device?);
    if let (Some(entry), IpAddr::V6(_)) = (table.get("scope"), address) {
        report
            .error(entry.place(), "`scope` is for IPv4 only")
            .help("leave it away: an IPv6 VIP is deprecated at once, so that it is no source address");
    }
    let label = match table.get("label") {
        Some(entry) => Some(unique(entry, label(entry, &device, &address, report)?, seen, report)),
        None => None,
    };
    Some(Vip { address, device, label, scope: scope?, services: services?, needs })
}

fn address(entry: Entry<'_>, seen: &mut Seen, report: &mut Report<'_>) -> Option<IpAddr> {
    let Prefixed { address, prefix } = Prefixed::read(entry, report)?;
    let address = host_address(entry, address, Role::Vip, report)?;
    let bits = if address.is_ipv4() { 32 } else { 128 };
    if let Some(prefix) = prefix.filter(|prefix| *prefix != bits) {
        report
            .error(entry.place(), format_args!("a VIP on a real server cannot be /{prefix}"))
            .label("makes the whole subnet local: this host would answer itself for each address in it")
            .help(format_args!("write \"{address}\", which is /{bits}"));
        return None;
    }
    if let Some(first) = seen.addresses.insert(address, entry.place().start) {
        let line = report.line(first);
        report
            .error(entry.place(), format_args!("the VIP {address} is there twice"))
            .label("the second time")
            .help(format_args!("the first is in line {line}: write all its `services` there"));
    }
    Some(address)
}

fn unique(entry: Entry<'_>, label: String, seen: &mut Seen, report: &mut Report<'_>) -> String {
    if let Some(first) = seen.labels.insert(label.clone(), entry.place().start) {
        let line = report.line(first);
        report
            .error(entry.place(), format_args!("the label {label} is there twice"))
            .help(format_args!("the first is in line {line}: write another number"));
    }
    label
}

fn services(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Vec<Listener>> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for one in entry.list("services = [\"tcp/80\"]", report)? {
        let Some(text) = one.string("services = [\"tcp/80\"]", report) else { continue };
        match listener(text) {
            Ok(listener) if seen.insert(listener) => all.push(listener),
            Ok(listener) => {
                report
                    .error(one.place(), format_args!("{listener} is listed twice"))
                    .help("leave one of the two");
            }
            Err(help) => {
                report
                    .error(one.place(), format_args!("\"{}\" is no protocol and port", shown(text)))
                    .help(help);
            }
        }
    }
    Some(all)
}

fn listener(text: &str) -> Result<Listener, String> {
    let (protocol, port) = text.split_once('/').unwrap_or(("", text));
    let number = |text: &str| text.parse::<u16>().ok().filter(|port| *port != 0);
    match (protocol, number(port)) {
        ("tcp", Some(port)) => Ok(Listener { protocol: ListenerProtocol::Tcp, port }),
        ("udp", Some(port)) => Ok(Listener { protocol: ListenerProtocol::Udp, port }),
        ("sctp", Some(_)) => {
            Err(String::from("listeners are seen for tcp and udp only: leave this one away"))
        }
        ("tcp" | "udp", None) => Err(format!("write a port from 1 to 65535, as in \"{protocol}/80\"")),
        ("", Some(port)) => Err(format!("write \"tcp/{port}\" or \"udp/{port}\"")),
        (swapped, None) if number(swapped).is_some() => {
            Err(format!("write \"tcp/{swapped}\" or \"udp/{swapped}\""))
        }
        _ => Err(String::from("write \"tcp/80\" or \"udp/53\"")),
    }
}
