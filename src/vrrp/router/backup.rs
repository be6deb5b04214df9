//! Backup: listens for a master, and knows when it may become one (RFC 9568 and RFC 3768 section 6.4.2).

use core::net::IpAddr;
use core::time::Duration;

use super::leftover::Leftover;
use super::{Context, Router, timers};
use crate::{Advert, Interval, Priority, Readiness, Reason, Settings, State, Version};

/// An advert that was heard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard {
    pub(super) source: IpAddr,
    pub(super) priority: Priority,
    at: Duration,
}

/// What a backup has heard.
#[derive(Debug)]
pub(crate) struct Listening {
    /// the master-down timer counts from here
    from: Duration,
    /// the master of the last advert that set the timer, until it stops
    master: Option<Heard>,
    /// who said "I stop": the timer is the skew only
    stops: Option<IpAddr>,
    /// the last advert that did not set the timer, because its master is to be preempted
    lower: Option<Heard>,
    /// Active_Adver_Interval, Master_Adver_Interval: the master's, learned
    interval: Interval,
    /// another master was heard in this backup's time, or sent it here
    follows: bool,
    /// the silence was doubted once
    doubted: bool,
    /// time is up, and its sync group is not ready
    parked: bool,
}

impl Listening {
    /// Nobody was heard so far.
    pub(super) const fn new(interval: Interval, now: Duration) -> Self {
        Self {
            from: now,
            master: None,
            stops: None,
            lower: None,
            interval,
            follows: false,
            doubted: false,
            parked: false,
        }
    }

    /// A master that is followed was heard.
    fn follow(interval: Interval, master: Heard) -> Self {
        Self { master: Some(master), follows: true, ..Self::new(interval, master.at) }
    }

    /// "I stop."
    fn stopping(interval: Interval, by: IpAddr, now: Duration) -> Self {
        Self { stops: Some(by), ..Self::new(interval, now) }
    }

    /// Our own interval changed: it counts while nobody's was learned, and always in version 2, where they are the same.
    pub(super) fn change_interval(&mut self, settings: &Settings) {
        if self.master.is_none() || settings.version == Version::V2 {
            self.interval = settings.interval;
        }
    }
}

impl Router {
    /// Into Backup, with nobody heard.
    pub(super) fn begin_to_listen(&mut self, reason: Reason, ctx: &mut Context<'_>) {
        self.listening = Listening::new(self.settings.interval, ctx.now);
        self.enter(State::Backup, reason, ctx);
    }

    /// Into Backup because of that master.
    pub(super) fn begin_to_follow(
        &mut self,
        source: IpAddr,
        advert: &Advert,
        reason: Reason,
        ctx: &mut Context<'_>,
    ) {
        if let Some(heard) = heard(source, advert, ctx.now) {
            self.listening = Listening::follow(self.learned_interval(advert), heard);
        }
        self.enter(State::Backup, reason, ctx);
    }

    pub(super) fn hear_as_backup(&mut self, source: IpAddr, advert: &Advert, ctx: &mut Context<'_>) {
        match heard(source, advert, ctx.now) {
            None => self.hear_stop(source, ctx),
            Some(heard) => {
                self.hear_living(heard, self.learned_interval(advert), ctx);
                self.leave_leftover(heard, ctx);
            }
        }
    }

    /// "I stop" sets the timer to the skew (RFC 9568 section 6.4.2) if it comes from the master. From a router that is not,
    /// as one that gives way when a partition heals, it would make us take over from a master that lives. A repetition does
    /// not put the timer off.
    fn hear_stop(&mut self, source: IpAddr, ctx: &Context<'_>) {
        let other = |heard: &Heard| heard.source != source && self.is_alive(heard, ctx.now);
        let has_other_master = self.listening.lower.or(self.listening.master).as_ref().is_some_and(other);
        if !has_other_master && self.listening.stops.is_none() {
            self.listening = Listening::stopping(self.listening.interval, source, ctx.now);
        }
    }

    fn hear_living(&mut self, heard: Heard, interval: Interval, ctx: &Context<'_>) {
        self.reign.forget_giving_way();
        if heard.priority < self.priority && self.may_preempt(ctx) {
            self.listening.lower = Some(heard);
        } else {
            self.listening = Listening::follow(interval, heard);
        }
    }

    /// Why it may become master, if it may.
    fn claim(&self, ctx: &Context<'_>) -> Option<Reason> {
        let early = self.early_claim(ctx);
        early.or_else(|| self.late_claim(ctx).filter(|_| ctx.timers_count))
    }

    /// Whether it may become master.
    pub(crate) fn may_take_over(&self, ctx: &Context<'_>) -> bool {
        self.claim(ctx).is_some()
    }

    /// Whether it may as soon as timers count.
    pub(crate) fn may_soon_take_over(&self, ctx: &Context<'_>) -> bool {
        self.early_claim(ctx).or_else(|| self.late_claim(ctx)).is_some()
    }

    fn early_claim(&self, ctx: &Context<'_>) -> Option<Reason> {
        if self.state != State::Backup {
            return None;
        }
        let owns = self.priority.is_owner() && ctx.readiness == Readiness::Serving;
        let resumes = self.may_resume(ctx).then_some(Reason::Resumed);
        resumes.or_else(|| owns.then_some(Reason::Owner))
    }

