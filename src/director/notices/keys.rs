//! Services and servers in keepalived's words, so that scripts written for it go on working.

use config::director::{RealServer, VirtualService};
use ipvs::{Protocol, ServiceKey};

/// `[192.0.2.1]:tcp:80`, `FWM 7`, `[group]:0`. None for the services of a group but the first: a group is told of once.
pub(super) fn service(services: &[VirtualService], index: usize) -> Option<String> {
    let service = services.get(index)?;
    let Some(group) = &service.group else { return Some(single(service.key)) };
    is_first(services, index).then(|| format!("[{group}]:0"))
}

/// `[192.0.2.8]:tcp:80`; under a firewall mark `[192.0.2.8]:none:0`.
pub(super) fn server(services: &[VirtualService], index: usize, real: &RealServer) -> String {
    let address = real.key.address;
    match protocol(services, index) {
        Some(protocol) => format!("[{address}]:{}:{}", word(protocol), real.key.port),
        None => format!("[{address}]:none:0"),
    }
}

fn single(key: ServiceKey) -> String {
    match key {
        ServiceKey::Address { protocol, address, port } => format!("[{address}]:{}:{port}", word(protocol)),
        ServiceKey::Fwmark { mark, .. } => format!("FWM {mark}"),
    }
}

fn is_first(services: &[VirtualService], index: usize) -> bool {
    let group = |index: usize| services.get(index).and_then(|service| service.group.as_ref());
    index.checked_sub(1).and_then(group) != group(index)
}

/// A group has one protocol, that of its addresses.
fn protocol(services: &[VirtualService], index: usize) -> Option<Protocol> {
    let group = services.get(index)?.group.as_ref();
    let together = services.iter().skip(index);
    let mut together = together
        .enumerate()
        .take_while(|(nth, one)| *nth == 0 || (group.is_some() && one.group.as_ref() == group));
    together.find_map(|(_, one)| match one.key {
        ServiceKey::Address { protocol, .. } => Some(protocol),
        ServiceKey::Fwmark { .. } => None,
    })
}

const fn word(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "tcp",
        Protocol::Udp => "udp",
        Protocol::Sctp => "sctp",
    }
}
