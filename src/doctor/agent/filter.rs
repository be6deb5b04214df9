//! This host's own firewall.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use host::{Listener, ListenerProtocol, Vip};

use super::Sight;
use crate::Finding;
use crate::firewall::{Packet, Passage};
use crate::shared::{Wanted, opening};

pub(super) const ID: &str = "firewall-services";

/// It lets in what directors send here for the VIPs' services.
pub(super) fn services(sight: Sight<'_>) -> Vec<Finding> {
    let findings: Vec<Finding> = sight
        .vips()
        .flat_map(|vip| vip.services.iter().map(move |service| (vip, *service)))
        .map(|(vip, service)| lets_in(sight, vip, service))
        .collect();
    if findings.is_empty() {
        return vec![Finding::not_applicable(ID, "", "the file names no services of any VIP")];
    }
    findings
}

fn lets_in(sight: Sight<'_>, vip: &Vip, service: Listener) -> Finding {
    let subject = format!("{} {service}", vip.address);
    let (protocol, name) = match service.protocol {
        ListenerProtocol::Tcp => (6, "tcp"),
        ListenerProtocol::Udp => (17, "udp"),
    };
    let packet = Packet { protocol, to: vip.address, port: Some(service.port), from: None, interface: None };
    match sight.filters.passage(&packet) {
        Passage::Passes => Finding::fine(ID, subject, "is let in"),
        Passage::Depends(rule) => {
            Finding::fine(ID, subject, format!("is let in where this rule says so: {rule}"))
        }
        Passage::Unseen(unseen) => Finding::unknown(ID, subject, &unseen),
        Passage::Dropped(stop) => {
            let cure = opening(&stop, Wanted::Port(name, service.port, vip.address));
            Finding::wrong(ID, subject, format!("is dropped by this host's firewall: {stop}"), cure)
        }
    }
}