    /// By the timer.
    fn late_claim(&self, ctx: &Context<'_>) -> Option<Reason> {
        let may = self.state == State::Backup && ctx.readiness != Readiness::NotReady;
        if !may || ctx.now < self.deadline(ctx) {
            return None;
        }
        Some(if self.priority.is_owner() { Reason::Owner } else { self.claim_by_time(ctx) })
    }

    fn claim_by_time(&self, ctx: &Context<'_>) -> Reason {
        let living = self.listening.lower.filter(|lower| self.is_alive(lower, ctx.now));
        match (self.listening.stops, living) {
            (Some(master), _) => Reason::MasterStopped { master },
            (None, Some(lower)) => Reason::Preempted { master: lower.source, priority: lower.priority },
            (None, None) => {
                let last = self.listening.lower.or(self.listening.master);
                let since = last.map_or(self.listening.from, |last| last.at);
                let silent = ctx.now.saturating_sub(since);
                Reason::MasterDown { last: last.map(|last| last.source), silent }
            }
        }
    }

    /// Becomes master, if it may.
    pub(crate) fn take_over(&mut self, ctx: &mut Context<'_>) {
        if let Some(reason) = self.claim(ctx) {
            self.listening = Listening::new(self.settings.interval, ctx.now);
            self.leftover = Leftover::default();
            self.handover = None;
            self.become_master(reason, ctx);
        }
    }

    /// Whether its own timer stands still, once run out, because its sync group is not ready.
    pub(crate) fn park(&mut self, parked: bool, ctx: &Context<'_>) {
        self.listening.parked = parked && self.may_soon_take_over(ctx);
    }

    /// Whether another master was heard since it began to listen, or sent it here.
    pub(super) const fn has_followed(&self) -> bool {
        self.listening.follows
    }

    /// Whether it follows a master that lives.
    pub(crate) fn follows_master(&self, ctx: &Context<'_>) -> bool {
        self.state == State::Backup && self.listening.follows && ctx.now < self.deadline(ctx)
    }

    /// After a pause of the whole machine nothing was heard because nobody listened. Time is up late, by more than three
    /// intervals: once, it listens for a whole master-down interval more.
    pub(super) fn doubt_silence(&mut self, late: Duration, ctx: &Context<'_>) {
        if late > timers::three(self.listening.interval) && !self.listening.doubted {
            self.listening.from = ctx.now;
            self.listening.doubted = true;
        }
    }

    pub(super) fn backup_wake(&self, ctx: &Context<'_>) -> Option<Duration> {
        let at = self.deadline(ctx);
        if at > ctx.now {
            return Some(at);
        }
        let waits = ctx.readiness == Readiness::NotReady || self.listening.parked;
        let overdue = self.wake.filter(|wake| *wake <= ctx.now);
        (!waits).then(|| overdue.unwrap_or(ctx.now))
    }

    /// When Active_Down_Timer, Master_Down_Timer, fires.
    fn deadline(&self, ctx: &Context<'_>) -> Duration {
        let spared = self.listening.lower.filter(|_| !self.may_preempt(ctx));
        let (from, wait) = match (spared, self.listening.stops) {
            (Some(lower), _) => (lower.at.max(self.listening.from), self.master_down()),
            (None, Some(_)) => (self.listening.from, self.skew()),
            (None, None) => (self.listening.from, self.master_down()),
        };
        from.saturating_add(wait)
    }

    fn skew(&self) -> Duration {
        timers::skew(self.settings.version, self.priority, self.listening.interval)
    }

    fn master_down(&self) -> Duration {
        timers::master_down(self.settings.version, self.priority, self.listening.interval)
    }

    fn is_alive(&self, heard: &Heard, now: Duration) -> bool {
        now.saturating_sub(heard.at) < self.master_down()
    }

    /// Whether a living master of lower priority may be taken over from.
    fn may_preempt(&self, ctx: &Context<'_>) -> bool {
        let waited = ctx.now >= self.link.fine_since().saturating_add(self.settings.preempt_delay);
        let wants = self.priority.is_owner() || (self.settings.preempt && waited);
        wants && ctx.readiness == Readiness::Serving
    }

    fn learned_interval(&self, advert: &Advert) -> Interval {
        match self.settings.version {
            Version::V2 => self.settings.interval,
            Version::V3 => advert.interval,
        }
    }

    /// For status only: who is heard while it takes no part.
    pub(super) fn note(&mut self, source: IpAddr, advert: &Advert, ctx: &Context<'_>) {
        self.listening = match heard(source, advert, ctx.now) {
            Some(heard) => Listening::follow(self.learned_interval(advert), heard),
            None => Listening::new(self.settings.interval, ctx.now),
        };
    }

    pub(super) fn master(&self) -> Option<(IpAddr, u8)> {
        if self.state == State::Master {
            return self.link.source().map(|source| (source, self.priority.get()));
        }
        let heard = self.listening.lower.or(self.listening.master);
        heard.map(|heard| (heard.source, heard.priority.get()))
    }

    pub(super) fn master_interval(&self) -> Interval {
        self.listening.interval
    }
}

/// None for "I stop".
fn heard(source: IpAddr, advert: &Advert, at: Duration) -> Option<Heard> {
    Priority::new(advert.priority).map(|priority| Heard { source, priority, at })
}
