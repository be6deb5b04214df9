//! How a service schedules: scheduler, flags, persistence.

use core::num::NonZeroU32;
use core::ops::RangeInclusive;
use core::time::Duration;

use ipvs::{Family, Persistence, Protocol, Scheduler, SchedulerFlags, ServiceKey, ServiceSettings};

use crate::read::{Report, Table, word};
use crate::text::{Entry, Kind};

/// `wlc`, as `ipvsadm` has it.
pub(super) const SCHEDULER: &str = "wlc";
/// ipvsadm's limits.
const PERSISTENCE: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(31 * 86_400);

pub(super) fn read(
    table: Table<'_>,
    key: Option<ServiceKey>,
    protocol: Option<Protocol>,
    report: &mut Report<'_>,
) -> Option<ServiceSettings> {
    let scheduler = scheduler(table, report);
    let flags = match table.get("scheduler_flags") {
        Some(entry) => flags(entry, scheduler.as_ref().map_or("", Scheduler::name), report),
        None => Some(SchedulerFlags::default()),
    };
    let one_packet = match table.get("one_packet") {
        Some(entry) => one_packet(entry, protocol, report),
        None => Some(false),
    };
    let persistence = persistence(table, key.map(|key| key.family()), protocol, report);
    Some(ServiceSettings {
        scheduler: scheduler?,
        flags: flags?,
        one_packet: one_packet?,
        persistence: persistence.ok()?,
    })
}

fn scheduler(table: Table<'_>, report: &mut Report<'_>) -> Option<Scheduler> {
    let name = match table.get("scheduler") {
        Some(entry) => word(entry, &Scheduler::KNOWN, report)?,
        None => SCHEDULER,
    };
    Scheduler::new(name).ok()
}

/// The flags' bits: `ip_vs_sh.c`, `ip_vs_mh.c` read 1 as fallback, 2 as port.
fn flags(entry: Entry<'_>, scheduler: &str, report: &mut Report<'_>) -> Option<SchedulerFlags> {
    let names = ["sh-port", "sh-fallback", "mh-port", "mh-fallback", "flag-1", "flag-2", "flag-3"];
    let mut flags = SchedulerFlags::default();
    for one in entry.list("scheduler_flags = [\"sh-port\"]", report)? {
        let Some(name) = word(one, &names, report) else { continue };
        let owner = name.split_once('-').map_or("", |(owner, _)| owner);
        if owner != "flag" && owner != scheduler && !scheduler.is_empty() {
            report
                .error(
                    one.place(),
                    format_args!("\"{name}\" is a flag of the scheduler {owner}, not of {scheduler}"),
                )
                .help(format_args!("leave it away, or write `scheduler = \"{owner}\"`"));
        }
        match name {
            "sh-fallback" | "mh-fallback" | "flag-1" => flags.flag1 = true,
            "sh-port" | "mh-port" | "flag-2" => flags.flag2 = true,
            _ => flags.flag3 = true,
        }
    }
    Some(flags)
}

fn one_packet(entry: Entry<'_>, protocol: Option<Protocol>, report: &mut Report<'_>) -> Option<bool> {
    let wanted = entry.boolean(report)?;
    if let Some(protocol @ (Protocol::Tcp | Protocol::Sctp)) = protocol.filter(|_| wanted) {
        report
            .error(
                entry.place(),
                format_args!("`one_packet` schedules single UDP datagrams, this service is {protocol}"),
            )
            .help("leave it away, or write `protocol = \"udp\"`");
    }
    Some(wanted)
}

/// Something is wrong, and reported.
struct Refused;

fn persistence(
    table: Table<'_>,
    family: Option<Family>,
    protocol: Option<Protocol>,
    report: &mut Report<'_>,
) -> Result<Option<Persistence>, Refused> {
    let Some(entry) = table.get("persistence") else {
        for key in ["persistence_granularity", "persistence_engine"] {
            if let Some(alone) = table.get(key) {
                report
                    .error(alone.key_place(), format_args!("`{key}` without `persistence`"))
                    .help("add `persistence = \"5m\"`");
            }
        }
        return Ok(None);
    };
    let timeout_s = entry.seconds(PERSISTENCE, report).and_then(NonZeroU32::new);
    let granularity = granularity(table, family, report);
    let engine = match table.get("persistence_engine") {
        Some(entry) => Some(engine(entry, protocol, report).ok_or(Refused)?),
        None => None,
    };
    Ok(Some(Persistence {
        timeout_s: timeout_s.ok_or(Refused)?,
        granularity: granularity.ok_or(Refused)?,
        engine: engine.map(alloc::string::String::from),
    }))
}

fn engine<'d>(entry: Entry<'d>, protocol: Option<Protocol>, report: &mut Report<'_>) -> Option<&'d str> {
    let engine = word(entry, &["sip"], report)?;
    if let Some(protocol @ (Protocol::Tcp | Protocol::Sctp)) = protocol {
        report
            .error(entry.place(), format_args!("the engine sip reads UDP, this service is {protocol}"))
            .help("leave it away, or write `protocol = \"udp\"`");
    }
    Some(engine)
}

fn granularity(table: Table<'_>, family: Option<Family>, report: &mut Report<'_>) -> Option<u8> {
    let bits = family.map_or(128, Family::bits);
    let Some(entry) = table.get("persistence_granularity") else { return Some(bits) };
    let Kind::String(mask) = entry.kind() else { return entry.number(1..=u32::from(bits), report) };
    let mask_bits = mask.parse::<core::net::Ipv4Addr>().ok().map(core::net::Ipv4Addr::to_bits);
    let contiguous = mask_bits.filter(|mask| *mask != 0 && mask.leading_ones() + mask.trailing_zeros() == 32);
    if let Some(mask) = contiguous.filter(|_| family != Some(Family::V6)) {
        return u8::try_from(mask.leading_ones()).ok();
    }
    let draft =
        report.error(entry.place(), format_args!("\"{}\" is no netmask here", crate::read::shown(mask)));
    match (family, mask.parse::<u8>()) {
        (_, Ok(number)) => draft.help(format_args!("write {number} without quotes")),
        (Some(Family::V6), Err(_)) => draft.help("write how many leading bits count: a number from 1 to 128"),
        (Some(Family::V4) | None, Err(_)) => {
            draft.help("write how many leading bits count, as 24 or \"255.255.255.0\"")
        }
    };
    None
}
