//! What agents say, as a status shows it.

use std::net::IpAddr;

use config::director::{RealServer, VirtualService};
use daemon::clock::Clock;
use ipvs::ServiceKey;
use serde::{Deserialize, Serialize};
use watch::Word;

use crate::agents::words::{Effect, Voice};
use crate::core::Core;
use crate::oneshot::counted;

/// One agent that is followed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AgentStatus {
    /// where it listens
    pub(crate) address: String,
    /// awaited, heard, silent, lost
    pub(crate) state: String,
    /// RFC 3339
    pub(crate) since: String,
    /// it is not heard, and its host answers nothing
    pub(crate) dead: bool,
    /// the host's name as the agent says it; empty: not said
    pub(crate) host: String,
    /// empty: never heard
    pub(crate) version: String,
    /// of the run that was heard last: another one after each start; empty: not said
    pub(crate) instance: String,
    /// why it is not heard, or the first thing that is missing
    pub(crate) reason: Option<String>,
    /// that the agent has
    pub(crate) vips: usize,
    /// of those, ready
    pub(crate) ready: usize,
    /// what the host may carry, in percent of the configured weight; none: not said
    pub(crate) weight: Option<u8>,
    /// connections to VIPs that drain, in the host's own socket table; none: nothing drains, or they are not counted
    pub(crate) connections: Option<u64>,
    /// changes of mind since the start that were not acted upon
    pub(crate) damped: u64,
}

/// What its agent says of one server in one service.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AgentWord {
    /// awaited, ready, not ready, draining, drained, unverified, dead
    pub(crate) word: String,
    /// what is missing, or why it is not heard
    pub(crate) reason: Option<String>,
    /// the word is not believed before an own check of the server agrees: too many say so at once
    pub(crate) held: bool,
    /// what the host may carry, in percent of the server's weight; none: all of it
    pub(crate) percent: Option<u8>,
    /// while it drains: connections in the host's own socket table; none: not counted
    pub(crate) connections: Option<u64>,
    /// what the agent waits for while it drains: `LVS02 to set weight 0`
    pub(crate) waits_for: Option<String>,
}

/// Every agent that is followed.
pub(super) fn all(core: &Core, clock: &Clock) -> Vec<AgentStatus> {
    let status = core.agent_views().map(|(address, view, instance)| AgentStatus {
        address: address.to_string(),
        state: view.hearing.to_string(),
        since: clock.wall(view.since),
        dead: view.dead,
        host: view.host,
        version: view.version,
        instance: instance.to_owned(),
        reason: view.reason,
        vips: view.vips,
        ready: view.ready,
        weight: view.weight,
        connections: core.agent_connections(address),
        damped: view.damped,
    });
    status.collect()
}

/// Of one server, by the place of its service and its own in that; none: it has no agent.
pub(super) fn word(
    core: &Core,
    service: &VirtualService,
    real: &RealServer,
    (index, place): (usize, usize),
) -> Option<AgentWord> {
    let (voice, held) = core.voice(index, place)?;
    let vip: Option<IpAddr> = match service.key {
        ServiceKey::Address { address, .. } => Some(address),
        ServiceKey::Fwmark { .. } => None,
    };
    let drains = matches!(voice.effect, Effect::Draining | Effect::Gone);
    let drain = real.agent.and_then(|agent| core.vip_drain(agent.address, vip)).filter(|_| drains);
    Some(AgentWord {
        word: short(voice).to_owned(),
        reason: reason(voice),
        held,
        percent: voice.percent(held).filter(|percent| *percent < 100),
        connections: drain.and_then(|drain| drain.connections),
        waits_for: drain.and_then(|drain| drain.waits_for.clone()),
    })
}

fn short(voice: &Voice) -> &'static str {
    match (&voice.word, voice.effect) {
        (_, Effect::Draining) => "draining",
        (_, Effect::Gone) => "drained",
        (Word::Awaited, _) => "awaited",
        (Word::NotReady(_), _) | (Word::Ready, Effect::Quiesced) => "not ready",
        (Word::Unverified(_), _) => "unverified",
        (Word::Dead, _) => "dead",
        (Word::Ready | Word::Draining | Word::Leaving, _) => "ready",
    }
}

fn reason(voice: &Voice) -> Option<String> {
    match &voice.word {
        Word::NotReady(reason) | Word::Unverified(reason) => Some(reason.clone()),
        Word::Ready if voice.effect == Effect::Quiesced => Some("its weight is 0".to_owned()),
        Word::Dead => Some("its host answers nothing".to_owned()),
        Word::Awaited | Word::Ready | Word::Draining | Word::Leaving => None,
    }
}

impl AgentWord {
    /// `ready`, `held: not ready: tcp/80: nobody listens`, `draining, 12 connections`.
    pub(crate) fn words(&self) -> String {
        let Self { word, reason, held, percent, connections, waits_for } = self;
        let mut words = format!("{}{word}", if *held { "held: " } else { "" });
        if let Some(reason) = reason {
            words += &format!(": {reason}");
        }
        if let Some(percent) = percent {
            words += &format!(", {percent} % of its weight");
        }
        if let Some(connections) = connections {
            let connections = usize::try_from(*connections).unwrap_or(usize::MAX);
            words += &format!(", {}", counted(connections, "connection"));
        }
        if let Some(waits_for) = waits_for {
            words += &format!(", waits for {waits_for}");
        }
        words
    }
}
