//! Settings of the kernel that decide what becomes of connections.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;

use ipvs::Forward;

use super::Sight;
use crate::Finding;

pub(super) const FORWARDING: &str = "ip-forward";
pub(super) const REDIRECTS: &str = "send-redirects";
pub(super) const CONNTRACK: &str = "conntrack";
pub(super) const CONNTRACK_TABLE: &str = "conntrack-table";
pub(super) const REUSE: &str = "conn-reuse-mode";
pub(super) const DEAD: &str = "expire-nodest-conn";
pub(super) const QUIESCED: &str = "expire-quiescent-template";
pub(super) const SLOPPY: &str = "sloppy-tcp";
pub(super) const BACKUP_ONLY: &str = "backup-only";
pub(super) const PATH_ANSWERS: &str = "path-checks";

const IP_FORWARD: &str = "net/ipv4/ip_forward";
const TRACKED: &str = "net/netfilter/nf_conntrack_count";
const MOST_TRACKED: &str = "net/netfilter/nf_conntrack_max";
const NO_MODULE: &str = "ip_vs is not loaded: it has no settings yet";

/// NAT needs it, direct routing does not.
pub(super) fn forwarding(sight: Sight<'_>) -> Vec<Finding> {
    let Some(value) = sight.host.sysctls.number(IP_FORWARD) else {
        return vec![unreadable(sight, FORWARDING, "", IP_FORWARD)];
    };
    vec![match (has_nat(sight), value) {
        (true, 0) => Finding::wrong(
            FORWARDING,
            "",
            "is 0, and a service has `forward = \"nat\"`: the answers of its servers are not sent on",
            set("net.ipv4.ip_forward", 1),
        ),
        (true, _) => Finding::fine(FORWARDING, "", "is 1, as `forward = \"nat\"` needs it"),
        (false, 0) => Finding::fine(FORWARDING, "", "is 0; direct routing does not need it"),
        (false, _) => Finding::fine(FORWARDING, "", "is 1; direct routing does not need it, others here may"),
    }]
}

/// A host that forwards tells clients of shorter ways, past IPVS.
pub(super) fn redirects(sight: Sight<'_>) -> Vec<Finding> {
    let sysctls = &sight.host.sysctls;
    if sysctls.number(IP_FORWARD) == Some(0) {
        return vec![Finding::fine(REDIRECTS, "", "none is sent: nothing is forwarded but by IPVS")];
    }
    let interfaces: BTreeSet<&str> = sight.vips().map(|vip| vip.interface).collect();
    if interfaces.is_empty() {
        return vec![Finding::not_applicable(REDIRECTS, "", "the file gives this director no address")];
    }
    let of = |interface: &str| match sysctls.either(interface, "send_redirects") {
        None => unreadable(sight, REDIRECTS, interface, &format!("net/ipv4/conf/{interface}/send_redirects")),
        Some(false) => Finding::fine(REDIRECTS, interface, "none is sent"),
        Some(true) => {
            let what = "with ip_forward=1 clients in the same subnet are told to pass this director by";
            Finding::wrong(REDIRECTS, interface, what, no_redirects(interface))
        }
    };
    interfaces.into_iter().map(of).collect()
}

/// An interface keeps its own, and gets it from `default` when it is made.
fn no_redirects(interface: &str) -> Vec<String> {
    let name = |of: &str| format!("net.ipv4.conf.{of}.send_redirects");
    let (own, all) = (name(&slashed(interface)), name("all"));
    let kept = [format!("{all} = 0"), format!("{} = 0", name("default")), format!("{own} = 0")];
    vec![format!("sysctl -w {all}=0 '{own}=0'"), keep(&kept)]
}

/// With direct routing a second table of connections that knows one half of each.
pub(super) fn conntrack(sight: Sight<'_>) -> Vec<Finding> {
    let value = match vs(sight, CONNTRACK, "conntrack") {
        Ok(value) => value,
        Err(finding) => return finding,
    };
    vec![match value {
        0 => Finding::fine(CONNTRACK, "", "net.ipv4.vs.conntrack is 0"),
        _ if has_nat(sight) => {
            Finding::fine(CONNTRACK, "", "net.ipv4.vs.conntrack is 1, as NAT beside other rules may need it")
        }
        _ => Finding::wrong(
            CONNTRACK,
            "",
            "net.ipv4.vs.conntrack is 1: each connection is tracked twice, and reused ports wait a second on kernels before 5.9",
            set("net.ipv4.vs.conntrack", 0),
        ),
    }]
}

