//! What the file does not show, taken from what is desired.

use alloc::collections::BTreeMap;
use core::num::NonZeroU32;

use super::{Seen, SeenDestination, SeenForward, SeenKey, SeenPersistence, SeenService};
use crate::{
    Destination, Family, Forward, Persistence, SchedulerFlags, Service, ServiceKey, ServiceSettings, Table,
    Tunnel,
};

/// Values of the kernel's `HZ` that distributions build with, the likeliest first.
const HZ: [u32; 4] = [250, 1000, 100, 300];

/// The table that `seen` shows. What it cannot show is as `desired` has it, or plain where nobody desires
/// anything.
pub fn fill_unseen(seen: Seen, desired: &Table) -> Table {
    let hz = likely_hz(&seen, desired);
    let mut table = Table::new();
    for service in seen.services {
        let key = full_key(&service, desired, &table);
        let wanted = desired.get(&key);
        let destinations = service.destinations.iter().map(|seen| (seen.key, destination(seen, wanted)));
        let destinations = destinations.collect::<BTreeMap<_, _>>();
        table.insert(key, Service { settings: settings(&service, key, wanted, hz), destinations });
    }
    table
}

/// The `HZ` under which most persistence timeouts are what is desired.
fn likely_hz(seen: &Seen, desired: &Table) -> u32 {
    let agrees = |service: &SeenService, hz: u32| {
        let (SeenKey::Address(key), Some(seen)) = (service.key, service.persistence) else { return false };
        let wanted = desired.get(&key).and_then(|wanted| wanted.settings.persistence.as_ref());
        wanted.and_then(|wanted| wanted.timeout_s.get().checked_mul(hz)) == Some(seen.timeout_jiffies)
    };
    let votes = |hz: u32| seen.services.iter().filter(|service| agrees(service, hz)).count();
    // of equal ones the first: max_by_key would take the last
    HZ.into_iter().rev().max_by_key(|hz| votes(*hz)).unwrap_or(1000)
}

/// A mark's family is that of its destinations, or the one desired, or the one that is not taken yet.
fn full_key(service: &SeenService, desired: &Table, table: &Table) -> ServiceKey {
    let mark = match service.key {
        SeenKey::Address(key) => return key,
        SeenKey::Fwmark(mark) => mark,
    };
    let of = |family| ServiceKey::Fwmark { family, mark };
    let (v4, v6) = (of(Family::V4), of(Family::V6));
    let shown = service.destinations.first().map(|first| of(Family::of(&first.key.address)));
    let desired_v6_only = desired.contains_key(&v6) && !desired.contains_key(&v4);
    match shown {
        Some(key) if !desired_v6_only && !table.contains_key(&key) => key,
        _ if desired_v6_only || table.contains_key(&v4) => v6,
        _ => v4,
    }
}

fn settings(service: &SeenService, key: ServiceKey, wanted: Option<&Service>, hz: u32) -> ServiceSettings {
    let wanted = wanted.map(|wanted| &wanted.settings);
    let ops_shown = matches!(key, ServiceKey::Fwmark { .. }) || key.family() == Family::V4;
    ServiceSettings {
        scheduler: service.scheduler.clone(),
        flags: match wanted {
            Some(wanted) if wanted.scheduler == service.scheduler => wanted.flags,
            _ => SchedulerFlags::default(),
        },
        one_packet: if ops_shown {
            service.one_packet
        } else {
            wanted.is_some_and(|wanted| wanted.one_packet)
        },
        persistence: service.persistence.map(|seen| {
            let wanted = wanted.and_then(|wanted| wanted.persistence.as_ref());
            persistence(seen, key.family(), wanted, hz)
        }),
    }
}

fn persistence(seen: SeenPersistence, family: Family, wanted: Option<&Persistence>, hz: u32) -> Persistence {
    let timeout_s = seen.timeout_jiffies.checked_div(hz).and_then(NonZeroU32::new);
    // printed as if it were a mask: ntohl() of a number in host order
    let bits = match family {
        Family::V4 => seen.netmask.leading_ones(),
        Family::V6 => u32::from_be_bytes(seen.netmask.to_ne_bytes()),
    };
    Persistence {
        timeout_s: timeout_s.unwrap_or(NonZeroU32::MIN),
        granularity: u8::try_from(bits).unwrap_or(u8::MAX).min(family.bits()),
        engine: wanted.and_then(|wanted| wanted.engine.clone()),
    }
}

fn destination(seen: &SeenDestination, wanted: Option<&Service>) -> Destination {
    let wanted = wanted.and_then(|wanted| wanted.destinations.get(&seen.key));
    let tunnel = match wanted.map(|wanted| wanted.forward) {
        Some(Forward::Tunnel(tunnel)) => tunnel,
        _ => Tunnel::default(),
    };
    Destination {
        forward: match seen.forward {
            SeenForward::Nat => Forward::Nat,
            SeenForward::Local => Forward::Local,
            SeenForward::Tunnel => Forward::Tunnel(tunnel),
            SeenForward::Direct => Forward::Direct,
            SeenForward::Bypass => Forward::Bypass,
        },
        weight: seen.weight,
        upper_threshold: wanted.map_or(0, |wanted| wanted.upper_threshold),
        lower_threshold: wanted.map_or(0, |wanted| wanted.lower_threshold),
    }
}
