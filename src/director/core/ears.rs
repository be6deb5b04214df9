//! Who has an agent, and what each agent says of each of its services.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use config::director::{DirectorConfig, RealServer, VirtualService};
use ipvs::{DestinationKey, Protocol, ServiceKey};
use serde::{Deserialize, Serialize};
use watch::{Agents, News, Word};

use super::agent_turn::AgentTurn;
use crate::agents::confirm::Confirmations;
use crate::agents::guard::Guard;
use crate::agents::words::{Around, Effect, Ordered, Voice};

/// Longest name of an agent's run that is kept, in characters
const LONGEST_INSTANCE: usize = 64;

/// A server of a service: the place of the service in the configuration, and its own in that service.
pub(super) type Place = (usize, usize);

/// A host that fell silent is to be knocked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Knock {
    pub(crate) agent: SocketAddr,
    pub(crate) targets: Vec<SocketAddr>,
}

/// An agent was told to drain, for one VIP or, for services by firewall mark, for any. Kept over a restart of the director.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AgentOrder {
    pub(crate) agent: SocketAddr,
    pub(crate) vip: Option<IpAddr>,
    pub(crate) order: Ordered,
}

/// Time alone changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// a server that requires its agent has gone on without it for long enough
    Grace(SocketAddr),
    /// in this service more servers may leave by word alone
    Guard(usize),
}

/// All agents, and what they say.
#[derive(Default)]
pub(super) struct Ears {
    pub(super) agents: Agents,
    pub(super) followed: BTreeMap<SocketAddr, Followed>,
    /// where each host that has an agent is a real server, also where its agent is not followed
    pub(super) hosts: BTreeMap<IpAddr, Vec<Place>>,
    /// parallel to the services; nothing where no server has an agent, else parallel to the servers
    voices: Vec<Vec<Option<Voice>>>,
    /// of services of which a server would leave by its agent's word
    pub(super) guards: BTreeMap<ServiceKey, Guard>,
    /// services that keep a server against its agent's word
    pub(super) holding: BTreeSet<usize>,
    pub(super) due: BTreeSet<(Duration, Due)>,
    /// agents whose hosts answer nothing
    pub(super) dead: BTreeSet<SocketAddr>,
    pub(super) knocks: VecDeque<Knock>,
    pub(super) turns: Vec<AgentTurn>,
    /// agents that drain as far as they are heard
    pub(super) draining: BTreeSet<SocketAddr>,
    /// of those, whose answer may be another than before
    pub(super) unanswered: BTreeSet<SocketAddr>,
    pub(super) confirmations: Confirmations,
    /// they are others than were taken last
    pub(super) orders_turned: bool,
}

/// One agent.
#[derive(Debug, Default)]
pub(super) struct Followed {
    pub(super) places: Vec<Place>,
    was_heard: bool,
    pub(super) is_heard: bool,
    pub(super) is_awaited: bool,
    /// since when nothing is heard of it
    pub(super) silent_since: Option<Duration>,
    /// when it was knocked at last
    pub(super) knocked: Option<Duration>,
    /// as heard last, by VIP
    pub(super) ordered: BTreeMap<Option<IpAddr>, Ordered>,
    /// of the agent that was heard last
    pub(super) instance: String,
}

/// What another word has changed.
pub(super) struct Changed {
    pub(super) place: Place,
    pub(super) before: Option<Voice>,
}