/// A full one drops new connections.
pub(super) fn conntrack_table(sight: Sight<'_>) -> Vec<Finding> {
    let sysctls = &sight.host.sysctls;
    vec![match (sysctls.number(TRACKED), sysctls.number(MOST_TRACKED)) {
        (Some(count), Some(most)) if count.saturating_mul(10) >= most.saturating_mul(8) => Finding::wrong(
            CONNTRACK_TABLE,
            "",
            format!("{count} of {most} entries are used: a full table drops new connections to the VIPs too"),
            set("net.netfilter.nf_conntrack_max", most.max(65_536).saturating_mul(4)),
        ),
        (Some(count), Some(most)) => {
            Finding::fine(CONNTRACK_TABLE, "", format!("{count} of {most} entries are used"))
        }
        _ if sysctls.is_absent(TRACKED) => {
            Finding::not_applicable(CONNTRACK_TABLE, "", "nf_conntrack is not loaded")
        }
        (None, _) => unreadable(sight, CONNTRACK_TABLE, "", TRACKED),
        (Some(_), None) => unreadable(sight, CONNTRACK_TABLE, "", MOST_TRACKED),
    }]
}

/// What becomes of a client's port that is used again.
pub(super) fn reuse(sight: Sight<'_>) -> Vec<Finding> {
    let value = match vs(sight, REUSE, "conn_reuse_mode") {
        Ok(value) => value,
        Err(finding) => return finding,
    };
    let is_old = sight.host.release.known().is_some_and(|release| !release.is_at_least(5, 9));
    let tracked = sight.host.sysctls.number("net/ipv4/vs/conntrack") == Some(1);
    vec![match value {
        0 => Finding::wrong(
            REUSE,
            "",
            "net.ipv4.vs.conn_reuse_mode is 0: a client's port that is used again goes to its old server, drained or not",
            set("net.ipv4.vs.conn_reuse_mode", 2),
        ),
        _ if is_old && tracked => Finding::wrong(
            REUSE,
            "",
            format!("is {value} with conntrack=1 on a kernel before 5.9: a port used again waits a second"),
            set("net.ipv4.vs.conntrack", 0),
        ),
        2 => Finding::fine(REUSE, "", "is 2, as suits direct routing best"),
        value => {
            Finding::fine(REUSE, "", format!("is {value}; 2 moves reused ports of closed connections too"))
        }
    }]
}

/// Without it clients of a server that was removed hang until they give up.
pub(super) fn dead_servers(sight: Sight<'_>) -> Vec<Finding> {
    managed(
        sight,
        DEAD,
        "expire_nodest_conn",
        "clients of a server that is removed hang until their entries expire",
    )
}

/// Without it persistence brings clients back to a drained server.
pub(super) fn quiesced_servers(sight: Sight<'_>) -> Vec<Finding> {
    if !sight.config.services.iter().any(|service| service.settings.persistence.is_some()) {
        return vec![Finding::not_applicable(QUIESCED, "", "no service has persistence")];
    }
    managed(
        sight,
        QUIESCED,
        "expire_quiescent_template",
        "persistence brings clients back to a server with weight 0",
    )
}

/// What lvs-director sets itself unless told not to.
fn managed(sight: Sight<'_>, id: &'static str, name: &str, harm: &str) -> Vec<Finding> {
    let value = match vs(sight, id, name) {
        Ok(value) => value,
        Err(finding) => return finding,
    };
    let managed = sight.config.ipvs.manage_sysctls;
    vec![match (value, managed, sight.daemon().is_some()) {
        (0, true, false) => Finding::fine(id, "", "is 0; lvs-director sets it when it runs"),
        (0, ..) => Finding::wrong(id, "", format!("is 0: {harm}"), set(&format!("net.ipv4.vs.{name}"), 1)),
        (value, ..) => Finding::fine(id, "", format!("is {value}")),
    }]
}

/// After a takeover, `mh` finds the same server for a connection that the new master does not know, if it may begin in its middle.
pub(super) fn sloppy(sight: Sight<'_>) -> Vec<Finding> {
    let config = sight.config;
    if !config.services.iter().any(|service| service.settings.scheduler.name() == "mh") {
        return vec![Finding::not_applicable(SLOPPY, "", "no service has the scheduler mh")];
    }
    if config.vrrp.routers.is_empty() || !config.ipvs.sync.is_empty() {
        return vec![Finding::not_applicable(
            SLOPPY,
            "",
            "connections are synchronised, or there is one director",
        )];
    }
    let value = match vs(sight, SLOPPY, "sloppy_tcp") {
        Ok(value) => value,
        Err(finding) => return finding,
    };
    vec![match value {
        0 => Finding::wrong(
            SLOPPY,
            "",
            "net.ipv4.vs.sloppy_tcp is 0: without [[ipvs.sync]] a takeover ends connections of mh that could go on",
            set("net.ipv4.vs.sloppy_tcp", 1),
        ),
        value => Finding::fine(SLOPPY, "", format!("is {value}")),
    }]
}

