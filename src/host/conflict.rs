//! VIPs that cannot be had on this host: found before anything is changed.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use crate::{HostState, Vip};

/// A VIP that this host contradicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// the VIP is an address of an interface that answers for it on the wire
    OnAnotherInterface {
        /// the VIP
        vip: IpAddr,
        /// the interface
        interface: String,
        /// prefix length there
        prefix: u8,
    },
    /// the device that should hold the VIP exists and is neither `lo` nor a dummy
    NotADummy {
        /// the VIP
        vip: IpAddr,
        /// the device
        device: String,
    },
}

impl Conflict {
    /// The VIP it is about.
    pub fn vip(&self) -> IpAddr {
        match self {
            Self::OnAnotherInterface { vip, .. } | Self::NotADummy { vip, .. } => *vip,
        }
    }
}

/// Every contradiction between the wanted VIPs and the host, in the VIPs' order.
pub fn conflicts(vips: &[Vip], state: &HostState) -> Vec<Conflict> {
    vips.iter()
        .flat_map(|vip| device_conflict(vip, state).into_iter().chain(address_conflicts(vip, state)))
        .collect()
}

fn device_conflict(vip: &Vip, state: &HostState) -> Option<Conflict> {
    let link = state.link(&vip.device)?;
    (!link.loopback && !link.dummy)
        .then(|| Conflict::NotADummy { vip: vip.address, device: vip.device.clone() })
}

/// The interfaces that hold the VIP and would answer for it.
pub(crate) fn address_conflicts<'a>(
    vip: &'a Vip,
    state: &'a HostState,
) -> impl Iterator<Item = Conflict> + 'a {
    let elsewhere = state.holders(vip.address).filter(|found| found.device != vip.device);
    let loud =
        elsewhere.filter(|found| state.link(&found.device).is_some_and(|link| !link.loopback && !link.dummy));
    loud.map(|found| Conflict::OnAnotherInterface {
        vip: vip.address,
        interface: found.device.clone(),
        prefix: found.prefix,
    })
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnAnotherInterface { vip, interface, prefix } => write!(
                f,
                "{vip} is an address of {interface} ({vip}/{prefix}): this host would answer ARP for it, as a real \
                 server must not"
            ),
            Self::NotADummy { vip, device } => write!(
                f,
                "{vip} cannot be put on {device}: it is neither lo nor a dummy device, so the VIP would be announced \
                 there"
            ),
        }
    }
}
