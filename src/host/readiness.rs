//! Whether a VIP is prepared: every step with its proof or the reason it is missing.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::arp::arp_fault;
use crate::conflict::address_conflicts;
use crate::label::own_label;
use crate::step::host_prefix;
use crate::up::{holds, in_the_way, is_as_wanted, of_another_prefix};
use crate::{Address, HostState, Link, Listener, ListeningSocket, Need, Owned, Vip};

/// One step of a VIP's preparation as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepState {
    /// which
    pub name: StepName,
    /// done, with what is worth knowing about it; or why not
    pub state: Result<Option<String>, String>,
}

/// The steps, in the order in which they are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepName {
    /// ARP for the VIP is under control on every interface (IPv4 only)
    Sysctls,
    /// the VIP is on its device, and nowhere else that matters
    Address,
    /// a systemd unit or a process runs
    Need(Need),
    /// something listens that would take what arrives for the VIP
    Listener(Listener),
}

impl StepState {
    /// Whether this step is done.
    pub fn is_ok(&self) -> bool {
        self.state.is_ok()
    }
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sysctls => f.write_str("sysctls"),
            Self::Address => f.write_str("address"),
            Self::Need(need) => need.fmt(f),
            Self::Listener(listener) => listener.fmt(f),
        }
    }
}

/// Every step of one VIP. The VIP is prepared when all are ok.
pub fn readiness(vip: &Vip, owned: &Owned, state: &HostState) -> Vec<StepState> {
    let mut steps = Vec::new();
    if vip.address.is_ipv4() {
        let proof = arp_fault(state, vip.scope).map_or(Ok(None), Err);
        steps.push(StepState { name: StepName::Sysctls, state: proof });
    }
    steps.push(StepState { name: StepName::Address, state: address_state(vip, owned, state) });
    steps.extend(
        vip.needs
            .iter()
            .map(|need| StepState { name: StepName::Need(need.clone()), state: need_state(need, state) }),
    );
    steps.extend(vip.services.iter().map(|listener| StepState {
        name: StepName::Listener(*listener),
        state: listener_state(vip, *listener, state),
    }));
    steps
}

fn address_state(vip: &Vip, owned: &Owned, state: &HostState) -> Result<Option<String>, String> {
    let link = state.link(&vip.device).ok_or_else(|| format!("there is no device {}", vip.device))?;
    device_fault(link).map_or(Ok(()), Err)?;
    if let Some(conflict) = address_conflicts(vip, state).next() {
        return Err(conflict.to_string());
    }
    if let Some(wide) = state.holders(vip.address).find(|found| is_too_wide(found, state)) {
        return Err(too_wide(wide, vip));
    }
    let found = state.holders(vip.address).find(|found| holds(found, vip));
    let Some(found) = found else {
        let other = in_the_way(vip, state).map(|found| of_another_prefix(found, vip));
        return Err(other.unwrap_or_else(|| format!("{} is not on {}", vip.address, vip.device)));
    };
    if let Some(other) = replaced(found, vip, owned) {
        return Err(other);
    }
    Ok(note(found, vip, owned))
}

/// What an IPv4 address of ours is taken off and put back for: it is not ready before and meanwhile.
fn replaced(found: &Address, vip: &Vip, owned: &Owned) -> Option<String> {
    let ours = vip.address.is_ipv4() && owned.has_address(vip.address, &vip.device);
    (ours && !is_as_wanted(found, vip)).then(|| {
        let label = own_label(found).map_or("no label".to_owned(), |label| format!("label {label}"));
        let scope = found.scope.map_or("another scope".to_owned(), |scope| format!("scope {scope}"));
        format!("{} has {label} and {scope}: to be taken off and put back as wanted", vip.address)
    })
}

fn device_fault(link: &Link) -> Option<String> {
    if !link.loopback && !link.dummy {
        return Some(format!("{} is neither lo nor a dummy device", link.name));
    }
    (!link.up).then(|| format!("{} is down", link.name))
}

fn is_too_wide(found: &Address, state: &HostState) -> bool {
    let local = state.link(&found.device).is_some_and(|link| link.loopback);
    local && found.prefix != host_prefix(found.address)
}

fn too_wide(found: &Address, vip: &Vip) -> String {
    format!(
        "{0}/{1} is on {2}: with /{1} the whole subnet is local to this host; not ours, remove it with `ip address del \
         {0}/{1} dev {2}` (wanted: /{3})",
        found.address,
        found.prefix,
        found.device,
        host_prefix(vip.address)
    )
}

fn note(found: &Address, vip: &Vip, owned: &Owned) -> Option<String> {
    if owned.has_address(vip.address, &vip.device) {
        return None;
    }
    let source_trap = match (vip.address.is_ipv6(), is_as_wanted(found, vip)) {
        (true, false) => ", and may become a source address: preferred_lft is not 0",
        (false, false) if found.scope != Some(vip.scope) => ", and with another scope than wanted",
        (true | false, true | false) => "",
    };
    Some(format!("was there before us: used, not ours{source_trap}"))
}

/// What was not looked at is not taken as running.
fn need_state(need: &Need, state: &HostState) -> Result<Option<String>, String> {
    let found = state.needs.get(need).cloned();
    found.unwrap_or_else(|| Err("not looked at yet".to_owned())).map(|()| None)
}

fn listener_state(vip: &Vip, listener: Listener, state: &HostState) -> Result<Option<String>, String> {
    if let Some(fault) = &state.listeners_fault {
        return Err(fault.clone());
    }
    let here: Vec<&ListeningSocket> =
        state.listeners.iter().filter(|socket| socket.is_for(listener)).collect();
    if here.iter().any(|socket| socket.takes(vip.address, listener) && !is_bound_to_loopback(socket, state)) {
        return Ok(None);
    }
    if here.is_empty() {
        return Err(format!("nothing listens on {listener}"));
    }
    Err(format!("listens on {} only, not on the VIP {}", places(&here, state), vip.address))
}

fn is_bound_to_loopback(socket: &ListeningSocket, state: &HostState) -> bool {
    state.links.iter().any(|link| link.loopback && link.index == socket.interface)
}

/// The sockets found instead, in words, three at most.
fn places(sockets: &[&ListeningSocket], state: &HostState) -> String {
    const MOST: usize = 3;
    let mut words: Vec<String> = sockets.iter().map(|socket| place(socket, state)).collect();
    words.sort();
    words.dedup();
    let more = words.len().saturating_sub(MOST);
    words.truncate(MOST);
    let listed = words.join(", ");
    if more == 0 { listed } else { format!("{listed} and {more} more") }
}

fn place(socket: &ListeningSocket, state: &HostState) -> String {
    let at = core::net::SocketAddr::new(socket.address, socket.port);
    let only = if socket.v6only { " (IPv6 only)" } else { "" };
    let bound = if is_bound_to_loopback(socket, state) { " (bound to the loopback device)" } else { "" };
    format!("{at}{only}{bound}")
}
