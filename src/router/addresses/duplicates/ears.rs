//! Who says that he has an address, on each interface where somebody may say so.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use kernel::arp::{Claim, Listener};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::Spot;
use crate::addresses::hands::Look;

/// Claims that wait; further ones are dropped.
const CLAIMS: usize = 256;

/// One task for each interface.
pub(super) struct Ears {
    open: BTreeMap<String, Ear>,
    claims: mpsc::Receiver<(String, Claim)>,
    claims_in: mpsc::Sender<(String, Claim)>,
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

impl Ears {
    pub(super) fn new() -> Self {
        let (claims_in, claims) = mpsc::channel(CLAIMS);
        Self { open: BTreeMap::new(), claims, claims_in }
    }

    /// Listens for claims to these from here on.
    pub(super) fn set(&mut self, spots: &BTreeSet<Spot>, look: &Look) {
        let mut by_interface: BTreeMap<&String, Vec<IpAddr>> = BTreeMap::new();
        for (interface, address) in spots {
            by_interface.entry(interface).or_default().push(*address);
        }
        self.open.retain(|name, ear| {
            let link = look.link(name).map(|link| (link.index, link.mac));
            let is_same =
                link == Some((ear.index, ear.mac)) && by_interface.get(name) == Some(&ear.addresses);
            is_same && !ear.task.is_finished()
        });
        for (name, addresses) in by_interface {
            if !self.open.contains_key(name) {
                self.listen(name.clone(), addresses, look);
            }
        }
    }

    /// An interface on which nobody can be heard is tried again with the next [`Self::set`].
    fn listen(&mut self, name: String, addresses: Vec<IpAddr>, look: &Look) {
        let Some(link) = look.link(&name).filter(|link| link.speaks_arp()) else { return };
        let Ok(mut listener) = Listener::open(&name) else { return };
        // without the filter it hears more than it needs, and the rest is dropped by `Watch::heard`
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
        self.open.insert(name, ear);
    }

    /// Waits for a claim. Dropping the future loses none.
    pub(super) async fn next(&mut self) -> (String, Claim) {
        match self.claims.recv().await {
            Some(claim) => claim,
            // the other end is here: it is never closed
            None => std::future::pending().await,
        }
    }
}
