//! Which steps are taken now. A step that failed waits by itself, with what relies on it; everything else goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use host::{Plan, Step};

/// After a step that failed, before the next try.
const RETRY: Duration = Duration::from_secs(1);

/// The steps that failed and are still to be done.
#[derive(Debug, Default)]
pub(super) struct Failures(BTreeMap<String, Failure>);

#[derive(Debug)]
struct Failure {
    reason: String,
    /// not tried before this
    again: Duration,
}

impl Failures {
    /// Notes one; answers whether it is news.
    pub(super) fn note(&mut self, step: &Step, reason: String, now: Duration) -> bool {
        let known = self.0.get(&step.to_string()).is_some_and(|failure| failure.reason == reason);
        self.0.insert(step.to_string(), Failure { reason, again: now + RETRY });
        !known
    }

    /// A failure is over when its step is no longer to be done.
    pub(super) fn forget(&mut self, plan: &Plan) {
        if self.0.is_empty() {
            return;
        }
        let wanted: BTreeSet<String> = plan.steps.iter().map(ToString::to_string).collect();
        self.0.retain(|step, _| wanted.contains(step));
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In words.
    pub(super) fn words(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(step, failure)| format!("{step}: {}", failure.reason))
    }

    /// The first stage of the steps that need not wait, and when the first of the others may be tried again.
    pub(super) fn due(&self, steps: Vec<Step>, now: Duration) -> (Vec<Step>, Option<Duration>) {
        if self.0.is_empty() {
            return (first_stage(steps), None);
        }
        let waits = |step: &Step| self.0.get(&step.to_string()).is_some_and(|failure| now < failure.again);
        let (mut waiting, ready): (Vec<Step>, Vec<Step>) = steps.into_iter().partition(waits);
        let again = waiting.iter().filter_map(|step| Some(self.0.get(&step.to_string())?.again)).min();
        let mut due = Vec::with_capacity(ready.len());
        for step in ready {
            let held_up = waiting.iter().any(|other| relies_on(&step, other));
            if held_up { waiting.push(step) } else { due.push(step) }
        }
        (first_stage(due), again)
    }
}

/// The sysctls first and alone: the look that follows reads them back before an address is added.
pub(crate) fn first_stage(steps: Vec<Step>) -> Vec<Step> {
    let (sysctls, others): (Vec<Step>, Vec<Step>) =
        steps.into_iter().partition(|step| matches!(step, Step::SetSysctl { .. }));
    if sysctls.is_empty() { others } else { sysctls }
}

/// Whether a step cannot be taken while this other one is not done: an address needs its device, an IPv4 one the
/// sysctls too, and sysctls go back only when every address is off.
pub(crate) fn relies_on(step: &Step, other: &Step) -> bool {
    match step {
        Step::AddAddress(new) | Step::ReplaceAddress(new) => {
            let silent = new.address.is_ipv6() || !matches!(other, Step::SetSysctl { .. });
            !silent || makes_device(other, &new.device)
        }
        Step::LinkUp { name } => makes_device(other, name),
        Step::RestoreSysctl { .. } => !matches!(other, Step::RestoreSysctl { .. }),
        Step::SetSysctl { .. }
        | Step::CreateDevice { .. }
        | Step::RemoveAddress { .. }
        | Step::DeleteDevice { .. } => false,
    }
}

fn makes_device(step: &Step, device: &str) -> bool {
    matches!(step, Step::CreateDevice { name } | Step::LinkUp { name } if name == device)
}
