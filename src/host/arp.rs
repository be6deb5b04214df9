//! The two ARP sysctls that a VIP on a real server needs, and which of their values are good
//! (`Documentation/networking/ip-sysctl.rst`, `net/ipv4/arp.c`).

use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::{HostState, Scope, Vip};

/// Which ARP sysctl.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArpSysctl {
    /// `arp_ignore`: which ARP requests are answered
    Ignore,
    /// `arp_announce`: which source address ARP requests carry
    Announce,
}

impl ArpSysctl {
    /// Both, in the order in which they are set.
    pub const ALL: [Self; 2] = [Self::Ignore, Self::Announce];

    /// The file's name under `/proc/sys/net/ipv4/conf/IF/`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ignore => "arp_ignore",
            Self::Announce => "arp_announce",
        }
    }

    /// The value the agent writes where the one found is not good.
    pub const fn wanted(self) -> i32 {
        match self {
            Self::Ignore => 1,
            Self::Announce => 2,
        }
    }

    /// Whether an *effective* value keeps a VIP of this scope silent. `arp_ignore` 3 is silent about scope host only,
    /// 4 to 7 are reserved and mean 0 to the kernel.
    pub const fn is_good(self, value: i32, scope: Scope) -> bool {
        match self {
            Self::Ignore => matches!(value, 1 | 2 | 8) || (value == 3 && matches!(scope, Scope::Host)),
            Self::Announce => value == 2,
        }
    }

    /// The good values in words.
    pub(crate) const fn good_values(self, scope: Scope) -> &'static str {
        match (self, scope) {
            (Self::Ignore, Scope::Host) => "1, 2, 3 or 8",
            (Self::Ignore, Scope::Link | Scope::Global) => "1, 2 or 8",
            (Self::Announce, _) => "2",
        }
    }

    /// What goes wrong otherwise.
    pub(crate) const fn consequence(self) -> &'static str {
        match self {
            Self::Ignore => "ARP requests for the VIP are answered there",
            Self::Announce => "the VIP may be announced there",
        }
    }
}

/// One sysctl under `net.ipv4.conf`. Prints as `sysctl(8)` takes it: a dot in an interface's name becomes a slash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sysctl {
    /// interface name, or `all`
    pub interface: String,
    /// which
    pub name: ArpSysctl,
}

impl Sysctl {
    /// Names one.
    pub fn new(interface: &str, name: ArpSysctl) -> Self {
        Self { interface: interface.into(), name }
    }

    /// The path under `/proc/sys`: `net/ipv4/conf/all/arp_ignore`.
    pub fn path(&self) -> String {
        format!("net/ipv4/conf/{}/{}", self.interface, self.name.name())
    }
}

impl fmt::Display for Sysctl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "net.ipv4.conf.{}.{}", self.interface.replace('.', "/"), self.name.name())
    }
}

/// The interfaces whose own values the agent keeps good. `all` is what works (the effective value is the maximum of
/// `all` and the receiving interface); `lo` is set by convention.
pub(crate) const WRITTEN: [&str; 2] = ["all", "lo"];

/// The scope to which the sysctls must be good, or none where no VIP needs them: IPv6 neighbour solicitations are
/// answered per device, so a VIP on `lo` or on a dummy is silent by itself.
pub(crate) fn strictest_scope(vips: &[Vip]) -> Option<Scope> {
    let mut scopes = vips.iter().filter(|vip| vip.address.is_ipv4()).map(|vip| vip.scope).peekable();
    scopes.peek()?;
    Some(if scopes.all(|scope| scope == Scope::Host) { Scope::Host } else { Scope::Global })
}

/// Why ARP for a VIP of this scope is not under control, if so: the first reason found.
pub(crate) fn arp_fault(state: &HostState, scope: Scope) -> Option<String> {
    written_fault(state, scope).or_else(|| effective_fault(state, scope))
}

fn written_fault(state: &HostState, scope: Scope) -> Option<String> {
    let wanted = WRITTEN.iter().flat_map(|interface| ArpSysctl::ALL.map(|name| Sysctl::new(interface, name)));
    wanted.into_iter().find_map(|sysctl| match state.sysctls.get(&sysctl) {
        None => Some(format!("{sysctl} cannot be read")),
        Some(value) if !sysctl.name.is_good(*value, scope) => {
            Some(format!("{sysctl} is {value}, not {}", sysctl.name.good_values(scope)))
        }
        Some(_) => None,
    })
}

fn effective_fault(state: &HostState, scope: Scope) -> Option<String> {
    ArpSysctl::ALL.iter().find_map(|name| {
        state.ingress().find_map(|link| {
            let value = state.effective(*name, &link.name)?;
            (!name.is_good(value, scope)).then(|| {
                format!(
                    "{} is {value} on {} in effect, not {}: {}",
                    name.name(),
                    link.name,
                    name.good_values(scope),
                    name.consequence()
                )
            })
        })
    })
}
