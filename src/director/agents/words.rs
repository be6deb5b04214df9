//! What an agent's word does to one server of one service.

use config::director::AgentPolicy;
use ipvs::Weight;
use serde::{Deserialize, Serialize};
use watch::Word;

use crate::desired::{Condition, Said, ServerState, scaled};

/// What becomes of a server by its agent's word, were it believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// its own checks decide
    Checks,
    /// its agent is not heard yet: it stays as it is in the table
    Stay,
    /// no new connections
    Quiesced,
    /// no new connections, by order of a person
    Draining,
    /// not in the table, by order of a person
    Gone,
    /// as a failed check: its host answers nothing
    Dead,
}

/// What an agent was told by a person, as it was heard last. It outlives the agent's silence: a server that has drained may
/// have lost its VIP, which its own checks do not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ordered {
    /// it drains
    Draining,
    /// it has drained
    Leaving,
}

/// What is known of an agent besides its word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) policy: AgentPolicy,
    /// as heard last
    pub(crate) ordered: Option<Ordered>,
    /// it was heard at least once
    pub(crate) was_heard: bool,
    /// it is not heard for so short a time that a server which requires it goes on
    pub(crate) in_grace: bool,
    /// what the host may carry, in percent
    pub(crate) percent: Option<u8>,
}

/// What the word of an agent says of one service of one server, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Voice {
    pub(crate) word: Word,
    pub(crate) effect: Effect,
    /// since when it says what has that effect, or, for want of a word, since when nothing is heard: an own check that began
    /// later may agree
    pub(crate) since: core::time::Duration,
    /// what the host may carry, in percent
    pub(crate) percent: Option<u8>,
    /// the weight in the table before the agent was heard for the first time; none: it was not there
    pub(crate) was: Option<u32>,
}

impl Effect {
    /// What the word comes to.
    pub(crate) const fn of(word: &Word, around: Around) -> Self {
        let Around { policy, ordered, was_heard, in_grace, percent } = around;
        match (word, ordered) {
            (Word::Ready, _) if matches!(percent, Some(0)) => Self::Quiesced,
            (Word::Ready, _) => Self::Checks,
            (Word::Draining, _)
            | (Word::NotReady(_) | Word::Awaited | Word::Unverified(_), Some(Ordered::Draining)) => {
                Self::Draining
            }
            (Word::Leaving, _)
            | (
                Word::NotReady(_) | Word::Awaited | Word::Unverified(_) | Word::Dead,
                Some(Ordered::Leaving),
            ) => Self::Gone,
            (Word::NotReady(_), None) => Self::Quiesced,
            (Word::Dead, _) => Self::Dead,
            (Word::Awaited, None) => Self::Stay,
            (Word::Unverified(_), None) => match policy {
                AgentPolicy::Prefer => Self::Checks,
                AgentPolicy::Require if in_grace && was_heard => Self::Checks,
                AgentPolicy::Require if in_grace => Self::Stay,
                AgentPolicy::Require => Self::Quiesced,
            },
        }
    }

    /// Whether it is not believed of too many servers at once.
    pub(crate) const fn is_guarded(self) -> bool {
        match self {
            Self::Quiesced | Self::Dead => true,
            Self::Checks | Self::Stay | Self::Draining | Self::Gone => false,
        }
    }
}

impl Voice {
    /// What decides about the server. `state` and `weight` are as its own checks say; `held`: its agent is not believed yet.
    pub(crate) fn condition(&self, state: ServerState, weight: Weight, held: bool) -> Condition {
        let (state, said) = match self.effect {
            Effect::Quiesced | Effect::Dead if held => (state, Said::Nothing),
            Effect::Checks => (state, Said::Nothing),
            Effect::Stay => (state, Said::AsItWas(self.was)),
            Effect::Quiesced => (state, Said::Quiesced),
            Effect::Draining => (state, Said::Draining),
            Effect::Gone => (state, Said::Gone),
            Effect::Dead => (ServerState::Down, Said::Nothing),
        };
        let part = self.percent(held).map_or(weight, |percent| scaled(weight, percent));
        Condition { state, weight: part, full: weight, said }
    }

    /// What the host may carry, in percent of the server's weight; none: all of it. One that stays against its agent's word
    /// carries something, and so does one of whose agent nothing is heard since it said 0: its own checks decide.
    pub(crate) fn percent(&self, held: bool) -> Option<u8> {
        let carries = held || self.effect == Effect::Checks;
        self.percent.map(|percent| if carries { percent.max(1) } else { percent })
    }

    /// Why the server is out, or would be.
    pub(crate) fn reason(&self) -> String {
        match (&self.word, self.effect) {
            (_, Effect::Draining) => self.last_heard("draining"),
            (_, Effect::Gone) => self.last_heard("drained"),
            (Word::NotReady(reason), _) => format!("not ready: {reason}"),
            (Word::Unverified(reason), _) => format!("not heard: {reason}"),
            (Word::Dead, _) => "not heard, and its host answers nothing".to_owned(),
            (Word::Ready, Effect::Quiesced) => "its weight is 0".to_owned(),
            (Word::Awaited, _) => "not heard yet".to_owned(),
            (Word::Ready | Word::Draining | Word::Leaving, _) => "ready".to_owned(),
        }
    }

    fn last_heard(&self, words: &str) -> String {
        match &self.word {
            Word::Unverified(reason) => format!("{words} when it was heard last: {reason}"),
            Word::Awaited | Word::Dead => format!("{words} when it was heard last"),
            Word::Ready | Word::NotReady(_) | Word::Draining | Word::Leaving => words.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
