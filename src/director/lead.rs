//! What the loop does for the virtual routers: tells them how far the services are, and follows what they become.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use config::director::{DirectorConfig, IpvsOn};
use router::{Moved, Router};
use tracing::{debug, info, warn};
use vrrp::{Readiness, State};

use crate::catch_up::CatchUp;
use crate::readiness::Gauge;
use crate::reload::Reloads;
use crate::roles::{Role, Roles, STARTING};
use crate::settings::Policy;
use crate::shell::{Leaving, Shell};

/// Readiness is found out this long after a check's result, with all that came meanwhile.
const READ_AFTER: Duration = Duration::from_millis(20);
/// While addresses are on their way out, or nothing is known of a router yet, the loop looks this often.
const MOTION: Duration = Duration::from_millis(50);

/// A router that is not master any more serves what still comes for this long, with its addresses on no interface any more.
const SILENT: Duration = Duration::from_secs(2);

/// What the loop remembers of its routers.
pub(crate) struct Lead {
    gauge: Gauge,
    /// told last
    readiness: Readiness,
    /// when readiness is found out again
    read_at: Option<Duration>,
    /// when roles are looked at again
    roles_at: Option<Duration>,
    /// results of checks must be newer
    freshness: Duration,
    /// the order to the worker without which nothing counts as installed; none: the newest of the next turn
    installed_by: Option<u64>,
    /// in force
    policy: Policy,
    catch_up: CatchUp,
    /// quorums may have turned since they were told
    quorums_turned: bool,
    gate: Gate,
    /// with `ipvs_on = "master"`: when addresses of a router that is not active any more were seen last
    held: BTreeMap<String, Duration>,
}

/// With `ipvs_on = "master"`: whose services are installed.
#[derive(Default)]
struct Gate {
    /// told last; none: nobody waits
    open: Option<BTreeSet<String>>,
    /// these may go as soon as the worker has carried out what it is asked for at the next turn of the loop
    next: Option<BTreeSet<String>>,
    /// that order
    order: Option<u64>,
}

impl Lead {
    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            gauge: Gauge::default(),
            readiness: Readiness::NotReady,
            read_at: Some(Duration::ZERO),
            roles_at: Some(Duration::ZERO),
            freshness: Duration::ZERO,
            installed_by: None,
            policy,
            catch_up: CatchUp::default(),
            quorums_turned: true,
            gate: Gate::default(),
            held: BTreeMap::new(),
        }
    }

    /// How far the services are, as the routers were told.
    pub(crate) fn readiness(&self) -> Readiness {
        self.readiness
    }

    /// Roles are looked at with the next turn of the loop.
    pub(crate) fn look(&mut self) {
        self.roles_at = Some(Duration::ZERO);
    }

    /// Readiness is found out with the next turn of the loop.
    pub(crate) fn read(&mut self) {
        self.read_at = Some(Duration::ZERO);
    }

    /// A check has a result, which `turned` something or not.
    pub(crate) fn note_result(&mut self, turned: bool, now: Duration) {
        if turned || self.readiness != Readiness::Serving {
            soon(&mut self.read_at, now + READ_AFTER);
        }
    }

    pub(crate) fn note_quorums(&mut self) {
        self.quorums_turned = true;
    }

    /// When the loop must come here again.
    pub(crate) fn next_wake(&self) -> Duration {
        self.read_at.unwrap_or(Duration::MAX).min(self.roles_at.unwrap_or(Duration::MAX))
    }
}

fn soon(at: &mut Option<Duration>, when: Duration) {
    *at = Some(at.map_or(when, |at| at.min(when)));
}

impl Shell {
    /// Looks at what the routers have become; before the core's patches are taken.
    pub(crate) fn follow_routers(&mut self, now: Duration) {
        if self.lead.roles_at.is_none_or(|at| at > now) {
            return;
        }
        self.look_at_freshness(now);
        let roles = self.roles(now);
        self.lead.roles_at = roles.is_in_motion().then_some(now + MOTION);
        if roles == *self.core.roles() {
            return;
        }
        debug!(?roles, "roles");
        if self.core.roles().is_active() && !roles.is_active() {
            self.lead.gauge.begin_to_follow(now);
        }
        self.lead.read();
        self.follow_addresses();
        self.core.set_roles(&roles, self.router.own_addresses());
        self.enforce(Policy::of(self.core.config(), &roles));
        self.set_gate(&roles);
        self.publish_soon(now);
    }

    /// After an interface was in fault, what checks have found meanwhile says nothing about the servers.
    fn look_at_freshness(&mut self, now: Duration) {
        let freshness = self.router.freshness_needed();
        if freshness > self.lead.freshness {
            self.lead.freshness = freshness;
            self.core.hasten(now);
            self.lead.read();
        }
    }

    fn roles(&mut self, now: Duration) -> Roles {
        let by_master = self.core.config().ipvs_on == IpvsOn::Master;
        let (router, held) = (&self.router, &mut self.lead.held);
        let mut holding = None;
        let holds = |name: &str| {
            by_master && {
                let last = held.entry(name.to_owned()).or_insert(now);
                let is_here = holding.get_or_insert_with(|| holders(router)).contains(name);
                if is_here {
                    *last = now;
                }
                is_here || now < *last + SILENT
            }
        };
        let roles = self.core.roles().next(&router.roles(), now, holds);
        self.lead.held.retain(|name, _| roles.of(name) == Role::Lingering);
        roles
    }

