//! The status as everyone gets to see it.

use host::{HostState, StepState, Vip, readiness};

use super::{Core, Event, Output};
use watch::{DRAINING, Status, StepStatus, VipStatus};

impl Core {
    /// The status as of the last look.
    pub(crate) fn status(&self) -> Status {
        let vips: Vec<VipStatus> = self.vips.iter().map(|vip| self.vip_status(vip)).collect();
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            format: watch::FORMAT,
            host: String::new(),
            instance: String::new(),
            seq: 0,
            weight: None,
            ready: vips.iter().all(|vip| vip.ready),
            draining_since: self.drains.host,
            contested: self.contests.any(),
            vips,
            repairs: self.repairs,
            problems: self.problems(),
        }
    }

    /// Publishes the status if it differs from the one published last, and says which VIPs changed.
    pub(super) fn publish(&mut self) {
        let status = self.status();
        if self.published.as_ref() == Some(&status) {
            return;
        }
        for vip in &status.vips {
            self.say_change(vip);
        }
        self.published = Some(status.clone());
        self.outputs.push_back(Output::Publish(status));
    }

    fn say_change(&mut self, vip: &VipStatus) {
        let before = self.published.as_ref().and_then(|status| status.vip(vip.address));
        let was_ready = before.is_some_and(|before| before.ready);
        let known = before.is_some_and(|before| before.reason == vip.reason);
        match &vip.reason {
            None if !was_ready => self.say(Event::Ready(vip.address)),
            Some(reason) if !known && reason != DRAINING => {
                let (vip, reason) = (vip.address, reason.clone());
                self.say(Event::NotReady { vip, reason, was_ready });
            }
            None | Some(_) => {}
        }
    }

    fn vip_status(&self, vip: &Vip) -> VipStatus {
        let steps: Vec<StepStatus> = match &self.state {
            Some(state) => self.steps(vip, state),
            None => Vec::new(),
        };
        let mut status = VipStatus {
            address: vip.address,
            device: vip.device.clone(),
            ready: false,
            reason: None,
            barred: self.barred(vip),
            draining_since: self.drains.since(vip.address),
            drain: None,
            owned: self.owned.has_address(vip.address, &vip.device),
            steps,
        };
        status.reason = status.reason_for(|_| true);
        status.ready = status.reason.is_none();
        status
    }

    /// Why a VIP is not ready, whatever its steps say. Contested comes before all else, because what is missing changes
    /// with every look meanwhile.
    fn barred(&self, vip: &Vip) -> Option<String> {
        if let Some(blind) = &self.blind {
            return Some(blind.clone());
        }
        if self.state.is_none() {
            return Some("not looked at yet".to_owned());
        }
        self.contests.bars(vip).then(|| "someone else keeps undoing what is put right".to_owned())
    }

    fn steps(&self, vip: &Vip, state: &HostState) -> Vec<StepStatus> {
        readiness(vip, &self.owned, state).into_iter().map(step_status).collect()
    }

    fn problems(&self) -> Vec<String> {
        self.blind.iter().cloned().chain(self.failures.words()).chain(self.notes.iter().cloned()).collect()
    }
}

fn step_status(step: StepState) -> StepStatus {
    let name = step.name.to_string();
    match step.state {
        Ok(note) => StepStatus { step: name, ok: true, reason: None, note },
        Err(reason) => StepStatus { step: name, ok: false, reason: Some(reason), note: None },
    }
}
