//! Taking steps, one after the other.

use std::error::Error;

use daemon::errors::one_line;
use host::{NewAddress, Step, Sysctl};
use kernel::address::{AddressError, Addresses};
use kernel::sysctl::{SysctlError, Sysctls};

use crate::core::{Outcome, StepResult, relies_on};

/// Added where the kernel said that we may not.
pub(crate) const DENIED: &str = "needs root or CAP_NET_ADMIN";

/// The hands of the agent.
pub(crate) struct Hands {
    pub(crate) addresses: Addresses,
    pub(crate) sysctls: Sysctls,
}

impl Hands {
    /// Takes the steps in order. What relies on a step that failed is skipped, the rest goes on.
    pub(crate) async fn take(&self, steps: Vec<Step>) -> Vec<StepResult> {
        let mut results: Vec<StepResult> = Vec::with_capacity(steps.len());
        for step in steps {
            let outcome =
                if relies_on_failed(&step, &results) { Outcome::Skipped } else { self.take_one(&step).await };
            results.push(StepResult { step, outcome });
        }
        results
    }

    async fn take_one(&self, step: &Step) -> Outcome {
        match step {
            Step::SetSysctl { sysctl, to, .. } | Step::RestoreSysctl { sysctl, to, .. } => {
                self.write(sysctl, *to)
            }
            Step::CreateDevice { name } => added(self.addresses.create_dummy(name).await),
            Step::LinkUp { name } => done(self.addresses.link_up(name).await),
            Step::AddAddress(new) => added(self.add(new).await),
            Step::ReplaceAddress(new) => done(self.replace(new).await),
            Step::RemoveAddress { address, device } => {
                let prefix = if address.is_ipv4() { 32 } else { 128 };
                gone(self.addresses.remove(device, *address, prefix).await)
            }
            Step::DeleteDevice { name } => gone(self.addresses.delete_link(name).await),
        }
    }

    fn write(&self, sysctl: &Sysctl, value: i32) -> Outcome {
        match self.sysctls.write(&sysctl.path(), value) {
            Ok(_) => Outcome::Done,
            Err(error) => failed(&error, error.is_denied().then_some(sysctl_hint(&error))),
        }
    }

    async fn add(&self, new: &NewAddress) -> Result<(), AddressError> {
        let label = new.label.as_deref();
        let deprecated = new.address.is_ipv6();
        self.addresses.add(&new.device, new.address, new.prefix(), label, new.scope, deprecated).await
    }

    async fn replace(&self, new: &NewAddress) -> Result<(), AddressError> {
        let label = new.label.as_deref();
        let deprecated = new.address.is_ipv6();
        self.addresses.replace(&new.device, new.address, new.prefix(), label, new.scope, deprecated).await
    }
}

fn relies_on_failed(step: &Step, results: &[StepResult]) -> bool {
    results.iter().any(|result| is_failed(&result.outcome) && relies_on(step, &result.step))
}

fn is_failed(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed(_) | Outcome::Skipped)
}

fn added(result: Result<(), AddressError>) -> Outcome {
    match result {
        Err(error) if error.is_already_there() => Outcome::SomeoneElse,
        result => done(result),
    }
}

fn gone(result: Result<(), AddressError>) -> Outcome {
    match result {
        Err(error) if error.is_gone() => Outcome::Done,
        result => done(result),
    }
}

fn done(result: Result<(), AddressError>) -> Outcome {
    match result {
        Ok(()) => Outcome::Done,
        Err(error) => failed(&error, address_hint(&error)),
    }
}

fn address_hint(error: &AddressError) -> Option<&'static str> {
    let no_device = "the kernel has no such device or protocol: modprobe dummy, or is IPv6 off?";
    error.hint().or_else(|| error.is_unsupported().then_some(no_device))
}

fn sysctl_hint(error: &SysctlError) -> &'static str {
    if error.is_read_only() { "/proc/sys is read-only here" } else { DENIED }
}

fn failed(error: &dyn Error, hint: Option<&str>) -> Outcome {
    let reason = one_line(error);
    Outcome::Failed(hint.map_or(reason.clone(), |hint| format!("{reason} ({hint})")))
}
