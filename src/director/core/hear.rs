//! News of agents come in; servers leave, return, or are doubted.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use config::director::{RealServer, VirtualService};
use health::CheckSpec;
use ipvs::DestinationKey;
use watch::{Drain, News, View, Word};

use super::Core;
use super::agent_turn::{self, AgentTurn, Comes, What};
use super::ears::{AgentOrder, Changed, Due, Followed, Knock};
use crate::agents::guard::{Claim, Member};
use crate::agents::knock;
use crate::agents::words::{Effect, Voice};
use crate::desired::weight_in_table;

impl Core {
    /// Takes what came of one agent.
    pub(crate) fn handle_news(&mut self, agent: SocketAddr, news: News, now: Duration) {
        self.now = now;
        let was_deaf = self.ears.is_deaf();
        let news = self.sifted(agent, news);
        self.ears.note(agent, &news);
        let is_of_stream = !matches!(news, News::Knocked { .. });
        let turned = self.ears.agents.handle(agent, news, now);
        if turned.changed {
            self.hear(agent, now);
        }
        if is_of_stream {
            self.note_draining(agent);
        }
        if was_deaf && !self.ears.is_deaf() {
            self.reconsider_held(now);
        }
        if turned.suspect {
            self.knock(agent, now);
        }
        if turned.suspect || turned.came_ready {
            self.urge(agent, now);
        }
    }

    /// Takes that time has passed. True: something may be another than before by that.
    pub(crate) fn handle_timeout(&mut self, now: Duration) -> bool {
        self.now = now;
        let agents = self.ears.agents.handle_timeout(now);
        let mut turned = !agents.is_empty();
        for agent in agents {
            self.hear(agent, now);
        }
        while let Some(first) = self.ears.due.first().copied().filter(|(at, _)| *at <= now) {
            self.ears.due.remove(&first);
            turned = true;
            match first.1 {
                Due::Grace(agent) => self.hear(agent, now),
                Due::Guard(index) => self.reconsider(index, &[], now),
            }
        }
        turned
    }

    /// When [`Self::handle_timeout`] is due.
    pub(super) fn agents_timeout(&self) -> Option<Duration> {
        let due = self.ears.due.first().map(|(at, _)| *at);
        self.ears.agents.poll_timeout().into_iter().chain(due).min()
    }

    /// The agents that are to be followed.
    pub(crate) fn agents(&self) -> impl Iterator<Item = SocketAddr> {
        self.ears.followed.keys().copied()
    }

    /// A host that is to be knocked at. Call until it gives none.
    pub(crate) fn poll_knock(&mut self) -> Option<Knock> {
        self.ears.knocks.pop_front()
    }

    /// What servers turned to by their agents' word since the last call.
    pub(crate) fn take_agent_turns(&mut self) -> Vec<AgentTurn> {
        std::mem::take(&mut self.ears.turns)
    }

    /// The agents that were told to drain, as heard last; none: as at the last call.
    pub(crate) fn take_orders(&mut self) -> Option<Vec<AgentOrder>> {
        let orders = |(agent, followed): (&SocketAddr, &Followed)| -> Vec<AgentOrder> {
            let all = followed.ordered.iter();
            all.map(|(vip, order)| AgentOrder { agent: *agent, vip: *vip, order: *order }).collect()
        };
        let turned = std::mem::take(&mut self.ears.orders_turned);
        turned.then(|| self.ears.followed.iter().flat_map(orders).collect())
    }

    /// What an earlier run took by [`Self::take_orders`].
    pub(crate) fn recall(&mut self, orders: Vec<AgentOrder>, now: Duration) {
        let mut agents = BTreeSet::new();
        for AgentOrder { agent, vip, order } in orders {
            if let Some(followed) = self.ears.followed.get_mut(&agent) {
                followed.ordered.insert(vip, order);
                agents.insert(agent);
            }
        }
        for agent in agents {
            self.hear(agent, now);
        }
    }

