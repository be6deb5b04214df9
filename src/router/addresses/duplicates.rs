//! Other hosts that say they have an address which is ours, or the master's while we are a backup: real servers that answer ARP
//! for a VIP, and routers that nobody here knows of.

mod ears;
mod names;
mod rounds;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use kernel::address::Neighbour;
use kernel::arp::Claim;

use super::hands::Look;
use ears::Ears;
use names::Names;
use rounds::Rounds;

/// A duplicate that nobody claimed for so long is over.
const OVER: Duration = Duration::from_secs(60);
/// Duplicates remembered at once: a host that claims addresses under ever new hardware addresses must not fill the memory.
const MOST: usize = 256;
/// Hardware addresses of one master.
const MOST_CARDS: usize = 8;
/// A single claim may be that of a successor whose advert comes next: it counts when it is repeated so much later.
const PROOF: Duration = Duration::from_millis(500);

/// An address on an interface.
pub(super) type Spot = (String, IpAddr);

/// A hardware address.
pub(crate) type Mac = [u8; 6];

/// What is watched, and who else may have it: nobody where it is ours.
pub(super) type Guarded = BTreeMap<Spot, Option<Master>>;

/// Who has the addresses of a router while we are its backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Master {
    /// source of its adverts
    pub(super) address: IpAddr,
    pub(super) vrid: u8,
}

/// Listens and asks.
pub(super) struct Watch {
    ears: Ears,
    guarded: Guarded,
    /// masters, and the hardware addresses of each once it is known
    seats: BTreeMap<Spot, Seat>,
    rounds: Rounds,
    found: BTreeMap<(IpAddr, Mac), Heard>,
    /// hosts that were told of, each with one of the addresses that it says it has
    told: BTreeMap<Mac, Spot>,
    names: Names,
}

/// One of them, for the status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Duplicate {
    pub(crate) mac: Mac,
    /// the host's addresses by the neighbour table, a few; may be empty
    pub(crate) ips: Vec<IpAddr>,
    pub(crate) since: Duration,
    pub(crate) last: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Heard {
    interface: String,
    since: Duration,
    last: Duration,
    /// heard again and again
    is_sure: bool,
}

/// Hardware addresses by which a master answers for its own address, and when it did last: more than one where it has several
/// cards on the link (`arp_ignore` 0).
type Seat = BTreeMap<Mac, Duration>;

/// What is to be told of a host, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// it says that it has an address, this one and perhaps others
    Began { mac: Mac, ips: Vec<IpAddr>, spot: Spot, others: usize },
    /// it does not say so any more
    Ended { mac: Mac, spot: Spot },
}

impl Watch {
    pub(super) fn new() -> Self {
        Self {
            ears: Ears::new(),
            guarded: Guarded::new(),
            seats: BTreeMap::new(),
            rounds: Rounds::default(),
            found: BTreeMap::new(),
            told: BTreeMap::new(),
            names: Names::default(),
        }
    }

    /// Watches these from here on. Answers whom to ask for at once, of those that were not watched before.
    pub(super) fn set(&mut self, guarded: Guarded, look: &Look) -> Vec<Spot> {
        let seat = |((interface, _), master): (&Spot, &Option<Master>)| {
            master.as_ref().map(|master| (interface.clone(), master.address))
        };
        let mut known = std::mem::take(&mut self.seats);
        for seat in guarded.iter().filter_map(seat) {
            let macs = known.remove(&seat);
            // one master has many addresses
            self.seats.entry(seat).or_insert_with(|| macs.unwrap_or_default());
        }
        self.guarded = guarded;
        let spots: BTreeSet<Spot> = self.guarded.keys().chain(self.seats.keys()).cloned().collect();
        self.ears.set(&spots, look);
        self.rounds.set(spots)
    }

    /// Whether there is anything to listen for, or to be told.
    pub(super) fn is_idle(&self) -> bool {
        self.guarded.is_empty() && self.told.is_empty()
    }

    /// Whom to ask for in this turn: each after ten turns or more, spread, and sooner what is in doubt.
    pub(super) fn turn(&mut self) -> Vec<Spot> {
        let unknown = self.seats.iter().filter(|(_, macs)| macs.is_empty()).map(|(seat, _)| seat.clone());
        let claimed = self.found.iter().filter(|(_, heard)| !heard.is_sure);
        let claimed = claimed.map(|((address, _), heard)| (heard.interface.clone(), *address));
        let doubtful: BTreeSet<Spot> =
            claimed.flat_map(|spot| [self.seat(&spot), Some(spot)]).flatten().collect();
        self.rounds.turn(&doubtful.into_iter().chain(unknown).collect())
    }

    /// Waits for a claim. Dropping the future loses none.
    pub(super) async fn next(&mut self) -> (String, Claim) {
        self.ears.next().await
    }

