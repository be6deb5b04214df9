//! The director's decisions: check results, commands and files come in; the wanted table goes out as patches.
//! No socket, file or clock: the shell (`run.rs`) performs.

mod agent_turn;
mod answer;
mod check_turn;
mod condition;
mod drain;
mod ears;
mod hear;
mod path;
mod pause;
mod turn;
mod weight;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::iter;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use config::director::{DirectorConfig, IpvsOn, OnStop, RealServer, VirtualService};
use health::{CheckId, CheckSpec, Checks, Outcome, Start};
use ipvs::{DestinationKey, Service, ServiceKey, Table, Weight};

use crate::desired::{Verdict, judge};
use crate::path::Paths;
use crate::roles::{Roles, lingering, placement};
#[cfg(test)]
pub(crate) use agent_turn::Comes;
pub(crate) use agent_turn::{AgentTurn, What};
pub(crate) use check_turn::{CheckTurn, ServerLine};
use condition::{state, unspoken};
pub(crate) use drain::DrainAnswer;
pub(crate) use ears::AgentOrder;
use ears::Ears;
pub(crate) use turn::{QuorumTurn, ServerTurn, Turn};
use weight::Remembered;

/// Changes of the wanted table: a service as it should be, or none where it should be gone.
pub(crate) type Patches = BTreeMap<ServiceKey, Option<Service>>;

/// Everything the director knows and decides.
pub(crate) struct Core {
    config: DirectorConfig,
    checks: Checks,
    /// parallel to `config.services`
    verdicts: Vec<Verdict>,
    /// parallel to `config.services`: whether it is installed here
    here: Vec<bool>,
    /// parallel to `config.services`: whether its addresses are on their way out
    lingers: Vec<bool>,
    /// addresses of this machine, as they were when roles changed last
    own: BTreeSet<IpAddr>,
    /// addresses of this machine
    local: BTreeSet<IpAddr>,
    /// there may be checks that are paused
    may_pause: bool,
    roles: Roles,
    /// the services that need a check, by their place in `config.services`
    users: BTreeMap<Arc<CheckSpec>, Vec<usize>>,
    drained: BTreeSet<IpAddr>,
    /// what agents say
    ears: Ears,
    /// of the newest input
    now: Duration,
    /// of checks that go to a VIP
    paths: Paths,
    /// weights in the table of servers whose checks have not said theirs yet
    remembered: Remembered,
    /// what was told last of the quorum of each service; absent: nothing yet
    told: BTreeMap<ServiceKey, bool>,
    /// the servers of which it was told last that they are down
    down: BTreeSet<(ServiceKey, DestinationKey)>,
    turns: VecDeque<Turn>,
    patches: Patches,
}

impl Core {
    /// Takes a configuration at start; `seed` spreads the checks in time. A server that is in the kernel's table
    /// stays there until a check fails it, and so does a sorry server that serves. With `ipvs_on = "master"` a service
    /// that is there stays until it is known what this director is for its router.
    pub(crate) fn start(
        seed: u64,
        drained: BTreeSet<IpAddr>,
        config: DirectorConfig,
        kernel: &Table,
        now: Duration,
    ) -> Self {
        let weight_of = |service: &ServiceKey, server: &DestinationKey| {
            kernel.get(service)?.destinations.get(server).map(|destination| destination.weight.get())
        };
        let is_sorry = |service: &VirtualService| {
            let server = service.sorry_server.and_then(|(key, _)| weight_of(&service.key, &key));
            server.is_some_and(|weight| weight > 0)
        };
        let mut core = Self {
            roles: Roles::undecided(&config),
            config,
            checks: Checks::new(seed),
            verdicts: Vec::new(),
            here: Vec::new(),
            lingers: Vec::new(),
            own: BTreeSet::new(),
            local: BTreeSet::new(),
            may_pause: false,
            users: BTreeMap::new(),
            drained,
            ears: Ears::default(),
            now,
            paths: Paths::default(),
            remembered: Remembered::default(),
            told: BTreeMap::new(),
            down: BTreeSet::new(),
            turns: VecDeque::new(),
            patches: Patches::new(),
        };
        core.load(now, weight_of, |service| !is_sorry(service));
        core.here = placement(&core.config, &core.roles, |key| kernel.contains_key(key));
        // At start every service is looked at once, also those that seem right.
        core.patches = core.wanted().collect();
        core
    }