    /// A person puts a server back: what its agent, which is not heard, was told before does not count any more.
    pub(super) fn forget_order(&mut self, server: IpAddr) -> bool {
        let silent = self.ears.followed.iter_mut().filter(|(agent, followed)| {
            agent.ip() == server && !followed.is_heard && !followed.ordered.is_empty()
        });
        let agents: Vec<SocketAddr> = silent
            .map(|(agent, followed)| {
                followed.ordered.clear();
                *agent
            })
            .collect();
        self.ears.orders_turned |= !agents.is_empty();
        for agent in &agents {
            self.hear(*agent, self.now);
        }
        !agents.is_empty()
    }

    /// Whether an agent of that host was told to drain, as heard last.
    pub(super) fn is_ordered(&self, server: IpAddr) -> bool {
        self.ears
            .followed
            .iter()
            .any(|(agent, followed)| agent.ip() == server && !followed.ordered.is_empty())
    }

    /// What its agent says of a server, and whether that is not believed yet; none: it has no agent.
    pub(crate) fn voice(&self, index: usize, place: usize) -> Option<(&Voice, bool)> {
        let voice = self.ears.voice((index, place))?;
        let service = self.config.services.get(index)?;
        Some((voice, self.ears.holds(service, service.reals.get(place)?)))
    }

    /// What an agent says of a drain of that VIP, or, where none is named, of the first.
    pub(crate) fn vip_drain(&self, agent: SocketAddr, vip: Option<IpAddr>) -> Option<&Drain> {
        let first = || self.ears.agents.draining(agent)?.vips.first().copied();
        self.ears.agents.drain(agent, vip.or_else(first)?)
    }

    /// Connections to VIPs that an agent which is heard drains, as it counts them; none: it is not heard, drains nothing, or
    /// does not count.
    pub(crate) fn agent_connections(&self, agent: SocketAddr) -> Option<u64> {
        let vips = self.ears.agents.draining(agent)?.vips;
        let counts = vips.into_iter().filter_map(|vip| self.ears.agents.drain(agent, vip)?.connections);
        counts.reduce(u64::saturating_add)
    }

    /// What is known of each agent, with the name of its run.
    pub(crate) fn agent_views(&self) -> impl Iterator<Item = (SocketAddr, View, &str)> {
        self.ears.followed.iter().filter_map(|(agent, followed)| {
            Some((*agent, self.ears.agents.view(*agent)?, followed.instance.as_str()))
        })
    }

    /// Whether an agent may still say its first word.
    pub(crate) fn awaits_agents(&self) -> bool {
        self.ears.followed.values().any(|followed| followed.is_awaited)
    }

    /// Whether an agent of this service may.
    pub(super) fn awaits_agents_of(&self, index: usize) -> bool {
        self.ears.voices(index).any(|voice| voice.word == Word::Awaited)
    }

    /// Judges again what an agent says of its services.
    fn hear(&mut self, agent: SocketAddr, now: Duration) {
        let mut services: BTreeMap<usize, Vec<Changed>> = BTreeMap::new();
        for changed in self.ears.listen(agent, &self.config, now) {
            services.entry(changed.place.0).or_default().push(changed);
        }
        for (index, changed) in services {
            self.reconsider(index, &changed, now);
        }
    }

    /// Judges a service again. `changed`: the servers of which its agent says something else.
    pub(super) fn reconsider(&mut self, index: usize, changed: &[Changed], now: Duration) {
        let turned = self.settle(index, now);
        for change in changed {
            let place = change.place.1;
            self.note_turn(index, place, change.before.as_ref(), turned.contains(&place));
            self.tell_server(index, place, self.waited(index, place, change.before.as_ref()), None);
        }
        for place in turned.into_iter().filter(|place| changed.iter().all(|change| change.place.1 != *place))
        {
            let voice = self.ears.voice((index, place)).cloned();
            self.note_turn(index, place, voice.as_ref(), true);
            self.tell_server(index, place, false, None);
        }
        self.judge_again(index);
    }

