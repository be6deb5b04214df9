//! One virtual router (RFC 9568 and RFC 3768 section 6.4). The files below hold one subject each; this one holds what they
//! share and passes events on by state.

mod announce;
mod backup;
mod fault;
mod leaving;
mod leftover;
mod master;
mod packets;
mod receive;
mod timers;

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::time::Duration;

use crate::queue::Queue;
use crate::track::Reports;
use crate::{
    Action, Advert, Counters, Holding, Packet, Priority, Readiness, Reason, Report, RouterId, Settings,
    State, Transition, View,
};
use announce::Schedule;
use backup::Listening;
use fault::Link;
use leaving::Handover;
use leftover::Leftover;
use master::Reign;
use packets::Packets;

/// What every event comes with.
pub(crate) struct Context<'a> {
    pub(crate) now: Duration,
    pub(crate) readiness: Readiness,
    /// whether timers that have run out may make a master
    pub(crate) timers_count: bool,
    pub(crate) queue: &'a mut Queue,
}

/// One virtual router.
#[derive(Debug)]
pub(crate) struct Router {
    id: RouterId,
    settings: Settings,
    state: State,
    since: Duration,
    reason: Reason,
    /// effective: moved by tracking
    priority: Priority,
    link: Link,
    reports: Reports,
    /// the member of its sync group whose fault it shares
    follows: Option<String>,
    listening: Listening,
    reign: Reign,
    announcing: Schedule,
    handover: Option<Handover>,
    leftover: Leftover,
    holding: Holding,
    counters: Counters,
    packets: Packets,
    /// told to stop, or no longer configured: it never starts again
    stopped: bool,
    removed: bool,
    wake: Option<Duration>,
}

impl Router {
    /// Not started: that needs to know its interface.
    pub(crate) fn new(id: RouterId, settings: Settings, now: Duration) -> Self {
        let reports = Reports::new(&settings.tracks);
        Self {
            id,
            state: State::Initialize,
            since: now,
            reason: Reason::Started,
            priority: reports.priority(&settings),
            link: Link::default(),
            follows: None,
            listening: Listening::new(settings.interval, now),
            reign: Reign::default(),
            announcing: Schedule::default(),
            handover: None,
            leftover: Leftover::default(),
            holding: Holding::No,
            counters: Counters::default(),
            packets: Packets::default(),
            stopped: false,
            removed: false,
            wake: None,
            reports,
            settings,
        }
    }

    pub(crate) const fn id(&self) -> RouterId {
        self.id
    }

    pub(crate) fn name(&self) -> &str {
        &self.settings.name
    }

    pub(crate) const fn state(&self) -> State {
        self.state
    }

    /// When it wants [`Router::handle_timeout`]; as of the last [`Router::set_wake`].
    pub(crate) const fn wake(&self) -> Option<Duration> {
        self.wake
    }

    /// Whether it was told to stop or removed, however far that is.
    pub(crate) const fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Whether nothing of it is left to do: neither adverts nor addresses.
    pub(crate) fn is_over(&self) -> bool {
        self.stopped && self.state == State::Initialize && self.holding == Holding::No
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.removed && self.is_over()
    }

    /// Whether those settings are of this router: its state then outlives other changes.
    pub(crate) fn is_same(&self, settings: &Settings) -> bool {
        let key = |of: &Settings| (of.vrid, of.version, of.family);
        key(&self.settings) == key(settings)
            && self.settings.name == settings.name
            && self.settings.interface == settings.interface
    }

    /// Other settings for the same router. One that was removed and has not gone yet comes back.
    pub(crate) fn change(&mut self, settings: Settings, ctx: &mut Context<'_>) {
        let before = core::mem::replace(&mut self.settings, settings);
        self.reports = self.reports.carried_over(&before.tracks, &self.settings.tracks);
        self.packets = Packets::default();
        if before.interval != self.settings.interval {
            self.change_interval(ctx);
        }
        if before.announcing != self.settings.announcing {
            self.announcing.change(&self.settings.announcing, ctx.now);
        }
        if self.state == State::Master && before.addresses != self.settings.addresses {
            self.announce(self.settings.announcing.repeat, ctx);
        }
        if self.removed {
            self.come_back(ctx);
        }
        self.look_at_faults(ctx);
    }

    fn change_interval(&mut self, ctx: &Context<'_>) {
        self.listening.change_interval(&self.settings);
        self.reign.change_interval(self.settings.interval, ctx.now);
    }

    pub(crate) fn remove(&mut self, ctx: &mut Context<'_>) {
        self.removed = true;
        self.stop(ctx);
    }

    /// Together: what came at once makes one transition. Thousands of services may be tracked, so what is no news costs nothing.
    pub(crate) fn set_tracks(&mut self, reports: &[(usize, Report)], ctx: &mut Context<'_>) {
        let news = reports.iter().filter(|(index, report)| self.reports.set(*index, *report)).count();
        if news > 0 {
            self.look_at_faults(ctx);
        }
    }

    /// A packet for it, or one that looks so.
    pub(crate) fn handle_packet(&mut self, packet: &Packet<'_>, ctx: &mut Context<'_>) {
        match self.admit(packet) {
            Ok(advert) => self.handle_advert(packet.source, &advert, ctx),
            Err(reason) => self.counters.refuse(reason, packet.source, ctx.now),
        }
    }