/// It keeps checks of the true path from IPVS.
pub(super) fn backup_only(sight: Sight<'_>) -> Vec<Finding> {
    if sight.paths().is_empty() {
        return vec![Finding::not_applicable(BACKUP_ONLY, "", "no check has `path = \"dr\"`")];
    }
    let value = match vs(sight, BACKUP_ONLY, "backup_only") {
        Ok(value) => value,
        Err(finding) => return finding,
    };
    vec![match (value, sight.config.ipvs.sync.is_empty()) {
        (0, _) => Finding::fine(BACKUP_ONLY, "", "is 0"),
        (_, true) => Finding::fine(BACKUP_ONLY, "", "is 1, and counts for nothing without a sync daemon"),
        (_, false) => Finding::wrong(
            BACKUP_ONLY,
            "",
            "net.ipv4.vs.backup_only is 1: while this director receives connections, checks with `path = \"dr\"` do not run",
            set("net.ipv4.vs.backup_only", 0),
        ),
    }]
}

/// Answers to checks of the true path come from an address of this host, by the wire.
pub(super) fn path_answers(sight: Sight<'_>) -> Vec<Finding> {
    let paths = sight.paths();
    let servers = paths.iter().filter(|(server, _)| server.is_ipv4()).map(|(server, _)| *server);
    let interfaces: BTreeSet<&str> = servers
        .filter_map(|server: IpAddr| Some(sight.towards(server)?.interface.as_str()))
        .filter(|name| *name != "lo")
        .collect();
    if interfaces.is_empty() {
        return vec![Finding::not_applicable(
            PATH_ANSWERS,
            "",
            "no check of an IPv4 server has `path = \"dr\"`",
        )];
    }
    interfaces.into_iter().map(|interface| answers(sight, interface, &paths)).collect()
}

fn answers(sight: Sight<'_>, interface: &str, paths: &BTreeSet<(IpAddr, IpAddr)>) -> Finding {
    let sysctls = &sight.host.sysctls;
    let (accepts, filters) =
        (sysctls.either(interface, "accept_local"), sysctls.larger(interface, "rp_filter"));
    let (Some(accepts), Some(filters)) = (accepts, filters) else {
        return unreadable(sight, PATH_ANSWERS, interface, &format!("net/ipv4/conf/{interface}"));
    };
    let elsewhere = sight
        .vips()
        .any(|vip| vip.interface != interface && paths.iter().any(|(_, path)| *path == vip.address));
    let name = slashed(interface);
    let mut lines = Vec::new();
    if filters == 1 && elsewhere {
        lines.push(format!("net.ipv4.conf.{name}.rp_filter=2"));
    }
    if !accepts && !sight.config.ipvs.manage_sysctls {
        lines.push(format!("net.ipv4.conf.{name}.accept_local=1"));
    }
    if lines.is_empty() {
        return Finding::fine(PATH_ANSWERS, interface, "answers to checks with `path = \"dr\"` are let in");
    }
    let what = "answers to checks with `path = \"dr\"` are dropped here while the VIP is on this director";
    let commands = lines.iter().map(|line| format!("sysctl -w '{line}'"));
    Finding::wrong(PATH_ANSWERS, interface, what, commands.chain([keep(&lines)]))
}

fn has_nat(sight: Sight<'_>) -> bool {
    let mut reals = sight.config.services.iter().flat_map(|service| &service.reals);
    reals.any(|real| real.destination.forward == Forward::Nat)
}

/// A setting below `net.ipv4.vs`, or what to say where there is none.
fn vs(sight: Sight<'_>, id: &'static str, name: &str) -> Result<i64, Vec<Finding>> {
    let path = format!("net/ipv4/vs/{name}");
    let sysctls = &sight.host.sysctls;
    match (sysctls.number(&path), sight.own.table.as_result()) {
        (Some(value), _) => Ok(value),
        (None, Ok(Some(_))) if !sysctls.is_absent(&path) => Err(vec![unreadable(sight, id, "", &path)]),
        (None, Ok(None)) => Err(vec![Finding::not_applicable(id, "", NO_MODULE)]),
        (None, Ok(Some(_))) => {
            Err(vec![Finding::not_applicable(id, "", format!("this kernel has no net.ipv4.vs.{name}"))])
        }
        (None, Err(unseen)) => Err(vec![Finding::unknown(id, "", unseen)]),
    }
}

fn unreadable(sight: Sight<'_>, id: &'static str, subject: &str, path: &str) -> Finding {
    Finding::unknown(id, subject, &sight.host.sysctls.unseen(path))
}

/// Now and at the next boot.
fn set(name: &str, value: i64) -> Vec<String> {
    vec![format!("sysctl -w {name}={value}"), keep(&[format!("{name} = {value}")])]
}

fn keep(lines: &[String]) -> String {
    format!("# write into /etc/sysctl.d/90-lvs-director.conf, so that it stays: {}", lines.join("; "))
}

/// As `sysctl` wants a name with dots.
fn slashed(interface: &str) -> String {
    interface.replace('.', "/")
}
