//! `[[service]]`.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::ops::Range;

use ipvs::{Family, Forward, Protocol, ServiceKey, Weight};

use super::address::Held;
use super::check::{Interned, Templates};
use super::real::{self, Defaults};
use super::repeated::repeated;
use super::target::{Of, forward};
use super::{ServiceNotify, VirtualService, schedule};
use crate::read::{AddressPort, Foreign, Keys, Report, Role, Table, choice, host};
use crate::text::Entry;

pub(super) const SERVICE: Keys = Keys {
    name: "[[service]]",
    known: &[
        "name",
        "address",
        "fwmark",
        "family",
        "protocol",
        "scheduler",
        "scheduler_flags",
        "one_packet",
        "persistence",
        "persistence_granularity",
        "persistence_engine",
        "forward",
        "tunnel",
        "weight",
        "alpha",
        "inhibit",
        "quorum",
        "hysteresis",
        "sorry_server",
        "check",
        "real",
    ],
    foreign: &[
        Foreign { key: "agent_port", help: "following the agents comes with a later version: leave it away" },
        Foreign { key: "port", help: "write it behind the address: \"192.0.2.1:80\"" },
        Foreign { key: "lb_algo", help: "keepalived's lb_algo is `scheduler` here" },
        Foreign { key: "lvs_sched", help: "keepalived's lvs_sched is `scheduler` here" },
        Foreign {
            key: "lb_kind",
            help: "keepalived's lb_kind is `forward` here: \"dr\", \"nat\" or \"tun\"",
        },
        Foreign { key: "lvs_method", help: "keepalived's lvs_method is `forward` here" },
        Foreign { key: "persistence_timeout", help: "write `persistence = \"20s\"`" },
        Foreign { key: "delay_loop", help: "write `check = { interval = \"6s\" }`" },
        Foreign { key: "ops", help: "write `one_packet = true`" },
        Foreign { key: "inhibit_on_failure", help: "write `inhibit = true`" },
        Foreign { key: "real_server", help: "keepalived's real_server is [[service.real]] here" },
        Foreign { key: "servers", help: "write one [[service.real]] section for each server" },
        Foreign { key: "virtualhost", help: "write `check = { type = \"http\", host = \"…\" }`" },
    ],
};

/// The services that could be read.
pub(super) fn read_all(top: Table<'_>, held: &Held, report: &mut Report<'_>) -> Vec<VirtualService> {
    let entries: Vec<Entry<'_>> = top.tables("service", SERVICE.name, report).collect();
    let mut interned = Interned::default();
    let mut services = Vec::with_capacity(entries.len());
    let mut places = Vec::with_capacity(entries.len());
    for entry in entries {
        if let Some(service) = read(entry, held, &mut interned, report) {
            services.push(service);
            places.push(entry.place());
        }
    }
    tell_repeated(&services, &places, report);
    services
}

fn tell_repeated(services: &[VirtualService], places: &[Range<usize>], report: &mut Report<'_>) {
    let placed = || services.iter().zip(places);
    let keys = repeated(placed().map(|(service, place)| (service.key, place.clone())).collect());
    let names = repeated(placed().map(|(service, place)| (&service.name, place.clone())).collect());
    // two services of one key that say no name have the same name too: once is enough
    let mut told: Vec<usize> = keys.iter().map(|((_, place), _)| place.start).collect();
    told.sort_unstable();
    for ((key, place), first) in keys {
        let line = report.line(first.start);
        report
            .error(place, format_args!("the service {key} is there twice"))
            .label("the second time")
            .help(format_args!("the first is in line {line}: write all servers there"));
    }
    for ((name, place), first) in names {
        if told.binary_search(&place.start).is_ok() {
            continue;
        }
        let line = report.line(first.start);
        report
            .error(place, format_args!("two services are named \"{name}\""))
            .label("the second of this name")
            .help(format_args!("the first is in line {line}: write another `name`"));
    }
}

