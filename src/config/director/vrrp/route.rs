//! `routes`: there while the router is master.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use super::VirtualRoute;
use crate::read::{Foreign, Keys, Report, Role, Table, address, host, interface, shown};
use crate::rules::{Network, WrongNetwork, is_link_local};
use crate::text::{Entry, Kind};

pub(in crate::director) const ROUTE: Keys = Keys {
    name: "a route of [[vrrp]]",
    known: &["to", "via", "interface", "source", "table", "metric"],
    foreign: &[
        Foreign { key: "dst", help: "write `to`" },
        Foreign { key: "gw", help: "write `via`" },
        Foreign { key: "gateway", help: "write `via`" },
        Foreign { key: "dev", help: "write `interface`" },
        Foreign { key: "src", help: "write `source`" },
    ],
};
const EXAMPLE: &str = "{ to = \"10.0.0.0/8\", via = \"192.0.2.1\" }";

pub(super) fn read(table: Table<'_>, report: &mut Report<'_>) -> Vec<VirtualRoute> {
    let Some(entry) = table.get("routes") else { return Vec::new() };
    let entries: Vec<Entry<'_>> = entry
        .list("routes = [{ to = \"10.0.0.0/8\", via = \"192.0.2.1\" }]", report)
        .into_iter()
        .flatten()
        .collect();
    let mut routes: Vec<VirtualRoute> = Vec::new();
    for one in entries {
        let Some(route) = read_one(one, report) else { continue };
        let same = |other: &VirtualRoute| {
            (other.to, other.table, other.metric) == (route.to, route.table, route.metric)
        };
        if routes.len() == MOST {
            report
                .error(one.place(), format_args!("more than {MOST} routes"))
                .help("write shorter prefixes: each is added and removed while the addresses move");
            break;
        }
        if routes.iter().any(same) {
            report
                .error(one.place(), format_args!("the route to {}/{} is there twice", route.to.0, route.to.1))
                .label("the second of this table and metric")
                .help("leave one of the two, or write another `metric`");
        }
        routes.push(route);
    }
    routes
}

/// A takeover must not take long.
const MOST: usize = 1_000;

fn read_one(entry: Entry<'_>, report: &mut Report<'_>) -> Option<VirtualRoute> {
    if !matches!(entry.kind(), Kind::Table | Kind::Bad) {
        entry.mismatch("tables", report).help(format_args!("write `{EXAMPLE}`"));
        return None;
    }
    let table = Table::open(entry, &ROUTE, report)?;
    let help = "write the destination: `to = \"10.0.0.0/8\"` or `to = \"default\"`";
    let to = table.require("to", ROUTE.name, help, report).and_then(|entry| destination(entry, report));
    let via = table.get("via").map(|entry| gateway(entry, to, report));
    let interface = table.get("interface").map(|entry| interface(entry, report));
    let source = table.get("source").and_then(|entry| preferred(entry, to, report));
    let number = table.get("table").and_then(|entry| entry.number(1..=u32::MAX, report));
    let metric = table.get("metric").and_then(|entry| entry.number(0..=u32::MAX, report));
    check_way(table, via.flatten(), report);
    Some(VirtualRoute {
        to: to?,
        via: via.flatten(),
        interface: interface.flatten(),
        source,
        table: number,
        metric,
    })
}

/// `default` or `ip/prefix`, without bits below the prefix.
fn destination(entry: Entry<'_>, report: &mut Report<'_>) -> Option<(IpAddr, u8)> {
    let text = entry.string("\"10.0.0.0/8\"", report)?;
    if text == "default" {
        return Some((IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0));
    }
    match Network::parse(text) {
        Ok(Network { address, prefix }) => return Some((address, prefix)),
        Err(WrongNetwork::Form) => {
            report.error(entry.place(), format_args!("\"{}\" is no destination", shown(text))).help(
                "write an address with its prefix length, \"10.0.0.0/8\", or \"default\"; \"::/0\" for IPv6",
            )
        }
        Err(WrongNetwork::HostBits { address, network }) => report
            .error(entry.place(), format_args!("{address} has bits below /{}", network.prefix))
            .label("no network")
            .help(format_args!("write \"{network}\"")),
    };
    None
}

fn gateway(entry: Entry<'_>, to: Option<(IpAddr, u8)>, report: &mut Report<'_>) -> Option<IpAddr> {
    let via = address(entry, report)?;
    host(entry, via, Role::Router, report)?;
    same_family(entry, via, to, report)
}

fn preferred(entry: Entry<'_>, to: Option<(IpAddr, u8)>, report: &mut Report<'_>) -> Option<IpAddr> {
    let source = address(entry, report)?;
    host(entry, source, Role::Vip, report)?;
    same_family(entry, source, to, report)
}

fn same_family(
    entry: Entry<'_>,
    address: IpAddr,
    to: Option<(IpAddr, u8)>,
    report: &mut Report<'_>,
) -> Option<IpAddr> {
    if let Some((to, bits)) = to.filter(|(to, _)| to.is_ipv4() != address.is_ipv4()) {
        report
            .error(entry.place(), format_args!("{address} is not of the family of {to}/{bits}"))
            .help("write an address of the destination's family");
        return None;
    }
    Some(address)
}

/// A gateway, an interface, or both. What is there by another program's word has been reported.
fn check_way(table: Table<'_>, gateway: Option<IpAddr>, report: &mut Report<'_>) {
    let any = |keys: &[&str]| keys.iter().any(|key| table.get(key).is_some());
    let interface = any(&["interface", "dev"]);
    if !interface && !any(&["via", "gw", "gateway"]) {
        report
            .error(table.entry().place(), "a route has `via` or `interface`")
            .label("leads nowhere")
            .help(format_args!("write `{EXAMPLE}`"));
    }
    if let Some(via) = gateway.filter(|via| is_link_local(*via) && !interface) {
        report
            .error(table.entry().place(), format_args!("{via} is valid on one link only"))
            .label("`interface` is missing")
            .help("write the `interface` of that link beside it");
    }
}
