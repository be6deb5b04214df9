//! `[[service.real]]` and `sorry_server`.

use alloc::format;
use alloc::string::String;

use ipvs::{Destination, DestinationKey, Forward, Weight};

use super::check::{self, At, Manner};
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

/// A server's port as the file says it: none where it is that of its service at every port of a list.
pub(super) fn port_follows(
    service: &VirtualService,
    other: Option<&VirtualService>,
    port: impl Fn(&VirtualService) -> Option<u16>,
) -> bool {
    let one = |service: &VirtualService| port(service) == Some(super::service::port(service.key));
    one(service) && other.is_none_or(one)
}

pub(super) fn print(
    at: At<'_>,
    follows: bool,
    usual: Usual,
    own_checks: bool,
    manner: Manner<'_>,
    lines: &mut Lines,
) {
    let real = at.real;
    lines.header("[[service.real]]");
    let plain_address = follows && (manner.short || at.other.is_some());
    if plain_address {
        lines.string("address", format!("{}", real.key.address));
    } else {
        lines.string("address", address_port(&real.key));
    }
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
    if own_checks {
        let forms = check::common(&[at], manner.short).unwrap_or_default();
        check::print(&forms, manner, lines);
    }
}

/// An address in quotes, or a table.
pub(super) fn sorry(
    sorry: (DestinationKey, Destination),
    inhibit: bool,
    follows: bool,
    usual: Forward,
    varies: bool,
    short: bool,
) -> String {
    let (key, destination) = sorry;
    let address = if follows && (short || varies) { format!("{}", key.address) } else { address_port(&key) };
    let (method, tunnel) = forward::pairs(destination.forward, usual, short);
    if short && method.is_none() && tunnel.is_none() && !inhibit {
        return format!("{}", Quoted(address));
    }
    inline([
        Some(format!("address = {}", Quoted(address))),
        method.map(|method| format!("forward = \"{method}\"")),
        tunnel.map(|tunnel| format!("tunnel = {tunnel}")),
        (!short || inhibit).then(|| format!("inhibit = {inhibit}")),
    ])
}
