//! Master: advertises, and answers rivals (RFC 9568 and RFC 3768 section 6.4.3).

use core::net::IpAddr;
use core::time::Duration;

use super::announce::Schedule;
use super::{Context, Router, timers};
use crate::{Advert, Interval, Priority, Readiness, Reason, State};

/// What a master remembers.
#[derive(Debug, Default)]
pub(crate) struct Reign {
    /// Adver_Timer
    next_advert: Duration,
    /// the last advert that answered somebody
    last_answer: Option<Duration>,
    /// It gave way, and has heard no master since: whom it gave way to did the same. The next contest is decided by priority
    /// and address, or the two would go on giving way to each other.
    gave_way: bool,
}

impl Reign {
    pub(super) const fn forget_giving_way(&mut self) {
        self.gave_way = false;
    }

    pub(super) fn change_interval(&mut self, interval: Interval, now: Duration) {
        self.next_advert = self.next_advert.min(now.saturating_add(interval.duration()));
    }

    /// The next advert keeps the rhythm, unless that is missed by a whole interval.
    fn step(&mut self, interval: Interval, now: Duration) {
        let kept = self.next_advert.saturating_add(interval.duration());
        self.next_advert = if kept > now { kept } else { now.saturating_add(interval.duration()) };
    }
}

impl Router {
    /// The advert goes first, so that a rival falls silent before the addresses are here.
    pub(super) fn become_master(&mut self, reason: Reason, ctx: &mut Context<'_>) {
        self.counters.became_master = self.counters.became_master.saturating_add(1);
        self.reign.next_advert = ctx.now.saturating_add(self.settings.interval.duration());
        self.announcing = Schedule::start(&self.settings.announcing, ctx.now);
        self.send_own(ctx);
        self.state_addresses(ctx);
        self.enter(State::Master, reason, ctx);
    }

    /// They are held and announced.
    fn state_addresses(&mut self, ctx: &mut Context<'_>) {
        self.holding = crate::Holding::Yes;
        self.act(crate::Action::Hold(self.holding), ctx);
        self.announce(self.settings.announcing.repeat, ctx);
    }

    pub(super) fn hear_as_master(&mut self, source: IpAddr, advert: &Advert, ctx: &mut Context<'_>) {
        let Some(priority) = Priority::new(advert.priority) else {
            return self.hear_rival_stop(ctx);
        };
        self.counters.rivals_heard = self.counters.rivals_heard.saturating_add(1);
        if self.is_outranked_by(source, advert.priority) {
            self.say_last_word(ctx);
            self.let_go(ctx);
            self.begin_to_follow(source, advert, Reason::Outranked { by: source, priority }, ctx);
        } else if ctx.readiness < Readiness::Serving && !self.reign.gave_way {
            self.reign.gave_way = true;
            self.send_stop(ctx);
            self.begin_to_follow(source, advert, Reason::GaveWay { to: source }, ctx);
        } else {
            self.answer(ctx);
            self.announce_against_rival(ctx);
        }
    }

    /// Who says "I stop" was master, here or beyond a partition: it may have been announced (RFC 9568 section 6.4.3 asks for
    /// the advert only).
    fn hear_rival_stop(&mut self, ctx: &mut Context<'_>) {
        if self.answer(ctx) {
            self.reign.next_advert = ctx.now.saturating_add(self.settings.interval.duration());
        }
        self.announce_against_rival(ctx);
    }

    /// The services behind the addresses are served: nothing to give way for.
    pub(crate) const fn can_serve(&mut self) {
        self.reign.forget_giving_way();
    }

    /// One advert before it drops the addresses: the winner learns that it had a rival, and announces. Without services to
    /// serve with it says "I stop" instead, since a winner that is no better off would give way to the advert.
    fn say_last_word(&mut self, ctx: &mut Context<'_>) {
        if ctx.readiness == Readiness::Serving { self.send_own(ctx) } else { self.send_stop(ctx) }
    }

    /// The winner says so before it has the addresses, and its announcement takes its time: a connection that comes here
    /// meanwhile is served, if it can be.
    fn let_go(&mut self, ctx: &Context<'_>) {
        if ctx.readiness == Readiness::Serving {
            self.fall_silent(ctx);
        }
    }

    /// An advert at once, at most one such in a tenth of the interval, however many adverts come. Whether it was sent.
    fn answer(&mut self, ctx: &mut Context<'_>) -> bool {
        let distance = self.settings.interval.duration() / 10;
        let may = self.reign.last_answer.is_none_or(|last| ctx.now.saturating_sub(last) >= distance);
        if may {
            self.reign.last_answer = Some(ctx.now);
            self.send_own(ctx);
        }
        may
    }

    fn announce_against_rival(&mut self, ctx: &mut Context<'_>) {
        if let Some(repeat) = self.announcing.rival(&self.settings.announcing, ctx.now) {
            self.announce(repeat, ctx);
        }
    }

    /// Another router of its sync group fell.
    pub(crate) fn fall_with(&mut self, leader: &str, ctx: &mut Context<'_>) {
        if self.state == State::Master {
            self.send_stop(ctx);
            self.let_go(ctx);
            self.begin_to_listen(Reason::Group { member: leader.into() }, ctx);
        }
    }

    /// Adverts and announcements that are due. One that was away for more than three intervals may have been replaced
    /// meanwhile. Whoever is master is heard before this, from the packets that waited; if nobody is, or the other falls
    /// silent at our advert, the network must learn again where the addresses are.
    pub(super) fn handle_master_timeout(&mut self, late: Duration, ctx: &mut Context<'_>) {
        if self.reign.next_advert <= ctx.now {
            self.send_own(ctx);
            self.reign.step(self.settings.interval, ctx.now);
        }
        if late > timers::three(self.settings.interval) {
            self.announce_against_rival(ctx);
        }
        if let Some(repeat) = self.announcing.due(&self.settings.announcing, ctx.now) {
            self.announce(repeat, ctx);
        }
    }

    pub(super) fn master_wake(&self) -> Option<Duration> {
        [Some(self.reign.next_advert), self.announcing.wake()].into_iter().flatten().min()
    }
}
