//! Other hosts that say they have an address of ours while we are its master.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use kernel::arp::{Claim, Listener};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::hands::Look;

/// A duplicate that nobody claimed for so long is over.
const OVER: Duration = Duration::from_secs(60);
/// Duplicates remembered at once: a host that claims addresses under ever new hardware addresses must not fill the memory.
const MOST: usize = 256;
/// Each address is asked for once in so many turns.
const TURNS: usize = 10;
/// A single claim may be that of a successor whose advert comes next: it counts when it is repeated so much later.
const PROOF: Duration = Duration::from_millis(500);
/// Claims that wait; further ones are dropped.
const CLAIMS: usize = 256;

/// An address on an interface.
pub(super) type Spot = (String, IpAddr);

/// Listens where we are master.
pub(super) struct Watch {
    ears: BTreeMap<String, Ear>,
    asked: BTreeSet<Spot>,
    turn: usize,
    claims: mpsc::Receiver<(String, Claim)>,
    claims_in: mpsc::Sender<(String, Claim)>,
    found: BTreeMap<(IpAddr, [u8; 6]), Duplicate>,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Duplicate {
    pub(crate) since: Duration,
    pub(crate) last: Duration,
    /// heard again and again
    pub(crate) is_sure: bool,
}

struct Ear {
    index: u32,
    mac: Option<[u8; 6]>,
    addresses: Vec<IpAddr>,
    task: AbortHandle,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watch {
    pub(super) fn new() -> Self {
        let (claims_in, claims) = mpsc::channel(CLAIMS);
        Self {
            ears: BTreeMap::new(),
            asked: BTreeSet::new(),
            turn: 0,
            claims,
            claims_in,
            found: BTreeMap::new(),
        }
    }

    /// Watches these from here on. Answers those that were not watched before, to be asked for at once.
    pub(super) fn set(&mut self, spots: BTreeSet<Spot>, look: &Look) -> Vec<Spot> {
        let mut by_interface: BTreeMap<String, Vec<IpAddr>> = BTreeMap::new();
        for (interface, address) in &spots {
            by_interface.entry(interface.clone()).or_default().push(*address);
        }
        self.ears.retain(|name, ear| {
            let link = look.link(name).map(|link| (link.index, link.mac));
            let is_same =
                link == Some((ear.index, ear.mac)) && by_interface.get(name) == Some(&ear.addresses);
            is_same && !ear.task.is_finished()
        });
        for (name, addresses) in by_interface {
            if !self.ears.contains_key(&name) {
                self.listen(name, addresses, look);
            }
        }
        let before = std::mem::replace(&mut self.asked, spots);
        self.asked.difference(&before).cloned().collect()
    }

    /// An interface on which nobody can be heard is tried again with the next [`Self::set`].
    fn listen(&mut self, name: String, addresses: Vec<IpAddr>, look: &Look) {
        let Some(link) = look.link(&name).filter(|link| link.speaks_arp()) else { return };
        let Ok(mut listener) = Listener::open(&name) else { return };
        // without the filter it hears more than it needs, and the rest is dropped by `heard`
        let _ = listener.set_addresses(&addresses);
        let (claims, interface) = (self.claims_in.clone(), name.clone());
        let task = tokio::spawn(async move {
            while let Ok(claim) = listener.next().await {
                if let Err(mpsc::error::TrySendError::Closed(_)) = claims.try_send((interface.clone(), claim))
                {
                    return;
                }
            }
        });
        let ear = Ear { index: link.index, mac: link.mac, addresses, task: task.abort_handle() };
        self.ears.insert(name, ear);
    }

    /// Whom to ask for in this turn: each after ten turns, spread, and whatever was claimed once.
    pub(super) fn turn(&mut self) -> Vec<Spot> {
        self.turn = (self.turn + 1) % TURNS;
        let is_doubtful = |address| self.found.range(all(address)).any(|(_, duplicate)| !duplicate.is_sure);
        let is_due = |place: usize, spot: &Spot| place % TURNS == self.turn || is_doubtful(spot.1);
        let due = self.asked.iter().enumerate().filter(|(place, spot)| is_due(*place, spot));
        due.map(|(_, spot)| spot.clone()).collect()
    }

    /// Waits for a claim. Dropping the future loses none.
    pub(super) async fn next(&mut self) -> (String, Claim) {
        match self.claims.recv().await {
            Some(claim) => claim,
            // the other end is here: it is never closed
            None => std::future::pending().await,
        }
    }

    /// Takes a claim in. Answers whether there is a duplicate that was not there before: to be told of.
    pub(super) fn heard(&mut self, interface: &str, claim: Claim, look: &Look, now: Duration) -> bool {
        let is_ours = look.links.iter().any(|link| link.mac == Some(claim.mac));
        if is_ours || !self.asked.contains(&(interface.to_owned(), claim.address)) {
            return false;
        }
        let key = (claim.address, claim.mac);
        let Some(duplicate) = self.found.get_mut(&key) else {
            if self.found.len() < MOST {
                self.found.insert(key, Duplicate { since: now, last: now, is_sure: false });
            }
            return false;
        };
        duplicate.last = now;
        let is_new = !duplicate.is_sure && duplicate.since + PROOF <= now;
        duplicate.is_sure |= is_new;
        is_new
    }

    /// Forgets what is over.
    pub(super) fn forget(&mut self, now: Duration) {
        let asked: BTreeSet<IpAddr> = self.asked.iter().map(|(_, address)| *address).collect();
        self.found.retain(|(address, _), duplicate| asked.contains(address) && duplicate.last + OVER > now);
    }

    /// Those of an address.
    pub(super) fn of(&self, address: IpAddr) -> impl Iterator<Item = ([u8; 6], Duplicate)> {
        let sure = self.found.range(all(address)).filter(|(_, duplicate)| duplicate.is_sure);
        sure.map(|((_, mac), duplicate)| (*mac, *duplicate))
    }
}

fn all(address: IpAddr) -> RangeInclusive<(IpAddr, [u8; 6])> {
    (address, [u8::MIN; 6])..=(address, [u8::MAX; 6])
}

/// `02:00:5e:10:00:01`
pub(crate) fn mac_text(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

#[cfg(test)]
mod tests;
