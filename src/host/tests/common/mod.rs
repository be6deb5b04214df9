//! Hosts to plan on, and a kernel to try plans on.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use lvs_host::{
    Address, ArpSysctl, HostState, Link, Listener, ListenerProtocol, ListeningSocket, Scope, Step, Sysctl,
    Vip,
};

pub(crate) fn vip(address: &str) -> Vip {
    let address = address.parse().unwrap();
    let v4 = std::net::IpAddr::is_ipv4(&address);
    Vip {
        needs: Vec::new(),
        address,
        device: "lo".into(),
        label: v4.then(|| "lo:0".into()),
        scope: Scope::Host,
        services: Vec::new(),
    }
}

pub(crate) fn tcp(port: u16) -> Listener {
    Listener { protocol: ListenerProtocol::Tcp, port }
}

pub(crate) fn socket(address: &str, port: u16) -> ListeningSocket {
    let (protocol, address) = (ListenerProtocol::Tcp, address.parse().unwrap());
    ListeningSocket { protocol, address, port, v6only: false, interface: 0, waiting: 0, most: 128 }
}

pub(crate) fn link(index: u32, name: &str) -> Link {
    let dummy = name.starts_with("lvs") || name.starts_with("kube");
    Link {
        index,
        name: name.into(),
        loopback: name == "lo",
        noarp: dummy,
        up: true,
        running: true,
        dummy,
        mac: None,
        mtu: 1500,
    }
}

pub(crate) fn address(device: &str, address: &str, prefix: u8) -> Address {
    let address = address.parse().unwrap();
    Address {
        device: device.into(),
        address,
        prefix,
        label: None,
        scope: Some(Scope::Global),
        deprecated: false,
        secondary: false,
        tentative: false,
    }
}

/// A real server as installed: lo, eth0 with its RIP, every ARP sysctl 0.
pub(crate) fn fresh() -> HostState {
    let mut state = HostState { links: vec![link(1, "lo"), link(2, "eth0")], ..HostState::default() };
    state.addresses = vec![
        Address { scope: Some(Scope::Host), ..address("lo", "127.0.0.1", 8) },
        address("eth0", "192.168.100.8", 24),
    ];
    for interface in ["all", "lo", "eth0"] {
        set(&mut state, interface, 0, 0);
    }
    state
}

pub(crate) fn set(state: &mut HostState, interface: &str, ignore: i32, announce: i32) {
    state.sysctls.insert(Sysctl::new(interface, ArpSysctl::Ignore), ignore);
    state.sysctls.insert(Sysctl::new(interface, ArpSysctl::Announce), announce);
}

/// What the kernel would do.
pub(crate) fn take(state: &mut HostState, step: &Step) {
    match step {
        Step::SetSysctl { sysctl, from, to } | Step::RestoreSysctl { sysctl, from, to } => {
            assert_eq!(state.sysctls.insert(sysctl.clone(), *to), Some(*from), "{step}");
        }
        Step::CreateDevice { name } => {
            assert!(state.link(name).is_none(), "{step}");
            state.links.push(Link { up: false, noarp: true, dummy: true, ..link(99, name) });
        }
        Step::LinkUp { name } => state.links.iter_mut().find(|link| link.name == *name).unwrap().up = true,
        Step::AddAddress(new) => {
            assert!(state.link(&new.device).is_some_and(|link| link.up), "{step}");
            state.addresses.push(added(new));
        }
        Step::ReplaceAddress(new) => {
            let found = state.addresses.iter_mut();
            let mut found = found.filter(|found| {
                (found.address, &found.device, found.prefix) == (new.address, &new.device, new.prefix())
            });
            *found.next().unwrap() = added(new);
        }
        Step::RemoveAddress { address, device } => {
            let before = state.addresses.len();
            state.addresses.retain(|found| {
                !(found.address == *address && found.device == *device && found.prefix >= 32)
            });
            assert_eq!(state.addresses.len() + 1, before, "{step}");
        }
        Step::DeleteDevice { name } => {
            state.links.retain(|link| link.name != *name);
            state.addresses.retain(|found| found.device != *name);
        }
    }
}

fn added(new: &lvs_host::NewAddress) -> Address {
    Address {
        device: new.device.clone(),
        address: new.address,
        prefix: new.prefix(),
        label: new.label.clone().or_else(|| new.address.is_ipv4().then(|| new.device.clone())),
        scope: Some(if new.address.is_ipv4() { new.scope } else { Scope::Global }),
        deprecated: new.address.is_ipv6(),
        secondary: false,
        tentative: false,
    }
}

pub(crate) fn lines(steps: &[Step]) -> Vec<String> {
    steps.iter().map(ToString::to_string).collect()
}
