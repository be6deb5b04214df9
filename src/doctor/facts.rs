//! What was seen of a host.

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::Sysctls;

/// Something that was looked at, or why it could not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen<T> {
    /// what was there
    Known(T),
    /// it could not be looked at
    Unseen(Unseen),
}

/// Why something could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// why not: "nft list ruleset: not permitted"
    pub why: String,
    /// how to have it looked at: "run this as root"
    pub how: String,
}

/// What was seen of a host, in the network namespace of whoever looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// the kernel's version
    pub release: Seen<Release>,
    /// `/proc/sys`, as far as any rule asks
    pub sysctls: Sysctls,
    /// interfaces and their addresses
    pub links: Seen<Vec<Link>>,
    /// unicast routes of the main tables
    pub routes: Seen<Vec<Route>>,
    /// sockets that take connections or datagrams from anyone
    pub listeners: Seen<Vec<Listening>>,
    /// processes of this network namespace
    pub processes: Seen<Vec<Process>>,
    /// kernel modules
    pub modules: Modules,
    /// packet filters as their tools print them
    pub firewall: FirewallText,
    /// systemd's units, as far as any rule asks, by name; only those that there are
    pub units: Seen<BTreeMap<String, Unit>>,
    /// configuration files of the operating system
    pub files: Vec<File>,
    /// what starts at boot whether or not systemd runs now: "keepalived.service", and "realserver" of `/etc/rc3.d/S99realserver`
    pub starts_at_boot: BTreeSet<String>,
    /// why that may not be all; none: it is
    pub boot_unseen: Option<Unseen>,
    /// whether the kernel's clock is kept by something
    pub clock_synchronised: Seen<bool>,
    /// security modules
    pub confinement: Confinement,
}

/// A kernel's version: the first two numbers, and the whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// 6 of 6.1.0-18-amd64
    pub major: u32,
    /// 1 of 6.1.0-18-amd64
    pub minor: u32,
    /// as `uname -r` prints it
    pub text: String,
}

/// An interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// its name
    pub name: String,
    /// its number, from 1
    pub index: u32,
    /// IFF_LOOPBACK
    pub loopback: bool,
    /// IFF_NOARP
    pub noarp: bool,
    /// IFF_UP
    pub up: bool,
    /// IFF_MULTICAST
    pub multicast: bool,
    /// "dummy", "bridge", "veth" …: `IFLA_INFO_KIND`; none: hardware
    pub kind: Option<String>,
    /// the bridge or bond that it is a port of
    pub master: Option<u32>,
    /// bytes
    pub mtu: u32,
    /// the hardware address, if it has one
    pub mac: Option<[u8; 6]>,
    /// whether the driver joins packets of one stream before the kernel sees them (large receive offload)
    pub lro: Seen<bool>,
    /// its addresses
    pub addresses: Vec<Address>,
}

/// An address of an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// the address
    pub address: IpAddr,
    /// the length of its subnet's prefix
    pub prefix: u8,
    /// `IFA_LABEL`, IPv4 only
    pub label: Option<String>,
    /// never the source of new connections: preferred lifetime 0
    pub deprecated: bool,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// the subnet and its prefix's length
    pub to: (IpAddr, u8),
    /// the gateway; none: on the link
    pub via: Option<IpAddr>,
    /// the interface
    pub interface: Option<String>,
    /// the metric, smaller first
    pub metric: u32,
}

/// A socket that takes connections or datagrams from anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listening {
    /// of which protocol
    pub transport: Transport,
    /// where
    pub address: SocketAddr,
    /// an IPv6 one that takes no IPv4; none: not told
    pub v6only: Option<bool>,
    /// bound to an interface, by its number, 0: to none; none: not told
    pub interface: Option<u32>,
}

/// TCP or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// TCP
    Tcp,
    /// UDP
    Udp,
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// its number
    pub pid: u32,
    /// `/proc/PID/comm`, 15 bytes at most
    pub name: String,
    /// its command line, shortened; empty for threads of the kernel
    pub command: Vec<String>,
}

/// Kernel modules, `-` written as `_`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Modules {
    /// those loaded or built in
    pub loaded: Seen<BTreeSet<String>>,
    /// those that `modprobe` could load
    pub available: Seen<BTreeSet<String>>,
}

/// Packet filters as their tools print them; empty where there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirewallText {
    /// `nft list ruleset`
    pub nft: Seen<String>,
    /// `iptables-legacy-save`: of the other kind the rules stand in `nft`
    pub iptables: Seen<String>,
    /// `ip6tables-legacy-save`
    pub ip6tables: Seen<String>,
    /// `arptables-legacy-save`
    pub arptables: Seen<String>,
}

/// A systemd unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// `ActiveState`: "active", "activating", "reloading" …
    pub active: String,
    /// `UnitFileState`: "enabled", "disabled", "static", "masked" …
    pub enabled: String,
    /// `TimeoutStopUSec` in seconds; none: infinity, or not said
    pub stop_timeout_s: Option<u64>,
    /// `LimitNOFILE`; none: infinity, or not said
    pub open_files: Option<u64>,
}

