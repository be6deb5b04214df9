//! Undoing exactly what was done, in the reverse order: addresses, devices, sysctls.

use alloc::format;
use alloc::string::String;
use core::net::IpAddr;

use crate::up::{delete_own_device, remove_own_address};
use crate::{HostState, Owned, Plan, Step, Sysctl};

/// The steps that take everything of ours off the host. Sysctls go back to the values before us unless someone
/// rewrote them since, or someone else's address still relies on them.
pub fn down_steps(owned: &Owned, state: &HostState) -> Plan {
    let mut plan = Plan::default();
    for (address, device) in &owned.addresses {
        remove_own_address(*address, device, state, &mut plan);
    }
    for name in &owned.devices {
        delete_own_device(name, owned, state, &mut plan);
    }
    let reliant = reliant_stranger(owned, state);
    for (sysctl, before) in &owned.sysctls {
        restore(sysctl, *before, reliant.as_deref(), state, &mut plan);
    }
    plan
}

fn restore(sysctl: &Sysctl, before: i32, reliant: Option<&str>, state: &HostState, plan: &mut Plan) {
    let ours = sysctl.name.wanted();
    let Some(value) = state.sysctls.get(sysctl).copied().filter(|value| *value != before) else { return };
    if value != ours {
        plan.notes.push(format!("{sysctl} stays {value}: someone else rewrote it, we had set {ours}"));
    } else if let Some(reliant) = reliant {
        plan.notes.push(format!("{sysctl} stays {value} instead of {before}: {reliant} still relies on it"));
    } else {
        plan.steps.push(Step::RestoreSysctl { sysctl: sysctl.clone(), from: value, to: before });
    }
}

/// Someone else's address that answers ARP once the sysctls are gone: a VIP of another program on a loopback or
/// dummy device (another script's VIP, kube-proxy's `kube-ipvs0`, a node-local DNS).
fn reliant_stranger(owned: &Owned, state: &HostState) -> Option<String> {
    let stranger = state.addresses.iter().find(|found| {
        let silent = state.link(&found.device).is_some_and(|link| link.loopback || link.dummy);
        silent && is_vip_like(found.address) && !owned.has_address(found.address, &found.device)
    })?;
    Some(format!("{}/{} on {}", stranger.address, stranger.prefix, stranger.device))
}

fn is_vip_like(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_loopback(),
        IpAddr::V6(_) => false,
    }
}
