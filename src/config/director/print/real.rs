//! `[[service.real]]` and `sorry_server`.

use alloc::format;
use alloc::string::String;

use ipvs::{Destination, DestinationKey, Forward, Weight};

use super::agents::Common;
use super::check::At;
use super::forward::{self, address_port};
use super::print_notify;
use crate::director::{RealServer, VirtualService};
use crate::print::{Lines, Quoted, inline};

/// What servers have where they say nothing.
#[derive(Clone, Copy)]
pub(super) struct Usual {
    pub(super) forward: Forward,
    pub(super) weight: Weight,
    pub(super) alpha: bool,
    pub(super) inhibit: bool,
    /// `alert`; none where there is no mail
    pub(super) alert: Option<bool>,
}

impl Usual {
    /// In short what all servers have in common is said once; else every server says everything.
    pub(super) fn of(reals: &[RealServer], alert: Option<bool>, short: bool) -> Self {
        let plain =
            Self { forward: Forward::Direct, weight: Weight::default(), alpha: true, inhibit: false, alert };
        let plain = Self { weight: Weight::new(1).unwrap_or_default(), ..plain };
        match reals.split_first().filter(|_| short) {
            Some((first, others)) => Self {
                forward: same(first, others, |real| real.destination.forward).unwrap_or(plain.forward),
                weight: same(first, others, |real| real.destination.weight).unwrap_or(plain.weight),
                alpha: same(first, others, |real| real.alpha).unwrap_or(plain.alpha),
                inhibit: same(first, others, |real| real.inhibit).unwrap_or(plain.inhibit),
                alert,
            },
            None => plain,
        }
    }

    /// The service's keys.
    pub(super) fn print(self, lines: &mut Lines) {
        let plain = Self::of(&[], None, false);
        if lines.is_short() {
            forward::print(self.forward, plain.forward, lines);
            lines.usual("weight", self.weight.get(), plain.weight.get());
            lines.usual("alpha", self.alpha, plain.alpha);
            lines.usual("inhibit", self.inhibit, plain.inhibit);
        }
    }
}

fn same<T: PartialEq>(first: &RealServer, others: &[RealServer], of: impl Fn(&RealServer) -> T) -> Option<T> {
    let value = of(first);
    others.iter().all(|other| of(other) == value).then_some(value)
}

/// Whether an address stands alone: its port is that of its service, at every port of a list (`other` is at one that is not
/// the first one's).
pub(super) fn stands_alone(
    service: &VirtualService,
    other: Option<&VirtualService>,
    short: bool,
    port: impl Fn(&VirtualService) -> Option<u16>,
) -> bool {
    let follows = |service: &VirtualService| port(service) == Some(super::service::port(service.key));
    match other {
        Some(other) => follows(service) && follows(other),
        None => short && follows(service),
    }
}

/// A server without its checks; `alone` is its address.
pub(super) fn print(at: At<'_>, alone: bool, usual: Usual, agents: Common, lines: &mut Lines) {
    let real = at.real;
    lines.header("[[service.real]]");
    lines.string("address", address(&real.key, alone));
    lines.usual("weight", real.destination.weight.get(), usual.weight.get());
    forward::print(real.destination.forward, usual.forward, lines);
    lines.usual("alpha", real.alpha, usual.alpha);
    lines.usual("inhibit", real.inhibit, usual.inhibit);
    lines.usual("upper_threshold", real.destination.upper_threshold, 0);
    lines.usual("lower_threshold", real.destination.lower_threshold, 0);
    if !real.notify.up.is_empty() || !real.notify.down.is_empty() {
        print_notify(&[("up", &real.notify.up), ("down", &real.notify.down)], lines);
    }
    if let Some(alert) = usual.alert {
        lines.usual("alert", real.alert, alert);
    }
    agents.print_real(real, lines);
}

/// An address in quotes, or a table.
pub(super) fn sorry(
    sorry: (DestinationKey, Destination),
    inhibit: bool,
    alone: bool,
    usual: Forward,
    short: bool,
) -> String {
    let (key, destination) = sorry;
    let (method, tunnel) = forward::pairs(destination.forward, usual, short);
    let address = Quoted(address(&key, alone));
    if short && method.is_none() && tunnel.is_none() && !inhibit {
        return format!("{address}");
    }
    inline([
        Some(format!("address = {address}")),
        method.map(|method| format!("forward = \"{method}\"")),
        tunnel.map(|tunnel| format!("tunnel = {tunnel}")),
        (!short || inhibit).then(|| format!("inhibit = {inhibit}")),
    ])
}

fn address(key: &DestinationKey, alone: bool) -> String {
    if alone { format!("{}", key.address) } else { address_port(key) }
}