    /// Whether the server has waited for its agent's first word to enter.
    fn waited(&self, index: usize, place: usize, before: Option<&Voice>) -> bool {
        let real = self.config.services.get(index).and_then(|service| service.reals.get(place));
        let is_out = |before: &Voice| before.effect == Effect::Stay && before.was.is_none();
        real.is_some_and(|real| real.alpha) && before.is_some_and(is_out)
    }

    fn reconsider_held(&mut self, now: Duration) {
        for index in self.ears.holding.clone() {
            self.reconsider(index, &[], now);
        }
    }

    /// Decides which servers of a service leave by their agents' word. Gives the places of those that are kept, or not kept any
    /// more, against it.
    pub(super) fn settle(&mut self, index: usize, now: Duration) -> Vec<usize> {
        let Some(service) = self.config.services.get(index) else { return Vec::new() };
        let (key, rules) = (service.key, self.config.agents.guard);
        let is_claimed = self.ears.voices(index).any(|voice| voice.effect.is_guarded());
        if !is_claimed && !self.ears.guards.contains_key(&key) {
            return Vec::new();
        }
        let members = self.members(index, service);
        let place_of = |key: &DestinationKey| service.reals.iter().position(|real| real.key == *key);
        let guard = self.ears.guards.entry(key).or_default();
        let settled = guard.settle(&members, rules, now);
        let turned: Vec<usize> = settled.turned.iter().filter_map(place_of).collect();
        let held = turned.iter().filter_map(|place| service.reals.get(*place));
        let held: Vec<Arc<CheckSpec>> =
            held.filter(|real| guard.holds(&real.key)).flat_map(|real| &real.checks).cloned().collect();
        if guard.is_holding() {
            self.ears.holding.insert(index);
        } else {
            self.ears.holding.remove(&index);
        }
        if guard.is_idle() {
            self.ears.guards.remove(&key);
        }
        self.ears.due.extend(settled.again.map(|at| (at, Due::Guard(index))));
        for check in held {
            self.checks.urge(&check, now);
        }
        turned
    }

    fn members(&self, index: usize, service: &VirtualService) -> Vec<Member> {
        let is_deaf = self.ears.is_deaf();
        let member = |(place, real): (usize, &RealServer)| {
            let voice = self.ears.voice((index, place));
            let (state, weight) = (self.state_of(real), self.own_weight(service, real));
            let condition = voice.map_or_else(
                || super::unspoken(state, weight),
                |voice| voice.condition(state, weight, voice.effect.is_guarded()),
            );
            let is_drained = self.drained.contains(&real.key.address);
            let weight = weight_in_table(real, condition, is_drained);
            let claim = voice.filter(|voice| voice.effect.is_guarded()).map(|voice| Claim {
                confirmed: real.checks.iter().any(|check| self.checks.failed_since(check, voice.since)),
                doubtful: is_deaf && matches!(voice.word, Word::Dead | Word::Unverified(_)),
            });
            let weight_in = match self.verdicts.get(index) {
                Some(one) => one.service.destinations.get(&real.key).map(|entry| entry.weight.get()),
                // while a configuration is taken: as it was before
                None => voice.and_then(|voice| voice.was),
            };
            Member {
                key: real.key,
                serves: weight.is_some_and(|weight| weight.get() > 0),
                is_in: weight_in.is_some_and(|weight| weight > 0),
                claim,
            }
        };
        service.reals.iter().enumerate().map(member).collect()
    }

    /// An attempt has ended that may decide whether an agent is believed: no turn of the check is needed for that.
    pub(super) fn weigh(&mut self, check: &Arc<CheckSpec>, passed: bool, now: Duration) {
        if !passed {
            let users = self.users.get(check).into_iter().flatten();
            let holding: Vec<usize> =
                users.filter(|index| self.ears.holding.contains(index)).copied().collect();
            for index in holding {
                self.reconsider(index, &[], now);
            }
            return;
        }
        let alive: Vec<SocketAddr> =
            self.ears.dead.iter().filter(|agent| self.answered(**agent, check)).copied().collect();
        for agent in alive {
            if self.ears.agents.revive(agent) {
                self.hear(agent, now);
            }
        }
    }