/// A configuration file of the operating system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// its full path
    pub path: String,
    /// its text, or why it cannot be read
    pub text: Seen<String>,
    /// anyone may execute it
    pub executable: bool,
}

/// Security modules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confinement {
    /// SELinux: true enforcing, false permissive; none: not there
    pub selinux: Option<bool>,
    /// AppArmor's profile of a process of ours or of whoever looks, e.g. "unconfined"; none: not there
    pub apparmor: Option<String>,
}

impl<T> Seen<T> {
    /// It could not be looked at.
    pub fn unseen(why: impl Into<String>, how: impl Into<String>) -> Self {
        Self::Unseen(Unseen { why: why.into(), how: how.into() })
    }

    /// What was there.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unseen(_) => None,
        }
    }

    /// What was there, or why that is not known.
    pub fn as_result(&self) -> Result<&T, &Unseen> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Unseen(unseen) => Err(unseen),
        }
    }
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self::unseen("not looked at", "")
    }
}

impl Release {
    /// Reads what `uname -r` prints.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.trim().split(|sign: char| !sign.is_ascii_digit());
        let major = numbers.next()?.parse().ok()?;
        let minor = numbers.next()?.parse().ok()?;
        Some(Self { major, minor, text: text.trim().to_owned() })
    }

    /// Whether it is this version or a later one.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        (self.major, self.minor) >= (major, minor)
    }
}

impl Process {
    fn is(&self, program: &str) -> bool {
        let cut = program.get(..15).unwrap_or(program);
        // a script may have written what it does behind its name: "ldirectord tcp:"
        self.name.split(' ').next() == Some(cut) || self.script() == Some(program)
    }

    /// What an interpreter runs; none: it is none.
    fn script(&self) -> Option<&str> {
        let (interpreter, arguments) = self.command.split_first()?;
        let interpreter = last_part(interpreter);
        // no shell: what has the program's name and is run by one is its init script
        let is_one =
            self.name == interpreter && ["perl", "python"].iter().any(|known| interpreter.starts_with(known));
        let script = arguments.iter().find(|word| !word.starts_with('-')).filter(|_| is_one)?;
        Some(last_part(script))
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Unit {
    /// Whether it runs, or is about to.
    pub fn runs(&self) -> bool {
        matches!(self.active.as_str(), "active" | "activating" | "reloading")
    }

    /// Whether it starts at boot.
    pub fn starts_at_boot(&self) -> bool {
        matches!(self.enabled.as_str(), "enabled" | "enabled-runtime" | "generated")
    }
}

impl Facts {
    /// Which interface holds an address, and with what.
    pub fn holders(&self, address: IpAddr) -> impl Iterator<Item = (&Link, &Address)> {
        let links = self.links.known().into_iter().flatten();
        links
            .flat_map(|link| link.addresses.iter().map(move |held| (link, held)))
            .filter(move |(_, held)| held.address == address)
    }

    /// The processes of this name (`comm`, the first 15 bytes).
    pub fn processes_named(&self, name: &str) -> impl Iterator<Item = &Process> {
        let cut = name.get(..15).unwrap_or(name).to_owned();
        self.processes.known().into_iter().flatten().filter(move |process| process.name == cut)
    }

    /// Processes that are this program: by what the kernel calls them, or, where that is the interpreter of a script, by the
    /// script. What else stands on a command line says nothing: `journalctl -u keepalived` is not keepalived.
    pub fn programs_named(&self, name: &str) -> impl Iterator<Item = &Process> {
        let name = name.to_owned();
        self.processes.known().into_iter().flatten().filter(move |process| process.is(&name))
    }

    /// The route that an address takes in the main table; none where none does, or that is not known.
    pub fn route_to(&self, address: IpAddr) -> Option<&Route> {
        let routes = self.routes.known()?.iter().filter(|route| contains(route.to, address));
        routes.max_by_key(|route| (route.to.1, core::cmp::Reverse(route.metric)))
    }

    /// A unit, if there is one of this name.
    pub fn unit(&self, name: &str) -> Option<&Unit> {
        self.units.known()?.get(name)
    }
}

/// Whether a subnet holds an address.
pub(crate) fn contains((subnet, prefix): (IpAddr, u8), address: IpAddr) -> bool {
    let (subnet, address, bits) = match (subnet, address) {
        (IpAddr::V4(subnet), IpAddr::V4(address)) => {
            (u128::from(subnet.to_bits()), u128::from(address.to_bits()), 32_u32)
        }
        (IpAddr::V6(subnet), IpAddr::V6(address)) => (subnet.to_bits(), address.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
    };
    let host_bits = bits.saturating_sub(u32::from(prefix));
    // a shift by all bits is none to the compiler
    (subnet ^ address).checked_shr(host_bits).unwrap_or(0) == 0
}
