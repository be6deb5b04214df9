//! Undoing exactly what was done, in the reverse order: addresses, devices, sysctls.

use alloc::format;
use alloc::string::String;

use crate::arp::strictest_scope;
use crate::step::host_prefix;
use crate::up::{delete_own_device, remove_own_address, up_steps};
use crate::{Address, HostState, Owned, Plan, Step, Sysctl, Vip};

/// The steps of [`up_steps`] for those of `vips` that are `wanted`, where the others are to be off: where no IPv4 VIP is left,
/// the sysctls go back as by [`down_steps`], after the addresses. They stay while one of `vips` does, which is not ours to
/// take off: clients would find it here as soon as this host answered ARP for it.
pub fn partial_steps(wanted: &[Vip], vips: &[Vip], owned: &Owned, state: &HostState) -> Plan {
    let mut plan = up_steps(wanted, owned, state);
    if strictest_scope(wanted).is_some() {
        return plan;
    }
    match staying_vip(vips, &plan, state) {
        Some(vip) if !owned.sysctls.is_empty() => {
            plan.notes.push(format!("the ARP sysctls stay: {vip} still relies on them"));
        }
        Some(_) => {}
        None => restore_all(owned, state, &mut plan),
    }
    plan
}

/// A VIP that is still there after these steps, and answers ARP once the sysctls are gone.
fn staying_vip(vips: &[Vip], plan: &Plan, state: &HostState) -> Option<String> {
    let goes = |found: &Address| {
        let Address { address, device, .. } = found.clone();
        let removed = found.prefix == host_prefix(address)
            && plan.steps.contains(&Step::RemoveAddress { address, device: device.clone() });
        removed || plan.steps.contains(&Step::DeleteDevice { name: device })
    };
    let here = |found: &&Address| state.link(&found.device).is_some_and(|link| link.loopback || link.dummy);
    let mut found =
        vips.iter().filter(|vip| vip.address.is_ipv4()).flat_map(|vip| state.holders(vip.address));
    let stays = found.find(|found| here(found) && !goes(found))?;
    Some(format!("{}/{} on {}", stays.address, stays.prefix, stays.device))
}

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
    restore_all(owned, state, &mut plan);
    plan
}

/// What is still ours on a host that looks like this after [`down_steps`] were taken, to be undone another time: sysctls
/// that someone relies on, devices with someone's address on them.
pub fn left_over(owned: &Owned, state: &HostState) -> Owned {
    let mut left = owned.clone();
    left.prune(&[], state);
    left.sysctls.retain(|sysctl, before| {
        state.sysctls.get(sysctl).is_some_and(|value| *value == sysctl.name.wanted() && value != before)
    });
    left
}

fn restore_all(owned: &Owned, state: &HostState, plan: &mut Plan) {
    let reliant = reliant_stranger(owned, state);
    for (sysctl, before) in &owned.sysctls {
        restore(sysctl, *before, reliant.as_deref(), state, plan);
    }
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

/// An address that came after the sysctls were set, and answers ARP once they are gone.
fn reliant_stranger(owned: &Owned, state: &HostState) -> Option<String> {
    let is_new = |found: &&Address| !owned.bystanders.contains(&(found.address, found.device.clone()));
    let stranger = owned.strangers(state).find(is_new)?;
    Some(format!("{}/{} on {}", stranger.address, stranger.prefix, stranger.device))
}