    /// Takes a new configuration. What did not change keeps its health and is not written.
    pub(crate) fn reload(&mut self, config: DirectorConfig, now: Duration) {
        let before: Patches = self.wanted().collect();
        let verdicts = std::mem::take(&mut self.verdicts).into_iter();
        let old: BTreeMap<ServiceKey, Verdict> =
            self.config.services.iter().map(|s| s.key).zip(verdicts).collect();
        self.config = config;
        let weight_of = |service: &ServiceKey, server: &DestinationKey| {
            old.get(service)?.service.destinations.get(server).map(|destination| destination.weight.get())
        };
        self.load(now, weight_of, |service| old.get(&service.key).is_none_or(|verdict| verdict.quorum));
        self.place(before);
    }

    /// Takes what this director is for its routers, and the addresses of this machine. Services whose place that changes come
    /// or go.
    pub(crate) fn set_roles(&mut self, roles: &Roles, own: BTreeSet<IpAddr>) {
        if *roles == self.roles {
            return;
        }
        self.roles = roles.clone();
        if self.config.ipvs_on == IpvsOn::Master {
            let before = self.wanted().collect();
            self.own = own;
            self.place(before);
        }
    }

    fn place(&mut self, before: Patches) {
        let was_here = |key: &ServiceKey| before.get(key).is_some_and(Option::is_some);
        self.here = placement(&self.config, &self.roles, was_here);
        self.lingers = lingering(&self.config, &self.roles);
        self.patch_differences(before);
    }

    /// `weight_of`: the weight that a server has had in the table, if it has been there.
    fn load(
        &mut self,
        now: Duration,
        weight_of: impl Fn(&ServiceKey, &DestinationKey) -> Option<u32>,
        had_quorum: impl Fn(&VirtualService) -> bool,
    ) {
        let mut wanted: BTreeMap<Arc<CheckSpec>, Start> = BTreeMap::new();
        self.users.clear();
        self.remembered.clear();
        for (index, service) in self.config.services.iter().enumerate() {
            for real in &service.reals {
                let weight = weight_of(&service.key, &real.key);
                self.remembered.note(service, real, weight, &self.checks);
                let start = start_of(real, weight);
                for check in &real.checks {
                    let known = wanted.entry(Arc::clone(check)).or_insert(start);
                    if start == Start::Up {
                        *known = Start::Up;
                    }
                    let users = self.users.entry(Arc::clone(check)).or_default();
                    if users.last() != Some(&index) {
                        users.push(index);
                    }
                }
            }
        }
        self.checks.set(wanted.into_iter(), now);
        self.paths.set(&self.config);
        self.pause(now);
        self.now = now;
        self.ears.load(&self.config, weight_of, now);
        (0..self.config.services.len()).for_each(|index| drop(self.settle(index, now)));
        let services = self.config.services.iter().enumerate();
        self.verdicts = services.map(|(index, s)| self.judge(index, s, had_quorum(s))).collect();
        self.forget_gone();
        self.tell_changed();
        (0..self.verdicts.len()).for_each(|index| self.tell_quorum(index));
    }

    fn patch_differences(&mut self, mut before: Patches) {
        let mut changed: Patches =
            self.wanted().filter(|(key, wanted)| before.remove(key).as_ref() != Some(wanted)).collect();
        changed.extend(before.into_keys().map(|gone| (gone, None)));
        self.patches.extend(changed);
    }

    /// Every service as the kernel should have it.
    fn wanted(&self) -> impl Iterator<Item = (ServiceKey, Option<Service>)> {
        let placed = self.services().zip(&self.here).zip(self.lingers.iter().chain(iter::repeat(&false)));
        let paths = self.paths.services().iter().map(|(key, service)| (*key, Some(service.clone())));
        paths.chain(placed.map(|(((service, verdict), here), lingers)| {
            (service.key, here.then(|| self.entry(&verdict.service, *lingers)))
        }))
    }

    /// A service as it is written. While the addresses of one that this machine itself serves are on their way out, the new
    /// master sends it packets as to a real server: what is new in them stays here. Sent on to another, it would come back
    /// by that master, in circles.
    fn entry(&self, service: &Service, lingers: bool) -> Service {
        let mut service = service.clone();
        let is_own = |key: &DestinationKey| self.own.contains(&key.address);
        let serves = service.destinations.iter().any(|(key, one)| is_own(key) && one.weight.get() > 0);
        if lingers && serves {
            let others = service.destinations.iter_mut().filter(|(key, _)| !is_own(key));
            others.for_each(|(_, one)| one.weight = Weight::QUIESCED);
        }
        service
    }

