//! What the agent did to this host and may undo.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use core::net::IpAddr;

use crate::{Address, HostState, Step, Sysctl, Vip};

/// Everything that is ours. Written down before the kernel is told, so that it never lists too little.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owned {
    /// addresses the agent added, with the interface that holds each
    pub addresses: BTreeSet<(IpAddr, String)>,
    /// devices the agent created
    pub devices: BTreeSet<String>,
    /// sysctls the agent wrote, with the value that was there before the first write
    pub sysctls: BTreeMap<Sysctl, i32>,
    /// someone else's addresses of loopback and dummy devices that were there before the first of these writes: they
    /// cannot rely on them
    pub bystanders: BTreeSet<(IpAddr, String)>,
}

impl Owned {
    /// Notes what a step is about to make ours, on a host that looked like this.
    pub fn record(&mut self, step: &Step, state: &HostState) {
        match step {
            Step::AddAddress(new) | Step::ReplaceAddress(new) => {
                self.addresses.insert((new.address, new.device.clone()));
            }
            Step::CreateDevice { name } => {
                self.devices.insert(name.clone());
            }
            Step::SetSysctl { sysctl, from, .. } => {
                if self.sysctls.is_empty() {
                    self.bystanders =
                        self.strangers(state).map(|found| (found.address, found.device.clone())).collect();
                }
                self.sysctls.entry(sysctl.clone()).or_insert(*from);
            }
            Step::RestoreSysctl { .. }
            | Step::LinkUp { .. }
            | Step::RemoveAddress { .. }
            | Step::DeleteDevice { .. } => {}
        }
    }

    /// Strikes out what a step has undone.
    pub fn strike(&mut self, step: &Step) {
        match step {
            Step::RemoveAddress { address, device } => {
                self.addresses.remove(&(*address, device.clone()));
            }
            Step::DeleteDevice { name } => {
                self.devices.remove(name);
            }
            Step::RestoreSysctl { sysctl, .. } => {
                self.sysctls.remove(sysctl);
            }
            Step::AddAddress(_)
            | Step::ReplaceAddress(_)
            | Step::CreateDevice { .. }
            | Step::SetSysctl { .. }
            | Step::LinkUp { .. } => {}
        }
    }

    /// Takes back what [`Owned::record`] noted for a step that was not done: what is there is someone else's.
    pub fn unrecord(&mut self, step: &Step, before: &Owned) {
        match step {
            Step::AddAddress(new) => {
                let key = (new.address, new.device.clone());
                if !before.addresses.contains(&key) {
                    self.addresses.remove(&key);
                }
            }
            Step::CreateDevice { name } => {
                if !before.devices.contains(name) {
                    self.devices.remove(name);
                }
            }
            Step::SetSysctl { sysctl, .. } => {
                if !before.sysctls.contains_key(sysctl) {
                    self.sysctls.remove(sysctl);
                }
            }
            Step::ReplaceAddress(_)
            | Step::RestoreSysctl { .. }
            | Step::LinkUp { .. }
            | Step::RemoveAddress { .. }
            | Step::DeleteDevice { .. } => {}
        }
    }

    /// Forgets what is neither there nor wanted: someone else removed it, and there is nothing left to undo.
    pub fn prune(&mut self, vips: &[Vip], state: &HostState) {
        self.addresses.retain(|(address, device)| {
            vips.iter().any(|vip| vip.address == *address && vip.device == *device)
                || state.holders(*address).any(|found| found.device == *device)
        });
        self.devices.retain(|name| vips.iter().any(|vip| vip.device == *name) || state.link(name).is_some());
    }

    /// Someone else's addresses that answer ARP without the sysctls: VIPs of another program on a loopback or dummy
    /// device (a script's, kube-proxy's `kube-ipvs0`, a node-local DNS).
    pub fn strangers<'a>(&'a self, state: &'a HostState) -> impl Iterator<Item = &'a Address> {
        state.addresses.iter().filter(|found| {
            let silent = state.link(&found.device).is_some_and(|link| link.loopback || link.dummy);
            silent && is_vip_like(found.address) && !self.has_address(found.address, &found.device)
        })
    }

    /// Whether this VIP's address is ours.
    pub fn has_address(&self, address: IpAddr, device: &str) -> bool {
        self.addresses.iter().any(|(own, on)| *own == address && on == device)
    }

    /// Whether nothing is ours.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.devices.is_empty() && self.sysctls.is_empty()
    }
}

fn is_vip_like(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_loopback(),
        IpAddr::V6(_) => false,
    }
}