fn read(
    entry: Entry<'_>,
    held: &Held,
    interned: &mut Interned,
    report: &mut Report<'_>,
) -> Option<VirtualService> {
    let table = Table::open(entry, &SERVICE, report)?;
    let protocol = match table.get("protocol") {
        Some(entry) => {
            let words = [("tcp", Protocol::Tcp), ("udp", Protocol::Udp), ("sctp", Protocol::Sctp)];
            choice(entry, &words, report)
        }
        None => Some(Protocol::Tcp),
    };
    let key = key(table, protocol, report);
    // what a fwmark catches is not known here
    let protocol = protocol.filter(|_| matches!(key, Some(ServiceKey::Address { .. })));
    let settings = schedule::read(table, key, protocol, report);
    let name = match table.get("name") {
        Some(entry) => entry.name(report),
        None => key.map(|key| key.to_string()),
    };
    let mut defaults = Defaults {
        of: Of { key, held },
        forward: forward(table, Forward::Direct, report),
        alpha: real::flag(table, "alpha", true, report).unwrap_or(true),
        inhibit: real::flag(table, "inhibit", false, report).unwrap_or(false),
        weight: table.get("weight").and_then(|entry| real::weight(entry, report)).or(Weight::new(1))?,
        checks: Templates::read(table, report).unwrap_or_else(|| Templates::default_for(key, entry.place())),
    };
    let reals = real::read_all(table, &mut defaults, interned, report);
    let quorum = table.get("quorum").map_or(Some(1), |entry| entry.number(1..=u32::MAX, report));
    let hysteresis = table.get("hysteresis").map_or(Some(0), |entry| entry.number(0..=u32::MAX, report));
    let sorry_server = match table.get("sorry_server") {
        Some(entry) => real::sorry(entry, &defaults, report).map(Some),
        None => Some(None),
    };
    let service = VirtualService {
        name: name?,
        group: None,
        key: key?,
        settings: settings?,
        quorum: quorum?,
        hysteresis: hysteresis?,
        sorry_server: sorry_server?,
        sorry_inhibit: false,
        omega: false,
        ha_suspend: false,
        notify: ServiceNotify::default(),
        alert: false,
        reals,
    };
    warn_of_quorum(table, &service, report);
    refuse_sorry_real(table, &service, report);
    Some(service)
}

/// While quorum is lost it would be quiesced and serve at once.
fn refuse_sorry_real(table: Table<'_>, service: &VirtualService, report: &mut Report<'_>) {
    let (Some(entry), Some((sorry, _))) = (table.get("sorry_server"), service.sorry_server) else { return };
    if service.reals.iter().any(|real| real.key == sorry) {
        report
            .error(
                entry.place(),
                format_args!("the sorry server {sorry} is a real server of the same service"),
            )
            .help("name a server that serves only when the others do not");
    }
}

fn key(table: Table<'_>, protocol: Option<Protocol>, report: &mut Report<'_>) -> Option<ServiceKey> {
    match (table.get("address"), table.get("fwmark")) {
        (Some(address), None) => address_key(table, address, protocol, report),
        (None, Some(mark)) => fwmark_key(table, mark, report),
        (Some(_), Some(mark)) => {
            report
                .error(mark.key_place(), "a service has an `address` or a `fwmark`, not both")
                .help("leave one of the two away");
            None
        }
        (None, None) => {
            table.require(
                "address",
                SERVICE.name,
                "write `address = \"192.0.2.1:80\"`, or `fwmark = 1`",
                report,
            );
            None
        }
    }
}

fn address_key(
    table: Table<'_>,
    entry: Entry<'_>,
    protocol: Option<Protocol>,
    report: &mut Report<'_>,
) -> Option<ServiceKey> {
    if let Some(family) = table.get("family") {
        report
            .error(family.key_place(), "`family` is for fwmark services")
            .help("leave it away: the address has its family");
    }
    let AddressPort { address, port } = AddressPort::read(entry, report)?;
    let address = host(entry, address, Role::Vip, report)?;
    let port = port.unwrap_or(0);
    if port == 0 && table.get("persistence").is_none() {
        report.error(entry.place(), "a service on every port needs `persistence`").label("no port").help(
            format_args!(
                "write the port, \"{}\", or add `persistence = \"5m\"`",
                core::net::SocketAddr::new(address, 80)
            ),
        );
    }
    Some(ServiceKey::Address { protocol: protocol?, address, port })
}

fn fwmark_key(table: Table<'_>, entry: Entry<'_>, report: &mut Report<'_>) -> Option<ServiceKey> {
    if let Some(protocol) = table.get("protocol") {
        report
            .error(protocol.key_place(), "`protocol` is for services with an address")
            .help("leave it away: a fwmark service takes whatever carries the mark");
    }
    let family = match table.get("family") {
        Some(entry) => choice(entry, &[("ipv4", Family::V4), ("ipv6", Family::V6)], report)?,
        None => Family::V4,
    };
    let mark = NonZeroU32::new(entry.number(1..=u32::MAX, report)?)?;
    Some(ServiceKey::Fwmark { family, mark })
}

/// A quorum that all servers together do not reach.
fn warn_of_quorum(table: Table<'_>, service: &VirtualService, report: &mut Report<'_>) {
    let total: u64 = service.reals.iter().map(|real| u64::from(real.destination.weight.get())).sum();
    let needed = u64::from(service.quorum) + u64::from(service.hysteresis);
    if needed <= total || service.reals.is_empty() {
        return;
    }
    let entry = table.get("hysteresis").or_else(|| table.get("quorum"));
    let place = entry.unwrap_or_else(|| table.entry()).place();
    let what = if service.hysteresis > 0 {
        String::from("`quorum` + `hysteresis`")
    } else {
        String::from("`quorum`")
    };
    report
        .warning(place, format_args!("{what} is {needed}, but the weights of all servers make {total}"))
        .label(if u64::from(service.quorum) > total {
            "never reached"
        } else {
            "never reached again, once lost"
        })
        .help(match total {
            0 => String::from("give a server a `weight` of 1 or more"),
            _ => alloc::format!("write {total} or less, or more `weight`"),
        });
}
