//! Text to what it says.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::num::NonZeroU32;
use core::str::SplitAsciiWhitespace;

use crate::{DestinationKey, Protocol, Scheduler, ServiceKey, Weight};

/// What the file shows, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// one per service
    pub services: Vec<SeenService>,
}

/// A service as far as the file shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenService {
    /// which
    pub key: SeenKey,
    /// which destination a new connection goes to
    pub scheduler: Scheduler,
    /// `ops`; never shown for an IPv6 service
    pub one_packet: bool,
    /// persistence
    pub persistence: Option<SeenPersistence>,
    /// its real servers
    pub destinations: Vec<SeenDestination>,
}

/// A service's key as far as the file shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenKey {
    /// address, port and protocol
    Address(ServiceKey),
    /// a mark whose family is not shown
    Fwmark(NonZeroU32),
}

/// Persistence as the file shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenPersistence {
    /// in jiffies: seconds times the kernel's `HZ`, which is not shown
    pub timeout_jiffies: u32,
    /// IPv4: the mask; IPv6: the prefix length, its bytes swapped on little-endian machines
    pub netmask: u32,
}

/// A destination as far as the file shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenDestination {
    /// which
    pub key: DestinationKey,
    /// how packets reach it
    pub forward: SeenForward,
    /// its share of new connections
    pub weight: Weight,
    /// established connections
    pub active: u32,
    /// other connections
    pub inactive: u32,
}

/// `ip_vs_fwd_name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenForward {
    /// `Masq`
    Nat,
    /// `Local`
    Local,
    /// `Tunnel`, of whatever kind
    Tunnel,
    /// `Route`
    Direct,
    /// `Bypass`
    Bypass,
}

/// A line that is not what the kernel writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of /proc/net/ip_vs: {fault}")]
pub struct ProcError {
    /// from 1
    pub line: usize,
    /// what is wrong with it
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each says what it is")]
pub enum Fault {
    #[error("the first line does not begin with 'IP Virtual Server'")]
    Heading,
    #[error("begins with none of TCP, UDP, SCTP, FWM and ->")]
    Beginning,
    #[error("no address and port in hexadecimal")]
    Address,
    #[error("no firewall mark in hexadecimal, or 0")]
    Mark,
    #[error("no scheduler")]
    Scheduler,
    #[error("no persistence timeout and mask")]
    Persistence,
    #[error("a destination before the first service")]
    NoService,
    #[error("no forwarding method")]
    Forward,
    #[error("no weight or connection count")]
    Number,
}

/// Reads the whole file, which the kernel fills with `ip_vs` loaded; without, there is no file.
pub fn parse_proc(text: &str) -> Result<Seen, ProcError> {
    let mut seen = Seen::default();
    let mut lines = text.lines().enumerate();
    match lines.next() {
        Some((_, heading)) if heading.starts_with("IP Virtual Server") => {}
        _ => return Err(ProcError { line: 1, fault: Fault::Heading }),
    }
    // two more lines of column names
    for (index, line) in lines.skip(2) {
        take_line(line, &mut seen).map_err(|fault| ProcError { line: index + 1, fault })?;
    }
    Ok(seen)
}

fn take_line(line: &str, seen: &mut Seen) -> Result<(), Fault> {
    let mut words = line.split_ascii_whitespace();
    let protocol = match words.next() {
        None => return Ok(()),
        Some("->") => {
            let service = seen.services.last_mut().ok_or(Fault::NoService)?;
            service.destinations.push(destination(words)?);
            return Ok(());
        }
        Some("FWM") => None,
        Some("TCP") => Some(Protocol::Tcp),
        Some("UDP") => Some(Protocol::Udp),
        Some("SCTP") => Some(Protocol::Sctp),
        Some(_) => return Err(Fault::Beginning),
    };
    seen.services.push(service(protocol, words)?);
    Ok(())
}

fn service(protocol: Option<Protocol>, mut words: SplitAsciiWhitespace<'_>) -> Result<SeenService, Fault> {
    let first = words.next().unwrap_or_default();
    let key = match protocol {
        Some(protocol) => {
            let DestinationKey { address, port } = socket(first)?;
            SeenKey::Address(ServiceKey::Address { protocol, address, port })
        }
        None => SeenKey::Fwmark(hex32(first).and_then(NonZeroU32::new).ok_or(Fault::Mark)?),
    };
    let scheduler = Scheduler::new(words.next().unwrap_or_default()).map_err(|_| Fault::Scheduler)?;
    let mut service =
        SeenService { key, scheduler, one_packet: false, persistence: None, destinations: Vec::new() };
    while let Some(word) = words.next() {
        match word {
            "ops" => service.one_packet = true,
            "persistent" => service.persistence = Some(persistence(&mut words)?),
            // a later kernel's
            _ => {}
        }
    }
    Ok(service)
}

fn persistence(words: &mut SplitAsciiWhitespace<'_>) -> Result<SeenPersistence, Fault> {
    let timeout = words.next().and_then(jiffies);
    let netmask = words.next().and_then(hex32);
    match (timeout, netmask) {
        (Some(timeout_jiffies), Some(netmask)) => Ok(SeenPersistence { timeout_jiffies, netmask }),
        _ => Err(Fault::Persistence),
    }
}

fn destination(mut words: SplitAsciiWhitespace<'_>) -> Result<SeenDestination, Fault> {
    let key = socket(words.next().unwrap_or_default())?;
    let forward = match words.next() {
        Some("Masq") => SeenForward::Nat,
        Some("Local") => SeenForward::Local,
        Some("Tunnel") => SeenForward::Tunnel,
        Some("Route") => SeenForward::Direct,
        Some("Bypass") => SeenForward::Bypass,
        _ => return Err(Fault::Forward),
    };
    let mut number = || words.next()?.parse::<u32>().ok();
    let (weight, active, inactive) = (number().and_then(Weight::new), number(), number());
    Ok(SeenDestination {
        key,
        forward,
        weight: weight.ok_or(Fault::Number)?,
        active: active.ok_or(Fault::Number)?,
        inactive: inactive.ok_or(Fault::Number)?,
    })
}

/// `C0A864F0:0050`, `[2001:0db8:0000:0000:0000:0000:0000:0001]:0050`.
fn socket(word: &str) -> Result<DestinationKey, Fault> {
    let (address, port) = word.rsplit_once(':').ok_or(Fault::Address)?;
    let address = match address.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').and_then(|v6| v6.parse::<Ipv6Addr>().ok()).map(IpAddr::V6),
        None => hex32(address).map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits))),
    };
    let port = u16::from_str_radix(port, 16).ok();
    match (address, port) {
        (Some(address), Some(port)) => Ok(DestinationKey { address, port }),
        _ => Err(Fault::Address),
    }
}

/// An unsigned number that is printed as a signed one.
fn jiffies(word: &str) -> Option<u32> {
    word.parse::<u32>().or_else(|_| word.parse().map(i32::cast_unsigned)).ok()
}

fn hex32(word: &str) -> Option<u32> {
    u32::from_str_radix(word, 16).ok()
}