    /// Takes the result of one attempt. A turn of the check is worth a line in the log.
    pub(crate) fn handle_result(
        &mut self,
        id: CheckId,
        outcome: Outcome,
        now: Duration,
    ) -> Option<CheckTurn> {
        self.now = now;
        let doubted = self.is_in_doubt().then(|| self.checks.spec(id).cloned()).flatten();
        let passed = !matches!(outcome, Outcome::Fail(_));
        let transition = self.checks.handle_result(id, outcome, now);
        if let Some(check) = doubted {
            self.weigh(&check, passed, now);
        }
        let first = self.remembered.take_first(id);
        let spec = transition.as_ref().map(|turned| Arc::clone(&turned.spec)).or(first)?;
        let users = self.users.get(&spec).cloned().unwrap_or_default();
        let turn = transition.map(|transition| self.check_turn(transition, &users));
        for index in &users {
            if let Some(turn) = &turn {
                self.tell_servers(*index, &turn.transition);
            }
            self.reconsider(*index, &[], now);
        }
        turn
    }

    fn judge_again(&mut self, index: usize) {
        let Some(service) = self.config.services.get(index) else { return };
        let Some(old) = self.verdicts.get(index) else { return };
        let verdict = self.judge(index, service, old.quorum);
        if verdict.service != old.service && self.here.get(index) == Some(&true) {
            let lingers = self.lingers.get(index) == Some(&true);
            self.patches.insert(service.key, Some(self.entry(&verdict.service, lingers)));
        }
        if let Some(old) = self.verdicts.get_mut(index) {
            *old = verdict;
        }
        self.tell_quorum(index);
    }

    fn judge(&self, index: usize, service: &VirtualService, had_quorum: bool) -> Verdict {
        let condition_of = |place, real: &RealServer| self.condition_of((index, place), service, real);
        judge(service, had_quorum, &self.drained, condition_of)
    }

    /// Every service of ours leaves the table, where the configuration wants that of a director that stops.
    pub(crate) fn stop(&mut self) {
        if self.config.ipvs.on_stop == OnStop::Remove {
            let before = self.wanted().collect();
            self.here.fill(false);
            self.paths.clear();
            self.patch_differences(before);
        }
    }

    /// The wanted table's changes since the last call.
    pub(crate) fn take_patches(&mut self) -> Patches {
        if !self.patches.is_empty() {
            self.ears.unanswered.extend(&self.ears.draining);
        }
        std::mem::take(&mut self.patches)
    }

    /// The next check that is due, to be started now.
    pub(crate) fn poll_due(&mut self, now: Duration) -> Option<(CheckId, Arc<CheckSpec>)> {
        let (id, spec) = self.checks.poll_due(now)?;
        self.remembered.note_asked(id, &spec);
        Some((id, spec))
    }

    /// When a check is due next, or [`Self::handle_timeout`].
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        self.checks.poll_timeout().into_iter().chain(self.agents_timeout()).min()
    }

    /// The configuration in force.
    pub(crate) fn config(&self) -> &DirectorConfig {
        &self.config
    }

    /// Each service with its verdict.
    pub(crate) fn services(&self) -> impl Iterator<Item = (&VirtualService, &Verdict)> {
        self.config.services.iter().zip(&self.verdicts)
    }

    /// Whether each service is installed here, in the order of [`Self::services`].
    pub(crate) fn here(&self) -> &[bool] {
        &self.here
    }

    /// What this director is for its routers.
    pub(crate) fn roles(&self) -> &Roles {
        &self.roles
    }

    /// Whether the table may be shown to clients: each service has servers that are known to be up, or every check and every
    /// agent of it has said what it found.
    pub(crate) fn is_presentable(&self) -> bool {
        self.services().enumerate().all(|(index, (service, verdict))| {
            let mut checks = service.reals.iter().flat_map(|real| &real.checks);
            let is_decided = |check: &Arc<CheckSpec>| self.checks.is_decided_since(check, Duration::ZERO);
            verdict.weight_up >= u64::from(service.quorum)
                || (!self.awaits_agents_of(index) && checks.all(is_decided))
        })
    }

    /// Whether there is something to serve with.
    pub(crate) fn serves(&self) -> bool {
        self.verdicts.is_empty() || self.verdicts.iter().any(|verdict| verdict.quorum)
    }

    /// Has every check attempted within a second.
    pub(crate) fn hasten(&mut self, now: Duration) {
        self.checks.hasten(now);
    }

    /// All checks, to be read.
    pub(crate) fn checks(&self) -> &Checks {
        &self.checks
    }
}

/// What is in the table stays until a check fails it. An entry with weight 0 says "failed" only where failed
/// servers are inhibited instead of removed.
fn start_of(real: &RealServer, weight: Option<u32>) -> Start {
    match weight {
        Some(0) if real.inhibit && real.destination.weight.get() > 0 => Start::Unknown,
        Some(_) => Start::Up,
        None => Start::Unknown,
    }
}

#[cfg(test)]
mod tests;
