//! `[[service.real]]` and `sorry_server`.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ipvs::{Destination, DestinationKey, Forward, Weight};

use super::agents::Wish;
use super::check::{Interned, Server, Templates};
use super::mail::Alerts;
use super::target::{Of, destination_key, forward};
use super::{RealServer, notify};
use crate::read::{Foreign, Keys, Report, Table};
use crate::text::{Entry, Kind};

pub(super) const REAL: Keys = Keys {
    name: "[[service.real]]",
    known: &[
        "address",
        "weight",
        "alpha",
        "inhibit",
        "forward",
        "tunnel",
        "upper_threshold",
        "lower_threshold",
        "notify",
        "alert",
        "agent_port",
        "agent",
        "check",
    ],
    foreign: &[
        Foreign { key: "port", help: "write it behind the address: \"192.0.2.8:80\"" },
        Foreign { key: "agent_policy", help: "write `agent`: \"prefer\", \"require\" or \"off\"" },
        Foreign {
            key: "agent_check",
            help: "write `agent_port = 9781`: the agent's own words are followed, not asked for",
        },
        Foreign { key: "agent-check", help: "write `agent_port = 9781`" },
        Foreign { key: "agent-port", help: "write `agent_port`" },
        Foreign { key: "weight_from", help: "leave it away: an agent with [weight] tells the weight" },
        Foreign { key: "inhibit_on_failure", help: "write `inhibit = true`" },
        Foreign { key: "uthreshold", help: "write `upper_threshold`" },
        Foreign { key: "lthreshold", help: "write `lower_threshold`" },
        Foreign { key: "lvs_method", help: "write `forward`" },
        Foreign { key: "lb_kind", help: "write `forward`" },
        Foreign { key: "notify_up", help: "write `notify = { up = \"/path\" }`" },
        Foreign { key: "notify_down", help: "write `notify = { down = \"/path\" }`" },
        Foreign { key: "smtp_alert", help: "write `alert = true`, and [mail]" },
        Foreign { key: "delay_loop", help: "write `check = { interval = \"6s\" }`" },
        Foreign { key: "TCP_CHECK", help: "write `check = { type = \"tcp\" }`" },
        Foreign { key: "HTTP_GET", help: "write `check = { type = \"http\", path = \"/\" }`" },
        Foreign { key: "SSL_GET", help: "write `check = { type = \"https\", path = \"/\" }`" },
        Foreign { key: "SMTP_CHECK", help: "write `check = { type = \"smtp\" }`" },
        Foreign { key: "DNS_CHECK", help: "write `check = { type = \"dns\" }`" },
        Foreign { key: "UDP_CHECK", help: "write `check = { type = \"udp\" }`" },
        Foreign { key: "PING_CHECK", help: "write `check = { type = \"ping\" }`" },
        Foreign { key: "MISC_CHECK", help: "write `check = { type = \"script\", command = \"/path\" }`" },
        Foreign { key: "FILE_CHECK", help: "write `check = { type = \"file\", path = \"/path\" }`" },
        Foreign {
            key: "BFD_CHECK",
            help: "BFD is not supported: `check = { type = \"ping\", interval = \"100ms\" }` is near to it",
        },
    ],
};
pub(super) const SORRY: Keys =
    Keys { name: "`sorry_server`", known: &["address", "forward", "tunnel", "inhibit"], foreign: &[] };

/// What servers have from their service where they say nothing.
pub(super) struct Defaults<'a> {
    pub(super) of: Of<'a>,
    pub(super) forward: Option<Forward>,
    pub(super) weight: Weight,
    pub(super) alpha: bool,
    pub(super) inhibit: bool,
    pub(super) checks: Templates,
    pub(super) script_user: Option<&'a str>,
    pub(super) alerts: Alerts,
    pub(super) wish: Wish,
}

/// The servers that could be read.
pub(super) fn read_all(
    table: Table<'_>,
    defaults: &mut Defaults<'_>,
    interned: &mut Interned,
    report: &mut Report<'_>,
) -> Vec<RealServer> {
    let entries: Vec<Entry<'_>> = table.tables("real", REAL.name, report).collect();
    if entries.is_empty() && table.get("real").is_none_or(Entry::is_empty_list) {
        report
            .error(table.entry().place(), "the service has no real server")
            .label("nobody would answer")
            .help("write a [[service.real]] section with its address below it");
    }
    let mut seen = BTreeMap::new();
    let mut reals = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(real) = read(entry, defaults, interned, report) else { continue };
        if let Some(first) = seen.insert(real.key, entry.place().start) {
            tell_twice(entry, real.key, first, report);
        }
        reals.push(real);
    }
    reals
}