impl Ears {
    /// Takes who has an agent from a configuration. What known agents said stays. `weight_of`: the weight that a server has
    /// in the table, if it is there.
    pub(super) fn load(
        &mut self,
        config: &DirectorConfig,
        weight_of: impl Fn(&ServiceKey, &DestinationKey) -> Option<u32>,
        now: Duration,
    ) {
        let mut old = std::mem::take(&mut self.followed);
        for (place, _, real) in places(config) {
            let Some(agent) = real.agent else { continue };
            let known = || Followed { places: Vec::new(), ..old.remove(&agent.address).unwrap_or_default() };
            self.followed.entry(agent.address).or_insert_with(known).places.push(place);
        }
        for gone in old.into_keys() {
            self.forget(gone);
        }
        self.agents.set(self.followed.keys().copied(), now);
        self.hosts = hosts(config, &self.followed);
        self.voices = config.services.iter().map(|service| voices_of(service, &weight_of)).collect();
        let keys: BTreeSet<ServiceKey> = config.services.iter().map(|service| service.key).collect();
        self.guards.retain(|key, _| keys.contains(key));
        self.holding.clear();
        self.due.clear();
        let all: Vec<SocketAddr> = self.followed.keys().copied().collect();
        for agent in all {
            self.listen(agent, config, now);
        }
        self.unanswered.clone_from(&self.draining);
    }

    fn forget(&mut self, agent: SocketAddr) {
        self.dead.remove(&agent);
        self.draining.remove(&agent);
        self.confirmations.forget(agent);
        self.orders_turned = true;
    }

    /// What the room of the agents' words does not keep.
    pub(super) fn note(&mut self, agent: SocketAddr, news: &News) {
        let Some(followed) = self.followed.get_mut(&agent) else { return };
        match news {
            News::State(status) => {
                followed.instance = status.instance.chars().take(LONGEST_INSTANCE).collect();
                followed.was_heard = true;
                followed.is_heard = true;
            }
            News::Heard => followed.is_heard = true,
            News::Silent => followed.is_heard = false,
            News::Lost(_) => {
                followed.is_heard = false;
                // what was said to that stream is said again to the next
                self.confirmations.forget(agent);
            }
            News::Knocked { .. } => {}
        }
    }

    /// Takes what the agent says now of each of its services. Gives what that changes.
    pub(super) fn listen(
        &mut self,
        agent: SocketAddr,
        config: &DirectorConfig,
        now: Duration,
    ) -> Vec<Changed> {
        let Self { agents, followed, voices, due, .. } = self;
        let Some(followed) = followed.get_mut(&agent) else { return Vec::new() };
        let percent = agents.weight(agent);
        let (mut changed, mut is_dead, orders) = (Vec::new(), false, followed.ordered.clone());
        followed.is_awaited = false;
        for (index, place) in followed.places.clone() {
            let Some(service) = config.services.get(index) else { continue };
            let Some(policy) = service.reals.get(place).and_then(|real| real.agent).map(|agent| agent.policy)
            else {
                continue;
            };
            let (vip, listener) = told_of(service);
            let word = agents.word(agent, vip, listener);
            followed.take(&word, vip, now);
            is_dead |= word == Word::Dead;
            let grace = followed.silent_since.map(|since| since + config.agents.grace);
            let around = Around {
                policy,
                ordered: followed.ordered.get(&vip).copied(),
                was_heard: followed.was_heard,
                in_grace: grace.is_some_and(|grace| now < grace),
                percent,
            };
            if let Some(grace) = grace.filter(|grace| now < *grace) {
                due.insert((grace, Due::Grace(agent)));
            }
            let Some(voice) = voices.get_mut(index).and_then(|voices| voices.get_mut(place)) else {
                continue;
            };
            let next = next_voice(voice.as_ref(), word, around, followed.silent_since, now);
            if voice.as_ref() != Some(&next) {
                changed.push(Changed { place: (index, place), before: voice.replace(next) });
            }
        }
        self.orders_turned |= self.followed.get(&agent).is_some_and(|followed| followed.ordered != orders);
        if is_dead {
            self.dead.insert(agent);
        } else {
            self.dead.remove(&agent);
        }
        changed
    }

    /// What its agent says of a server; none: it has no agent.
    pub(super) fn voice(&self, (index, place): Place) -> Option<&Voice> {
        self.voices.get(index)?.get(place)?.as_ref()
    }

    /// What the agents say of a service's servers, in their order; nothing where none has an agent.
    pub(super) fn voices(&self, index: usize) -> impl Iterator<Item = &Voice> {
        self.voices.get(index).into_iter().flatten().flatten()
    }