    pub(crate) fn enforce(&mut self, policy: Policy) {
        if policy != self.lead.policy {
            self.worker.set_policy(policy.clone());
            self.lead.catch_up.set(policy.sync.catch_up.clone());
            self.lead.policy = policy;
        }
    }

    /// Whoever is not active any more waits the next time; the others until their services are there.
    fn set_gate(&mut self, roles: &Roles) {
        let active: BTreeSet<String> = roles.active().map(str::to_owned).collect();
        let (open, next) = match self.core.config().ipvs_on {
            IpvsOn::All => (None, None),
            IpvsOn::Master => {
                let before = self.lead.gate.open.take().unwrap_or_default();
                (Some(before.intersection(&active).cloned().collect()), Some(active))
            }
        };
        self.router.set_gate(open.clone());
        self.lead.gate = Gate { open, next, order: None };
    }

    /// Tells the routers what they need to know; after the core's patches were handed to the worker.
    pub(crate) fn tell_routers(&mut self, now: Duration) {
        self.open_gate();
        if std::mem::take(&mut self.lead.quorums_turned) {
            self.tell_quorums();
        }
        if self.lead.read_at.is_some_and(|at| at <= now) {
            self.lead.read_at = None;
            self.tell_readiness(now);
        }
    }

    fn open_gate(&mut self) {
        let gate = &mut self.lead.gate;
        if gate.next.is_none() {
            return;
        }
        let table = self.worker.standing(*gate.order.get_or_insert(self.worker.asked()));
        if !table.written || table.lost {
            return;
        }
        let next = gate.next.take();
        if next != gate.open {
            self.router.set_gate(next.clone());
            gate.open = next;
        }
    }

    fn tell_quorums(&self) {
        let is_tracked = self.core.config().vrrp.routers.iter().any(|one| !one.track_services.is_empty());
        if is_tracked {
            let quorums =
                self.core.services().map(|(service, verdict)| (service.name.clone(), verdict.quorum));
            self.router.set_services(&quorums.collect());
        }
    }

    fn tell_readiness(&mut self, now: Duration) {
        let asked = *self.lead.installed_by.get_or_insert(self.worker.asked());
        let table = self.worker.standing(asked);
        let Lead { gauge, freshness, .. } = &mut self.lead;
        let readiness = gauge.read(table, &self.core, *freshness, now);
        if let Some(at) = gauge.runs_out(&self.core, *freshness, now) {
            soon(&mut self.lead.read_at, at);
        }
        if readiness != self.lead.readiness {
            debug!(?readiness, "services");
            self.lead.readiness = readiness;
            self.router.set_readiness(readiness);
            self.publish_soon(now);
        }
    }

    /// Another configuration is in force, or the first: what it asks for must be there before anything is taken over.
    pub(crate) fn begin_to_lead(&mut self) {
        let roles = self.core.roles().clone();
        self.set_gate(&roles);
        self.lead.installed_by = None;
        self.lead.gauge.forget_checks();
        self.lead.note_quorums();
        self.lead.look();
        self.lead.read();
    }

    /// The routers' transitions, a line each.
    pub(crate) fn take_moves(&mut self, moves: &[Moved]) {
        moves.iter().for_each(log_move);
        self.herald.tell_moves(self.core.config(), moves);
        self.lead.look();
    }

    /// SIGTERM: every router gives its addresses to a successor, or away, while the loop goes on. Told again, they are dropped
    /// at once, before the daemon ends: what it left behind would be on two machines. True: nothing to wait for.
    pub(crate) fn begin_to_leave(&mut self) -> bool {
        let router = Rc::clone(&self.router);
        match self.leaving {
            None if !has_routers(self.core.config()) && router.is_empty_handed() => return true,
            None => {
                info!("handing over");
                daemon::notify::stopping();
                self.reloads = Reloads::default();
                self.leaving = Some(Leaving::HandingOver(Box::pin(async move { router.hand_over().await })));
            }
            Some(Leaving::HandingOver(_)) => {
                warn!("told to stop again: dropping the addresses without waiting for a successor");
                self.leaving = Some(Leaving::LettingGo(Box::pin(async move { router.let_go().await })));
            }
            Some(Leaving::LettingGo(_)) => return true,
        }
        false
    }

    /// The addresses are gone: no service that must not be here stays, and connections of the successor are received.
    pub(crate) async fn leave(&mut self) {
        while let Ok(moves) = tokio::time::timeout(Duration::ZERO, self.router.next()).await {
            self.take_moves(&moves);
        }
        let roles = self.core.roles().next(&self.router.roles(), STARTING, |_| false);
        self.core.set_roles(&roles, BTreeSet::new());
        self.enforce(Policy::of(self.core.config(), &roles));
        let patches = self.core.take_patches();
        if !patches.is_empty() {
            self.worker.patch(patches);
        }
    }
}

pub(crate) fn has_routers(config: &DirectorConfig) -> bool {
    !config.vrrp.routers.is_empty()
}

fn log_move(moved: &Moved) {
    let Moved { router, transition, priority } = moved;
    let (from, to, reason) = (transition.from, transition.to, &transition.reason);
    match to {
        State::Fault => warn!(%router, %from, %to, %reason, priority, "virtual router in fault"),
        State::Initialize | State::Backup | State::Master | State::Leaving => {
            info!(%router, %from, %to, %reason, priority, "virtual router");
        }
    }
}

/// The routers of which addresses are on their interfaces.
fn holders(router: &Router) -> BTreeSet<String> {
    let is_here = |one: &router::RouterStatus| one.addresses.iter().any(|address| address.held);
    router.status().routers.into_iter().filter(is_here).map(|one| one.name).collect()
}
