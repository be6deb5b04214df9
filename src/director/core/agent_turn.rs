//! What the log says of servers that turn by their agents' word: one line for a server, whatever the number of its services.

use std::net::SocketAddr;

use watch::Word;

use crate::agents::words::{Effect, Voice};

/// Servers of one host turned by their agent's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AgentTurn {
    pub(crate) agent: SocketAddr,
    pub(crate) from: What,
    pub(crate) to: What,
    /// in words
    pub(crate) reason: String,
    /// the first service that it is about, by its place in the configuration
    pub(crate) service: usize,
    /// how many services it is about
    pub(crate) services: usize,
}

/// What becomes of a server by its agent's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// its agent is not heard yet
    Awaited,
    /// its agent says that all is well
    Ready,
    /// no new connections
    Quiesced,
    /// no new connections, by order
    Draining,
    /// out of the table, by order
    Gone,
    /// as a failed check
    Dead,
    /// its agent is not believed yet
    Held,
    /// its agent is not heard
    Unverified,
}

impl What {
    /// `held`: the word is not believed yet.
    pub(super) const fn of(voice: &Voice, held: bool) -> Self {
        match voice.effect {
            Effect::Quiesced | Effect::Dead if held => Self::Held,
            Effect::Quiesced => Self::Quiesced,
            Effect::Dead => Self::Dead,
            Effect::Draining => Self::Draining,
            Effect::Gone => Self::Gone,
            Effect::Stay => Self::Awaited,
            Effect::Checks if matches!(voice.word, Word::Unverified(_)) => Self::Unverified,
            Effect::Checks => Self::Ready,
        }
    }
}

/// Adds a turn; the same of another service of that server is no line of its own.
pub(super) fn add(turns: &mut Vec<AgentTurn>, turn: AgentTurn) {
    let same_agent = turns.iter_mut().rev().take_while(|other| other.agent == turn.agent);
    let is_same =
        |other: &&mut AgentTurn| (other.from, other.to, &other.reason) == (turn.from, turn.to, &turn.reason);
    match { same_agent }.find(is_same) {
        Some(other) => other.services += 1,
        None => turns.push(turn),
    }
}
