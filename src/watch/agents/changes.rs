//! What a new state changes against the one before.

use alloc::vec::Vec;

use super::told::{Listener, Ordered, Rank, Told, ToldVip};
use super::turns::{About, Turns};

/// Of all VIPs together.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// steps out
    pub(super) turns: Vec<About>,
    /// words that are trusted differ
    pub(super) words: bool,
    /// something that is trusted is ready and was not
    pub(super) came_ready: bool,
}

impl Changes {
    /// Of an agent that was heard before.
    pub(super) fn between(old: &Told, new: &Told, trust: &Turns) -> Self {
        let mut changes = Self::default();
        for vip in &new.vips {
            match old.vip(vip.address) {
                Some(old) => changes.differ(old, vip, trust),
                None => changes.appear(vip, trust),
            }
        }
        for vip in old.vips.iter().filter(|vip| new.vip(vip.address).is_none()) {
            changes.vanish(vip, trust);
        }
        changes
    }

    /// Of an agent whose own checks decided before: all services were in as far as it goes, but for what a person had ordered,
    /// which stays over silence.
    pub(super) fn since_unheard(old: Option<&Told>, new: &Told, trust: &Turns) -> Self {
        let mut changes = Self { words: true, ..Self::default() };
        for vip in &new.vips {
            let before = old.and_then(|old| old.vip(vip.address)).map_or(Ordered::Nothing, |old| old.ordered);
            if vip.ordered > Ordered::Nothing && vip.ordered <= before {
                continue;
            }
            if vip.rank() > Rank::In {
                changes.turns.push(About::Vip(vip.address));
            }
            let lacked = vip.listeners.iter().map(|(listener, _)| About::Listener(vip.address, *listener));
            changes.turns.extend(lacked);
            changes.came_ready |= vip.rank() == Rank::In && !trust.is_damped(vip.address, None);
        }
        changes
    }

    fn differ(&mut self, old: &ToldVip, new: &ToldVip, trust: &Turns) {
        let (before, after) = (old.rank(), new.rank());
        if after > before {
            self.turns.push(About::Vip(new.address));
        }
        let trusted = !trust.is_damped(new.address, None);
        self.words |= trusted && (old.ordered != new.ordered || old.missing != new.missing);
        self.came_ready |= trusted && before > Rank::In && after == Rank::In;
        if old.listeners != new.listeners {
            self.differ_in_listeners(old, new, trust);
        }
    }

    fn differ_in_listeners(&mut self, old: &ToldVip, new: &ToldVip, trust: &Turns) {
        let trusted = |listener: Listener| !trust.is_damped(new.address, Some(listener));
        for (listener, words) in &new.listeners {
            if !old.lacks(*listener) {
                self.turns.push(About::Listener(new.address, *listener));
            }
            self.words |= trusted(*listener) && old.lack(Some(*listener)) != Some(words);
        }
        for (listener, _) in old.listeners.iter().filter(|(listener, _)| !new.lacks(*listener)) {
            self.words |= trusted(*listener);
            self.came_ready |= trusted(*listener) && new.rank() == Rank::In;
        }
    }

    /// A VIP that the agent did not have was not ready.
    fn appear(&mut self, new: &ToldVip, trust: &Turns) {
        if new.rank() == Rank::Gone {
            self.turns.push(About::Vip(new.address));
        }
        let trusted = !trust.is_damped(new.address, None);
        self.words |= trusted;
        self.came_ready |= trusted && new.rank() == Rank::In;
    }

    fn vanish(&mut self, old: &ToldVip, trust: &Turns) {
        if old.rank() == Rank::In {
            self.turns.push(About::Vip(old.address));
        }
        self.words |= !trust.is_damped(old.address, None);
    }
}
