//! Refused adverts for the log: each sender and reason once in an hour.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use vrrp::Refused;

use crate::adverts::Snapshot;

const AGAIN: Duration = Duration::from_secs(3_600);
/// Senders can be invented: so many are remembered.
const MOST: usize = 256;

/// What was told.
#[derive(Default)]
pub(crate) struct Refusals {
    told: BTreeMap<(String, IpAddr, Refused), Duration>,
}

impl Refusals {
    /// The lines for what is new.
    pub(crate) fn news(&mut self, snapshot: &Snapshot) -> Vec<String> {
        snapshot
            .refused()
            .filter(|(_, (reason, ..))| *reason != Refused::Own)
            .filter(|(router, (reason, from, at))| self.is_new(((*router).to_owned(), *from, *reason), *at))
            .map(|(router, (reason, from, _))| line(router, from, reason))
            .collect()
    }

    fn is_new(&mut self, what: (String, IpAddr, Refused), at: Duration) -> bool {
        self.told.retain(|_, told| *told + AGAIN > at);
        if self.told.contains_key(&what) || self.told.len() >= MOST {
            return false;
        }
        self.told.insert(what, at);
        true
    }
}

fn line(router: &str, from: IpAddr, reason: Refused) -> String {
    let advice = match reason {
        Refused::Password | Refused::AuthType => {
            "it has the same virtual_router_id and another `auth`: both may become master"
        }
        Refused::Version => "it has the same virtual_router_id and another `version`: both may become master",
        Refused::Interval => "give both the same `advert_interval`: version 2 wants that",
        Refused::Addresses => "give both the same `addresses`, or set `check_addresses = false`",
        Refused::UnknownPeer => "it is none of `unicast_peers`",
        Refused::OwnerConflict => "two routers have priority 255",
        Refused::Checksum => "with version 3 over IPv4, `pseudo_header` may have to be the other way",
        Refused::Ttl | Refused::Type | Refused::Length | Refused::UnknownVrid | Refused::Own => {
            "it is no proper advert"
        }
    };
    format!("{router}: adverts of {from} are refused ({}): {advice}", reason.word())
}

#[cfg(test)]
mod tests;
