//! Telling the network where addresses are.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use kernel::address::Link;
use kernel::arp::Announcer;

use super::hands::Look;
use crate::held::Held;
use crate::notes::{Notes, hinted};

/// A queue of the interface that is full is given that long to empty.
const PAUSE: Duration = Duration::from_millis(1);
/// Pauses in one burst: a dead interface must not hold up the next address.
const PAUSES: u32 = 20;

/// One open socket for each interface.
pub(super) struct Voices {
    open: BTreeMap<String, Voice>,
    notes: Notes,
    complained: Option<String>,
}

struct Voice {
    index: u32,
    mac: Option<[u8; 6]>,
    announcer: Announcer,
}

impl Voices {
    pub(super) fn new(notes: Notes) -> Self {
        Self { open: BTreeMap::new(), notes, complained: None }
    }

    /// Announces each address as often as it is said, every address once before any a second time.
    pub(super) async fn announce(&mut self, look: &Look, due: &[(Held, u8)]) {
        let mut pauses = PAUSES;
        let mut trouble = None;
        let most = due.iter().map(|(_, repeat)| *repeat).max().unwrap_or_default();
        for round in 0..most {
            for (held, _) in due.iter().filter(|(_, repeat)| *repeat > round) {
                let Some(link) = look.link(&held.interface).filter(|link| link.speaks_arp()) else {
                    continue;
                };
                if let Err(error) = self.announce_one(link, held.address, &mut pauses).await {
                    trouble = Some(format!("cannot announce {} on {}: {error}", held.address, link.name));
                }
            }
        }
        self.complain(trouble);
    }

    /// Asks who else has an address.
    pub(super) fn ask(&mut self, look: &Look, interface: &str, address: IpAddr) {
        let Some(link) = look.link(interface) else { return };
        // the next question comes in seconds
        let _ = self.voice(link).and_then(|voice| voice.ask(address));
    }

    async fn announce_one(&mut self, link: &Link, address: IpAddr, pauses: &mut u32) -> io::Result<()> {
        loop {
            match self.voice(link)?.announce(address) {
                Err(error) if *pauses > 0 && is_full(&error) => {
                    *pauses -= 1;
                    tokio::time::sleep(PAUSE).await;
                }
                announced => return announced,
            }
        }
    }

    fn voice(&mut self, link: &Link) -> io::Result<&Announcer> {
        let is_same = |voice: &Voice| (voice.index, voice.mac) == (link.index, link.mac);
        if !self.open.get(&link.name).is_some_and(is_same) {
            let announcer = Announcer::open(&link.name)
                .map_err(|error| io::Error::other(hinted(&error, error.hint())))?;
            let voice = Voice { index: link.index, mac: link.mac, announcer };
            self.open.insert(link.name.clone(), voice);
        }
        let voice = self.open.get(&link.name).ok_or(io::ErrorKind::NotFound)?;
        Ok(&voice.announcer)
    }

    fn complain(&mut self, trouble: Option<String>) {
        if let Some(text) = &trouble
            && self.complained != trouble
        {
            self.notes.warn(text.clone());
        }
        self.complained = trouble;
    }
}

fn is_full(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
        || error.raw_os_error() == Some(nix::errno::Errno::ENOBUFS as i32)
}