    /// Whether a server stays although its agent wants it out.
    pub(super) fn holds(&self, service: &VirtualService, real: &RealServer) -> bool {
        self.guards.get(&service.key).is_some_and(|guard| guard.holds(&real.key))
    }

    /// Whether nothing is heard of any agent, where there are several.
    pub(super) fn is_deaf(&self) -> bool {
        self.followed.len() > 1 && !self.followed.values().any(|followed| followed.is_heard)
    }
}

impl Followed {
    /// What a person ordered stays over silence.
    fn take(&mut self, word: &Word, vip: Option<IpAddr>, now: Duration) {
        match word {
            Word::Awaited => self.is_awaited = true,
            Word::Ready | Word::NotReady(_) | Word::Draining | Word::Leaving if self.is_heard => {
                self.silent_since = None;
            }
            // also of one that is not trusted and has fallen silent since
            Word::Unverified(_)
            | Word::Dead
            | Word::Ready
            | Word::NotReady(_)
            | Word::Draining
            | Word::Leaving => {
                self.silent_since.get_or_insert(now);
            }
        }
        match word {
            Word::Draining => drop(self.ordered.insert(vip, Ordered::Draining)),
            Word::Leaving => drop(self.ordered.insert(vip, Ordered::Leaving)),
            // what is said of one that is not heard is not what it says
            Word::Ready | Word::NotReady(_) if self.is_heard => drop(self.ordered.remove(&vip)),
            Word::Ready | Word::NotReady(_) | Word::Awaited | Word::Unverified(_) | Word::Dead => {}
        }
    }
}

fn next_voice(
    before: Option<&Voice>,
    word: Word,
    around: Around,
    silent_since: Option<Duration>,
    now: Duration,
) -> Voice {
    let effect = Effect::of(&word, around);
    let since = match before.filter(|before| before.effect == effect) {
        Some(before) => before.since,
        None => silent_since.unwrap_or(now),
    };
    Voice { word, effect, since, percent: around.percent, was: before.and_then(|before| before.was) }
}

fn voices_of(
    service: &VirtualService,
    weight_of: impl Fn(&ServiceKey, &DestinationKey) -> Option<u32>,
) -> Vec<Option<Voice>> {
    if service.reals.iter().all(|real| real.agent.is_none()) {
        return Vec::new();
    }
    let unheard = |real: &RealServer| {
        let was = weight_of(&service.key, &real.key);
        let (effect, since) = (Effect::Stay, Duration::ZERO);
        real.agent.map(|_| Voice { word: Word::Awaited, effect, since, percent: None, was })
    };
    service.reals.iter().map(unheard).collect()
}

/// Which VIP and which listener of an agent speak of a service.
fn told_of(service: &VirtualService) -> (Option<IpAddr>, Option<(bool, u16)>) {
    match service.key {
        ServiceKey::Address { protocol, address, port } => {
            let listener = match protocol {
                Protocol::Tcp => Some((false, port)),
                Protocol::Udp => Some((true, port)),
                Protocol::Sctp => None,
            };
            (Some(address), listener.filter(|_| port != 0))
        }
        ServiceKey::Fwmark { .. } => (None, None),
    }
}

fn hosts(config: &DirectorConfig, followed: &BTreeMap<SocketAddr, Followed>) -> BTreeMap<IpAddr, Vec<Place>> {
    let mut hosts: BTreeMap<IpAddr, Vec<Place>> =
        followed.keys().map(|agent| (agent.ip(), Vec::new())).collect();
    for (place, _, real) in places(config) {
        if let Some(places) = hosts.get_mut(&real.key.address) {
            places.push(place);
        }
    }
    hosts
}

fn places(config: &DirectorConfig) -> impl Iterator<Item = (Place, &VirtualService, &RealServer)> {
    config.services.iter().enumerate().flat_map(|(index, service)| {
        service.reals.iter().enumerate().map(move |(place, real)| ((index, place), service, real))
    })
}
