//! A core with a kernel that is a value.

use std::net::IpAddr;
use std::time::Duration;

use host::{Address, ArpSysctl, HostState, Link, Owned, Scope, Step, Sysctl, Vip};
use watch::Status;

use crate::core::{Core, Depth, Drains, Event, Input, Outcome, Output, Run, Settings, StepResult, Wanted};

pub(super) const INTERVAL: Duration = Duration::from_millis(500);
pub(super) const DEADLINE: Duration = Duration::from_secs(60);

pub(super) fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

pub(super) fn vip(last: u8) -> Vip {
    let address = IpAddr::from([192, 168, 100, last]);
    Vip {
        address,
        device: "lo".into(),
        label: Some("lo:0".into()),
        scope: Scope::Host,
        services: Vec::new(),
        needs: Vec::new(),
    }
}

pub(super) fn core(vips: Vec<Vip>, owned: Owned, drains: Drains) -> Core {
    let settings = Settings { vips, interval: INTERVAL, deadline: DEADLINE };
    Core::new(settings, owned, drains, Run { host: "rs01".into(), instance: "cafe".into() })
}

pub(super) fn drain(last: Option<u8>) -> Input {
    let vip = last.map(|last| vip(last).address);
    Input::Drain(Wanted { vip, since_s: 7, deadline: None, stops: false })
}

pub(super) fn reloaded(vips: Vec<Vip>) -> Input {
    Input::Configured { vips, interval: INTERVAL, deadline: DEADLINE }
}

/// A core with its kernel.
pub(super) struct World {
    pub(super) core: Core,
    pub(super) kernel: HostState,
    pub(super) now: Duration,
    /// what the next look sees instead: the kernel as it was just before
    pub(super) seen: Option<HostState>,
    /// how long a look takes
    pub(super) look_takes: Duration,
    /// no look sees an address
    pub(super) hides_addresses: bool,
    /// the kernel refuses every change
    pub(super) denied: bool,
    /// the kernel has no dummy devices
    pub(super) no_devices: bool,
    pub(super) published: Vec<Status>,
    pub(super) events: Vec<Event>,
    /// `publish`, `save`, `apply` in the order in which they happened
    pub(super) order: Vec<&'static str>,
    pub(super) writes: usize,
    pub(super) looks: usize,
    pub(super) depths: Vec<Depth>,
    /// connections to each VIP; none: they cannot be counted
    pub(super) connections: Option<u64>,
    pub(super) counts: usize,
    /// when an address was last removed
    pub(super) removed_at: Duration,
    pub(super) started: bool,
}

impl World {
    pub(super) fn new(vips: Vec<Vip>) -> Self {
        Self::with(vips, fresh(), Owned::default(), Drains::default())
    }

    pub(super) fn with(vips: Vec<Vip>, kernel: HostState, owned: Owned, drains: Drains) -> Self {
        Self {
            core: core(vips, owned, drains),
            kernel,
            now: Duration::ZERO,
            seen: None,
            look_takes: Duration::ZERO,
            hides_addresses: false,
            denied: false,
            no_devices: false,
            published: Vec::new(),
            events: Vec::new(),
            order: Vec::new(),
            writes: 0,
            looks: 0,
            depths: Vec::new(),
            connections: Some(0),
            counts: 0,
            removed_at: Duration::ZERO,
            started: false,
        }
    }

    pub(super) fn prepared(vips: Vec<Vip>) -> Self {
        let mut world = Self::new(vips);
        world.tell(Input::Tick);
        world.run(ms(2000));
        assert!(world.status().ready, "{:?}", world.status());
        world.forget();
        world
    }

    pub(super) fn forget(&mut self) {
        (self.published, self.events, self.order) = (Vec::new(), Vec::new(), Vec::new());
        (self.writes, self.looks) = (0, 0);
    }

    pub(super) fn tell(&mut self, input: Input) {
        let mut next = Some(input);
        while let Some(input) = next.take() {
            self.core.handle(input, self.now);
            while let Some(output) = self.core.poll_output() {
                if let Some(answer) = self.perform(output) {
                    assert!(next.replace(answer).is_none(), "one thing at a time");
                }
            }
        }
    }

