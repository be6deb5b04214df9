//! One change of the kernel's table; printed, it is the `ipvsadm` command line that would do the same.

use core::fmt;
use core::net::Ipv4Addr;

use crate::{
    Checksum, Destination, DestinationKey, Family, Forward, Persistence, Protocol, Scheduler, SchedulerFlags,
    ServiceKey, ServiceSettings, Tunnel, TunnelKind,
};

/// One change of the kernel's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new service, still without destinations.
    AddService {
        /// which
        key: ServiceKey,
        /// how it schedules
        settings: ServiceSettings,
    },
    /// Other settings for a service; its destinations and connections stay.
    EditService {
        /// which
        key: ServiceKey,
        /// how it schedules from here on
        settings: ServiceSettings,
    },
    /// A service goes, with its destinations.
    DeleteService {
        /// which
        key: ServiceKey,
    },
    /// A new destination of a service.
    AddDestination {
        /// whose
        service: ServiceKey,
        /// which
        key: DestinationKey,
        /// its settings
        destination: Destination,
    },
    /// Other settings for a destination; its connections stay.
    EditDestination {
        /// whose
        service: ServiceKey,
        /// which
        key: DestinationKey,
        /// its settings from here on
        destination: Destination,
    },
    /// A destination goes.
    DeleteDestination {
        /// whose
        service: ServiceKey,
        /// which
        key: DestinationKey,
    },
}

impl Change {
    /// The service that is changed, or whose destination is.
    pub const fn service(&self) -> &ServiceKey {
        match self {
            Self::AddService { key, .. } | Self::EditService { key, .. } | Self::DeleteService { key } => key,
            Self::AddDestination { service, .. }
            | Self::EditDestination { service, .. }
            | Self::DeleteDestination { service, .. } => service,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AddService { key, settings } => {
                write!(f, "ipvsadm -A {}{}", Of(key), Settings(settings, key.family()))
            }
            Self::EditService { key, settings } => {
                write!(f, "ipvsadm -E {}{}", Of(key), Settings(settings, key.family()))
            }
            Self::DeleteService { key } => write!(f, "ipvsadm -D {}", Of(key)),
            Self::AddDestination { service, key, destination } => {
                write!(f, "ipvsadm -a {} -r {key}{}", Of(service), Options(destination))
            }
            Self::EditDestination { service, key, destination } => {
                write!(f, "ipvsadm -e {} -r {key}{}", Of(service), Options(destination))
            }
            Self::DeleteDestination { service, key } => write!(f, "ipvsadm -d {} -r {key}", Of(service)),
        }
    }
}

/// `-t 192.168.100.240:80`, `-f 7 -6`.
struct Of<'a>(&'a ServiceKey);

impl fmt::Display for Of<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ServiceKey::Address { protocol, address, port } => {
                let option = match protocol {
                    Protocol::Tcp => "-t",
                    Protocol::Udp => "-u",
                    Protocol::Sctp => "--sctp-service",
                };
                write!(f, "{option} {}", DestinationKey { address: *address, port: *port })
            }
            ServiceKey::Fwmark { family: Family::V4, mark } => write!(f, "-f {mark}"),
            ServiceKey::Fwmark { family: Family::V6, mark } => write!(f, "-f {mark} -6"),
        }
    }
}

/// ` -s rr -p 20 -M 255.255.255.0 --pe sip -o -b sh-port`.
struct Settings<'a>(&'a ServiceSettings, Family);

impl fmt::Display for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(ServiceSettings { scheduler, flags, one_packet, persistence }, family) = self;
        write!(f, " -s {}", scheduler.name())?;
        if let Some(persistence) = persistence {
            write_persistence(f, persistence, *family)?;
        }
        if *one_packet {
            f.write_str(" -o")?;
        }
        write_flags(f, scheduler, *flags)
    }
}

fn write_persistence(f: &mut fmt::Formatter<'_>, persistence: &Persistence, family: Family) -> fmt::Result {
    write!(f, " -p {}", persistence.timeout_s)?;
    if persistence.granularity < family.bits() {
        match family {
            Family::V4 => write!(f, " -M {}", mask(persistence.granularity))?,
            Family::V6 => write!(f, " -M {}", persistence.granularity)?,
        }
    }
    match &persistence.engine {
        Some(engine) => write!(f, " --pe {engine}"),
        None => Ok(()),
    }
}

/// The IPv4 mask of that many leading bits.
pub(crate) fn mask(bits: u8) -> Ipv4Addr {
    let host_bits = 32_u32.saturating_sub(u32::from(bits));
    Ipv4Addr::from_bits(u32::MAX.checked_shl(host_bits).unwrap_or(0))
}

fn write_flags(f: &mut fmt::Formatter<'_>, scheduler: &Scheduler, flags: SchedulerFlags) -> fmt::Result {
    let names = match scheduler.name() {
        "sh" => ["sh-fallback", "sh-port", "flag-3"],
        "mh" => ["mh-fallback", "mh-port", "flag-3"],
        _ => ["flag-1", "flag-2", "flag-3"],
    };
    let set = [flags.flag1, flags.flag2, flags.flag3];
    let mut separator = " -b ";
    for (name, _) in names.into_iter().zip(set).filter(|(_, set)| *set) {
        write!(f, "{separator}{name}")?;
        separator = ",";
    }
    Ok(())
}

/// ` -g -w 1`, ` -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum -x 100 -y 80`: in the order of `ipvsadm -S`,
/// which leaves the thresholds out.
struct Options<'a>(&'a Destination);

impl fmt::Display for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Destination { forward, weight, upper_threshold, lower_threshold } = self.0;
        let method = match forward {
            Forward::Nat => "-m",
            Forward::Tunnel(_) => "-i",
            // ipvsadm has no word for the two that the kernel makes by itself: -g is its default
            Forward::Direct | Forward::Local | Forward::Bypass => "-g",
        };
        write!(f, " {method} -w {}", weight.get())?;
        if let Forward::Tunnel(tunnel) = forward {
            write_tunnel(f, *tunnel)?;
        }
        if *upper_threshold != 0 {
            write!(f, " -x {upper_threshold}")?;
        }
        if *lower_threshold != 0 {
            write!(f, " -y {lower_threshold}")?;
        }
        Ok(())
    }
}

fn write_tunnel(f: &mut fmt::Formatter<'_>, tunnel: Tunnel) -> fmt::Result {
    match tunnel.kind {
        TunnelKind::Ipip => return f.write_str(" --tun-type ipip"),
        TunnelKind::Gue => write!(f, " --tun-type gue --tun-port {}", tunnel.port)?,
        TunnelKind::Gre => f.write_str(" --tun-type gre")?,
    }
    f.write_str(match tunnel.checksum {
        Checksum::None => " --tun-nocsum",
        Checksum::Full => " --tun-csum",
        Checksum::Remote => " --tun-remcsum",
    })
}
