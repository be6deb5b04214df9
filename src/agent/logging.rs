//! The core's events as log lines.

use std::net::IpAddr;

use host::Step;

use crate::core::{Event, Phase};

/// Writes one event.
pub(crate) fn log(event: &Event) {
    match event {
        Event::Done(step) => tracing::info!(%step, "done"),
        Event::Repaired { step, contested } => repaired(step, *contested),
        Event::Failed { step, reason } => tracing::warn!(%step, %reason, "step failed, will be tried again"),
        Event::SomeoneElse(step) => tracing::info!(%step, "someone else did it first"),
        Event::Note(note) => tracing::warn!("{note}"),
        Event::Ready(vip) => tracing::info!(%vip, "ready"),
        Event::NotReady { vip, reason, was_ready: true } => {
            tracing::warn!(%vip, %reason, "not ready any more");
        }
        Event::NotReady { vip, reason, was_ready: false } => tracing::info!(%vip, %reason, "not ready"),
        Event::Contested(what) => {
            tracing::warn!(%what, "someone else keeps undoing what is put right: not ready until 5 s pass without");
        }
        Event::Settled(what) => tracing::info!(%what, "nobody undoes what is put right any more"),
        Event::Draining(vip) => tracing::info!(vip = %whom(*vip), "draining"),
        Event::Phase { vip, phase } => tracing::info!(%vip, "{}", words(*phase)),
        Event::Undrained(vip) => tracing::info!(vip = %whom(*vip), "not draining any more"),
        Event::Blind(reason) => tracing::warn!(%reason, "cannot look at the kernel"),
        Event::SeesAgain => tracing::info!("can look at the kernel again"),
    }
}

fn words(phase: Phase) -> &'static str {
    match phase {
        Phase::Quiescing => "drain: directors are to set weight 0",
        Phase::Draining => "drain: every director has set weight 0, connections may end",
        Phase::Leaving => "drain: directors are to delete the entry",
        Phase::Off => "drain: every director has deleted the entry, the VIP goes",
    }
}

fn whom(vip: Option<IpAddr>) -> String {
    vip.map_or("all".to_owned(), |vip| vip.to_string())
}

/// One line each, until it is many: then the contest was said, and is enough.
fn repaired(step: &Step, contested: bool) {
    if contested {
        return tracing::debug!(%step, "put right again");
    }
    match step {
        Step::SetSysctl { sysctl, from, to } | Step::RestoreSysctl { sysctl, from, to } => {
            tracing::warn!(name = %sysctl, found = from, restored = to, "sysctl rewritten by someone else");
        }
        Step::AddAddress(new) => {
            tracing::warn!(address = %new.address, device = new.device, "address removed by someone else, put back");
        }
        Step::ReplaceAddress(new) => {
            tracing::warn!(address = %new.address, device = new.device, "address changed by someone else, put right");
        }
        Step::CreateDevice { name } => {
            tracing::warn!(device = name, "device deleted by someone else, created again");
        }
        Step::LinkUp { name } => {
            tracing::warn!(device = name, "device set down by someone else, set up again");
        }
        Step::RemoveAddress { .. } | Step::DeleteDevice { .. } => tracing::info!(%step, "done"),
    }
}
