//! `real_server`.

mod place;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use config::director::{RealNotify, RealServer};
use ipvs::{Destination, DestinationKey, Family, Forward, ServiceKey, Weight};

use super::head::{self, Keys};
use super::{Given, checker, forward};
use crate::keywords::Section;
use crate::read::checker::{Check, Interned, Server, Timing, virtualhost};
use crate::read::value::{Endpoint, command, endpoint};
use crate::read::vrrp::said::{Said, one_a_line};
use crate::read::vrrp::value::{at_most, flag, number};
use crate::report::Report;
use crate::source::Place;
use crate::syntax::Line;

pub(super) use place::table_port;

const DROPS: &str = "keepalived leaves the line away";
const SKIPS: &str = "keepalived skips the server";
const CHECKS: [&str; 9] = [
    "TCP_CHECK",
    "HTTP_GET",
    "SSL_GET",
    "MISC_CHECK",
    "SMTP_CHECK",
    "DNS_CHECK",
    "UDP_CHECK",
    "PING_CHECK",
    "FILE_CHECK",
];

/// What servers have from their service.
pub(super) struct Defaults<'a> {
    line: &'a Line,
    family: Family,
    is_mixed: bool,
    /// the addresses of the service
    vips: BTreeSet<IpAddr>,
    /// the one port of all keys; none where they differ, or for marks
    port: Option<u16>,
    /// every port of a key; 0 for a mark
    pub(super) ports: BTreeSet<u16>,
    pub(super) forward: Forward,
    weight: Weight,
    inhibit: bool,
    timing: Timing,
    virtualhost: Option<String>,
}

impl<'a> Defaults<'a> {
    pub(super) fn read(line: &'a Line, said: &Said<'_>, keys: &Keys, report: &mut Report) -> Self {
        let methods = ["lb_kind", "lvs_method"].into_iter().filter_map(|keyword| said.last(keyword, report));
        let method = methods.max_by_key(|line| line.place());
        let forward = match method {
            Some(line) => forward::read(line, report),
            None => Some(without_method(line, said, report)),
        };
        Self {
            line,
            family: keys.family(),
            is_mixed: keys.is_mixed(),
            vips: keys.addresses(),
            port: keys.port(),
            ports: keys.all.iter().map(|key| head::port(*key).unwrap_or(0)).collect(),
            forward: forward.unwrap_or(forward::USUAL),
            weight: weight(said, report).or_else(|| Weight::new(1)).unwrap_or_default(),
            inhibit: set(said, "inhibit_on_failure", report).unwrap_or(false),
            timing: Timing::read(said, report),
            virtualhost: said.last("virtualhost", report).and_then(|line| virtualhost(line, report)),
        }
    }
}

/// Nothing to say where every server has its own.
fn without_method(line: &Line, said: &Said<'_>, report: &mut Report) -> Forward {
    let has =
        |real: &&Line| real.lines().iter().any(|line| matches!(line.keyword(), "lvs_method" | "lb_kind"));
    let is_misspelt = said.is_misspelt("lb_kind") || said.is_misspelt("lvs_method");
    if !is_misspelt && !said.all("real_server").iter().all(has) {
        report
            .warning(line.words_place(), "this virtual_server has no `lvs_method`")
            .label("`lvs_method` is missing")
            .help("write `lvs_method DR` for direct routing, or `lvs_method NAT`: it is taken so, as keepalived does");
    }
    forward::USUAL
}

fn set(said: &Said<'_>, keyword: &str, report: &mut Report) -> Option<bool> {
    said.last(keyword, report).and_then(|line| flag(line, report))
}

fn weight(said: &Said<'_>, report: &mut Report) -> Option<Weight> {
    let line = said.last("weight", report)?;
    let read = number(line, 0..=i64::from(Weight::MAX), DROPS, report)?;
    u32::try_from(read).ok().and_then(Weight::new)
}

/// A server, before it is known which port its service has.
pub(super) struct Real {
    address: IpAddr,
    /// as it is written
    port: Option<u16>,
    destination: Destination,
    alpha: bool,
    inhibit: bool,
    notify: RealNotify,
    alert: bool,
    checks: Vec<Check>,
    place: Place,
}

/// Those that can be used.
pub(super) fn read_all(
    lines: &[&Line],
    defaults: &Defaults<'_>,
    given: &Given<'_>,
    report: &mut Report,
) -> Vec<Real> {
    let mut seen = BTreeMap::<DestinationKey, Place>::new();
    let mut all = Vec::with_capacity(lines.len());
    for line in lines {
        let Some(real) = read(line, defaults, given, report) else { continue };
        let first = defaults.ports.iter().find_map(|port| seen.get(&real.key(*port)).copied());
        if let Some(first) = first {
            tell_twice(&real, first, report);
            continue;
        }
        seen.extend(defaults.ports.iter().map(|port| (real.key(*port), real.place)));
        all.push(real);
    }
    all
}

