//! Listens to what others say for the virtual routers of the file. What this host sends does not come back.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use config::director::{DirectorConfig, RouterConfig};
use doctor::director::{Heard, Said};
use doctor::{Seen, Unseen};
use kernel::vrrp::{Received, Socket};
use tokio::time::{Instant, sleep_until};
use vrrp::{Advert, Family, Packet, vrid_of};

use super::unseen;

/// Virtual routers that are listened for at most.
const MOST_ROUTERS: usize = 255;
/// Senders that are noted for one router.
const MOST_SENDERS: usize = 16;
/// Packets that are read from one socket in one go.
const MOST_AT_ONCE: usize = 256;
/// How often the sockets are looked at: what waits is kept by the kernel.
const LOOK: Duration = Duration::from_millis(50);
/// As long as any that Ethernet carries.
const PACKET_BYTES: usize = 2_048;

/// A router with its socket.
struct Ear<'c> {
    router: &'c RouterConfig,
    socket: Socket,
    heard: Heard,
}

/// For every router of the file, all for the same time.
pub(super) async fn listen(config: &DirectorConfig, during: Duration) -> BTreeMap<String, Seen<Heard>> {
    let mut found = BTreeMap::new();
    let mut ears = Vec::new();
    for router in config.vrrp.routers.iter().take(MOST_ROUTERS) {
        match open(router) {
            Ok(socket) => ears.push(Ear { router, socket, heard: Heard::default() }),
            Err(unseen) => drop(found.insert(router.name.clone(), Seen::Unseen(unseen))),
        }
    }
    let (began, end) = (Instant::now(), Instant::now() + during);
    while !ears.is_empty() && Instant::now() < end {
        sleep_until(end.min(Instant::now() + LOOK)).await;
        ears.iter_mut().for_each(Ear::read);
    }
    for ear in ears {
        let heard = Heard { during: began.elapsed(), ..ear.heard };
        found.insert(ear.router.name.clone(), Seen::Known(heard));
    }
    found
}

/// It hears the group also where the router has peers: a stranger of the same number speaks to that.
fn open(router: &RouterConfig) -> Result<Socket, Unseen> {
    let family = router.addresses.first().map_or(Family::V4, |held| Family::of(held.address));
    let index = nix::net::if_::if_nametoindex(router.interface.as_str()).map_err(|_| Unseen {
        why: format!("there is no interface {}", router.interface),
        how: "ip -br link".to_owned(),
    })?;
    let group = router.group.unwrap_or(family.group());
    let socket = Socket::open(&router.interface, index, family == Family::V6, &[group]);
    socket.map_err(|error| unseen(&error))
}

impl Ear<'_> {
    /// What waits. A broken socket has nothing to say any more.
    fn read(&mut self) {
        let mut buffer = [0; PACKET_BYTES];
        for _ in 0..MOST_AT_ONCE {
            let Ok(Some(received)) = self.socket.receive(&mut buffer) else { return };
            if let Some(payload) = buffer.get(..received.length) {
                self.note(received, payload);
            }
        }
    }

    fn note(&mut self, received: Received, payload: &[u8]) {
        if vrid_of(payload) != Some(self.router.vrid.get()) {
            return;
        }
        let Received { source, destination, ttl, .. } = received;
        let packet = Packet { source, destination, ttl, payload };
        let last = Advert::parse(&packet, self.router.pseudo_header);
        let senders: &mut BTreeMap<IpAddr, Said> = &mut self.heard.senders;
        if let Some(said) = senders.get_mut(&source) {
            said.packets = said.packets.saturating_add(1);
            said.last = last;
        } else if senders.len() < MOST_SENDERS {
            senders.insert(source, Said { packets: 1, last });
        }
    }
}
