//! What an agent tells: the same over HTTP, over the control socket and on the stream.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use serde::{Deserialize, Serialize};

/// Of [`Status`]. Fields may be added within a format, and readers skip those that they do not know.
pub const FORMAT: u32 = 1;

/// `GET /v1/status`, and each `event: state` of `GET /v1/watch`. What a reader needs is there in every version; fields with a
/// default came later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// the agent's version
    pub version: String,
    /// [`FORMAT`]; 0: an agent from before it was said
    #[serde(default)]
    pub format: u32,
    /// the host's name
    #[serde(default)]
    pub host: String,
    /// chance, another one after each start of the agent
    #[serde(default)]
    pub instance: String,
    /// grows with each state of one instance
    #[serde(default)]
    pub seq: u64,
    /// every VIP is ready
    pub ready: bool,
    /// what this host may carry, in percent of the weight that a director has configured for it, 0 to 100; none: all of it
    #[serde(default)]
    pub weight: Option<u8>,
    /// the whole host drains since then, in seconds since 1970
    pub draining_since: Option<u64>,
    /// someone else keeps undoing what is put right
    pub contested: bool,
    /// in the file's order
    pub vips: Vec<VipStatus>,
    /// since the daemon's start
    pub repairs: Repairs,
    /// what could not be seen or done, or is left as it is on purpose, in words
    pub problems: Vec<String>,
}

/// One VIP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VipStatus {
    /// the address
    pub address: IpAddr,
    /// the interface that holds it
    pub device: String,
    /// prepared, served and not draining
    pub ready: bool,
    /// the first thing missing
    pub reason: Option<String>,
    /// it is not ready whatever its steps say: the kernel cannot be looked at, or the repairs are contested
    pub barred: Option<String>,
    /// it drains since then, in seconds since 1970
    pub draining_since: Option<u64>,
    /// how far the drain is; none: it does not drain, or an agent from before phases
    #[serde(default)]
    pub drain: Option<Drain>,
    /// the agent put the address there
    pub owned: bool,
    /// in the order in which they are taken
    pub steps: Vec<StepStatus>,
}

/// How far a drain is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drain {
    /// the phase
    pub phase: DrainPhase,
    /// connections to the VIP in this host's own socket table (`SOCK_DIAG`); none: not counted
    pub connections: Option<u64>,
    /// what is waited for, in words: `LVS02 to set weight 0`
    pub waits_for: Option<String>,
}

/// The order of a drain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DrainPhase {
    /// directors are to set weight 0; those that follow say so
    Quiescing,
    /// they have; connections end by themselves, or the deadline ends the waiting
    Draining,
    /// directors are to delete the entry; those that follow say so
    Leaving,
    /// the VIP is off, and when it was the last one the sysctls have gone back
    Left,
}

/// One step of a VIP's preparation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepStatus {
    /// `sysctls`, `address`, `unit NAME`, `process NAME`, or a listener as in the file: `tcp/80`
    pub step: String,
    /// done
    pub ok: bool,
    /// why not
    pub reason: Option<String>,
    /// worth knowing although it is done
    pub note: Option<String>,
}

/// How often someone else's change was put right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repairs {
    /// addresses put back
    pub addresses: u64,
    /// sysctls rewritten
    pub sysctls: u64,
    /// devices created again or set up again
    pub devices: u64,
}

impl Status {
    /// The VIP of this address.
    pub fn vip(&self, address: IpAddr) -> Option<&VipStatus> {
        self.vips.iter().find(|vip| vip.address == address)
    }

    /// `2 of 3 VIPs ready`.
    pub fn summary(&self) -> String {
        let ready = self.vips.iter().filter(|vip| vip.ready).count();
        format!("{ready} of {} VIPs ready", self.vips.len())
    }
}

/// The reason of a VIP that lacks nothing.
pub const DRAINING: &str = "draining";

impl StepStatus {
    /// A step that is done.
    pub fn done(step: impl Into<String>) -> Self {
        Self { step: step.into(), ok: true, reason: None, note: None }
    }
}

impl VipStatus {
    /// Of a VIP that the agent put there and that does not drain: ready, when each of these steps is done.
    pub fn of(address: IpAddr, device: impl Into<String>, steps: Vec<StepStatus>) -> Self {
        let (ready, reason, barred) = (false, None, None);
        let (draining_since, drain, owned, device) = (None, None, true, device.into());
        Self { address, device, ready, reason, barred, draining_since, drain, owned, steps }.judged()
    }

    /// With `reason` and `ready` as they follow from the rest.
    pub fn judged(mut self) -> Self {
        self.reason = self.reason_for(|_| true);
        self.ready = self.reason.is_none();
        self
    }

    /// The first thing that keeps the VIP from being ready, as far as the steps that `counts` picks go.
    pub fn reason_for(&self, counts: impl Fn(&str) -> bool) -> Option<String> {
        let missing = || {
            let mut steps = self.steps.iter().filter(|step| counts(&step.step));
            steps.find_map(|step| step.reason.as_ref().map(|reason| format!("{}: {reason}", step.step)))
        };
        let draining = || self.draining_since.map(|_| DRAINING.to_owned());
        self.barred.clone().or_else(missing).or_else(draining)
    }
}

impl Repairs {
    /// All together.
    pub fn total(&self) -> u64 {
        self.addresses.saturating_add(self.sysctls).saturating_add(self.devices)
    }
}
