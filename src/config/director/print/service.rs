//! `[[service]]`.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use ipvs::{Family, Persistence, Protocol, ServiceKey, ServiceSettings};

use super::agents::Common;
use super::check::{self, At, Manner};
use super::forward::address_port;
use super::print_notify;
use super::real::{self, Usual};
use crate::director::check::is_tcp;
use crate::director::service::range::Range;
use crate::director::{DirectorConfig, VirtualService};
use crate::print::{Lines, Quoted, block, list};
use crate::rules::AddressRange;

pub(super) fn print_all(
    config: &DirectorConfig,
    comments: &BTreeMap<String, Vec<String>>,
    lines: &mut Lines,
) {
    let same_section =
        |one: &VirtualService, two: &VirtualService| one.group.is_some() && one.group == two.group;
    for members in config.services.chunk_by(same_section) {
        let Some(first) = members.first() else { continue };
        let other = members.iter().find(|member| port(member.key) != port(first.key));
        let section = Section { first, other, members };
        let said = comments.get(section.name()).map(Vec::as_slice).unwrap_or_default();
        lines.commented_header(said, "[[service]]");
        print(&section, config, lines);
    }
}

/// What one `[[service]]` makes.
struct Section<'a> {
    first: &'a VirtualService,
    /// one at another port than the first
    other: Option<&'a VirtualService>,
    /// the first alone, or all of a list
    members: &'a [VirtualService],
}

impl Section<'_> {
    fn name(&self) -> &str {
        self.first.group.as_ref().unwrap_or(&self.first.name)
    }
}

pub(super) const fn port(key: ServiceKey) -> u16 {
    match key {
        ServiceKey::Address { port, .. } => port,
        ServiceKey::Fwmark { .. } => 0,
    }
}

fn print(section: &Section<'_>, config: &DirectorConfig, lines: &mut Lines) {
    let (service, short) = (section.first, lines.is_short());
    let about = config.mail.as_ref().map(|mail| mail.about);
    if !short || service.group.is_some() || service.name != service.key.to_string() {
        lines.string("name", section.name());
    }
    print_keys(section, lines);
    print_settings(service, lines);
    let usual = Usual::of(&service.reals, about.map(|about| about.servers), short);
    usual.print(lines);
    lines.usual("quorum", service.quorum, 1);
    lines.usual("hysteresis", service.hysteresis, 0);
    print_sorry(section, usual, lines);
    lines.usual("omega", service.omega, false);
    if !matches!(service.key, ServiceKey::Fwmark { .. }) {
        lines.usual("ha_suspend", service.ha_suspend, false);
    }
    let notify = &service.notify;
    print_notify(&[("quorum_up", &notify.quorum_up), ("quorum_down", &notify.quorum_down)], lines);
    if let Some(about) = about {
        lines.usual("alert", service.alert, about.services);
    }
    Common::of(&service.reals).print(&service.reals, lines);
    print_servers(section, usual, config, lines);
}

/// The checks of all servers, and the servers.
fn print_servers(section: &Section<'_>, usual: Usual, config: &DirectorConfig, lines: &mut Lines) {
    let service = section.first;
    let manner = Manner { short: lines.is_short(), script_user: config.vrrp.script_user.as_deref() };
    let reals = || {
        let other = |nth: usize| section.other.and_then(|other| other.reals.get(nth));
        service.reals.iter().enumerate().map(move |(nth, real)| (nth, At { real, other: other(nth) }))
    };
    let agents = Common::of(&service.reals);
    let all: Vec<At<'_>> = reals().map(|(_, at)| at).collect();
    let common = check::common(&all, manner.short);
    match &common {
        Some(forms) if manner.short && is_tcp(service.key) && check::is_default(forms) => {}
        Some(forms) if manner.short && !is_tcp(service.key) && forms.is_empty() => {}
        Some(forms) => check::print(forms, manner, lines),
        None if manner.short => {}
        None => check::print(&[], manner, lines),
    }
    for (nth, at) in reals() {
        let port = |service: &VirtualService| service.reals.get(nth).map(|real| real.key.port);
        let alone = real::stands_alone(service, section.other, manner.short, port);
        real::print(at, alone, usual, agents, lines);
        if common.is_none() {
            let forms = check::common(&[at], manner.short).unwrap_or_default();
            check::print(&forms, manner, lines);
        }
    }
}

