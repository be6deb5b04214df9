//! What all chains together make of a packet.

use alloc::format;
use alloc::string::String;

use super::{Passage, Stop};
use crate::Unseen;

/// What came of a packet in one chain that the kernel calls.
pub(super) struct Walked {
    pub(super) passage: Passage,
    pub(super) elsewhere: Option<Elsewhere>,
}

/// A rule that gives it another address or port: what comes behind it sees another packet than the one that is judged.
pub(super) struct Elsewhere {
    /// not only where rules match that usually do not
    pub(super) usually: bool,
    /// with its chain
    pub(super) rule: String,
}

/// The first of each kind.
#[derive(Default)]
pub(super) struct Together {
    dropped: Option<Stop>,
    unseen: Option<Unseen>,
    depends: Option<String>,
    elsewhere: Option<Elsewhere>,
}

impl Together {
    pub(super) fn add(&mut self, passage: Passage) {
        match passage {
            Passage::Passes => {}
            Passage::Dropped(stop) => _ = self.dropped.get_or_insert(stop),
            Passage::Unseen(why) => _ = self.unseen.get_or_insert(why),
            Passage::Depends(rule) => _ = self.depends.get_or_insert(rule),
        }
    }

    pub(super) fn send(&mut self, found: Option<Elsewhere>) {
        let Some(found) = found else { return };
        if self.elsewhere.as_ref().is_none_or(|known| found.usually && !known.usually) {
            self.elsewhere = Some(found);
        }
    }

    pub(super) fn passage(self) -> Passage {
        match self.elsewhere {
            Some(elsewhere) if elsewhere.usually || self.dropped.is_some() => {
                return Passage::Unseen(elsewhere.unjudged());
            }
            Some(_) | None => {}
        }
        match (self.dropped, self.unseen, self.depends) {
            (Some(stop), _, _) => Passage::Dropped(stop),
            (None, Some(why), _) => Passage::Unseen(why),
            (None, None, Some(rule)) => Passage::Depends(rule),
            (None, None, None) => Passage::Passes,
        }
    }
}

impl Elsewhere {
    fn unjudged(&self) -> Unseen {
        let is = if self.usually { "is" } else { "may be" };
        Unseen {
            why: format!("{is} sent elsewhere by {}", self.rule),
            how: "try it from another host".into(),
        }
    }
}
