//! What an operator took out of service. Written down, so that a restart changes nothing.

use std::collections::BTreeMap;
use std::net::IpAddr;

use host::Vip;

/// Since when the host or its VIPs drain, in seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drains {
    /// the whole host
    pub(crate) host: Option<u64>,
    /// single VIPs
    pub(crate) vips: BTreeMap<IpAddr, u64>,
}

impl Drains {
    /// Since when a VIP drains, be it by itself or with the host.
    pub(crate) fn since(&self, vip: IpAddr) -> Option<u64> {
        let own = self.vips.get(&vip).copied();
        match (own, self.host) {
            (Some(own), Some(host)) => Some(own.min(host)),
            (own, host) => own.or(host),
        }
    }

    /// Answers whether anything changed: what drains already keeps its beginning.
    pub(super) fn add(&mut self, vip: Option<IpAddr>, since_s: u64) -> bool {
        match vip {
            Some(vip) if self.vips.contains_key(&vip) => false,
            Some(vip) => self.vips.insert(vip, since_s).is_none(),
            None if self.host.is_some() => false,
            None => self.host.replace(since_s).is_none(),
        }
    }

    /// Answers whether anything changed. Without a VIP everything ends, single drains too.
    pub(super) fn remove(&mut self, vip: Option<IpAddr>) -> bool {
        match vip {
            Some(vip) => self.vips.remove(&vip).is_some(),
            None => std::mem::take(self) != Self::default(),
        }
    }

    /// Forgets VIPs that are no longer configured.
    pub(super) fn keep(&mut self, vips: &[Vip]) {
        self.vips.retain(|address, _| vips.iter().any(|vip| vip.address == *address));
    }
}
