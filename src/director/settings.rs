//! Settings of the table as a whole: what dead servers need in `net.ipv4.vs`, idle times, sync daemons. What was
//! there before is written down first, and comes back on `cleanup` or when the file no longer asks.

mod answers;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use config::director::{DirectorConfig, Timeouts};
use daemon::run_dir::RunDir;
use daemon::state_file::StateFile;
use ipvs::{Daemon, DaemonRole};
use kernel::ipvs::{Ipvs, IpvsError};
use kernel::sysctl::Sysctls;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use crate::roles::{Roles, Sync};
use answers::{Answers, accept_local, written};

/// `net.ipv4.vs` values without which clients hang on dead or quiesced servers
/// (Documentation/networking/ipvs-sysctl.rst): an entry of a removed server is dropped instead of swallowing a
/// reused client port, and persistence does not bring clients back to a quiesced one.
const SYSCTLS: [(&str, i32); 2] =
    [("net/ipv4/vs/expire_nodest_conn", 1), ("net/ipv4/vs/expire_quiescent_template", 1)];

/// Whether a director with a backup sync daemon balances nothing that it sends itself (`sysctl_backup_only`).
const BACKUP_ONLY: &str = "net/ipv4/vs/backup_only";

/// What the worker is told about the table as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Policy {
    pub(crate) own_table: bool,
    pub(crate) manage_sysctls: bool,
    pub(crate) resync: Duration,
    pub(crate) timeouts: Option<Timeouts>,
    pub(crate) sync: Sync,
    /// real servers that are checked by a VIP, and that VIP
    pub(crate) paths: BTreeSet<(IpAddr, IpAddr)>,
}

impl Policy {
    pub(crate) fn of(config: &DirectorConfig, roles: &Roles) -> Self {
        Self {
            own_table: config.ipvs.own_table,
            manage_sysctls: config.ipvs.manage_sysctls,
            resync: config.ipvs.resync,
            timeouts: config.ipvs.timeouts,
            sync: Sync::of(config, roles),
            paths: crate::path::ways(config),
        }
    }

    /// Nothing wanted: what `cleanup` enforces.
    fn nothing() -> Self {
        Self {
            own_table: false,
            manage_sysctls: false,
            resync: Duration::from_secs(1),
            timeouts: None,
            sync: Sync::default(),
            paths: BTreeSet::new(),
        }
    }
}

/// One difference between the wanted settings and the kernel's, as the command a person would type.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Sysctl { path: &'static str, from: i32, to: i32 },
    AcceptLocal { interface: String, from: i32, to: i32 },
    Timeouts { from: ipvs::Timeouts, to: ipvs::Timeouts },
    StopSync(Daemon),
    StartSync(Daemon),
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sysctl { path, from, to } => {
                write!(f, "sysctl -w {}={to}  # was {from}", path.replace('/', "."))
            }
            Self::AcceptLocal { interface, from, to } => {
                write!(f, "sysctl -w {}={to}  # was {from}", written(&accept_local(interface)))
            }
            Self::Timeouts { to, .. } => {
                write!(f, "ipvsadm --set {} {} {}", to.tcp_s, to.tcp_fin_s, to.udp_s)
            }
            Self::StopSync(daemon) => write!(f, "ipvsadm --stop-daemon {}", role_word(daemon.role)),
            Self::StartSync(daemon) => {
                let (role, interface, id) = (role_word(daemon.role), &daemon.interface, daemon.sync_id);
                write!(f, "ipvsadm --start-daemon {role} --mcast-interface {interface} --syncid {id}")
            }
        }
    }
}

/// What was there before us.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Before {
    #[serde(default)]
    sysctls: BTreeMap<String, i32>,
    /// `accept_local` of interfaces
    #[serde(default)]
    accept_local: BTreeMap<String, i32>,
    #[serde(default)]
    timeouts: Option<(u32, u32, u32)>,
    /// sync daemons that we started
    #[serde(default)]
    sync_master: bool,
    #[serde(default)]
    sync_backup: bool,
}

/// The one writer of these settings.
pub(crate) struct Settings {
    file: Option<StateFile>,
    before: Before,
    sysctls: Sysctls,
    answers: Answers,
    /// the policy in force was reached once: what differs later was changed by somebody else
    reached: Option<Policy>,
    complained: Option<String>,
}

impl Settings {
    /// What an earlier run wrote down, or with no directory nothing, which is enough to plan.
    pub(crate) fn open(dir: Option<&RunDir>) -> io::Result<Self> {
        let file = dir.map(|dir| StateFile::new(dir, "settings.json"));
        let before = file.as_ref().map_or(Ok(None), StateFile::read)?.unwrap_or_default();
        let (sysctls, answers) = (Sysctls::default(), Answers::default());
        Ok(Self { file, before, sysctls, answers, reached: None, complained: None })
    }

    /// What would be done, one line each.
    pub(crate) fn plan(&mut self, ipvs: &mut Ipvs, policy: &Policy) -> Result<Vec<String>, String> {
        Ok(self.steps(ipvs, policy)?.iter().map(ToString::to_string).collect())
    }