fn tell_twice(real: &Real, first: Place, report: &mut Report) {
    let position = report.position(first);
    report
        .error(real.place, format!("the real_server {} is there twice", real.address))
        .label("the second time")
        .help(format!("the first is in {position}: keep one, and give it the `weight` of both"))
        .swallowed("keepalived leaves the second away")
        .mended("the second is left away");
}

fn read(line: &Line, defaults: &Defaults<'_>, given: &Given<'_>, report: &mut Report) -> Option<Real> {
    at_most(line, 2, report);
    let Some(word) = line.value(0) else {
        report
            .error(line.place(), "this real_server has no address")
            .help("write `real_server IP PORT {`")
            .swallowed(SKIPS);
        return None;
    };
    let Endpoint { address, port } = endpoint(line.values(), SKIPS, report)?;
    let lines = one_a_line(line.lines(), Section::Real, report);
    let said = Said::of(&lines, Section::Real, report);
    let forward = match said.last("lvs_method", report) {
        Some(line) => forward::read(line, report)?,
        None => defaults.forward,
    };
    defaults.check_address(word, address, forward, given, report)?;
    let (upper_threshold, lower_threshold) = thresholds(&said, report);
    let weight = weight(&said, report).unwrap_or(defaults.weight);
    let timing = Timing::read(&said, report).or(defaults.timing);
    let own_host = said.last("virtualhost", report).and_then(|line| virtualhost(line, report));
    let server = Server {
        address,
        port: port.or(defaults.port.filter(|port| *port != 0)),
        timing,
        virtualhost: own_host.as_deref().or(defaults.virtualhost.as_deref()),
    };
    let of = |keyword| said.all(keyword).iter().map(move |line| (keyword, *line));
    let mut blocks: Vec<(&'static str, &Line)> = CHECKS.into_iter().flat_map(of).collect();
    blocks.sort_by_key(|(_, line)| line.place());
    let checks = checker::read_all(&blocks, server, given.checks, report);
    Some(Real {
        address,
        port: defaults.check_port(line, port, forward, report),
        destination: Destination { forward, weight, upper_threshold, lower_threshold },
        // a server waits for those of its checks that say so
        alpha: checks.iter().any(|check| check.alpha) || (checks.is_empty() && timing.alpha == Some(true)),
        inhibit: set(&said, "inhibit_on_failure", report).unwrap_or(defaults.inhibit),
        notify: notify(&said, given.checks.script_user, report),
        alert: given.mail.server(set(&said, "smtp_alert", report)),
        checks,
        place: line.words_place(),
    })
}

fn notify(said: &Said<'_>, script_user: Option<&str>, report: &mut Report) -> RealNotify {
    let mut program = |keyword: &str| match said.first(keyword, report) {
        Some(line) => command(line, script_user, report),
        None => Vec::new(),
    };
    RealNotify { up: program("notify_up"), down: program("notify_down") }
}

/// Upper and lower; `ip_vs_add_dest` answers ERANGE to a lower one above the upper.
fn thresholds(said: &Said<'_>, report: &mut Report) -> (u32, u32) {
    let mut one = |keyword: &str| {
        let read = number(said.last(keyword, report)?, 0..=i64::from(u32::MAX), DROPS, report)?;
        u32::try_from(read).ok()
    };
    let (upper, lower) = (one("uthreshold").unwrap_or(0), one("lthreshold").unwrap_or(0));
    if lower > upper {
        let place = said
            .all("lthreshold")
            .last()
            .map_or(Place { source: 0, start: 0, end: 0 }, |line| line.words_place());
        report
            .error(place, format!("`lthreshold` {lower} is above `uthreshold`, {upper}"))
            .label("the kernel refuses it")
            .help(format!("write a `uthreshold` of {lower} or more"));
        return (0, 0);
    }
    (upper, lower)
}

impl Real {
    pub(super) fn weight(&self) -> u64 {
        u64::from(self.destination.weight.get())
    }

    pub(super) const fn place(&self) -> Place {
        self.place
    }

    /// Under a port of its service, 0 for a mark.
    pub(super) const fn key(&self, service: u16) -> DestinationKey {
        DestinationKey {
            address: self.address,
            port: table_port(self.destination.forward, self.port, service),
        }
    }

    /// For a service.
    pub(super) fn at(&self, key: ServiceKey, interned: &mut Interned, report: &mut Report) -> RealServer {
        let key = self.key(head::port(key).unwrap_or(0));
        RealServer {
            key,
            destination: self.destination,
            alpha: self.alpha,
            inhibit: self.inhibit,
            notify: self.notify.clone(),
            alert: self.alert,
            agent: None,
            checks: interned.at(&self.checks, SocketAddr::new(key.address, key.port), report),
        }
    }
}