    fn handle_advert(&mut self, source: IpAddr, advert: &Advert, ctx: &mut Context<'_>) {
        self.counters.adverts_received = self.counters.adverts_received.saturating_add(1);
        if advert.priority == 0 {
            self.counters.priority_zero_received = self.counters.priority_zero_received.saturating_add(1);
        }
        match self.state {
            State::Initialize => {}
            State::Backup => self.hear_as_backup(source, advert, ctx),
            State::Master => self.hear_as_master(source, advert, ctx),
            State::Leaving | State::Fault => self.hear_successor(source, advert, ctx),
        }
    }

    /// Its time has come. It does not become master here: that may be a matter of its sync group.
    pub(crate) fn handle_timeout(&mut self, ctx: &mut Context<'_>) {
        let late = self.wake.map_or(Duration::ZERO, |wake| ctx.now.saturating_sub(wake));
        self.handle_handover_timeout(ctx);
        match self.state {
            State::Backup => self.doubt_silence(late, ctx),
            State::Master => self.handle_master_timeout(late, ctx),
            State::Initialize | State::Fault | State::Leaving => {}
        }
    }

    /// After an event, outside any sync group.
    pub(crate) fn settle(&mut self, ctx: &mut Context<'_>) {
        self.follow_fault(None, ctx);
        self.park(false, ctx);
        self.take_over(ctx);
        self.set_wake(ctx);
    }

    /// Remembers when the next [`Router::handle_timeout`] is due.
    pub(crate) fn set_wake(&mut self, ctx: &Context<'_>) {
        let of_state = match self.state {
            State::Backup => self.backup_wake(ctx),
            State::Master => self.master_wake(),
            State::Initialize | State::Fault | State::Leaving => None,
        };
        let handover = self.handover.as_ref().map(Handover::wake);
        self.wake = of_state.into_iter().chain(handover).min();
    }

    pub(crate) fn view(&self) -> View<'_> {
        View {
            settings: &self.settings,
            state: self.state,
            since: self.since,
            reason: &self.reason,
            priority: self.priority,
            source: self.link.source(),
            master: self.master(),
            master_interval: self.master_interval(),
            holding: self.holding,
            counters: &self.counters,
            faults: self.faults(),
            reports: self.reports.as_slice(),
            removed: self.removed,
        }
    }

    fn faults(&self) -> Vec<String> {
        let link = self.link_fault().into_iter();
        let follows = self.follows.iter().map(|member| {
            let reason = Reason::Group { member: member.clone() };
            alloc::format!("{reason}")
        });
        link.chain(self.reports.faults(&self.settings.tracks)).chain(follows).collect()
    }

    /// Into another state. What is to be done with the addresses is said before the change itself.
    fn enter(&mut self, to: State, reason: Reason, ctx: &mut Context<'_>) {
        let from = core::mem::replace(&mut self.state, to);
        self.since = ctx.now;
        self.reason = reason.clone();
        self.say_holding(ctx);
        let transition = Transition { from, to, reason, at: ctx.now };
        self.act(Action::Transition(transition), ctx);
    }

    /// Says what is to be done with the addresses, if that is new.
    fn say_holding(&mut self, ctx: &mut Context<'_>) {
        let wanted = self.wanted_holding();
        if wanted != self.holding {
            self.holding = wanted;
            self.act(Action::Hold(wanted), ctx);
        }
    }

    fn wanted_holding(&self) -> Holding {
        let kept = self.state == State::Master || self.leftover.is_kept();
        match (&self.handover, kept) {
            (Some(Handover::Asking { .. }), _) | (_, true) => Holding::Yes,
            (Some(Handover::Silent { .. }), false) => Holding::Silent,
            (None, false) => Holding::No,
        }
    }

    fn announce(&self, repeat: u8, ctx: &mut Context<'_>) {
        self.act(Action::Announce { repeat }, ctx);
    }

    fn act(&self, action: Action, ctx: &mut Context<'_>) {
        ctx.queue.push(self.id, action);
    }

    /// One advert to the group, or to each peer. `priority` is ours, or 0.
    fn send(&mut self, priority: u8, ctx: &mut Context<'_>) {
        let Some(source) = self.link.source() else { return };
        for (destination, packet) in self.packets.get(&self.settings, source, priority) {
            let action = Action::Send { destination: *destination, packet: packet.clone() };
            ctx.queue.push(self.id, action);
        }
        self.counters.adverts_sent = self.counters.adverts_sent.saturating_add(1);
        if priority == 0 {
            self.counters.priority_zero_sent = self.counters.priority_zero_sent.saturating_add(1);
        }
    }

    fn send_stop(&mut self, ctx: &mut Context<'_>) {
        self.send(0, ctx);
    }

    fn send_own(&mut self, ctx: &mut Context<'_>) {
        self.send(self.priority.get(), ctx);
    }

    /// Whether a master of that priority and address wins against us (RFC 9568 section 6.4.3).
    fn is_outranked_by(&self, source: IpAddr, priority: u8) -> bool {
        let ours = self.priority.get();
        priority > ours || (priority == ours && self.link.source().is_none_or(|our| source > our))
    }
}
