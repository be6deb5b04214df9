//! `virtual_server_group`: many addresses or marks for one `virtual_server`.

mod range;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::num::NonZeroU32;

use ipvs::Family;

use super::address::{Role, tell_no_host};
use super::value::port;
use super::vrrp::value::{block_name, number_of, shown};
use crate::report::Report;
use crate::source::Place;
use crate::syntax::Line;

/// Each is a service in the kernel, with all servers.
pub(super) const MOST_SERVICES: usize = 65_536;
const DROPS: &str = "keepalived leaves the line away";

/// One address or mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    /// port 0: every port
    Address { address: IpAddr, port: u16 },
    /// the family, where it is said
    Fwmark { mark: NonZeroU32, family: Option<Family> },
}

/// Its members in the file's order.
pub(super) struct Group {
    pub(super) members: Vec<Member>,
    place: Place,
    used: bool,
}

/// All groups, by name.
pub(super) struct Groups(BTreeMap<String, Group>);

impl Groups {
    pub(super) fn read(lines: &[Line], report: &mut Report) -> Self {
        let mut groups = BTreeMap::<String, Group>::new();
        for line in lines.iter().filter(|line| line.keyword() == "virtual_server_group") {
            let Some(name) = block_name(line, report) else { continue };
            let place = line.words_place();
            if let Some(first) = groups.get(&name) {
                let position = report.position(first.place);
                report
                    .error(place, format_args!("two virtual_server_group are named `{name}`"))
                    .label("the second of this name")
                    .help(format_args!("the first is in {position}: write all lines there, or another name"));
                continue;
            }
            groups.insert(name, Group { members: members(line, report), place, used: false });
        }
        Self(groups)
    }

    /// The group of this name.
    pub(super) fn get(&mut self, name: &str) -> Option<&Group> {
        let group = self.0.get_mut(name)?;
        group.used = true;
        Some(group)
    }

    pub(super) fn nearest(&self, name: &str) -> Option<&str> {
        config::nearest(name, self.0.keys().map(String::as_str))
    }

    /// Reports those that nobody has asked for.
    pub(super) fn tell_unused(&self, report: &mut Report) {
        for (name, group) in self.0.iter().filter(|(_, group)| !group.used) {
            report
                .warning(group.place, format_args!("no virtual_server uses the group `{name}`"))
                .label("its addresses are not served")
                .help(format_args!("write `virtual_server group {name} {{`, or leave the group away"));
        }
    }
}

fn members(block: &Line, report: &mut Report) -> Vec<Member> {
    let mut all = Vec::new();
    for line in block.lines() {
        match line.keyword() {
            "fwmark" => all.extend(fwmark(line, report)),
            _ => addresses(line, &mut all, report),
        }
        if all.len() >= MOST_SERVICES {
            tell_too_many(line.words_place(), report);
            break;
        }
    }
    if block.lines().is_empty() {
        report
            .error(block.words_place(), "the group has no address and no mark")
            .help("write one a line: `192.0.2.1 80`, `192.0.2.2-9 80`, `192.0.2.16/28 80` or `fwmark 1`");
    }
    all
}

pub(super) fn tell_too_many(place: Place, report: &mut Report) {
    report
        .error(place, format_args!("more than {MOST_SERVICES} services in all"))
        .label("each address is a service of its own in the kernel")
        .help("write fewer addresses, or give their packets a firewall mark (nftables) and write `fwmark 1`");
}

/// `fwmark N [inet|inet6]`
fn fwmark(line: &Line, report: &mut Report) -> Option<Member> {
    super::vrrp::value::at_most(line, 2, report);
    let Some(word) = line.value(0) else {
        report.error(line.place(), "`fwmark` has no value").help("write `fwmark 1`");
        return None;
    };
    let mark = number_of(word, "fwmark", 1..=i64::from(u32::MAX), DROPS, report)?;
    let family = match line.value(1) {
        Some(word) => family(word, report),
        None => None,
    };
    let mark = u32::try_from(mark).ok().and_then(NonZeroU32::new)?;
    Some(Member::Fwmark { mark, family })
}

/// `inet` or `inet6`.
pub(super) fn family(word: &crate::syntax::Word, report: &mut Report) -> Option<Family> {
    match word.text() {
        "inet" => Some(Family::V4),
        "inet6" => Some(Family::V6),
        other => {
            report
                .error(word.place, format_args!("there is no family `{}`", shown(other)))
                .help("write `inet` or `inet6`")
                .swallowed("keepalived leaves the word away");
            None
        }
    }
}

/// `IP [PORT]`, `IP-IP [PORT]`, `IP-N [PORT]`, `IP/BITS [PORT]`
fn addresses(line: &Line, all: &mut Vec<Member>, report: &mut Report) {
    super::vrrp::value::at_most(line, 1, report);
    let Some(word) = line.words.first() else { return };
    let Some(range) = range::read(word, report) else { return };
    let port = match line.value(0) {
        Some(word) => port(word, 0, DROPS, report),
        None => Some(0),
    };
    let Some(port) = port else { return };
    if range.further() >= u128::try_from(MOST_SERVICES.saturating_sub(all.len())).unwrap_or(0) {
        tell_too_many(word.place, report);
        return;
    }
    for address in range.addresses() {
        if tell_no_host(word.place, address, Role::Vip, report) {
            return;
        }
        all.push(Member::Address { address, port });
    }
}
