//! Lines of addresses: `virtual_ipaddress`, `virtual_ipaddress_excluded`, `static_ipaddress`.

mod host;
mod options;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use config::rules::{LONGEST_INTERFACE, edge_of_subnet, why_no_interface};
pub(super) use config::rules::{Role, is_link_local};

pub(super) use host::tell_no_host;
use options::Options;

use super::vrrp::value::shown;
use crate::report::Report;
use crate::source::Place;
use crate::syntax::{Line, Word};

/// One line of addresses.
pub(super) struct Entry {
    pub(super) address: IpAddr,
    pub(super) prefix: u8,
    /// the interface that holds it
    pub(super) interface: String,
    pub(super) label: Option<String>,
    pub(super) scope: ::host::Scope,
    /// the address
    pub(super) place: Place,
}

/// What is held already, by a router or by `static_ipaddress`: one interface of this machine holds an address.
#[derive(Default)]
pub(super) struct Taken {
    held: BTreeMap<(IpAddr, Option<String>), (Place, u32)>,
    owners: u32,
}

impl Taken {
    /// What is inserted from here on is somebody else's.
    pub(super) const fn next_owner(&mut self) {
        self.owners = self.owners.saturating_add(1);
    }

    /// Takes an address, or reports that it is taken. Link-local ones may be on many interfaces.
    pub(super) fn insert(&mut self, entry: &Entry, report: &mut Report) -> bool {
        let interface = is_link_local(entry.address).then(|| entry.interface.clone());
        let key = (entry.address, interface);
        let Some((first, owner)) = self.held.get(&key) else {
            self.held.insert(key, (entry.place, self.owners));
            return true;
        };
        let position = report.position(*first);
        let (message, help) = (
            format_args!("{} is held twice", entry.address),
            format_args!("leave it away: {position} has it"),
        );
        if *owner == self.owners {
            report.warning(entry.place, message).label("the first counts").help(help);
        } else {
            report.error(entry.place, message).label("the second time").help(help);
        }
        false
    }
}

/// Reads a line; `usual` is the interface of addresses without `dev`. A second address on the line is answered too when mending.
pub(super) fn read(line: &Line, usual: &str, report: &mut Report) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut words = line.words.as_slice();
    while let Some((first, rest)) = words.split_first() {
        // options of what is no address are part of the same mistake
        let Some(address) = parse(first, report) else { break };
        let (options, behind) = Options::read(rest, report);
        if let Some(entry) = entry(address, first.place, &options, usual, report) {
            entries.push(entry);
        }
        words = behind;
    }
    if let Some(block) = &line.block {
        report.error(block.open, "an address has no block").help("write its options behind it, on one line");
    }
    entries
}

fn entry(
    (address, prefix): (IpAddr, u8),
    place: Place,
    options: &Options<'_>,
    usual: &str,
    report: &mut Report,
) -> Option<Entry> {
    let interface = match options.dev {
        Some(dev) => interface(dev, report)?,
        None => usual.to_owned(),
    };
    let label = options.label.and_then(|label| self::label(label, &interface, address, report));
    let scope =
        options.scope.map_or(Some(::host::Scope::Global), |scope| self::scope(scope, address, report))?;
    Some(Entry { address, prefix, interface, label, scope, place })
}

/// `ip` or `ip/prefix`, one host's.
fn parse(word: &Word, report: &mut Report) -> Option<(IpAddr, u8)> {
    let text = word.text();
    let (ip, bits) = text.split_once('/').map_or((text, None), |(ip, bits)| (ip, Some(bits)));
    let Ok(address) = ip.parse::<IpAddr>() else {
        let draft = report
            .error(word.place, format_args!("`{}` is no IP address", shown(text)))
            .swallowed("keepalived leaves it away");
        let bare = text.trim_end_matches([',', ';']);
        drop(if bare == text {
            draft.help("write an address such as `192.0.2.1` or `192.0.2.1/24`: names are not looked up")
        } else {
            draft.help(format_args!("write `{}`, one address a line", shown(bare)))
        });
        return None;
    };
    let most = if address.is_ipv4() { 32 } else { 128 };
    let read = bits.map_or(Some(most), |bits| bits.parse().ok().filter(|bits| (1..=most).contains(bits)));
    let Some(prefix) = read else {
        report
            .error(word.place, format_args!("`{}` is no prefix length", shown(text)))
            .help(format_args!("write a number from 1 to {most} behind the slash, or nothing for /{most}"));
        return None;
    };
    if !is_link_local(address) && tell_no_host(word.place, address, Role::Vip, report) {
        return None;
    }
    if let Some(what) = edge_of_subnet(address, prefix) {
        report
            .error(word.place, format_args!("{address} is no host address"))
            .label(format_args!("the {what} of its /{prefix}"))
            .help(format_args!("write another address, or `{address}` without /{prefix}"));
        return None;
    }
    Some((address, prefix))
}

/// An interface name.
pub(super) fn interface(word: &Word, report: &mut Report) -> Option<String> {
    let name = word.text();
    let Some(wrong) = why_no_interface(name) else { return Some(String::from(name)) };
    let draft = report.error(word.place, format_args!("the interface name `{}` {wrong}", shown(name)));
    match name.split_once(':') {
        Some((device, _)) if !device.is_empty() => drop(draft.help(format_args!(
            "write `{device}`: `{}` is a label, which stands behind an address as `label {0}`",
            shown(name)
        ))),
        Some(_) | None => drop(draft.help("write a name as `ip link` shows it, such as `eth0`")),
    }
    None
}

/// `IFA_LABEL`: the interface's name, a colon and a word. What is none is left away: it is only seen in `ip addr`.
fn label(word: &Word, interface: &str, address: IpAddr, report: &mut Report) -> Option<String> {
    let label = word.text();
    if label == interface && address.is_ipv4() {
        return None;
    }
    let behind = label.strip_prefix(interface).and_then(|rest| rest.strip_prefix(':'));
    let graphic = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let wrong = if address.is_ipv6() {
        "an IPv6 address has none"
    } else if label.len() > LONGEST_INTERFACE {
        "longer than 15 bytes"
    } else if !behind.is_some_and(graphic) {
        "not the interface's name, a colon and a word"
    } else {
        return Some(String::from(label));
    };
    report
        .warning(word.place, format_args!("the label `{}` is left away", shown(label)))
        .label(wrong)
        .help(format_args!("write `label {interface}:0`, or none"));
    None
}

fn scope(word: &Word, address: IpAddr, report: &mut Report) -> Option<::host::Scope> {
    let scope = match word.text() {
        "global" | "0" | "universe" => ::host::Scope::Global,
        "link" | "253" => ::host::Scope::Link,
        "host" | "254" => ::host::Scope::Host,
        other => {
            report
                .error(word.place, format_args!("there is no scope `{}` for an address here", shown(other)))
                .help("write `global`, `link` or `host`, or none for `global`");
            return None;
        }
    };
    if address.is_ipv6() {
        report
            .warning(word.place, "an IPv6 address has its scope in itself")
            .label("says nothing")
            .help("leave it away");
        return Some(::host::Scope::Global);
    }
    Some(scope)
}
