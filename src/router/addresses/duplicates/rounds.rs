//! Whom to ask for, and when: each address from time to time, and never many at once. Pure.

use std::collections::BTreeSet;

use super::Spot;

/// Each address is asked for once in so many turns, or more where there are many. A turn is a second.
pub(super) const TURNS: usize = 10;
/// Questions in a turn, all together: each goes to every host of the link.
pub(super) const MOST_ASKED: usize = 50;
/// Of them those of the regular round.
const MOST_REGULAR: usize = 30;

#[derive(Default)]
pub(super) struct Rounds {
    spots: BTreeSet<Spot>,
    turn: usize,
    /// questions asked since the turn began
    asked: usize,
    /// where those in doubt go on, when there are more than fit
    next: usize,
}

impl Rounds {
    /// Asks for these from here on. Answers whom to ask for at once: what is new, as far as it fits.
    pub(super) fn set(&mut self, spots: BTreeSet<Spot>) -> Vec<Spot> {
        let left = MOST_ASKED.saturating_sub(self.asked);
        let new: Vec<Spot> = spots.difference(&self.spots).take(left).cloned().collect();
        self.asked += new.len();
        self.spots = spots;
        new
    }

    /// Whom to ask for in the turn that begins.
    pub(super) fn turn(&mut self, doubtful: &BTreeSet<Spot>) -> Vec<Spot> {
        let turns = self.turns();
        self.turn = (self.turn + 1) % turns;
        let regular = self.spots.iter().enumerate().filter(|(place, _)| place % turns == self.turn);
        let mut due: BTreeSet<Spot> = regular.map(|(_, spot)| spot.clone()).collect();
        let room = MOST_ASKED.saturating_sub(due.len()).min(doubtful.len());
        let first = if doubtful.is_empty() { 0 } else { self.next % doubtful.len() };
        due.extend(doubtful.iter().cycle().skip(first).take(room).cloned());
        self.next = first + room;
        self.asked = due.len();
        due.into_iter().collect()
    }

    /// Whether a round has just begun.
    pub(super) fn is_first(&self) -> bool {
        self.turn == 0
    }

    fn turns(&self) -> usize {
        self.spots.len().div_ceil(MOST_REGULAR).max(TURNS)
    }
}
