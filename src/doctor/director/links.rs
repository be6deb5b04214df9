//! Interfaces.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use ipvs::{Forward, TunnelKind};

use super::Sight;
use crate::{Finding, Link, Seen};

pub(super) const LRO: &str = "lro";
pub(super) const MULTICAST: &str = "multicast";
pub(super) const MTU: &str = "mtu";

/// Bytes of a packet that every Ethernet takes, and the Internet with it.
const ETHERNET: u32 = 1500;

/// Packets that the driver has joined are longer than what the next interface takes.
pub(super) fn lro(sight: Sight<'_>) -> Vec<Finding> {
    let names = sight.vips().map(|vip| vip.interface).collect();
    each(sight, LRO, "the file gives this director no address", names, |link| match &link.lro {
        Seen::Known(false) => Finding::fine(LRO, &link.name, "is off"),
        Seen::Known(true) => Finding::wrong(
            LRO,
            &link.name,
            "large receive offload is on: joined packets are too long to be sent on",
            [format!("ethtool -K {} lro off", link.name)],
        ),
        Seen::Unseen(unseen) => Finding::unknown(LRO, &link.name, unseen),
    })
}

/// Adverts and synchronisation go to groups.
pub(super) fn multicast(sight: Sight<'_>) -> Vec<Finding> {
    let routers = sight.config.vrrp.routers.iter().filter(|router| router.peers.is_empty());
    let routers = routers.map(|router| router.interface.as_str());
    let names =
        routers.chain(sight.config.ipvs.sync.iter().map(|daemon| daemon.interface.as_str())).collect();
    each(sight, MULTICAST, "nothing is sent to a group", names, |link| {
        if link.multicast {
            Finding::fine(MULTICAST, &link.name, "is on")
        } else {
            let cure = [format!("ip link set {} multicast on", link.name)];
            Finding::wrong(MULTICAST, &link.name, "is off: adverts and synchronisation do not get out", cure)
        }
    })
}

/// What comes in must fit where it goes out.
pub(super) fn mtu(sight: Sight<'_>) -> Vec<Finding> {
    let links = match sight.host.links.as_result() {
        Ok(links) => links,
        Err(unseen) => return vec![Finding::unknown(MTU, "", unseen)],
    };
    let by_name = |name: &str| links.iter().find(|link| link.name == name && !link.loopback);
    let outer: BTreeSet<&str> = sight.vips().map(|vip| vip.interface).collect();
    let Some(widest) = outer.iter().copied().filter_map(by_name).max_by_key(|link| link.mtu) else {
        return vec![Finding::not_applicable(MTU, "", "the file gives this director no address")];
    };
    let ways: BTreeSet<(&str, u32)> = sight
        .config
        .services
        .iter()
        .flat_map(|service| &service.reals)
        .filter_map(|real| {
            let way = sight.towards(real.key.address)?;
            Some((way.interface.as_str(), overhead(real.destination.forward, real.key.address.is_ipv6())))
        })
        .collect();
    let narrow = ways.into_iter().filter_map(|(name, more)| by_name(name).map(|link| (link, more)));
    let narrow: Vec<Finding> = narrow
        .map(|(link, more)| (link, longest(widest, more, outer.contains(link.name.as_str())), more))
        .filter(|(link, longest, more)| link.mtu < longest.saturating_add(*more))
        .map(|(link, longest, more)| too_narrow((widest, longest), link, more))
        .collect();
    if narrow.is_empty() {
        return vec![Finding::fine(
            MTU,
            "",
            format!("what comes in by {} ({} bytes) fits where it goes", widest.name, widest.mtu),
        )];
    }
    narrow
}

/// Bytes of the longest packet of clients that has to leave. Where tunnels leave by an interface of clients, its own MTU says
/// nothing of them: it has to be above theirs. Then what the Internet sends counts.
fn longest(widest: &Link, more: u32, is_clients: bool) -> u32 {
    if more > 0 && is_clients { widest.mtu.min(ETHERNET) } else { widest.mtu }
}

fn too_narrow((outer, longest): (&Link, u32), inner: &Link, more: u32) -> Finding {
    let tunnel = if more == 0 { String::new() } else { format!(" with {more} bytes of a tunnel") };
    let what = format!(
        "clients' packets of up to {} bytes come in by {}, and have to leave by {} with {}{tunnel}: long ones are refused",
        longest, outer.name, inner.name, inner.mtu
    );
    let cure = format!(
        "ip link set {} mtu {}  # and on the switch and the real servers",
        inner.name,
        longest.saturating_add(more)
    );
    Finding::wrong(MTU, &inner.name, what, [cure])
}

/// Bytes that the method adds at least.
const fn overhead(forward: Forward, v6: bool) -> u32 {
    let outer = if v6 { 40 } else { 20 };
    match forward {
        Forward::Tunnel(tunnel) => match tunnel.kind {
            TunnelKind::Ipip => outer,
            TunnelKind::Gue => outer + 12,
            TunnelKind::Gre => outer + 4,
        },
        Forward::Nat | Forward::Local | Forward::Direct | Forward::Bypass => 0,
    }
}

fn each(
    sight: Sight<'_>,
    id: &'static str,
    nothing: &str,
    names: BTreeSet<&str>,
    judge: impl Fn(&Link) -> Finding,
) -> Vec<Finding> {
    let links = match sight.host.links.as_result() {
        Ok(links) => links,
        Err(unseen) => return vec![Finding::unknown(id, "", unseen)],
    };
    if names.is_empty() {
        return vec![Finding::not_applicable(id, "", nothing)];
    }
    let judge = |name: &str| match links.iter().find(|link| link.name == name) {
        Some(link) => judge(link),
        None => Finding::not_applicable(id, name, "there is no such interface"),
    };
    names.into_iter().map(judge).collect()
}
