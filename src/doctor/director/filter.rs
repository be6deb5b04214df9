//! What packet filters on this host keep away: adverts, synchronisation, clients.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use config::director::{RouterConfig, SyncDaemon, SyncRole};
use ipvs::{Protocol, ServiceKey};
use vrrp::Family;

use super::Sight;
use crate::Finding;
use crate::firewall::{Packet, Passage};
use crate::shared::{Wanted, opening};

pub(super) const ADVERTS: &str = "firewall-vrrp";
pub(super) const SYNC: &str = "firewall-sync";
pub(super) const SERVICES: &str = "firewall-services";

/// RFC 9568 section 5.1.1.4
const VRRP: u8 = 112;
const TCP: u8 = 6;
const UDP: u8 = 17;
const SCTP: u8 = 132;
/// `IP_VS_SYNC_GROUP`, `IP_VS_SYNC_PORT`
const SYNC_GROUP: IpAddr = IpAddr::V4(Ipv4Addr::new(224, 0, 0, 81));
const SYNC_PORT: u16 = 8848;
/// Services that are named at most.
const MOST: usize = 16;

/// A director that hears no advert is master beside the other.
pub(super) fn adverts(sight: Sight<'_>) -> Vec<Finding> {
    let routers = &sight.config.vrrp.routers;
    if routers.is_empty() {
        return vec![Finding::not_applicable(ADVERTS, "", "the file has no [[vrrp]]")];
    }
    routers.iter().map(|router| of_router(sight, router)).collect()
}

fn of_router(sight: Sight<'_>, router: &RouterConfig) -> Finding {
    let family = router.addresses.first().map_or(Family::V4, |held| Family::of(held.address));
    let own = || {
        let links = sight.host.links.known().into_iter().flatten();
        let mut addresses =
            links.filter(|link| link.name == router.interface).flat_map(|link| &link.addresses);
        addresses.find(|held| Family::of(held.address) == family).map(|held| held.address)
    };
    let to = if router.peers.is_empty() {
        router.group.unwrap_or(family.group())
    } else {
        router.source.or_else(own).unwrap_or(family.group())
    };
    let peer = router.peers.first().copied();
    let packet = Packet { protocol: VRRP, to, port: None, from: peer, interface: Some(&router.interface) };
    let harm = "is kept from the adverts of its peer, and so master beside it";
    judge(sight, ADVERTS, &router.name, &packet, harm)
}

/// What a backup is sent of the master's connections.
pub(super) fn sync(sight: Sight<'_>) -> Vec<Finding> {
    let receives = |daemon: &&SyncDaemon| daemon.role != SyncRole::Master;
    let findings: Vec<Finding> =
        sight.config.ipvs.sync.iter().filter(receives).map(|daemon| of_daemon(sight, daemon)).collect();
    if findings.is_empty() {
        return vec![Finding::not_applicable(SYNC, "", "the file has no [[ipvs.sync]] that receives")];
    }
    findings
}

fn of_daemon(sight: Sight<'_>, daemon: &SyncDaemon) -> Finding {
    let packet = Packet {
        protocol: UDP,
        to: daemon.group.unwrap_or(SYNC_GROUP),
        port: Some(daemon.port.unwrap_or(SYNC_PORT)),
        from: None,
        interface: Some(&daemon.interface),
    };
    let harm = "the other director's connections are unknown here, and end at a takeover";
    judge(sight, SYNC, &daemon.interface, &packet, harm)
}

/// IPVS takes packets behind the filters of what comes in.
pub(super) fn services(sight: Sight<'_>) -> Vec<Finding> {
    let keys: BTreeSet<ServiceKey> = sight.config.services.iter().map(|service| service.key).collect();
    let judged: Vec<Finding> = keys.into_iter().filter_map(|key| of_service(sight, key)).collect();
    let bad = |finding: &Finding| !matches!(finding.verdict, crate::Verdict::Fine(_));
    let (bad, fine): (Vec<Finding>, Vec<Finding>) = judged.into_iter().partition(bad);
    if bad.is_empty() && fine.is_empty() {
        return vec![Finding::not_applicable(SERVICES, "", "the file has no service with an address")];
    }
    if bad.is_empty() {
        return vec![Finding::fine(
            SERVICES,
            "",
            format!("no filter keeps clients away ({} services)", fine.len()),
        )];
    }
    bad.into_iter().take(MOST).collect()
}

fn of_service(sight: Sight<'_>, key: ServiceKey) -> Option<Finding> {
    let ServiceKey::Address { protocol, address, port } = key else { return None };
    let interface = sight.vips().find(|vip| vip.address == address).map(|vip| vip.interface);
    let protocol = match protocol {
        Protocol::Tcp => TCP,
        Protocol::Udp => UDP,
        Protocol::Sctp => SCTP,
    };
    // port 0 stands for all of them
    let port = Some(port).filter(|port| *port != 0);
    let packet = Packet { protocol, to: address, port, from: None, interface };
    Some(judge(sight, SERVICES, &key.to_string(), &packet, "its clients are kept away"))
}

fn judge(sight: Sight<'_>, id: &'static str, subject: &str, packet: &Packet<'_>, harm: &str) -> Finding {
    match sight.filters.passage(packet) {
        Passage::Passes => Finding::fine(id, subject, "no filter is in the way"),
        Passage::Depends(rule) => {
            Finding::fine(id, subject, format!("let in where this rule matches: {rule}"))
        }
        Passage::Dropped(stop) => {
            let cure = opening(&stop, wanted(packet));
            Finding::wrong(id, subject, format!("{harm}: dropped by {stop}"), cure)
        }
        Passage::Unseen(unseen) => Finding::unknown(id, subject, &unseen),
    }
}

fn wanted<'a>(packet: &Packet<'_>) -> Wanted<'a> {
    let name = match packet.protocol {
        UDP => "udp",
        SCTP => "sctp",
        VRRP => "vrrp",
        _ => "tcp",
    };
    match packet.port {
        Some(port) => Wanted::Port(name, port, packet.to),
        None => Wanted::Protocol(name, packet.to),
    }
}
