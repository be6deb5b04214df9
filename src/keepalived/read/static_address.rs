//! `static_ipaddress`: addresses that stay, and the static things that do not exist here.

use alloc::vec::Vec;

use config::director::HeldAddress;

use super::address::{self, Taken, is_link_local};
use crate::report::Report;
use crate::syntax::Line;

/// Every `static_ipaddress`; `usual` is the interface of those without `dev`.
pub(super) fn read(lines: &[Line], usual: &str, taken: &mut Taken, report: &mut Report) -> Vec<HeldAddress> {
    let mut all = Vec::new();
    for block in lines.iter().filter(|line| line.keyword() == "static_ipaddress") {
        for line in block.lines() {
            for entry in address::read(line, usual, report) {
                all.extend(held(entry, taken, report));
            }
        }
    }
    all
}

fn held(entry: address::Entry, taken: &mut Taken, report: &mut Report) -> Option<HeldAddress> {
    if is_link_local(entry.address) {
        report
            .error(entry.place, format_args!("{} is valid on one link only", entry.address))
            .help("write it in the network's configuration, or in `virtual_ipaddress`");
        return None;
    }
    if entry.scope != ::host::Scope::Global {
        report
            .warning(entry.place, "a static address has scope global")
            .label("another is not supported")
            .help("keep an address of another scope in the network's configuration");
    }
    if !taken.insert(&entry, report) {
        return None;
    }
    let address::Entry { address, prefix, interface, label, .. } = entry;
    Some(HeldAddress { address, prefix, interface, label })
}
