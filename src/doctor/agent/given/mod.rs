//! Files of netplan, systemd-networkd, NetworkManager, initscripts and ifupdown that give a VIP to this host.
//!
//! A VIP that such a file only mentions, as a gateway or a nameserver, is no address of this host.

mod ifcfg;
mod interfaces;
mod keyfile;
mod netplan;
mod networkd;

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::Sight;
use super::places::{inside, is_used, none_or, unread};
use crate::shared::{edit, shown};
use crate::{Facts, File, Finding};

pub(super) const ID: &str = "vip-in-network-files";

/// What is asked of a file: whether an address is a VIP.
type IsVip<'a> = &'a dyn Fn(IpAddr) -> bool;

/// A line that gives a VIP to this host, and what ends that.
struct Given<'a> {
    line: usize,
    text: &'a str,
    cure: Vec<String>,
}

/// Who reads which files, and how to find what they give.
struct Language {
    places: &'static [&'static str],
    /// its unit, its process and its name; none: it is no daemon
    daemon: Option<(&'static str, &'static str, &'static str)>,
    given: for<'a> fn(&'a Facts, &'a File, IsVip<'_>) -> Vec<Given<'a>>,
}

const LANGUAGES: [Language; 5] = [
    Language { places: &["/etc/netplan/"], daemon: None, given: netplan::given },
    Language {
        places: &["/etc/systemd/network/", "/run/systemd/network/"],
        daemon: Some(("systemd-networkd.service", "systemd-networkd", "systemd-networkd")),
        given: networkd::given,
    },
    Language {
        places: &["/etc/NetworkManager/system-connections/"],
        daemon: Some(("NetworkManager.service", "NetworkManager", "NetworkManager")),
        given: keyfile::given,
    },
    Language { places: &["/etc/sysconfig/network-scripts/ifcfg-"], daemon: None, given: ifcfg::given },
    Language { places: &["/etc/network/interfaces"], daemon: None, given: interfaces::given },
];

/// None of them gives a VIP.
pub(super) fn files(sight: Sight<'_>) -> Vec<Finding> {
    let findings: Vec<Finding> = LANGUAGES.iter().flat_map(|language| of(sight, language)).collect();
    none_or(ID, findings, "no such file gives a VIP to this host")
}

fn of(sight: Sight<'_>, language: &Language) -> Vec<Finding> {
    let idle = language.daemon.filter(|(unit, process, _)| !is_used(sight.host, unit, process));
    let files = inside(sight.host, language.places);
    let mut findings: Vec<Finding> =
        files.filter_map(|file| judged(sight, language, file, idle.is_some())).collect();
    if idle.is_none() {
        findings.extend(unread(ID, sight.host, language.places));
    }
    findings
}

fn judged(sight: Sight<'_>, language: &Language, file: &File, is_idle: bool) -> Option<Finding> {
    let given = (language.given)(sight.host, file, &|address| sight.is_vip(address));
    let first = given.first()?;
    if let (true, Some((_, _, name))) = (is_idle, language.daemon) {
        let words = format!("gives a VIP to this host, but {name} neither runs nor starts at boot");
        return Some(Finding::fine(ID, &file.path, words));
    }
    let what = format!(
        "line {} gives a VIP to this host: {}; whoever reads it puts the VIP there before ARP is under control, and takes it away",
        first.line,
        shown(first.text)
    );
    let mut told = BTreeSet::new();
    let cure = given.into_iter().flat_map(|given| given.cure).filter(|line| told.insert(line.clone()));
    Some(Finding::wrong(ID, &file.path, what, cure.collect::<Vec<_>>()))
}

/// Where no command is safe.
fn by_hand(file: &File, line: usize, text: &str) -> Vec<String> {
    vec![edit(&file.path, line, "take the VIP off", text)]
}
