//! What the log says of servers that turn by their agents' word: one line for a server, whatever the number of its services.

use std::net::SocketAddr;

use watch::Word;

use crate::agents::words::{Effect, Voice};
use crate::desired::ServerState;

/// Servers of one host turned by their agent's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AgentTurn {
    pub(crate) agent: SocketAddr,
    pub(crate) from: What,
    pub(crate) to: What,
    /// in words: what the agent says, or the check that fails where they stay out by that
    pub(crate) reason: String,
    pub(crate) comes: Comes,
    /// the first service that it is about, by its place in the configuration
    pub(crate) service: usize,
    /// how many services it is about
    pub(crate) services: usize,
}

/// What that means for the servers, their own checks considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comes {
    /// they serve by that
    Up,
    /// they are out as before: their own checks, of which the log tells, find them down, or have found nothing yet
    Nothing,
    /// they were out by that agent, and are still: their own checks, of which the log told nothing meanwhile, find them down
    StaysOut,
    /// they leave, are in another way out, or serve as before
    Otherwise,
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

impl Comes {
    /// `from`: none for one that the table had before its agent was heard. `own`: what its checks find; `now`: what comes of all.
    pub(super) const fn of(from: Option<What>, to: What, own: ServerState, now: ServerState) -> Self {
        let was_out_by_agent =
            matches!(from, Some(What::Quiesced | What::Draining | What::Gone | What::Dead));
        let was_out = was_out_by_agent || matches!(from, Some(What::Awaited));
        match (to, own, now) {
            (What::Ready | What::Unverified, _, ServerState::Up) if was_out => Self::Up,
            (What::Ready, ServerState::Down, ServerState::Down) if was_out_by_agent => Self::StaysOut,
            (What::Quiesced | What::Dead, ServerState::Down, _)
            | (What::Ready, _, ServerState::Down | ServerState::Unknown) => Self::Nothing,
            _ => Self::Otherwise,
        }
    }
}

impl AgentTurn {
    /// What the log calls it; none: it tells who debugs alone.
    pub(crate) const fn words(&self) -> Option<&'static str> {
        Some(match (self.to, self.from, self.comes) {
            (_, _, Comes::Nothing) | (What::Awaited, ..) | (What::Ready, What::Awaited, Comes::Otherwise) => {
                return None;
            }
            (_, _, Comes::StaysOut) => "real server stays out: its own checks find it down",
            (What::Quiesced, ..) => "real server quiesced",
            (What::Draining, ..) => "real server drains",
            (What::Gone, ..) => "real server has drained",
            (What::Dead, ..) => "real server down",
            (What::Held, ..) => "real server stays until its own checks agree with its agent",
            (What::Unverified, _, Comes::Up) => "real server back: its own checks decide",
            (What::Unverified, ..) => "agent not heard: own checks decide",
            (What::Ready, What::Awaited, Comes::Up) => "real server up",
            (What::Ready, What::Unverified, _) => "agent heard again",
            (What::Ready, What::Held, _) => "agent says ready again: the real server has stayed",
            (What::Ready, ..) => "real server back",
        })
    }
}

/// Adds a turn; the same of another service of that server is no line of its own.
pub(super) fn add(turns: &mut Vec<AgentTurn>, turn: AgentTurn) {
    let same_agent = turns.iter_mut().rev().take_while(|other| other.agent == turn.agent);
    let is_same = |other: &&mut AgentTurn| {
        (other.from, other.to, other.comes, &other.reason) == (turn.from, turn.to, turn.comes, &turn.reason)
    };
    match { same_agent }.find(is_same) {
        Some(other) => other.services += 1,
        None => turns.push(turn),
    }
}
