//! `[[address]]`: what the director holds itself.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::HeldAddress;
use crate::read::{Foreign, Keys, Prefixed, Report, Role, Table, host, interface, label};
use crate::rules::edge_of_subnet;
use crate::text::Entry;

pub(super) const ADDRESS: Keys = Keys {
    name: "[[address]]",
    known: &["address", "interface", "label"],
    foreign: &[
        Foreign { key: "device", help: "write `interface`" },
        Foreign { key: "dev", help: "write `interface`" },
        Foreign { key: "prefix", help: "write it behind the address: \"192.0.2.1/24\"; /32 unless said" },
    ],
};

/// Who holds an address.
#[derive(Clone, Copy)]
pub(super) struct Holder {
    /// `[[address]]` or `[[vrrp]]`
    pub(super) section: &'static str,
    /// the byte where it is written
    pub(super) at: usize,
}

/// Addresses that are this director's, always or while it is master.
pub(super) type Held = BTreeMap<IpAddr, Holder>;

pub(super) fn read_all(top: Table<'_>, report: &mut Report<'_>) -> (Vec<HeldAddress>, Held) {
    let entries: Vec<Entry<'_>> = top.tables("address", "[[address]]", report).collect();
    let mut held = Held::new();
    let all = entries.into_iter().filter_map(|entry| read(entry, &mut held, report)).collect();
    (all, held)
}

fn read(entry: Entry<'_>, held: &mut Held, report: &mut Report<'_>) -> Option<HeldAddress> {
    let table = Table::open(entry, &ADDRESS, report)?;
    let address = table
        .require("address", ADDRESS.name, "write `address = \"192.0.2.1\"`", report)
        .and_then(|entry| address(entry, held, report));
    let interface = table
        .require(
            "interface",
            ADDRESS.name,
            "write the interface that holds it: `interface = \"eth0\"`",
            report,
        )
        .and_then(|entry| interface(entry, report));
    let ((address, prefix), interface) = (address?, interface?);
    let label = match table.get("label") {
        Some(entry) => Some(label(entry, &interface, &address, report)?),
        None => None,
    };
    Some(HeldAddress { address, prefix, interface, label })
}

fn address(entry: Entry<'_>, held: &mut Held, report: &mut Report<'_>) -> Option<(IpAddr, u8)> {
    let Prefixed { address, prefix } = Prefixed::read(entry, report)?;
    let address = host(entry, address, Role::Vip, report)?;
    let prefix = prefix.unwrap_or(if address.is_ipv4() { 32 } else { 128 });
    inside_subnet(entry, address, prefix, report)?;
    let holder = Holder { section: ADDRESS.name, at: entry.place().start };
    if let Some(first) = held.insert(address, holder) {
        let line = report.line(first.at);
        report
            .error(entry.place(), format_args!("{address} is held twice"))
            .label("the second time")
            .help(format_args!("the first is in line {line}: one interface holds an address"));
    }
    Some((address, prefix))
}

/// Refuses what is the network or the broadcast address of its subnet.
pub(super) fn inside_subnet(
    entry: Entry<'_>,
    address: IpAddr,
    prefix: u8,
    report: &mut Report<'_>,
) -> Option<()> {
    let Some(what) = edge_of_subnet(address, prefix) else { return Some(()) };
    report
        .error(entry.place(), format_args!("{address} is no host address"))
        .label(format_args!("the {what} of its /{prefix}"))
        .help(format_args!("write another address, or \"{address}\" without /{prefix}"));
    None
}