    /// Takes a claim in. Answers whether there is a duplicate that was not there before.
    pub(super) fn heard(&mut self, interface: &str, claim: Claim, look: &Look, now: Duration) -> bool {
        let spot = (interface.to_owned(), claim.address);
        if look.links.iter().any(|link| link.mac == Some(claim.mac)) {
            return false;
        }
        if let Some(seat) = self.seats.get_mut(&spot) {
            if seat.len() < MOST_CARDS {
                seat.insert(claim.mac, now);
            } else if let Some(last) = seat.get_mut(&claim.mac) {
                *last = now;
            }
        }
        if self.may_have(&spot, claim.mac) {
            self.found.remove(&(claim.address, claim.mac));
            return false;
        }
        self.note(spot, claim.mac, now)
    }

    /// Whether this is no duplicate, or may be none: not watched, or the master's, or the master's hardware address is not known.
    fn may_have(&self, spot: &Spot, mac: Mac) -> bool {
        let Some(master) = self.guarded.get(spot) else { return true };
        let Some(master) = master else { return false };
        let seat = self.seats.get(&(spot.0.clone(), master.address));
        seat.is_none_or(|seat| seat.is_empty() || seat.contains_key(&mac)) || is_virtual(mac, master.vrid)
    }

    fn note(&mut self, (interface, address): Spot, mac: Mac, now: Duration) -> bool {
        let key = (address, mac);
        let Some(heard) = self.found.get_mut(&key) else {
            if self.found.len() < MOST {
                self.found.insert(key, Heard { interface, since: now, last: now, is_sure: false });
            }
            return false;
        };
        heard.last = now;
        let is_new = !heard.is_sure && heard.since + PROOF <= now;
        heard.is_sure |= is_new;
        is_new
    }

    fn seat(&self, spot: &Spot) -> Option<Spot> {
        let master = self.guarded.get(spot)?.as_ref()?;
        Some((spot.0.clone(), master.address))
    }

    /// Forgets what is over.
    pub(super) fn forget(&mut self, now: Duration) {
        for seat in self.seats.values_mut() {
            seat.retain(|_, last| *last + OVER > now);
        }
        let mut found = std::mem::take(&mut self.found);
        found.retain(|(address, mac), heard| {
            heard.last + OVER > now && !self.may_have(&(heard.interface.clone(), *address), *mac)
        });
        self.found = found;
    }

    /// Whether the neighbour table is worth a look: for a host that is to be told of, and from time to time.
    pub(super) fn wants_names(&self) -> bool {
        let mut sure = self.sure();
        sure.clone().any(|(_, mac, _)| !self.told.contains_key(&mac))
            || (self.rounds.is_first() && sure.next().is_some())
    }

    /// Takes the neighbour table in.
    pub(super) fn name(&mut self, neighbours: &[Neighbour]) {
        let macs = self.sure().map(|(_, mac, _)| mac).collect();
        let guarded = self.guarded.keys().map(|(_, address)| *address).collect();
        self.names.take(neighbours, &macs, &guarded);
    }

    /// What is to be told. That a host is quiet about what is not watched any more is no news.
    pub(super) fn news(&mut self) -> Vec<News> {
        let mut hosts: BTreeMap<Mac, Vec<Spot>> = BTreeMap::new();
        for (address, mac, heard) in self.sure() {
            hosts.entry(mac).or_default().push((heard.interface.clone(), address));
        }
        let gone = self.told.iter().filter(|(mac, _)| !hosts.contains_key(*mac));
        let gone: Vec<(Mac, Spot)> = gone.map(|(mac, spot)| (*mac, spot.clone())).collect();
        let mut news = Vec::new();
        for (mac, spot) in gone {
            self.told.remove(&mac);
            if self.guarded.contains_key(&spot) {
                news.push(News::Ended { mac, spot });
            }
        }
        for (mac, spots) in hosts {
            if let (false, Some(spot)) = (self.told.contains_key(&mac), spots.first()) {
                self.told.insert(mac, spot.clone());
                let (ips, others) = (self.names.of(mac).to_vec(), spots.len() - 1);
                news.push(News::Began { mac, ips, spot: spot.clone(), others });
            }
        }
        news
    }

    /// Those of an address.
    pub(super) fn of(&self, address: IpAddr) -> impl Iterator<Item = Duplicate> {
        let sure = self.found.range(all(address)).filter(|(_, heard)| heard.is_sure);
        sure.map(|((_, mac), heard)| Duplicate {
            mac: *mac,
            ips: self.names.of(*mac).to_vec(),
            since: heard.since,
            last: heard.last,
        })
    }

    fn sure(&self) -> impl Iterator<Item = (IpAddr, Mac, &Heard)> + Clone {
        let sure = self.found.iter().filter(|(_, heard)| heard.is_sure);
        sure.map(|((address, mac), heard)| (*address, *mac, heard))
    }
}

fn all(address: IpAddr) -> RangeInclusive<(IpAddr, Mac)> {
    (address, [u8::MIN; 6])..=(address, [u8::MAX; 6])
}

/// RFC 9568 section 7.3: a router with a hardware address of its own for this purpose, as keepalived's `use_vmac`.
fn is_virtual(mac: Mac, vrid: u8) -> bool {
    [1, 2].into_iter().any(|family| mac == [0, 0, 0x5e, 0, family, vrid])
}

/// `02:00:5e:10:00:01`
pub(crate) fn mac_text(mac: Mac) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

#[cfg(test)]
mod tests;
