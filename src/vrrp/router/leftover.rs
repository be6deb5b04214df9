//! Addresses of an earlier run of the daemon, which its end left on the interface.

use core::time::Duration;

use super::backup::Heard;
use super::{Context, Router, timers};
use crate::State;

/// Whether there are any.
#[derive(Debug, Default)]
pub(crate) struct Leftover {
    kept: bool,
    /// until then the router may go on as master at once
    resume: Option<Duration>,
}

impl Leftover {
    pub(super) const KEPT: Self = Self { kept: true, resume: None };

    pub(super) const fn is_kept(&self) -> bool {
        self.kept
    }
}

impl Router {
    pub(crate) fn resume(&mut self, ctx: &mut Context<'_>) {
        if self.keep_leftover(ctx) {
            let down = timers::master_down(self.settings.version, self.priority, self.settings.interval);
            self.leftover.resume = Some(ctx.now.saturating_add(down));
        }
    }

    /// Whether there is something to keep: not once it is master, in fault, stops, or follows another master.
    pub(crate) fn keep_leftover(&mut self, ctx: &mut Context<'_>) -> bool {
        let fresh = matches!(self.state, State::Initialize | State::Backup) && !self.has_followed();
        if fresh && !self.stopped {
            self.leftover = Leftover::KEPT;
            self.say_holding(ctx);
        }
        self.leftover.kept
    }

    pub(super) fn may_resume(&self, ctx: &Context<'_>) -> bool {
        self.leftover.resume.is_some_and(|until| ctx.now <= until)
    }

    /// Another master is there: they go. While they were here our kernel answered ARP for them, so the master is told of a
    /// rival, and announces them again.
    pub(super) fn leave_leftover(&mut self, master: Heard, ctx: &mut Context<'_>) {
        if !core::mem::take(&mut self.leftover).kept {
            return;
        }
        if self.is_outranked_by(master.source, master.priority.get()) {
            self.send_own(ctx);
        } else {
            self.send_stop(ctx);
        }
        self.say_holding(ctx);
    }
}
