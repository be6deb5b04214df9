//! The last source of each router's adverts. Whoever configures an interface anew takes its own address off and puts it back
//! (`networkctl reconfigure`, DHCP, a profile that goes up): for that moment the router goes on with the address that it
//! had. Pure.
//!
//! RFC 9568 says nothing of it, keepalived is in fault at once. A backup waits for three intervals and more, and hears no
//! gap: the sockets of the adverts send from an address that is away, or not usable yet ([`kernel::vrrp::Socket::send`]).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use config::director::RouterConfig;
use vrrp::RouterId;

use super::hands::Look;
use super::wanted::Members;
use crate::exchange::LinkId;

/// Intervals between adverts for which a source that went still counts: fewer than its backups wait for.
const INTERVALS: u32 = 2;
/// And never less than this: what takes addresses off and puts them back cares for no interval, and is done in this time.
const LEAST: Duration = Duration::from_secs(1);
/// And for this from when it is back, once: the kernel first asks whether another host has an IPv6 address. It begins within a
/// second, and waits for an answer as long (`addrconf_dad_kick`, `RETRANS_TIMER` of RFC 4861 section 10).
const DUPLICATES: Duration = Duration::from_millis(2_500);

#[derive(Default)]
pub(super) struct Sources {
    last: BTreeMap<RouterId, Last>,
    news: Vec<String>,
}

struct Last {
    link: LinkId,
    /// as configured: another one is asked for where that changes
    configured: Option<IpAddr>,
    address: IpAddr,
    /// until when it counts; none: it is there
    until: Option<Duration>,
    /// it is back, and was not usable yet: that it counts for longer by that is no second time so
    is_back: bool,
}

/// What a look finds of a router's source.
pub(super) struct Seen<'a> {
    /// the source that it can have
    pub(super) usable: Option<IpAddr>,
    pub(super) look: &'a Look,
}

impl Sources {
    /// The source of a router whose interface is fine: the one that is usable, or the one that it has lost a moment ago.
    pub(super) fn of(
        &mut self,
        id: RouterId,
        config: &RouterConfig,
        link: LinkId,
        seen: Seen<'_>,
        now: Duration,
    ) -> Option<IpAddr> {
        if let Some(address) = seen.usable {
            let configured = config.source;
            self.last.insert(id, Last { link, configured, address, until: None, is_back: false });
            return seen.usable;
        }
        let kept = self.keep(id, config, link, seen.look, now);
        if kept.is_none() {
            self.forget(id);
        }
        kept
    }

    fn keep(
        &mut self,
        id: RouterId,
        config: &RouterConfig,
        link: LinkId,
        look: &Look,
        now: Duration,
    ) -> Option<IpAddr> {
        let last = self.last.get_mut(&id)?;
        if (last.link, last.configured) != (link, config.source) {
            return None;
        }
        let patience = config.interval.duration().saturating_mul(INTERVALS).max(LEAST);
        if last.until.is_none() {
            self.news.push(format!(
                "{address}, from which {name} sends its adverts, has gone from {interface}: it stays their source for \
                 {patience:?}, and a fault follows if it is not back",
                address = last.address,
                name = config.name,
                interface = config.interface,
            ));
        }
        let until = last.until.get_or_insert(now.saturating_add(patience));
        if now < *until && !last.is_back && is_back(config, last.address, look) {
            last.is_back = true;
            *until = (*until).max(now.saturating_add(DUPLICATES));
        }
        (now < *until).then_some(last.address)
    }

    /// Its interface cannot be used: what its source was says nothing of what comes after that.
    pub(super) fn forget(&mut self, id: RouterId) {
        self.last.remove(&id);
    }

    /// Forgets routers that are not there any more.
    pub(super) fn retain(&mut self, members: &Members) {
        self.last.retain(|id, _| members.iter().any(|(member, _)| member == *id));
    }

    /// Whether it counts although it is not there.
    pub(super) fn is_away(&self, id: RouterId) -> bool {
        self.last.get(&id).is_some_and(|last| last.until.is_some() && !last.is_back)
    }

    /// When the next source that has gone stops counting.
    pub(super) fn due(&self) -> Option<Duration> {
        self.last.values().filter_map(|last| last.until).min()
    }

    /// What is to be told of sources that have just gone.
    pub(super) fn news(&mut self) -> Vec<String> {
        std::mem::take(&mut self.news)
    }
}

/// Whether an address is there again, but not usable yet. One that is configured may be of any interface.
fn is_back(config: &RouterConfig, address: IpAddr, look: &Look) -> bool {
    let is_its = |device: &String| config.source.is_some() || *device == config.interface;
    look.at(address).any(|found| found.tentative && is_its(&found.device))
}
