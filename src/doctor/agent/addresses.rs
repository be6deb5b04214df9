//! Where the VIPs are.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use host::Vip;

use super::{Sight, neighbours};
use crate::{Finding, Link};

pub(super) const VIP: &str = "vip";
pub(super) const IPV6: &str = "vip-ipv6";
const NO_IPV6: &str = "net/ipv6/conf/lo/disable_ipv6";

/// Each is on its device with /32 or /128, and nowhere else.
pub(super) fn vips(sight: Sight<'_>) -> Vec<Finding> {
    if let Err(unseen) = sight.host.links.as_result() {
        return vec![Finding::unknown(VIP, "", unseen)];
    }
    sight.vips().map(|vip| placed(sight, vip)).collect()
}

fn placed(sight: Sight<'_>, vip: &Vip) -> Finding {
    let subject = vip.address.to_string();
    let whole = whole(vip);
    let held: Vec<_> = sight.host.holders(vip.address).collect();
    let is_right = |link: &str, prefix: u8| link == vip.device && prefix == whole;
    let misplaced: Vec<_> = held.iter().filter(|(link, held)| !is_right(&link.name, held.prefix)).collect();
    if !misplaced.is_empty() {
        let places: Vec<_> =
            misplaced.iter().map(|(link, held)| format!("{} with /{}", link.name, held.prefix)).collect();
        let what = format!(
            "is on {}: on another interface it is answered for there, with a longer subnet the whole of that is local",
            places.join(", ")
        );
        let mut cure: Vec<_> =
            misplaced.iter().map(|(link, held)| removal(sight, vip, link, held.prefix)).collect();
        // the agent does not begin while another interface has it
        if held.len() == misplaced.len() && !cure.iter().any(|line| line.starts_with('#')) {
            cure.push(sight.prepare());
        }
        return Finding::wrong(VIP, subject, what, cure);
    }
    match (held.is_empty(), sight.is_draining(vip.address)) {
        (_, true) => Finding::fine(VIP, subject, "drains, as it was told to: `undrain` ends it"),
        (false, false) => Finding::fine(VIP, subject, format!("on {} with /{whole}", vip.device)),
        (true, false) => {
            let what = format!("is not on {}: what directors send here is lost", vip.device);
            Finding::wrong(VIP, subject, what, [sight.prepare()])
        }
    }
}

/// Of an address that a director may hold now only what to decide first: all clients may come by it.
fn removal(sight: Sight<'_>, vip: &Vip, link: &Link, prefix: u8) -> String {
    let removal = format!("ip address del {}/{prefix} dev {}", vip.address, link.name);
    match neighbours::holder(sight, vip.address).filter(|_| link.name != vip.device) {
        Some(name) => {
            format!("# {name}, which runs here, may hold it; if this host is to be no director: {removal}")
        }
        None => removal,
    }
}

/// An IPv6 one is never a source address, and loopback has IPv6 at all.
pub(super) fn ipv6(sight: Sight<'_>) -> Vec<Finding> {
    let vips: Vec<&Vip> = sight.vips().filter(|vip| vip.address.is_ipv6()).collect();
    if vips.is_empty() {
        return vec![Finding::not_applicable(IPV6, "", "no VIP is IPv6")];
    }
    let sysctls = &sight.host.sysctls;
    match sysctls.number(NO_IPV6) {
        Some(1) => {
            let cure = ["sysctl -w net.ipv6.conf.lo.disable_ipv6=0"];
            return vec![Finding::wrong(IPV6, "lo", "has no IPv6: disable_ipv6 is 1", cure)];
        }
        None if !sysctls.is_absent(NO_IPV6) => {
            return vec![Finding::unknown(IPV6, "lo", &sysctls.unseen(NO_IPV6))];
        }
        Some(_) | None => {}
    }
    vips.into_iter().map(|vip| source(sight, vip)).collect()
}

fn source(sight: Sight<'_>, vip: &Vip) -> Finding {
    let subject = vip.address.to_string();
    let held = sight.host.holders(vip.address).find(|(link, _)| link.name == vip.device);
    match held {
        Some((_, held)) if held.deprecated => {
            Finding::fine(IPV6, subject, "is never the source of a connection")
        }
        Some((link, held)) => Finding::wrong(
            IPV6,
            subject,
            "may become the source of this host's own connections, whose answers go to another server",
            [format!("ip address change {}/{} dev {} preferred_lft 0", vip.address, held.prefix, link.name)],
        ),
        None => Finding::not_applicable(IPV6, subject, format!("is not on {}", vip.device)),
    }
}

fn whole(vip: &Vip) -> u8 {
    if vip.address.is_ipv4() { 32 } else { 128 }
}