    /// Whether anything hangs on attempts that turn no check.
    pub(super) fn is_in_doubt(&self) -> bool {
        !self.ears.holding.is_empty() || !self.ears.dead.is_empty()
    }

    /// Whether that check of the host has passed since it fell silent.
    fn answered(&self, agent: SocketAddr, check: &Arc<CheckSpec>) -> bool {
        let Some(followed) = self.ears.followed.get(&agent) else { return false };
        let since = followed.silent_since.unwrap_or_default();
        check.target.ip() == agent.ip()
            && self.checks.passed_since(check, since)
            && self.reals_of(followed).any(|real| real.checks.contains(check))
    }

    /// A host that answered an own check since it was knocked at is alive, whatever the knock found.
    fn sifted(&self, agent: SocketAddr, news: News) -> News {
        let is_denied = || {
            let followed = self.ears.followed.get(&agent)?;
            let since = followed.knocked?;
            let mut checks = self.reals_of(followed).flat_map(|real| &real.checks);
            Some(checks.any(|one| one.target.ip() == agent.ip() && self.checks.passed_since(one, since)))
        };
        let is_dead = matches!(news, News::Knocked { host_is_dead: true });
        if is_dead && is_denied() == Some(true) { News::Knocked { host_is_dead: false } } else { news }
    }

    fn knock(&mut self, agent: SocketAddr, now: Duration) {
        let Some(followed) = self.ears.followed.get_mut(&agent) else { return };
        followed.knocked = Some(now);
        let Some(followed) = self.ears.followed.get(&agent) else { return };
        let targets = knock::targets(agent, self.reals_of(followed));
        self.ears.knocks.push_back(Knock { agent, targets });
    }

    /// Has the checks of the agent's servers made now.
    fn urge(&mut self, agent: SocketAddr, now: Duration) {
        let Some(followed) = self.ears.followed.get(&agent) else { return };
        let checks: BTreeSet<Arc<CheckSpec>> =
            self.reals_of(followed).flat_map(|real| &real.checks).cloned().collect();
        for check in checks {
            self.checks.urge(&check, now);
        }
    }

    fn reals_of<'a>(&'a self, followed: &'a Followed) -> impl Iterator<Item = &'a RealServer> + Clone {
        let real = |(index, place): &(usize, usize)| self.config.services.get(*index)?.reals.get(*place);
        followed.places.iter().filter_map(real)
    }

    /// `turned`: whether being kept against the word has begun or ended with this.
    fn note_turn(&mut self, index: usize, place: usize, before: Option<&Voice>, turned: bool) {
        let Some((voice, held)) = self.voice(index, place) else { return };
        let was_held = held != turned;
        let from = before.map_or(What::Awaited, |before| What::of(before, was_held));
        let to = What::of(voice, held);
        let real = self.config.services.get(index).and_then(|service| service.reals.get(place));
        let Some((real, agent)) = real.and_then(|real| Some((real, real.agent?.address))) else { return };
        let Some(now) = self.condition_at(index, place).filter(|_| from != to) else { return };
        let was_in_table = from == What::Awaited && before.is_none_or(|before| before.was.is_some());
        let from_out = (!was_in_table).then_some(from);
        let comes = Comes::of(from_out, to, self.state_of(real), now.standing());
        let failed = || self.why_down(real).filter(|_| comes == Comes::StaysOut);
        let (reason, service, services) = (failed().unwrap_or_else(|| voice.reason()), index, 1);
        let turn = AgentTurn { agent, from, to, reason, comes, service, services };
        agent_turn::add(&mut self.ears.turns, turn);
    }
}
