//! How long IPVS takes: `ipvs_speed [SERVICES [DESTINATIONS]]` fills the table of its network namespace, looks at
//! it in each way there is, empties it again, and prints milliseconds. Run it in a namespace of its own, beside
//! `ipvs_speed --rules SERVICES DESTINATIONS | (time ipvsadm --restore)`.

use std::collections::BTreeSet;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};
use std::num::ParseIntError;
use std::time::Instant;

use ipvs::{
    Destination, DestinationKey, Forward, Protocol, Scheduler, SchedulerFlags, Scope, Service, ServiceKey,
    ServiceSettings, Table, Weight, diff, proc,
};
use lvs_kernel::ipvs::{Ipvs, read_proc};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<u32> = arguments
        .iter()
        .filter(|word| *word != "--rules")
        .map(|word| word.parse())
        .collect::<Result<_, ParseIntError>>()?;
    let services = numbers.first().copied().unwrap_or(4_000);
    let desired = table(services, numbers.get(1).copied().unwrap_or(4))?;
    let install = diff(&desired, &Table::new(), &Scope::Everything);
    if arguments.iter().any(|word| word == "--rules") {
        for change in &install {
            println!("{}", change.to_string().trim_start_matches("ipvsadm "));
        }
        return Ok(());
    }

    let mut ipvs = timed("open", Ipvs::open)?;
    let applied = timed("apply, all new", || ipvs.apply(&install))?;
    println!("  {} written, {} failed", applied.written, applied.failed.len());
    for _ in 0..3 {
        let observed = timed("table", || ipvs.table())?;
        let changes = timed("diff", || diff(&desired, &observed, &Scope::Everything));
        println!("  {} changes", changes.len());
    }
    for _ in 0..3 {
        let observed = timed("table_near", || ipvs.table_near(&desired))?;
        println!("  {} changes", diff(&desired, &observed, &Scope::Everything).len());
    }
    for _ in 0..3 {
        let text = timed("read_proc", read_proc)?;
        let glance = timed("glance", || proc::glance(&text));
        println!("  {} bytes, {glance:016x}", text.len());
    }
    let text = String::from_utf8(read_proc()?)?;
    let seen = timed("parse_proc", || proc::parse_proc(&text))?;
    let seen = timed("fill_unseen", || proc::fill_unseen(seen, &desired));
    println!("  {} changes", diff(&desired, &seen, &Scope::Everything).len());
    timed("counters", || ipvs.counters())?;
    let some: BTreeSet<ServiceKey> = desired.keys().take(100).copied().collect();
    let observed = timed("services, 100 of them", || ipvs.services(&some))?;
    println!("  {} services", observed.len());
    let empty = diff(&Table::new(), &desired, &Scope::Everything);
    timed("apply, all deleted", || ipvs.apply(&empty))?;
    Ok(())
}

fn timed<T>(what: &str, act: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = act();
    println!("{what}: {:.1} ms", start.elapsed().as_secs_f64() * 1000.0);
    result
}

fn table(services: u32, destinations: u32) -> Result<Table, Box<dyn Error>> {
    let mut table = Table::new();
    for number in 0..services {
        let port = u16::try_from(1 + number % 60_000)?;
        let address = host(10, 250 + number / 60_000);
        let reals = (1..=destinations).map(|real| (DestinationKey { address: host(10, real), port }, DIRECT));
        let key = ServiceKey::Address { protocol: Protocol::Tcp, address, port };
        let settings = ServiceSettings {
            scheduler: Scheduler::new("rr")?,
            flags: SchedulerFlags::default(),
            one_packet: false,
            persistence: None,
        };
        table.insert(key, Service { settings, destinations: reals.collect() });
    }
    Ok(table)
}

const DIRECT: Destination = Destination {
    forward: Forward::Direct,
    weight: match Weight::new(1) {
        Some(one) => one,
        None => Weight::QUIESCED,
    },
    upper_threshold: 0,
    lower_threshold: 0,
};

fn host(net: u32, number: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits((net << 24) + number))
}
