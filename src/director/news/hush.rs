//! Silence that ends soon is not worth a line: the heartbeats of a busy host come late now and then.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use crate::core::{AgentTurn, What};

/// Silence that ends within this is told to nobody but who debugs.
const PASSING: Duration = Duration::from_secs(1);

/// Agents that are not heard any more, until that has lasted.
#[derive(Debug, Default)]
pub(crate) struct Hush {
    /// since when, and what is to be told of it, with the name of the service
    waiting: BTreeMap<SocketAddr, (Duration, Vec<(AgentTurn, String)>)>,
}

/// What becomes of a turn in the log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// with the name of its service
    Told(AgentTurn, String),
    Passing(AgentTurn),
}

impl Hush {
    /// Takes a turn, of a service with this name.
    pub(crate) fn take(&mut self, turn: AgentTurn, service: String, now: Duration) -> Line {
        match (turn.from, turn.to) {
            (What::Ready, What::Unverified) => {
                let (_, turns) = self.waiting.entry(turn.agent).or_insert_with(|| (now, Vec::new()));
                turns.push((turn.clone(), service));
                Line::Passing(turn)
            }
            (What::Unverified, to) => {
                let was_short = self.waiting.remove(&turn.agent).is_some();
                if was_short && to == What::Ready { Line::Passing(turn) } else { Line::Told(turn, service) }
            }
            _ => Line::Told(turn, service),
        }
    }

    /// What has lasted.
    pub(crate) fn poll(&mut self, now: Duration) -> Vec<(AgentTurn, String)> {
        // nearly always
        if self.next_wake() > now {
            return Vec::new();
        }
        let lasting = self.waiting.iter().filter(|(_, (since, _))| *since + PASSING <= now);
        let lasting: Vec<SocketAddr> = lasting.map(|(agent, _)| *agent).collect();
        lasting.iter().filter_map(|agent| self.waiting.remove(agent)).flat_map(|(_, turns)| turns).collect()
    }

    /// When [`Self::poll`] gives something.
    pub(crate) fn next_wake(&self) -> Duration {
        self.waiting.values().map(|(since, _)| *since + PASSING).min().unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests;
