//! Actions that wait to be taken, of all routers.

use alloc::collections::VecDeque;

use crate::{Action, RouterId, Transition};

/// More actions than this never wait: enough for every router of a large machine to change its state a few times between
/// two polls.
const MOST: usize = 16_384;

/// Actions in their order. Full, it forgets adverts and announcements, which time would have overtaken, and keeps of each
/// router only the last word about its addresses and one transition that spans those in between.
#[derive(Debug, Default)]
pub(crate) struct Queue(VecDeque<(RouterId, Action)>);

impl Queue {
    pub(crate) fn push(&mut self, id: RouterId, action: Action) {
        if self.0.len() < MOST {
            self.0.push_back((id, action));
        } else {
            self.squeeze(id, action);
        }
    }

    pub(crate) fn pop(&mut self) -> Option<(RouterId, Action)> {
        self.0.pop_front()
    }

    fn squeeze(&mut self, id: RouterId, action: Action) {
        match action {
            Action::Send { .. } | Action::Announce { .. } => {}
            Action::Hold(_) => {
                self.take_last(id, |waiting| matches!(waiting, Action::Hold(_)));
                self.0.push_back((id, action));
            }
            Action::Transition(new) => {
                let spanning = match self.take_last(id, |waiting| matches!(waiting, Action::Transition(_))) {
                    Some(Action::Transition(old)) => Transition { from: old.from, ..new },
                    Some(_) | None => new,
                };
                self.0.push_back((id, Action::Transition(spanning)));
            }
        }
    }

    fn take_last(&mut self, id: RouterId, kind: impl Fn(&Action) -> bool) -> Option<Action> {
        let place = self.0.iter().rposition(|(of, action)| *of == id && kind(action))?;
        self.0.remove(place).map(|(_, action)| action)
    }
}
