//! One change to the host, printed as the command a person would type for it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use crate::{Scope, Sysctl, Vip};

/// Ordered changes, and what is left as it is on purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// to be done in this order
    pub steps: Vec<Step>,
    /// what is not done, and why, in words
    pub notes: Vec<String>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// writes a sysctl that had another value
    SetSysctl {
        /// which
        sysctl: Sysctl,
        /// value found
        from: i32,
        /// value written
        to: i32,
    },
    /// writes back the value that was there before us
    RestoreSysctl {
        /// which
        sysctl: Sysctl,
        /// our value
        from: i32,
        /// the value before us
        to: i32,
    },
    /// creates a dummy device
    CreateDevice {
        /// its name
        name: String,
    },
    /// sets an interface up
    LinkUp {
        /// its name
        name: String,
    },
    /// adds an address
    AddAddress(NewAddress),
    /// gives an address of ours the wanted label, scope and lifetime
    ReplaceAddress(NewAddress),
    /// removes an address of ours
    RemoveAddress {
        /// the address
        address: IpAddr,
        /// the interface that holds it
        device: String,
    },
    /// deletes a dummy device of ours
    DeleteDevice {
        /// its name
        name: String,
    },
}

/// An address to be added. Its prefix is always /32 or /128: a shorter one on `lo` makes the whole subnet local.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAddress {
    /// the VIP
    pub address: IpAddr,
    /// the interface to hold it
    pub device: String,
    /// `IFA_LABEL`, IPv4 only
    pub label: Option<String>,
    /// IPv4 only; the kernel derives an IPv6 address's scope from the address
    pub scope: Scope,
}

impl NewAddress {
    /// The address that a VIP needs, with the label that the file says or this one.
    pub fn of(vip: &Vip, label: Option<String>) -> Self {
        let label = vip.label.clone().or(label);
        Self { address: vip.address, device: vip.device.clone(), label, scope: vip.scope }
    }

    /// 32 or 128.
    pub fn prefix(&self) -> u8 {
        host_prefix(self.address)
    }
}

/// The prefix length of a single host.
pub(crate) fn host_prefix(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetSysctl { sysctl, to, .. } | Self::RestoreSysctl { sysctl, to, .. } => {
                write!(f, "sysctl -w {sysctl}={to}")
            }
            Self::CreateDevice { name } => write!(f, "ip link add {name} type dummy"),
            Self::LinkUp { name } => write!(f, "ip link set {name} up"),
            Self::AddAddress(new) => write!(f, "ip address add {new}"),
            Self::ReplaceAddress(new) => write_replace(f, new),
            Self::RemoveAddress { address, device } => write_remove(f, *address, device),
            Self::DeleteDevice { name } => write!(f, "ip link delete {name}"),
        }
    }
}

/// `ip address replace` changes lifetimes only: an IPv4 label or scope needs the address taken off and put back.
fn write_replace(f: &mut fmt::Formatter<'_>, new: &NewAddress) -> fmt::Result {
    if new.address.is_ipv6() {
        return write!(f, "ip address replace {new}");
    }
    write_remove(f, new.address, &new.device)?;
    write!(f, " && ip address add {new}")
}

fn write_remove(f: &mut fmt::Formatter<'_>, address: IpAddr, device: &str) -> fmt::Result {
    write!(f, "ip address del {address}/{} dev {device}", host_prefix(address))
}

impl fmt::Display for NewAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} dev {}", self.address, self.prefix(), self.device)?;
        if self.address.is_ipv6() {
            return f.write_str(" preferred_lft 0 nodad");
        }
        if let Some(label) = &self.label {
            write!(f, " label {label}")?;
        }
        write!(f, " scope {}", self.scope)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "host",
            Self::Link => "link",
            Self::Global => "global",
        })
    }
}
