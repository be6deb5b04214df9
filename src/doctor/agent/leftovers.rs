//! What hand-written preparations leave behind: `lvs_realserver.sh` and its kin.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::Sight;
use crate::shared::{Line, comment_out, names, said};
use crate::{Facts, File, Finding, Seen, firewall};

pub(super) const ALIASES: &str = "leftover-addresses";
pub(super) const ROUTES: &str = "leftover-routes";
pub(super) const SCRIPTS: &str = "leftover-scripts";
pub(super) const FILES: &str = "vip-in-network-files";
pub(super) const ARPTABLES: &str = "arptables";

/// Directories of what is run at boot or by time, and of files that give interfaces their addresses.
const RUN: [&str; 6] = [
    "/etc/init.d/",
    "/etc/rc.local",
    "/etc/rc.d/rc.local",
    "/etc/systemd/system/",
    "/etc/cron.d/",
    "/etc/network/if-up.d/",
];
const NETWORK: [&str; 7] = [
    "/etc/netplan/",
    "/etc/systemd/network/",
    "/run/systemd/network/",
    "/etc/NetworkManager/system-connections/",
    "/etc/sysconfig/network-scripts/",
    "/etc/network/interfaces",
    "/etc/network/interfaces.d/",
];

/// `lo:0` with an address that is no VIP of the file: a service that has left.
pub(super) fn aliases(sight: Sight<'_>) -> Vec<Finding> {
    let links = match sight.host.links.as_result() {
        Ok(links) => links,
        Err(unseen) => return vec![Finding::unknown(ALIASES, "", unseen)],
    };
    let ours = |address| sight.own.owned.known().is_some_and(|owned| owned.contains(&address));
    let held = links.iter().filter(|link| link.loopback).flat_map(|link| &link.addresses);
    let strange = held.filter(|held| {
        let is_alias = held.label.as_ref().is_some_and(|label| label.contains(':'));
        is_alias && !sight.is_vip(held.address) && !ours(held.address)
    });
    let bad: Vec<Finding> = strange
        .map(|held| {
            let what = format!(
                "is on lo as {}, and {} does not name it: this host serves it to itself",
                held.label.as_deref().unwrap_or_default(),
                sight.own.path
            );
            let cure = [format!("ip address del {}/{} dev lo", held.address, held.prefix)];
            Finding::wrong(ALIASES, held.address.to_string(), what, cure)
        })
        .collect();
    none_or(ALIASES, bad, "none on lo")
}

/// `route add -host VIP dev lo`
pub(super) fn routes(sight: Sight<'_>) -> Vec<Finding> {
    let routes = match sight.host.routes.as_result() {
        Ok(routes) => routes,
        Err(unseen) => return vec![Finding::unknown(ROUTES, "", unseen)],
    };
    let host_routes =
        routes.iter().filter(|route| route.to.0.is_ipv4() && route.to.1 == 32 && sight.is_vip(route.to.0));
    let bad: Vec<Finding> = host_routes
        .map(|route| {
            let vip = route.to.0;
            let interface = route.interface.as_deref().unwrap_or("lo");
            let what = format!(
                "has a host route by {interface} that somebody has made by hand: it is local without it, and lost when it has left"
            );
            Finding::wrong(ROUTES, vip.to_string(), what, [format!("ip route del {vip}/32 dev {interface}")])
        })
        .collect();
    none_or(ROUTES, bad, "no host route to a VIP")
}

/// Scripts and units that do the agent's work at boot.
pub(super) fn scripts(sight: Sight<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = of(sight.host, &RUN).filter_map(|file| script(sight, file)).collect();
    findings.extend(unread(SCRIPTS, sight.host, &RUN));
    none_or(SCRIPTS, findings, "nothing else prepares this host at boot")
}

