//! A host that forwards sends a packet for a VIP that it has no longer back to the director, which sends it here again.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Sight;
use crate::shared::{boot_sysctls, edit};
use crate::{Facts, Finding, Link};

pub(super) const ID: &str = "ip-forward";
pub(super) const IP_FORWARD: &str = "net/ipv4/ip_forward";

/// Programs, as the kernel calls them, whose guests reach nobody without forwarding.
const ENGINES: [&str; 8] =
    ["dockerd", "containerd", "kubelet", "k3s-server", "crio", "libvirtd", "virtqemud", "lxd"];
/// Interfaces that such programs, tunnels and routers make: `IFLA_INFO_KIND`.
const KINDS: [&str; 8] = ["bridge", "vxlan", "geneve", "wireguard", "tun", "ipvlan", "openvswitch", "vrf"];

/// It is off, or directors follow: then a VIP leaves only after the packets for it.
pub(super) fn forwarding(sight: Sight<'_>) -> Vec<Finding> {
    let followed = sight.open_health().next().is_some();
    let finding = match (sight.host.sysctls.number(IP_FORWARD), followed) {
        (Some(0), _) => Finding::fine(ID, "", "this host forwards nothing"),
        (Some(_), true) => {
            Finding::fine(ID, "", "is on; a VIP leaves only when directors say that they send nothing more")
        }
        (Some(_), false) => Finding::wrong(
            ID,
            "",
            "is on, and no director can follow this agent: a VIP that leaves makes packets go round between director and server",
            cure(sight),
        ),
        (None, _) => Finding::unknown(ID, "", &sight.host.sysctls.unseen(IP_FORWARD)),
    };
    vec![finding]
}

/// Whoever is told to turn it off where others need it loses more than a VIP.
fn cure(sight: Sight<'_>) -> Vec<String> {
    let follow = format!("add this host's address to `listen` in [health] of {}", sight.own.path);
    if let Some(user) = user(sight.host) {
        return vec![format!("# {follow}: {user} needs ip_forward, so leave it on")];
    }
    let mut cure = vec!["sysctl -w net.ipv4.ip_forward=0".into()];
    cure.extend(at_boot(sight.host));
    cure.push(format!("# or, where others need it: {follow}"));
    cure
}

/// Who needs it, as far as can be seen.
fn user(host: &Facts) -> Option<&str> {
    let engine = ENGINES.into_iter().find(|name| host.programs_named(name).next().is_some());
    engine
        .or_else(|| host.links.known()?.iter().find(|link| is_of_guests(link)).map(|link| link.name.as_str()))
}

fn is_of_guests(link: &Link) -> bool {
    link.kind.as_deref().is_some_and(|kind| KINDS.contains(&kind))
}

/// Where the next boot turns it on again.
fn at_boot(host: &Facts) -> Option<String> {
    let [at_boot, _] = boot_sysctls(host);
    let line = at_boot.decides(IP_FORWARD).filter(|line| line.value != "0")?;
    Some(edit(&line.path, line.line, "write 0 instead", &line.text()))
}
