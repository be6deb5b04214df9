//! The status as everyone gets to see it.

use host::{HostState, StepName, StepState, Vip, readiness};

use super::drains::Gone;
use super::{Core, Event, Output};
use watch::{DRAINING, Status, StepStatus, VipStatus};

impl Core {
    /// The status as of the last look.
    pub(crate) fn status(&self) -> Status {
        let vips: Vec<VipStatus> = self.vips.iter().map(|vip| self.vip_status(vip)).collect();
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            format: watch::FORMAT,
            host: self.run.host.clone(),
            instance: self.run.instance.clone(),
            seq: self.seq,
            weight: self.weight,
            ready: vips.iter().all(|vip| vip.ready),
            draining_since: self.drains().host,
            contested: self.contests.any(),
            vips,
            repairs: self.repairs,
            problems: self.problems(),
        }
    }

    /// Publishes the status if it differs from the one published last, and says which VIPs changed. Where much was
    /// published just before, a moment later, and then the latest.
    pub(super) fn publish(&mut self) {
        if self.published.as_ref() == Some(&self.status()) {
            self.publish_at = None;
        } else if let Err(at) = self.words.take(self.now) {
            self.publish_at = Some(at);
        } else {
            self.publish_at_once();
        }
    }

    /// As whoever ordered the change sees it with the answer.
    pub(super) fn publish_at_once(&mut self) {
        self.publish_at = None;
        let mut status = self.status();
        self.seq = self.seq.saturating_add(1);
        status.seq = self.seq;
        self.drainer.told(self.seq);
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
        VipStatus {
            barred: self.barred(vip),
            draining_since: self.drains().since(vip.address),
            drain: self.drainer.report(vip.address, self.gone(vip)),
            owned: self.owned.has_address(vip.address, &vip.device),
            ..VipStatus::of(vip.address, &vip.device, steps)
        }
        .judged()
    }

    /// How far a VIP that left has gone.
    fn gone(&self, vip: &Vip) -> Gone {
        let ours = self.owned.has_address(vip.address, &vip.device);
        match &self.state {
            Some(state) if !(ours && state.holds(vip)) => {
                if self.restoring {
                    Gone::Sysctls
                } else {
                    Gone::Done
                }
            }
            Some(_) | None => Gone::NotYet,
        }
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
        // a VIP that has left is not prepared, on purpose
        let off = self.drains().is_off(vip.address);
        let counts = |step: &StepState| !off || !matches!(step.name, StepName::Sysctls | StepName::Address);
        readiness(vip, &self.owned, state).into_iter().filter(counts).map(step_status).collect()
    }

    fn problems(&self) -> Vec<String> {
        self.blind.iter().cloned().chain(self.failures.words()).chain(self.notes.iter().cloned()).collect()
    }
}

fn step_status(step: StepState) -> StepStatus {
    let name = step.name.to_string();
    match step.state {
        Ok(note) => StepStatus { note, ..StepStatus::done(name) },
        Err(reason) => StepStatus { step: name, ok: false, reason: Some(reason), note: None },
    }
}
