//! Address labels: `lo:0`, `lo:1` … for the VIPs that say none, as `ifconfig` would show them.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;

use crate::{Address, HostState, Vip};

/// `IFNAMSIZ` without its final zero.
const LABEL_MAX: usize = 15;

/// The labels that are taken, and for each device the number below which all are.
pub(crate) struct Labels {
    taken: BTreeSet<String>,
    next: BTreeMap<String, u32>,
}

impl Labels {
    /// Those that are there, and those that the file says.
    pub(crate) fn new(vips: &[Vip], state: &HostState) -> Self {
        let found = state.addresses.iter().filter_map(own_label);
        let taken = found.chain(vips.iter().filter_map(|vip| vip.label.clone())).collect();
        Self { taken, next: BTreeMap::new() }
    }

    /// The first free number of an IPv4 VIP's device, which is then taken; none where it would be too long.
    pub(crate) fn free(&mut self, vip: &Vip) -> Option<String> {
        if vip.label.is_some() || vip.address.is_ipv6() {
            return None;
        }
        let next = self.next.entry(vip.device.clone()).or_default();
        loop {
            let label = format!("{}:{next}", vip.device);
            *next = next.saturating_add(1);
            if label.len() > LABEL_MAX {
                return None;
            }
            if !self.taken.contains(&label) {
                return Some(label);
            }
        }
    }
}

/// The label of an address, if it has one: the kernel gives an address without one its interface's name.
pub(crate) fn own_label(found: &Address) -> Option<String> {
    found.label.clone().filter(|label| *label != found.device)
}
