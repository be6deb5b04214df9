//! The wire between the routers, and the clients on it.

use std::time::Duration;

use crate::chance::Chance;

pub(crate) struct Link {
    /// latest arrival after sending; packets overtake each other within that
    pub(crate) delay: Duration,
    /// of a thousand packets
    pub(crate) lost: usize,
    /// of a thousand packets
    pub(crate) doubled: usize,
    /// by router: which side of a partition it is on. None: everybody hears everybody.
    pub(crate) sides: Option<Vec<bool>>,
    /// whom the clients on either side send to, as ARP told them last; none: they ask
    pub(crate) clients: [Option<usize>; 2],
}

impl Link {
    pub(crate) fn new(delay: Duration) -> Self {
        Self { delay, lost: 0, doubled: 0, sides: None, clients: [None; 2] }
    }

    pub(crate) const fn is_perfect(&self) -> bool {
        self.lost == 0 && self.sides.is_none()
    }

    /// When copies of one packet arrive, after now: none, one or two.
    pub(crate) fn arrivals(&self, chance: &mut Chance, from: usize, to: usize) -> Vec<Duration> {
        if self.parts(from, to) || chance.below(1000) < self.lost {
            return Vec::new();
        }
        let copies = if chance.below(1000) < self.doubled { 2 } else { 1 };
        (0..copies).map(|_| part(chance, self.delay)).collect()
    }

    fn parts(&self, one: usize, other: usize) -> bool {
        self.sides.as_ref().is_some_and(|sides| sides[one] != sides[other])
    }

    /// Everybody hears everybody again. Clients of a side without a holder had nobody: they ask anew.
    pub(crate) fn heal(&mut self, holders: &[usize]) {
        let Some(sides) = self.sides.take() else { return };
        for side in [false, true] {
            if !holders.iter().any(|holder| sides[*holder] == side) {
                self.clients[usize::from(side)] = None;
            }
        }
    }

    /// Bursts are several packets: they are not lost.
    pub(crate) fn announce(&mut self, from: usize) {
        for side in [false, true] {
            if self.sides.as_ref().is_none_or(|sides| sides[from] == side) {
                self.clients[usize::from(side)] = Some(from);
            }
        }
    }
}

/// Zero to that.
pub(crate) fn part(chance: &mut Chance, of: Duration) -> Duration {
    let micros = usize::try_from(of.as_micros()).unwrap();
    Duration::from_micros(u64::try_from(chance.below(micros + 1)).unwrap())
}
