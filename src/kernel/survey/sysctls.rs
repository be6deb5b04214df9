//! The sysctls that rules ask about.

use std::fs;
use std::io;
use std::path::Path;

use doctor::Sysctls;

/// Interfaces that are looked at.
const MOST: usize = 4096;

/// Of every interface, `all` and `default`.
const CONF: [&str; 7] =
    ["arp_ignore", "arp_announce", "arp_filter", "rp_filter", "accept_local", "send_redirects", "forwarding"];

const SINGLE: [&str; 11] = [
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
    "kernel/modules_disabled",
];

/// Those that there are: with their values, or why they cannot be read.
pub(super) fn sysctls(root: &Path) -> Sysctls {
    let mut found = Sysctls::default();
    for interface in names(root, "net/ipv4/conf", &mut found) {
        for name in CONF {
            look(root, format!("net/ipv4/conf/{interface}/{name}"), &mut found);
        }
    }
    for name in names(root, "net/ipv4/vs", &mut found) {
        look(root, format!("net/ipv4/vs/{name}"), &mut found);
    }
    for path in SINGLE {
        look(root, path.to_owned(), &mut found);
    }
    found
}

fn look(root: &Path, path: String, found: &mut Sysctls) {
    match fs::read_to_string(root.join(&path)) {
        Ok(value) => found.insert(path, &value),
        Err(error) => refuse(path, &error, found),
    }
}

fn names(root: &Path, directory: &str, found: &mut Sysctls) -> Vec<String> {
    match fs::read_dir(root.join(directory)) {
        Ok(entries) => {
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).take(MOST).collect()
        }
        Err(error) => {
            refuse(directory.to_owned(), &error, found);
            Vec::new()
        }
    }
}

/// What is not there is not refused: kernels differ, and interfaces go.
fn refuse(path: String, error: &io::Error, found: &mut Sysctls) {
    if error.kind() != io::ErrorKind::NotFound {
        found.refuse(path, error.to_string());
    }
}
