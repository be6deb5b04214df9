//! What the agent tells: the same over HTTP, over the control socket and as text.

use std::net::IpAddr;

use host::Step;
use serde::{Deserialize, Serialize};

/// `GET /v1/status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Status {
    /// the agent's version
    pub(crate) version: String,
    /// every VIP is ready
    pub(crate) ready: bool,
    /// the whole host drains since then, in seconds since 1970
    pub(crate) draining_since: Option<u64>,
    /// someone else keeps undoing what is put right
    pub(crate) contested: bool,
    /// in the file's order
    pub(crate) vips: Vec<VipStatus>,
    /// since the daemon's start
    pub(crate) repairs: Repairs,
    /// what could not be seen or done, or is left as it is on purpose, in words
    pub(crate) problems: Vec<String>,
}

/// One VIP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VipStatus {
    /// the address
    pub(crate) address: IpAddr,
    /// the interface that holds it
    pub(crate) device: String,
    /// prepared, served and not draining
    pub(crate) ready: bool,
    /// the first thing missing
    pub(crate) reason: Option<String>,
    /// it is not ready whatever its steps say: the kernel cannot be looked at, or the repairs are contested
    pub(crate) barred: Option<String>,
    /// it drains since then, in seconds since 1970
    pub(crate) draining_since: Option<u64>,
    /// the agent put the address there
    pub(crate) owned: bool,
    /// in the order in which they are taken
    pub(crate) steps: Vec<StepStatus>,
}

/// One step of a VIP's preparation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepStatus {
    /// `sysctls`, `address`, or a listener as in the file
    pub(crate) step: String,
    /// done
    pub(crate) ok: bool,
    /// why not
    pub(crate) reason: Option<String>,
    /// worth knowing although it is done
    pub(crate) note: Option<String>,
}

/// How often someone else's change was put right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Repairs {
    /// addresses put back
    pub(crate) addresses: u64,
    /// sysctls rewritten
    pub(crate) sysctls: u64,
    /// devices created again or set up again
    pub(crate) devices: u64,
}

impl Status {
    /// The VIP of this address.
    pub(crate) fn vip(&self, address: IpAddr) -> Option<&VipStatus> {
        self.vips.iter().find(|vip| vip.address == address)
    }

    /// `2 of 3 VIPs ready`.
    pub(crate) fn summary(&self) -> String {
        let ready = self.vips.iter().filter(|vip| vip.ready).count();
        format!("{ready} of {} VIPs ready", self.vips.len())
    }
}

/// The reason of a VIP that lacks nothing.
pub(crate) const DRAINING: &str = "draining";

impl VipStatus {
    /// The first thing that keeps the VIP from being ready, as far as the steps that `counts` picks go.
    pub(crate) fn reason_for(&self, counts: impl Fn(&str) -> bool) -> Option<String> {
        let missing = || {
            let mut steps = self.steps.iter().filter(|step| counts(&step.step));
            steps.find_map(|step| step.reason.as_ref().map(|reason| format!("{}: {reason}", step.step)))
        };
        let draining = || self.draining_since.map(|_| DRAINING.to_owned());
        self.barred.clone().or_else(missing).or_else(draining)
    }
}

impl Repairs {
    /// Counts one.
    pub(crate) fn count(&mut self, step: &Step) {
        let counter = match step {
            Step::SetSysctl { .. } | Step::RestoreSysctl { .. } => &mut self.sysctls,
            Step::AddAddress(_) | Step::ReplaceAddress(_) | Step::RemoveAddress { .. } => &mut self.addresses,
            Step::CreateDevice { .. } | Step::LinkUp { .. } | Step::DeleteDevice { .. } => &mut self.devices,
        };
        *counter = counter.saturating_add(1);
    }

    /// All together.
    pub(crate) fn total(&self) -> u64 {
        self.addresses.saturating_add(self.sysctls).saturating_add(self.devices)
    }
}
