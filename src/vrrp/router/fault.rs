//! Fault: the link, a tracked thing or a sync group keeps a router out of the election.

use alloc::format;
use alloc::string::String;
use core::net::IpAddr;
use core::time::Duration;

use super::leftover::Leftover;
use super::{Context, Router};
use crate::{Reason, State};

/// What was told, if anything was.
#[derive(Debug, Default)]
enum Told<T> {
    #[default]
    Nothing,
    Is(T),
}

/// What is known of the interface of a router's adverts.
#[derive(Debug, Default)]
pub(crate) struct Link {
    /// none: no address
    source: Told<Option<IpAddr>>,
    /// none: fine
    fault: Told<Option<String>>,
    /// when the router started, or its last fault ended
    fine_since: Duration,
}

impl Link {
    pub(super) const fn source(&self) -> Option<IpAddr> {
        match self.source {
            Told::Is(source) => source,
            Told::Nothing => None,
        }
    }

    pub(super) const fn fine_since(&self) -> Duration {
        self.fine_since
    }

    /// A fault needs no address to be known.
    const fn is_known(&self) -> bool {
        matches!((&self.fault, &self.source), (Told::Is(Some(_)), _) | (Told::Is(None), Told::Is(_)))
    }
}

impl Router {
    pub(crate) fn set_source(&mut self, source: Option<IpAddr>, ctx: &mut Context<'_>) {
        self.link.source = Told::Is(source);
        self.look_at_faults(ctx);
    }

    pub(crate) fn set_interface(&mut self, fault: Option<&str>, ctx: &mut Context<'_>) {
        self.link.fault = Told::Is(fault.map(String::from));
        self.look_at_faults(ctx);
    }

    /// The member of its sync group whose fault it shares.
    pub(crate) fn follow_fault(&mut self, leader: Option<String>, ctx: &mut Context<'_>) {
        if self.follows != leader {
            self.follows = leader;
            self.look_at_faults(ctx);
        }
    }

    /// A fault that its sync group shares. An interface that is not known yet is none: it would take a group down to which a
    /// router is added.
    pub(crate) fn has_own_fault(&self) -> bool {
        self.link.is_known() && self.own_fault().is_some()
    }

    /// What is wrong with the interface of its adverts.
    pub(super) fn link_fault(&self) -> Option<String> {
        let interface = &self.settings.interface;
        match (&self.link.fault, &self.link.source) {
            (Told::Is(Some(fault)), _) => Some(fault.clone()),
            (Told::Is(None), Told::Is(None)) => {
                Some(format!("interface {interface} has no address to send from"))
            }
            (Told::Is(None), Told::Is(Some(_))) => None,
            (Told::Nothing, _) | (_, Told::Nothing) => {
                Some(format!("interface {interface} is not known yet"))
            }
        }
    }

    fn own_fault(&self) -> Option<String> {
        self.link_fault().or_else(|| self.reports.faults(&self.settings.tracks).next())
    }

    fn fault(&self) -> Option<Reason> {
        let shared = || self.follows.as_ref().map(|member| Reason::Group { member: member.clone() });
        self.own_fault().map(Reason::Fault).or_else(shared)
    }

    /// After anything changed that may begin or end a fault, or move the priority.
    pub(super) fn look_at_faults(&mut self, ctx: &mut Context<'_>) {
        self.priority = self.reports.priority(&self.settings);
        if !self.link.is_known() {
            return;
        }
        if let (Some(fault), Some(_)) = (self.link_fault(), &self.handover) {
            self.drop_handover(Reason::Fault(fault), ctx);
        }
        if self.stopped {
            return;
        }
        match (self.state, self.fault()) {
            (State::Initialize | State::Backup | State::Master, Some(reason)) => {
                self.enter_fault(reason, ctx);
            }
            (State::Initialize, None) => self.recover(Reason::Started, ctx),
            (State::Fault, None) => self.recover(Reason::FaultEnded, ctx),
            (State::Fault, Some(_)) | (State::Backup | State::Master | State::Leaving, None | Some(_)) => {}
        }
    }

    /// A master whose link is fine goes on forwarding until a successor is heard.
    fn enter_fault(&mut self, reason: Reason, ctx: &mut Context<'_>) {
        if self.state == State::Master && self.link_fault().is_none() {
            self.begin_handover(ctx);
        }
        self.leftover = Leftover::default();
        self.reign.forget_giving_way();
        self.enter(State::Fault, reason, ctx);
    }

    fn recover(&mut self, reason: Reason, ctx: &mut Context<'_>) {
        self.link.fine_since = ctx.now;
        self.listen_after_handover(reason, ctx);
    }
}
