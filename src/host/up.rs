//! From what is there to what is wanted: sysctls before addresses, always.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::arp::{WRITTEN, arp_fault, strictest_scope};
use crate::label::{Labels, own_label};
use crate::step::host_prefix;
use crate::{Address, ArpSysctl, Conflict, HostState, NewAddress, Owned, Plan, Step, Sysctl, Vip, conflicts};

/// The steps that make the host as wanted: sysctls, devices, addresses, then what is ours and wanted no more.
///
/// An IPv4 address is held back while the sysctls would not keep it silent; what is someone else's is never touched.
pub fn up_steps(vips: &[Vip], owned: &Owned, state: &HostState) -> Plan {
    let mut plan = Plan::default();
    let ready = set_sysctls(vips, state, &mut plan.steps);
    prepare_devices(vips, state, &mut plan.steps);
    put_addresses(vips, owned, &ready, &mut plan);
    remove_leftovers(vips, owned, state, &mut plan);
    plan
}

/// Emits the sysctl writes; answers the host as it will be after them.
fn set_sysctls(vips: &[Vip], state: &HostState, steps: &mut Vec<Step>) -> HostState {
    let mut after = state.clone();
    let Some(scope) = strictest_scope(vips) else { return after };
    for sysctl in WRITTEN.iter().flat_map(|interface| ArpSysctl::ALL.map(|name| Sysctl::new(interface, name)))
    {
        let Some(value) = after.sysctls.get_mut(&sysctl) else { continue };
        if sysctl.name.is_good(*value, scope) {
            continue;
        }
        let (from, to) = (*value, sysctl.name.wanted());
        *value = to;
        steps.push(Step::SetSysctl { sysctl, from, to });
    }
    after
}

fn prepare_devices(vips: &[Vip], state: &HostState, steps: &mut Vec<Step>) {
    let devices: BTreeSet<&String> = vips.iter().map(|vip| &vip.device).collect();
    for name in devices {
        let link = state.link(name);
        if link.is_none() {
            steps.push(Step::CreateDevice { name: name.clone() });
        }
        if link.is_none_or(|link| !link.up && (link.loopback || link.dummy)) {
            steps.push(Step::LinkUp { name: name.clone() });
        }
    }
}

fn put_addresses(vips: &[Vip], owned: &Owned, ready: &HostState, plan: &mut Plan) {
    let conflicts = conflicts(vips, ready);
    let mut labels = Labels::new(vips, ready);
    for vip in vips {
        match put_address(vip, owned, ready, &conflicts, &mut labels) {
            Ok(Some(step)) => plan.steps.push(step),
            Ok(None) => {}
            Err(note) => plan.notes.push(note),
        }
    }
}

/// The step a VIP's address needs, or why it has to wait.
fn put_address(
    vip: &Vip,
    owned: &Owned,
    ready: &HostState,
    conflicts: &[Conflict],
    labels: &mut Labels,
) -> Result<Option<Step>, String> {
    if let Some(found) = ready.holders(vip.address).find(|found| holds(found, vip)) {
        let replace = owned.has_address(vip.address, &vip.device) && !is_as_wanted(found, vip);
        let new = NewAddress::of(vip, own_label(found));
        return Ok(replace.then_some(Step::ReplaceAddress(new)));
    }
    if let Some(conflict) = conflicts.iter().find(|conflict| conflict.vip() == vip.address) {
        return Err(format!("not added: {conflict}"));
    }
    if let Some(found) = in_the_way(vip, ready) {
        return Err(format!("not added: {}", of_another_prefix(found, vip)));
    }
    let fault = if vip.address.is_ipv4() { arp_fault(ready, vip.scope) } else { None };
    match fault {
        Some(fault) => Err(format!("{} waits: {fault}", vip.address)),
        None => Ok(Some(Step::AddAddress(NewAddress::of(vip, labels.free(vip))))),
    }
}

/// Whether this is the VIP with the prefix of a single host on its device, whoever put it there.
pub(crate) fn holds(found: &Address, vip: &Vip) -> bool {
    found.device == vip.device && found.address == vip.address && found.prefix == host_prefix(vip.address)
}

/// The VIP with another prefix on its device. IPv6 has an address only once on a device (`ipv6_chk_same_addr` in
/// `ipv6_add_addr`), so this one keeps the VIP off; IPv4 takes both.
pub(crate) fn in_the_way<'a>(vip: &Vip, state: &'a HostState) -> Option<&'a Address> {
    let mut here = state.holders(vip.address).filter(|found| found.device == vip.device);
    here.find(|found| found.address.is_ipv6() && !holds(found, vip))
}

/// What is wrong with it, and what to do.
pub(crate) fn of_another_prefix(found: &Address, vip: &Vip) -> String {
    let Address { address, prefix, device, .. } = found;
    let wanted = host_prefix(vip.address);
    format!(
        "{address}/{prefix} is on {device} instead of /{wanted}; not ours, remove it with `ip address del \
         {address}/{prefix} dev {device}`"
    )
}

/// Whether label, scope and lifetime are good: a label only where the file says one, because giving another means to
/// take the address off for a moment.
pub(crate) fn is_as_wanted(found: &Address, vip: &Vip) -> bool {
    if vip.address.is_ipv6() {
        return found.deprecated;
    }
    let label = vip.label.is_none() || own_label(found) == vip.label;
    label && found.scope == Some(vip.scope)
}

fn remove_leftovers(vips: &[Vip], owned: &Owned, state: &HostState, plan: &mut Plan) {
    let wanted =
        |address, device: &str| vips.iter().any(|vip| vip.address == address && vip.device == device);
    for (address, device) in owned.addresses.iter().filter(|(address, device)| !wanted(*address, device)) {
        remove_own_address(*address, device, state, plan);
    }
    for name in owned.devices.iter().filter(|name| vips.iter().all(|vip| vip.device != **name)) {
        delete_own_device(name, owned, state, plan);
    }
}

/// Removes an address of ours if it is there as we would have put it.
pub(crate) fn remove_own_address(
    address: core::net::IpAddr,
    device: &str,
    state: &HostState,
    plan: &mut Plan,
) {
    let prefix = host_prefix(address);
    if state.holders(address).any(|found| found.device == device && found.prefix == prefix) {
        plan.steps.push(Step::RemoveAddress { address, device: device.into() });
    }
}

/// Deletes a device of ours unless someone else put an address on it.
pub(crate) fn delete_own_device(name: &str, owned: &Owned, state: &HostState, plan: &mut Plan) {
    if state.link(name).is_none_or(|link| !link.dummy) {
        return;
    }
    let stranger = state.addresses.iter().find(|found| {
        found.device == name && !is_link_local(found) && !owned.has_address(found.address, name)
    });
    match stranger {
        Some(found) => {
            plan.notes.push(format!("{name} stays: {}/{} on it is not ours", found.address, found.prefix));
        }
        None => plan.steps.push(Step::DeleteDevice { name: name.into() }),
    }
}

/// The kernel itself gives every interface such an address.
fn is_link_local(found: &Address) -> bool {
    match found.address {
        core::net::IpAddr::V6(address) => address.is_unicast_link_local(),
        core::net::IpAddr::V4(_) => false,
    }
}