fn script(sight: Sight<'_>, file: &File) -> Option<Finding> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    if name.starts_with("lvs-rs-agent") || name.starts_with("lvs-director") {
        return None;
    }
    let lines: Vec<Line<'_>> = said(file).filter(|line| prepares(sight, line.text)).collect();
    let first = lines.first()?;
    let what = |when: &str| {
        format!(
            "line {} {when} does what the agent does, and its `stop` undoes it: {}",
            first.number,
            short(first.text)
        )
    };
    let starts =
        sight.host.starts_at_boot.contains(name) || sight.host.unit(name).is_some_and(crate::Unit::runs);
    let by_itself = !file.path.starts_with("/etc/init.d/") && !file.path.starts_with("/etc/systemd/");
    if by_itself && file.executable || file.path.starts_with("/etc/cron.d/") {
        let cure = comment_out(&file.path, lines.iter().map(|line| line.number));
        return Some(Finding::wrong(SCRIPTS, &file.path, what("at boot"), [cure]));
    }
    if by_itself || !starts {
        return Some(Finding::fine(
            SCRIPTS,
            &file.path,
            "would do what the agent does, but does not start at boot",
        ));
    }
    Some(Finding::wrong(SCRIPTS, &file.path, what("at boot"), disable(&file.path, name)))
}

fn prepares(sight: Sight<'_>, line: &str) -> bool {
    ["lvs_realserver", "realserver.sh", "arp_ignore", "arp_announce", "lo:0"]
        .iter()
        .any(|word| line.contains(word))
        || sight.vips().any(|vip| names(line, vip.address))
}

/// Not its `stop`: that writes 0 to `all`.
fn disable(path: &str, name: &str) -> Vec<String> {
    let command = if path.starts_with("/etc/init.d/") {
        format!("update-rc.d {name} disable 2>/dev/null || chkconfig {name} off")
    } else {
        format!("systemctl disable {name}")
    };
    vec![command, "# do not let it stop: that would set arp_ignore of `all` to 0".into()]
}

fn short(line: &str) -> String {
    line.chars().take(80).collect()
}

/// VIPs in files of netplan, systemd-networkd, NetworkManager and ifupdown.
pub(super) fn files(sight: Sight<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        of(sight.host, &NETWORK).filter_map(|file| network_file(sight, file)).collect();
    findings.extend(unread(FILES, sight.host, &NETWORK));
    none_or(FILES, findings, "no such file names a VIP")
}

fn network_file(sight: Sight<'_>, file: &File) -> Option<Finding> {
    let lines: Vec<Line<'_>> =
        said(file).filter(|line| sight.vips().any(|vip| names(line.text, vip.address))).collect();
    let first = lines.first()?;
    let what = format!(
        "line {} gives a VIP to this host: {}; whoever reads it puts the VIP there before ARP is under control, and takes it away",
        first.number,
        short(first.text)
    );
    let cure = [comment_out(&file.path, lines.iter().map(|line| line.number))];
    Some(Finding::wrong(FILES, &file.path, what, cure))
}

/// The older way to keep a host from answering for a VIP.
pub(super) fn arptables(sight: Sight<'_>) -> Vec<Finding> {
    let rules = match firewall::arp_rules(&sight.host.firewall) {
        Seen::Known(rules) => rules,
        Seen::Unseen(unseen) => return vec![Finding::unknown(ARPTABLES, "", &unseen)],
    };
    let about: Vec<&String> =
        rules.iter().filter(|rule| sight.vips().any(|vip| names(rule, vip.address))).collect();
    let Some(first) = about.first() else {
        return vec![Finding::fine(ARPTABLES, "", "no rule about ARP names a VIP")];
    };
    let what = format!("a rule about ARP names a VIP, and stays when the VIP has left: {}", short(first));
    let cure: Vec<String> = about
        .iter()
        .map(|rule| match rule.strip_prefix("-A ") {
            Some(rule) => format!("arptables -D {rule}"),
            None => "# nft -a list ruleset arp; nft delete rule arp TABLE CHAIN handle NUMBER".to_owned(),
        })
        .collect();
    vec![Finding::wrong(ARPTABLES, "", what, cure)]
}

fn none_or(id: &'static str, findings: Vec<Finding>, fine: &str) -> Vec<Finding> {
    if findings.is_empty() { vec![Finding::fine(id, "", fine)] } else { findings }
}

fn of<'a>(host: &'a Facts, places: &'a [&str]) -> impl Iterator<Item = &'a File> {
    host.files.iter().filter(|file| places.iter().any(|place| file.path.starts_with(place)))
}

/// Files that cannot be read might name a VIP.
fn unread(id: &'static str, host: &Facts, places: &[&str]) -> Vec<Finding> {
    let hidden = of(host, places).filter_map(|file| match &file.text {
        Seen::Unseen(unseen) => Some(Finding::unknown(id, &file.path, unseen)),
        Seen::Known(_) => None,
    });
    hidden.collect()
}