fn tell_twice(entry: Entry<'_>, key: DestinationKey, first: usize, report: &mut Report<'_>) {
    let line = report.line(first);
    report
        .error(entry.place(), format_args!("the real server {key} is there twice"))
        .label("the second time")
        .help(format_args!("the first is in line {line}: keep one, and give it the `weight` of both"));
}

fn read(
    entry: Entry<'_>,
    defaults: &mut Defaults<'_>,
    interned: &mut Interned,
    report: &mut Report<'_>,
) -> Option<RealServer> {
    let table = Table::open(entry, &REAL, report)?;
    let forward = defaults.forward.and_then(|default| forward(table, default, report));
    let key = table
        .require("address", REAL.name, "write `address = \"192.0.2.8\"`", report)
        .and_then(|entry| destination_key(entry, defaults.of, forward, report));
    let weight = match table.get("weight") {
        Some(entry) => weight(entry, report),
        None => Some(defaults.weight),
    };
    let thresholds = thresholds(table, report);
    let own = Templates::read(table, defaults.script_user, report);
    let (alpha, inhibit) =
        (flag(table, "alpha", defaults.alpha, report), flag(table, "inhibit", defaults.inhibit, report));
    let notify = notify::real(table, report);
    let alert = defaults.alerts.read(table, defaults.alerts.about.servers, report);
    let own_wish = has_wish(table).then(|| defaults.wish.below(table, report));
    let (key, forward, (upper_threshold, lower_threshold)) = (key?, forward?, thresholds?);
    let agent = match own_wish {
        Some(mut own) => own.at(key.address, forward, report),
        None => defaults.wish.at(key.address, forward, report),
    };
    let server = Server { key, forward, service: defaults.of.key };
    let checks = match own {
        Some(mut own) => own.at(server, interned, report),
        None => defaults.checks.at(server, interned, report),
    };
    let destination = Destination { forward, weight: weight?, upper_threshold, lower_threshold };
    Some(RealServer { key, destination, alpha: alpha?, inhibit: inhibit?, notify, alert, agent, checks })
}

/// Whether a server says something of its agent itself.
fn has_wish(table: Table<'_>) -> bool {
    table.get("agent_port").or_else(|| table.get("agent")).is_some()
}

pub(super) fn flag(table: Table<'_>, key: &str, usual: bool, report: &mut Report<'_>) -> Option<bool> {
    match table.get(key) {
        Some(entry) => entry.boolean(report),
        None => Some(usual),
    }
}

pub(super) fn weight(entry: Entry<'_>, report: &mut Report<'_>) -> Option<Weight> {
    entry.number(0..=Weight::MAX, report).and_then(Weight::new)
}

/// Upper and lower; `ip_vs_add_dest` answers ERANGE to a lower one above the upper.
fn thresholds(table: Table<'_>, report: &mut Report<'_>) -> Option<(u32, u32)> {
    let mut read = |key| match table.get(key) {
        Some(entry) => entry.number::<u32>(0..=u32::MAX, report),
        None => Some(0),
    };
    let (upper, lower) = (read("upper_threshold"), read("lower_threshold"));
    let (upper, lower) = (upper?, lower?);
    if lower <= upper {
        return Some((upper, lower));
    }
    let place = table.get("lower_threshold").unwrap_or_else(|| table.entry()).place();
    report
        .error(place, format_args!("the lower threshold {lower} is above the upper, {upper}"))
        .help(format_args!("write an `upper_threshold` of {lower} or more"));
    None
}

/// The sorry server: an address, or a table with its own forwarding.
pub(super) fn sorry(
    entry: Entry<'_>,
    defaults: &Defaults<'_>,
    report: &mut Report<'_>,
) -> Option<(DestinationKey, Destination)> {
    let (address, forward) = if entry.kind() == Kind::Table {
        let table = Table::open(entry, &SORRY, report)?;
        let forward = defaults.forward.and_then(|default| forward(table, default, report));
        (table.require("address", SORRY.name, "write `address = \"192.0.2.9\"`", report)?, forward)
    } else {
        (entry, defaults.forward)
    };
    let key = destination_key(address, defaults.of, forward, report)?;
    let weight = Weight::new(1)?;
    Some((key, Destination { forward: forward?, weight, upper_threshold: 0, lower_threshold: 0 }))
}

/// Whether it stays in the table while it is not needed. What else is wrong with the entry is told elsewhere.
pub(super) fn sorry_inhibit(entry: Entry<'_>, report: &mut Report<'_>) -> bool {
    let inhibit = entry.children().find(|child| entry.kind() == Kind::Table && child.key() == "inhibit");
    inhibit.and_then(|entry| entry.boolean(report)).unwrap_or(false)
}
