//! Files that set the ARP sysctls to something else at boot, and at each `sysctl --system`.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use host::{ArpSysctl, Scope};

use super::Sight;
use crate::Finding;
use crate::shared::{BootSysctl, BootSysctls, boot_sysctls, comment_out, quoted};

pub(super) const ID: &str = "arp-sysctls-at-boot";
/// What comes after most other files, and belongs to whoever runs this host.
const OWN: &str = "99-lvs-rs-agent.conf";
const PLACE: &str = "/etc/sysctl.d/";

/// Each line that decides what `all` is, or that lifts one interface to a bad value.
pub(super) fn sysctls(sight: Sight<'_>) -> Vec<Finding> {
    if sight.ipv4().is_empty() {
        return vec![Finding::not_applicable(ID, "", "no VIP is IPv4")];
    }
    let programs = boot_sysctls(sight.host);
    let mut bad: BTreeMap<(&str, usize), Finding> = BTreeMap::new();
    for lines in &programs {
        for (line, sysctl) in decisive(sight, lines) {
            bad.entry((&line.path, line.line)).or_insert_with(|| wrong(line, sysctl));
        }
    }
    if bad.is_empty() {
        return vec![Finding::fine(ID, "", "no file sets them to something else")];
    }
    bad.into_values().collect()
}

/// The bad ones of those lines that no later one sets right.
fn decisive<'a>(sight: Sight<'_>, lines: &'a BootSysctls) -> Vec<(&'a BootSysctl, ArpSysctl)> {
    let interfaces = interfaces(sight, lines);
    let each =
        ArpSysctl::ALL.into_iter().flat_map(|sysctl| interfaces.iter().map(move |name| (sysctl, name)));
    let decided = each.filter_map(|(sysctl, name)| {
        let line = lines.decides(&format!("net/ipv4/conf/{name}/{}", sysctl.name()))?;
        is_bad(name, sysctl, &line.value).then_some((line, sysctl))
    });
    decided.collect()
}

/// `all` and `default`, those of this host, and those that a file names: they may be made later.
fn interfaces(sight: Sight<'_>, lines: &BootSysctls) -> BTreeSet<String> {
    let named = lines.iter().filter_map(|line| {
        let (name, sysctl) = line.name.strip_prefix("net/ipv4/conf/")?.rsplit_once('/')?;
        ArpSysctl::ALL.iter().any(|known| known.name() == sysctl).then_some(name)
    });
    let here = sight.host.links.known().into_iter().flatten().map(|link| link.name.as_str());
    let names = named.filter(|name| !name.contains(['*', '?'])).chain(here).chain(["all", "default"]);
    names.map(ToString::to_string).collect()
}

fn is_bad(interface: &str, sysctl: ArpSysctl, value: &str) -> bool {
    // what is no number is refused by the kernel
    let Ok(value) = value.parse::<i32>() else { return false };
    // the value of one interface counts only where it is above that of `all`
    let counts = if interface == "all" { value } else { value.max(sysctl.wanted()) };
    !sysctl.is_good(counts, Scope::Global)
}

fn wrong(line: &BootSysctl, sysctl: ArpSysctl) -> Finding {
    let what = format!(
        "line {} sets {} to {} at boot: the VIPs are told until the agent puts it right",
        line.line, line.name, line.value
    );
    Finding::wrong(ID, &line.path, what, [cure(line, sysctl)])
}

/// What others have packaged or made comes back: it is overruled, not edited.
fn cure(line: &BootSysctl, sysctl: ArpSysctl) -> String {
    if line.path.starts_with("/etc/") {
        return comment_out(&line.path, [line.line].into_iter());
    }
    let name = line.path.rsplit('/').next().unwrap_or_default();
    let own =
        if name < OWN { String::from(OWN) } else { format!("{}_lvs.conf", name.trim_end_matches(".conf")) };
    let setting = format!("{} = {}", line.name, sysctl.wanted());
    format!("echo {} >>{}", quoted(&setting), quoted(&format!("{PLACE}{own}")))
}
