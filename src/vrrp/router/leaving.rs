//! Handing over: a master that stops, or has a fault elsewhere than on its link, goes on forwarding until its successor is
//! heard, and then, like one that is taken over from, until everybody has heard of the successor.

use core::net::IpAddr;
use core::time::Duration;

use super::leftover::Leftover;
use super::{Context, Router, timers};
use crate::{Advert, Reason, State};

/// How long packets are still forwarded, while ARP goes unanswered, after the successor was heard: its announcement needs
/// that long to reach everybody.
const SILENT: Duration = Duration::from_millis(1_500);

/// How far it is.
#[derive(Debug)]
pub(crate) enum Handover {
    /// "I stop" was said; nobody has taken over so far
    Asking { until: Duration, next_stop: Duration },
    /// somebody has
    Silent { until: Duration },
}

impl Handover {
    pub(super) fn wake(&self) -> Duration {
        match self {
            Self::Asking { until, next_stop } => *until.min(next_stop),
            Self::Silent { until } => *until,
        }
    }
}

impl Router {
    /// Ends for good, gracefully if it is master.
    pub(crate) fn stop(&mut self, ctx: &mut Context<'_>) {
        self.stopped = true;
        self.leftover = Leftover::default();
        match self.state {
            State::Master => {
                self.begin_handover(ctx);
                self.enter(State::Leaving, Reason::Stopped, ctx);
            }
            State::Fault if matches!(self.handover, Some(Handover::Asking { .. })) => {
                self.enter(State::Leaving, Reason::Stopped, ctx);
            }
            State::Backup | State::Fault => self.enter(State::Initialize, Reason::Stopped, ctx),
            State::Initialize => self.say_holding(ctx),
            State::Leaving => {}
        }
    }

    /// Configured again before it was gone.
    pub(super) fn come_back(&mut self, ctx: &mut Context<'_>) {
        self.removed = false;
        self.stopped = false;
        if self.state == State::Leaving {
            self.listen_after_handover(Reason::Started, ctx);
        }
    }

    /// Says that it stops, and waits for a successor.
    pub(super) fn begin_handover(&mut self, ctx: &mut Context<'_>) {
        self.send_stop(ctx);
        self.handover = Some(Handover::Asking {
            until: ctx.now.saturating_add(timers::succession(&self.settings)),
            next_stop: ctx.now.saturating_add(self.settings.interval.duration()),
        });
    }

    /// Into Backup. If nobody has taken over, the addresses stay until somebody does.
    pub(super) fn listen_after_handover(&mut self, reason: Reason, ctx: &mut Context<'_>) {
        if matches!(self.handover, Some(Handover::Asking { .. })) {
            self.handover = None;
            self.leftover = Leftover::KEPT;
        }
        self.begin_to_listen(reason, ctx);
    }

    pub(super) fn hear_successor(&mut self, source: IpAddr, advert: &Advert, ctx: &mut Context<'_>) {
        self.note(source, advert, ctx);
        let asks = matches!(self.handover, Some(Handover::Asking { .. }));
        if asks && advert.priority > 0 {
            self.fall_silent(ctx);
            self.finish_leaving(Reason::Succeeded { by: source }, ctx);
        }
    }

    /// Another router takes the addresses: what is still sent here is forwarded for a while.
    pub(super) fn fall_silent(&mut self, ctx: &Context<'_>) {
        self.handover = Some(Handover::Silent { until: ctx.now.saturating_add(SILENT) });
    }

    pub(super) fn handle_handover_timeout(&mut self, ctx: &mut Context<'_>) {
        let interval = self.settings.interval.duration();
        match &mut self.handover {
            Some(Handover::Asking { until, .. } | Handover::Silent { until }) if *until <= ctx.now => {
                self.handover = None;
                self.finish_leaving(Reason::NoSuccessor, ctx);
            }
            Some(Handover::Asking { next_stop, .. }) if *next_stop <= ctx.now => {
                *next_stop = ctx.now.saturating_add(interval);
                self.send_stop(ctx);
            }
            Some(_) | None => {}
        }
    }

    /// The addresses must go at once: the link is gone.
    pub(super) fn drop_handover(&mut self, reason: Reason, ctx: &mut Context<'_>) {
        self.handover = None;
        self.finish_leaving(reason, ctx);
    }

    /// A router that leaves has left; one in fault stays in fault.
    fn finish_leaving(&mut self, reason: Reason, ctx: &mut Context<'_>) {
        if self.state == State::Leaving {
            self.enter(State::Initialize, reason, ctx);
        } else {
            self.say_holding(ctx);
        }
    }
}