    /// Makes the kernel's settings those of the policy. The error says everything that could not be done.
    pub(crate) fn enforce(&mut self, ipvs: &mut Ipvs, policy: &Policy) -> Result<(), String> {
        let result = self.try_enforce(ipvs, policy);
        if let Err(error) = &result
            && self.complained.as_ref() != Some(error)
        {
            warn!(%error, "cannot set what the table needs, trying again at each look");
        }
        self.complained = result.as_ref().err().cloned();
        self.answers.warn(&self.sysctls, policy.manage_sysctls);
        result
    }

    /// Whether the kernel balances nothing that is sent from here, so that checks by a VIP would lie.
    /// False where nobody checks so.
    pub(crate) fn bypasses(&self, ipvs: &mut Ipvs, policy: &Policy) -> bool {
        let asks = !policy.paths.is_empty() && self.sysctls.read(BACKUP_ONLY).is_ok_and(|value| value != 0);
        let is_backup = |running: Vec<Daemon>| running.iter().any(|one| one.role == DaemonRole::Backup);
        asks && ipvs.daemons().is_ok_and(is_backup)
    }

    /// Puts everything back as it was.
    pub(crate) fn restore(&mut self, ipvs: &mut Ipvs) -> Result<(), String> {
        self.try_enforce(ipvs, &Policy::nothing())
    }

    /// The same where the kernel has no IPVS any more: what was set of the table has gone with it.
    pub(crate) fn restore_without_ipvs(&mut self) -> Result<(), String> {
        let nothing = Policy::nothing();
        let mut errors = Vec::new();
        for step in self.answer_steps(&nothing)? {
            info!(%step, "setting");
            let Step::AcceptLocal { interface, to, .. } = &step else { continue };
            errors.extend(
                self.write(&accept_local(interface), *to).err().map(|error| format!("{step}: {error}")),
            );
        }
        if !errors.is_empty() {
            return Err(errors.join("; "));
        }
        self.forget(&nothing).map_err(|error| format!("cannot write down what is ours: {error}"))
    }

    fn try_enforce(&mut self, ipvs: &mut Ipvs, policy: &Policy) -> Result<(), String> {
        let steps = self.steps(ipvs, policy)?;
        let drift = self.reached.as_ref() == Some(policy);
        let mut errors = Vec::new();
        for step in &steps {
            if drift && !self.is_by_routes(step) {
                warn!(%step, "a setting was changed by someone else, putting it back");
            } else {
                info!(%step, "setting");
            }
            self.remember(step)
                .map_err(|error| format!("cannot write down what was there before: {error}"))?;
            if let Err(error) = self.perform(ipvs, step) {
                errors.push(format!("{step}: {error}"));
            }
        }
        if !errors.is_empty() {
            return Err(errors.join("; "));
        }
        self.forget(policy).map_err(|error| format!("cannot write down what is ours: {error}"))?;
        self.reached = Some(policy.clone());
        Ok(())
    }

    /// Another route asks for it, and nobody has changed a setting.
    fn is_by_routes(&self, step: &Step) -> bool {
        let Step::AcceptLocal { interface, to, .. } = step else { return false };
        *to != 1 || !self.before.accept_local.contains_key(interface)
    }

    fn steps(&mut self, ipvs: &mut Ipvs, policy: &Policy) -> Result<Vec<Step>, String> {
        let mut steps = self.sysctl_steps(policy)?;
        steps.extend(self.answer_steps(policy)?);
        let read = |error: IpvsError| daemon::errors::one_line(&error);
        steps.extend(self.timeout_step(ipvs.timeouts().map_err(read)?, policy));
        steps.extend(self.sync_steps(&ipvs.daemons().map_err(read)?, policy));
        Ok(steps)
    }