fn print_keys(section: &Section<'_>, lines: &mut Lines) {
    let service = section.first;
    match (&service.key, &service.group) {
        (ServiceKey::Address { address, port, .. }, None) => {
            lines.string("address", address_port(&ipvs::DestinationKey { address: *address, port: *port }));
        }
        (ServiceKey::Address { .. }, Some(_)) => {
            let ranges = ranges(section.members, lines.is_short());
            let quoted = ranges.iter().map(|range| Quoted(range.to_string()));
            lines.key("addresses", if ranges.len() == 1 { list(quoted) } else { block(quoted) });
        }
        (ServiceKey::Fwmark { mark, .. }, None) => lines.key("fwmark", mark),
        (ServiceKey::Fwmark { .. }, Some(_)) => {
            let marks = section.members.iter().filter_map(|member| match member.key {
                ServiceKey::Fwmark { mark, .. } => Some(mark),
                ServiceKey::Address { .. } => None,
            });
            lines.key("fwmarks", list(marks));
        }
    }
    match service.key {
        ServiceKey::Address { protocol, .. } => {
            let word = match protocol {
                Protocol::Tcp => "tcp",
                Protocol::Udp => "udp",
                Protocol::Sctp => "sctp",
            };
            lines.usual_string("protocol", word, "tcp");
        }
        ServiceKey::Fwmark { family, .. } => {
            let word = match family {
                Family::V4 => "ipv4",
                Family::V6 => "ipv6",
            };
            lines.usual_string("family", word, "ipv4");
        }
    }
}

/// In short, addresses that follow one another are a range.
fn ranges(members: &[VirtualService], short: bool) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    for member in members {
        let ServiceKey::Address { address, port, .. } = member.key else { continue };
        let last = ranges.last_mut().filter(|last| short && last.port == port);
        if !last.is_some_and(|last| last.addresses.extend(address)) {
            ranges.push(Range { addresses: AddressRange::one(address), port });
        }
    }
    ranges
}

fn print_settings(service: &VirtualService, lines: &mut Lines) {
    let settings: &ServiceSettings = &service.settings;
    let name = settings.scheduler.name();
    lines.usual_string("scheduler", name, crate::director::schedule::SCHEDULER);
    let word = |set: bool, owned: &str, plain: &str| {
        set.then(|| if matches!(name, "sh" | "mh") { format!("{name}-{owned}") } else { String::from(plain) })
    };
    let flags = [
        word(settings.flags.flag1, "fallback", "flag-1"),
        word(settings.flags.flag2, "port", "flag-2"),
        settings.flags.flag3.then(|| String::from("flag-3")),
    ];
    lines.usual("scheduler_flags", list(flags.into_iter().flatten().map(Quoted)), String::from("[]"));
    lines.usual("one_packet", settings.one_packet, false);
    let persistence = settings.persistence.as_ref();
    lines.optional("persistence", persistence.map(|one| format!("\"{}s\"", one.timeout_s)), "none");
    if let Some(Persistence { granularity, engine, .. }) = persistence {
        lines.usual("persistence_granularity", *granularity, service.key.family().bits());
        lines.optional("persistence_engine", engine.as_ref().map(Quoted), "none");
    }
}

fn print_sorry(section: &Section<'_>, usual: Usual, lines: &mut Lines) {
    let (service, short) = (section.first, lines.is_short());
    let port = |service: &VirtualService| service.sorry_server.map(|(key, _)| key.port);
    let alone = real::stands_alone(service, section.other, short, port);
    let sorry = service
        .sorry_server
        .map(|sorry| real::sorry(sorry, service.sorry_inhibit, alone, usual.forward, short));
    lines.optional("sorry_server", sorry, "none");
}
