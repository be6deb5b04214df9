//! Who listens.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use host::{Listener, ListenerProtocol, Vip};

use super::Sight;
use crate::firewall::{Packet, Passage};
use crate::shared::{Wanted, opening};
use crate::{Finding, Listening, Transport, Unseen};

pub(super) const LISTENS: &str = "service-listens";
pub(super) const HEALTH: &str = "health-port";

/// Each service takes what arrives for the VIP, not only for this host's own address.
pub(super) fn listen(sight: Sight<'_>) -> Vec<Finding> {
    let listeners = match sight.host.listeners.as_result() {
        Ok(listeners) => listeners,
        Err(unseen) => return vec![Finding::unknown(LISTENS, "", unseen)],
    };
    let findings: Vec<Finding> = sight
        .vips()
        .flat_map(|vip| vip.services.iter().map(move |service| (vip, *service)))
        .map(|(vip, service)| service_of(vip, service, listeners))
        .collect();
    if findings.is_empty() {
        return vec![Finding::not_applicable(LISTENS, "", "the file names no services of any VIP")];
    }
    findings
}

fn service_of(vip: &Vip, service: Listener, listeners: &[Listening]) -> Finding {
    let subject = format!("{} {service}", vip.address);
    let of_port: Vec<&Listening> = listeners
        .iter()
        .filter(|socket| {
            socket.transport == transport(service.protocol) && socket.address.port() == service.port
        })
        .collect();
    let taken: Vec<Option<bool>> = of_port.iter().map(|socket| takes(socket, vip.address)).collect();
    if taken.contains(&Some(true)) {
        return Finding::fine(LISTENS, subject, "somebody does");
    }
    if taken.contains(&None) {
        return Finding::unknown(LISTENS, subject, &untold(service.port));
    }
    let elsewhere: Vec<String> = of_port.iter().map(|socket| socket.address.to_string()).collect();
    if elsewhere.is_empty() {
        let show = format!("ss -lnp 'sport = :{}'", service.port);
        return Finding::wrong(
            LISTENS,
            subject,
            "nobody does: clients are refused",
            [show, "# start the service".into()],
        );
    }
    let what =
        format!("listens on {} only: clients that come by the director are refused", elsewhere.join(", "));
    let cure =
        format!("# let it listen on {} too, or on every address", SocketAddr::new(vip.address, service.port));
    Finding::wrong(LISTENS, subject, what, [cure])
}

fn transport(protocol: ListenerProtocol) -> Transport {
    match protocol {
        ListenerProtocol::Tcp => Transport::Tcp,
        ListenerProtocol::Udp => Transport::Udp,
    }
}

/// None: not told.
fn takes(socket: &Listening, vip: IpAddr) -> Option<bool> {
    let any = socket.address.ip().is_unspecified();
    match (vip, socket.address.ip()) {
        (IpAddr::V4(_), IpAddr::V6(_)) if any => socket.v6only.map(|only| !only),
        (IpAddr::V4(vip), IpAddr::V6(own)) => Some(own.to_ipv4_mapped() == Some(vip)),
        (IpAddr::V6(_), IpAddr::V4(_)) => Some(false),
        (vip, own) => Some(any || own == vip),
    }
}

/// Only `sock_diag` tells of IPV6_V6ONLY, and is not loaded for a look.
fn untold(port: u16) -> Unseen {
    Unseen {
        why: format!(
            "[::]:{port} may take IPv6 alone: this kernel does not tell without tcp_diag and udp_diag"
        ),
        how: "modprobe -a tcp_diag udp_diag, and ask again".into(),
    }
}

/// Directors can follow this agent, where it is to be followed.
pub(super) fn health(sight: Sight<'_>) -> Vec<Finding> {
    let open: Vec<SocketAddr> = sight.open_health().collect();
    if open.is_empty() {
        let words = "it listens on loopback only: directors do not follow this agent and go by their own checks; \
                     to let them, add this host's address to `listen` in [health]";
        return vec![Finding::not_applicable(HEALTH, "", words)];
    }
    open.into_iter().map(|address| reached(sight, address)).collect()
}

fn reached(sight: Sight<'_>, address: SocketAddr) -> Finding {
    let subject = address.to_string();
    let listeners = match sight.host.listeners.as_result() {
        Ok(listeners) => listeners,
        Err(unseen) => return Finding::unknown(HEALTH, subject, unseen),
    };
    let is_there =
        listeners.iter().any(|socket| socket.transport == Transport::Tcp && socket.address == address);
    if !is_there {
        let what = "nobody listens: directors cannot follow this agent";
        return Finding::wrong(HEALTH, subject, what, ["systemctl restart lvs-rs-agent"]);
    }
    let ip = address.ip();
    let packet = Packet { protocol: 6, to: ip, port: Some(address.port()), from: None, interface: None };
    match sight.filters.passage(&packet) {
        Passage::Passes => Finding::fine(HEALTH, subject, "directors can reach it"),
        Passage::Depends(rule) => Finding::fine(
            HEALTH,
            subject,
            format!("directors can reach it if this rule is about them: {rule}"),
        ),
        Passage::Unseen(unseen) => Finding::unknown(HEALTH, subject, &unseen),
        Passage::Dropped(stop) => {
            let cure = opening(&stop, Wanted::Port("tcp", address.port(), ip));
            Finding::wrong(
                HEALTH,
                subject,
                format!("this host's firewall drops what comes there: {stop}"),
                cure,
            )
        }
    }
}