    fn sysctl_steps(&self, policy: &Policy) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        for (path, wanted) in SYSCTLS {
            let wanted =
                if policy.manage_sysctls { Some(wanted) } else { self.before.sysctls.get(path).copied() };
            let Some(to) = wanted else { continue };
            let from = self.sysctls.read(path).map_err(|error| daemon::errors::one_line(&error))?;
            if from != to {
                steps.push(Step::Sysctl { path, from, to });
            }
        }
        Ok(steps)
    }

    /// An interface that is not there needs nothing.
    fn answer_steps(&mut self, policy: &Policy) -> Result<Vec<Step>, String> {
        let wanted = self.interfaces(policy);
        let earlier = self.before.accept_local.iter().filter(|(interface, _)| !wanted.contains(*interface));
        let earlier = earlier.map(|(interface, before)| (interface.clone(), *before));
        let targets: Vec<(String, i32)> =
            wanted.iter().map(|interface| (interface.clone(), 1)).chain(earlier).collect();
        let mut steps = Vec::new();
        for (interface, to) in targets {
            match self.sysctls.read(&accept_local(&interface)) {
                Ok(from) if from != to => steps.push(Step::AcceptLocal { interface, from, to }),
                Ok(_) => {}
                Err(error) if error.is_missing() => {}
                Err(error) => return Err(daemon::errors::one_line(&error)),
            }
        }
        Ok(steps)
    }

    fn interfaces(&mut self, policy: &Policy) -> BTreeSet<String> {
        let wanted = self.answers.interfaces(&policy.paths);
        if policy.manage_sysctls { wanted } else { BTreeSet::new() }
    }

    fn timeout_step(&self, from: ipvs::Timeouts, policy: &Policy) -> Option<Step> {
        let base = match self.before.timeouts {
            Some((tcp_s, tcp_fin_s, udp_s)) => ipvs::Timeouts { tcp_s, tcp_fin_s, udp_s },
            None => from,
        };
        let wanted = policy.timeouts.unwrap_or(Timeouts { tcp_s: None, tcp_fin_s: None, udp_s: None });
        let to = ipvs::Timeouts {
            tcp_s: wanted.tcp_s.unwrap_or(base.tcp_s),
            tcp_fin_s: wanted.tcp_fin_s.unwrap_or(base.tcp_fin_s),
            udp_s: wanted.udp_s.unwrap_or(base.udp_s),
        };
        (to != from).then_some(Step::Timeouts { from, to })
    }

    /// A new role begins before the old one ends, so that no connection is missed between them: the kernel runs both.
    fn sync_steps(&self, running: &[Daemon], policy: &Policy) -> Vec<Step> {
        let (mut starts, mut stops) = (Vec::new(), Vec::new());
        for role in [DaemonRole::Master, DaemonRole::Backup] {
            let wanted = policy.sync.daemons.iter().find(|sync| sync.role == role);
            let there = running.iter().find(|daemon| daemon.role == role);
            match (wanted, there) {
                (Some(wanted), Some(there)) if !wanted.is_met_by(there) => {
                    starts.push(Step::StopSync(there.clone()));
                    starts.push(Step::StartSync(wanted.clone()));
                }
                (Some(wanted), None) => starts.push(Step::StartSync(wanted.clone())),
                (None, Some(there)) if self.started(role) && !policy.sync.undecided => {
                    stops.push(Step::StopSync(there.clone()));
                }
                (Some(_), Some(_)) | (None, Some(_) | None) => {}
            }
        }
        starts.append(&mut stops);
        starts
    }

    fn started(&self, role: DaemonRole) -> bool {
        match role {
            DaemonRole::Master => self.before.sync_master,
            DaemonRole::Backup => self.before.sync_backup,
        }
    }

    /// Written before the kernel is told.
    fn remember(&mut self, step: &Step) -> io::Result<()> {
        let before = self.before.clone();
        match step {
            Step::Sysctl { path, from, .. } => {
                self.before.sysctls.entry((*path).into()).or_insert(*from);
            }
            Step::AcceptLocal { interface, from, .. } => {
                self.before.accept_local.entry(interface.clone()).or_insert(*from);
            }
            Step::Timeouts { from, .. } => {
                self.before.timeouts.get_or_insert((from.tcp_s, from.tcp_fin_s, from.udp_s));
            }
            Step::StartSync(Daemon { role: DaemonRole::Master, .. }) => self.before.sync_master = true,
            Step::StartSync(Daemon { role: DaemonRole::Backup, .. }) => self.before.sync_backup = true,
            Step::StopSync(_) => {}
        }
        if self.before == before { Ok(()) } else { self.write_down() }
    }

    /// What was put back is not ours any more.
    fn forget(&mut self, policy: &Policy) -> io::Result<()> {
        let before = self.before.clone();
        if !policy.manage_sysctls {
            self.before.sysctls.clear();
        }
        let wanted = self.interfaces(policy);
        self.before.accept_local.retain(|interface, _| wanted.contains(interface));
        if policy.timeouts.is_none() {
            self.before.timeouts = None;
        }
        let wants = |role| policy.sync.undecided || policy.sync.daemons.iter().any(|sync| sync.role == role);
        self.before.sync_master &= wants(DaemonRole::Master);
        self.before.sync_backup &= wants(DaemonRole::Backup);
        if self.before == before { Ok(()) } else { self.write_down() }
    }

    fn write_down(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), |file| file.write(&self.before))
    }

    fn perform(&self, ipvs: &mut Ipvs, step: &Step) -> Result<(), String> {
        let words = |error: IpvsError| daemon::errors::one_line(&error);
        match step {
            Step::Sysctl { path, to, .. } => self.write(path, *to),
            Step::AcceptLocal { interface, to, .. } => self.write(&accept_local(interface), *to),
            Step::Timeouts { to, .. } => ipvs.set_timeouts(*to).map_err(words),
            Step::StopSync(daemon) => ipvs.stop_daemon(daemon.role).map_err(words),
            Step::StartSync(daemon) => ipvs.start_daemon(daemon).map_err(words),
        }
    }

    fn write(&self, path: &str, to: i32) -> Result<(), String> {
        self.sysctls.write(path, to).map(drop).map_err(|error| daemon::errors::one_line(&error))
    }
}

fn role_word(role: DaemonRole) -> &'static str {
    match role {
        DaemonRole::Master => "master",
        DaemonRole::Backup => "backup",
    }
}

#[cfg(test)]
mod tests;
