//! Packet filters, as the tools of each print them.
//!
//! A tool is asked only where the kernel has what it prints: asking makes the kernel load the module otherwise, and a look
//! changes nothing.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use doctor::{FirewallText, Modules, Seen};

use super::present::is_present;
use super::program::{Limits, Silence, ask_within};

/// Rules may be many: `kube-proxy` has some for each service.
const LIMITS: Limits = Limits { patience: Duration::from_secs(10), bytes: 16 * 1024 * 1024 };
/// Every kernel with nf_tables has this function, built in or not (`net/netfilter/nf_tables_api.c`).
const FUNCTION: &str = "nft_register_chain_type";

/// Of nftables and of the older tables.
pub(super) fn firewall(proc: &Path, modules: &Modules) -> FirewallText {
    FirewallText {
        nft: nft(proc, modules),
        iptables: legacy(proc, "ip_tables_names", &["iptables-legacy-save", "iptables-save"]),
        ip6tables: legacy(proc, "ip6_tables_names", &["ip6tables-legacy-save", "ip6tables-save"]),
        arptables: legacy(proc, "arp_tables_names", &["arptables-legacy-save", "arptables-save"]),
    }
}

fn nft(proc: &Path, modules: &Modules) -> Seen<String> {
    match is_present(proc, modules, "nf_tables", Some(FUNCTION)) {
        Some(true) => said(ask_within("nft", &["list", "ruleset"], LIMITS), "nft", "nftables"),
        Some(false) => Seen::Known(String::new()),
        None => Seen::unseen(
            "whether this kernel has nf_tables cannot be told without loading it",
            "run this as root and outside the container, or look at: nft list ruleset",
        ),
    }
}

/// A table's name stands in this file once there is one in this network namespace.
fn legacy(proc: &Path, names: &str, programs: &[&str]) -> Seen<String> {
    match fs::read_to_string(proc.join("net").join(names)) {
        Ok(text) if text.trim().is_empty() => return Seen::Known(String::new()),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Seen::Known(String::new()),
        Err(error) => {
            return Seen::unseen(format!("cannot read /proc/net/{names}: {error}"), "run this as root");
        }
    }
    for program in programs {
        match ask_within(program, &[], LIMITS) {
            Err(Silence::Missing) => {}
            answer => return said(answer, program, "iptables"),
        }
    }
    Seen::unseen(format!("{} is not installed", programs.last().unwrap_or(&"")), "install iptables")
}

fn said(answer: Result<String, Silence>, program: &str, package: &str) -> Seen<String> {
    match answer {
        Ok(text) => Seen::Known(text),
        Err(Silence::Missing) => {
            Seen::unseen(format!("{program} is not installed"), format!("install {package}"))
        }
        Err(Silence::TooMuch(why)) => Seen::unseen(why, "look yourself for what keeps packets away"),
        Err(Silence::Failed(why)) => Seen::unseen(why, "run this as root"),
    }
}