    pub(super) fn perform(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::Look(depth) => {
                self.looks += 1;
                self.now += self.look_takes;
                self.depths.push(depth);
                let mut seen = self.seen.take().unwrap_or_else(|| self.kernel.clone());
                if self.hides_addresses {
                    seen.addresses.clear();
                }
                return Some(Input::Looked(depth, Ok(seen)));
            }
            Output::Count(vips) => {
                self.counts += 1;
                let found = self.connections.map(|count| vips.into_iter().map(|vip| (vip, count)).collect());
                let found = found.ok_or_else(|| "no tcp_diag".to_owned());
                return Some(Input::Counted { found, took: ms(1) });
            }
            Output::Apply { steps, before } => {
                self.order.push("apply");
                let results = steps.into_iter().map(|step| self.take(step)).collect();
                return Some(Input::Applied((results, before)));
            }
            Output::Save => self.order.push("save"),
            Output::Publish(status) => {
                self.order.push(if status.ready { "ready" } else { "not ready" });
                self.published.push(status);
            }
            Output::Started => self.started = true,
            Output::Log(event) => self.events.push(event),
        }
        None
    }

    pub(super) fn take(&mut self, step: Step) -> StepResult {
        if self.denied {
            return StepResult { step, outcome: Outcome::Failed("denied".into()) };
        }
        if self.no_devices && on_a_device(&step) {
            let made = matches!(step, Step::CreateDevice { .. });
            let failed = Outcome::Failed("no such kind of device".into());
            return StepResult { step, outcome: if made { failed } else { Outcome::Skipped } };
        }
        self.writes += 1;
        match &step {
            Step::SetSysctl { sysctl, to, .. } | Step::RestoreSysctl { sysctl, to, .. } => {
                self.kernel.sysctls.insert(sysctl.clone(), *to);
            }
            Step::AddAddress(new) => {
                if self.kernel.holders(new.address).next().is_some() {
                    return StepResult { step, outcome: Outcome::SomeoneElse };
                }
                self.kernel.addresses.push(on_lo(new.address));
            }
            Step::ReplaceAddress(new) => {
                let found = self.kernel.addresses.iter_mut().find(|found| found.address == new.address);
                found.unwrap().label.clone_from(&new.label);
            }
            Step::RemoveAddress { address, .. } => {
                self.removed_at = self.now;
                self.kernel.addresses.retain(|found| found.address != *address);
            }
            Step::CreateDevice { .. } | Step::LinkUp { .. } | Step::DeleteDevice { .. } => {
                panic!("unexpected: {step}")
            }
        }
        StepResult { step, outcome: Outcome::Done }
    }

    /// Lets time go by.
    pub(super) fn run(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(at) = self.core.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.tell(Input::Tick);
        }
        self.now = end;
    }

    pub(super) fn remove(&mut self, last: u8) {
        self.kernel.addresses.retain(|found| found.address != vip(last).address);
    }

    pub(super) fn flip(&mut self, value: i32) {
        self.kernel.sysctls.insert(Sysctl::new("all", ArpSysctl::Ignore), value);
    }

    pub(super) fn status(&self) -> Status {
        self.core.status()
    }

    pub(super) fn has(&self, last: u8) -> bool {
        self.kernel.holders(vip(last).address).next().is_some()
    }
}

pub(super) fn on_a_device(step: &Step) -> bool {
    matches!(step, Step::CreateDevice { .. } | Step::LinkUp { .. })
        || matches!(step, Step::AddAddress(new) if new.device != "lo")
}

pub(super) fn on_lo(address: IpAddr) -> Address {
    let (device, label) = ("lo".into(), Some("lo:0".into()));
    let scope = Some(Scope::Host);
    let (deprecated, secondary, tentative) = (false, false, false);
    Address { device, address, prefix: 32, label, scope, deprecated, secondary, tentative }
}

pub(super) fn fresh() -> HostState {
    let link = |index, name: &str| Link {
        index,
        name: name.into(),
        loopback: name == "lo",
        noarp: false,
        up: true,
        running: true,
        dummy: false,
        mac: None,
        mtu: 1500,
    };
    let mut state = HostState { links: vec![link(1, "lo"), link(2, "eth0")], ..HostState::default() };
    for interface in ["all", "lo", "eth0"] {
        for name in ArpSysctl::ALL {
            state.sysctls.insert(Sysctl::new(interface, name), 0);
        }
    }
    state
}
