//! The sysctls that rules ask about.

use std::fs;
use std::path::Path;

use doctor::Sysctls;

/// Interfaces that are looked at.
const MOST: usize = 4096;

/// Of every interface, `all` and `default`.
const CONF: [&str; 7] =
    ["arp_ignore", "arp_announce", "arp_filter", "rp_filter", "accept_local", "send_redirects", "forwarding"];

const SINGLE: [&str; 10] = [
    "net/ipv4/ip_forward",
    "net/ipv4/ip_nonlocal_bind",
    "net/ipv4/igmp_max_memberships",
    "net/ipv4/tcp_tw_recycle",
    "net/ipv6/conf/all/forwarding",
    "net/ipv6/conf/all/disable_ipv6",
    "net/ipv6/conf/lo/disable_ipv6",
    "net/netfilter/nf_conntrack_count",
    "net/netfilter/nf_conntrack_max",
    "fs/nr_open",
];

/// Those that can be read.
pub(super) fn sysctls(root: &Path) -> Sysctls {
    let conf = names(root, "net/ipv4/conf")
        .into_iter()
        .flat_map(|interface| CONF.map(|name| format!("net/ipv4/conf/{interface}/{name}")));
    let vs = names(root, "net/ipv4/vs").into_iter().map(|name| format!("net/ipv4/vs/{name}"));
    let single = SINGLE.iter().map(|path| (*path).to_owned());
    conf.chain(vs)
        .chain(single)
        .filter_map(|path| fs::read_to_string(root.join(&path)).ok().map(|value| (path, value)))
        .collect()
}

fn names(root: &Path, directory: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root.join(directory)) else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).take(MOST).collect()
}
