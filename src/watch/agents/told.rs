//! What an agent told last, in short: what words need, and what a status shows.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::{Drain, DrainPhase, Status, StepStatus, VipStatus, Word};

/// Longest words of an agent that are kept, in characters
const LONGEST_WORDS: usize = 200;

/// A port of a host; UDP if true.
pub(super) type Listener = (bool, u16);

/// A [`Status`], the shorter form.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) host: Box<str>,
    pub(super) version: Box<str>,
    pub(super) seq: u64,
    /// at most 100
    pub(super) weight: Option<u8>,
    /// by address, each once
    pub(super) vips: Box<[ToldVip]>,
}

/// A [`VipStatus`], the shorter form.
#[derive(Debug)]
pub(super) struct ToldVip {
    pub(super) address: IpAddr,
    pub(super) ordered: Ordered,
    pub(super) drain: Option<Box<Drain>>,
    /// what is missing, whatever the listener
    pub(super) missing: Option<Box<str>>,
    /// listeners that are missing, by port
    pub(super) listeners: Box<[(Listener, Box<str>)]>,
}

/// What a person ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ordered {
    Nothing,
    Drain,
    Leave,
}

/// How far out a service is; the more, the further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// gets traffic as far as the agent goes
    In,
    /// weight 0
    Quiesced,
    /// not in the table
    Gone,
}

impl Told {
    pub(super) fn new(status: &Status) -> Self {
        let host_drains = status.draining_since.is_some();
        let mut vips: Vec<ToldVip> = status.vips.iter().map(|vip| ToldVip::new(vip, host_drains)).collect();
        vips.sort_by_key(|vip| vip.address);
        // no agent's file has that
        vips.dedup_by(|again, vip| {
            let is_same = again.address == vip.address;
            if is_same {
                vip.missing = Some("the agent tells of it twice".into());
            }
            is_same
        });
        Self {
            host: words(&status.host),
            version: words(&status.version),
            seq: status.seq,
            weight: status.weight.map(|percent| percent.min(100)),
            vips: vips.into(),
        }
    }

    pub(super) fn vip(&self, address: IpAddr) -> Option<&ToldVip> {
        let at = self.vips.binary_search_by_key(&address, |vip| vip.address).ok()?;
        self.vips.get(at)
    }
}

impl ToldVip {
    fn new(vip: &VipStatus, host_drains: bool) -> Self {
        let mut listeners = Vec::new();
        let mut missing = vip.barred.clone();
        for step in vip.steps.iter().filter(|step| !step.ok || step.reason.is_some()) {
            match listener(&step.step) {
                Some(listener) => listeners.push((listener, words(&step_words(step)))),
                None => missing = missing.or_else(|| Some(step_words(step))),
            }
        }
        listeners.sort_unstable();
        listeners.dedup_by_key(|(listener, _)| *listener);
        let ordered = ordered(vip, host_drains);
        if !vip.ready && ordered == Ordered::Nothing && listeners.is_empty() {
            missing = missing.or_else(|| Some(unexplained(vip)));
        }
        Self {
            address: vip.address,
            ordered,
            drain: vip.drain.as_ref().map(|told| Box::new(drain(told))),
            missing: missing.as_deref().map(words),
            listeners: listeners.into(),
        }
    }

    /// As far as all listeners are there.
    pub(super) fn rank(&self) -> Rank {
        match self.ordered {
            Ordered::Leave => Rank::Gone,
            Ordered::Drain => Rank::Quiesced,
            Ordered::Nothing if self.missing.is_some() => Rank::Quiesced,
            Ordered::Nothing => Rank::In,
        }
    }

    pub(super) fn lacks(&self, listener: Listener) -> bool {
        self.lack(Some(listener)).is_some()
    }

    /// Prepared and served whatever the listener, and in nobody's way.
    pub(super) fn is_ready(&self) -> bool {
        self.rank() == Rank::In && self.listeners.is_empty()
    }

    pub(super) fn word(&self, listener: Option<Listener>) -> Word {
        match self.ordered {
            Ordered::Leave => Word::Leaving,
            Ordered::Drain => Word::Draining,
            Ordered::Nothing => match self.missing.as_deref().or_else(|| self.lack(listener)) {
                Some(missing) => Word::NotReady(missing.to_owned()),
                None => Word::Ready,
            },
        }
    }

    /// What is missing of one listener; none asked for: of any.
    pub(super) fn lack(&self, listener: Option<Listener>) -> Option<&str> {
        let found = match listener {
            None => self.listeners.first(),
            Some(listener) => {
                let at = self.listeners.binary_search_by_key(&listener, |(lacked, _)| *lacked).ok();
                at.and_then(|at| self.listeners.get(at))
            }
        };
        found.map(|(_, words)| words.as_ref())
    }
}

/// Phases say how far a drain is; agents from before them say only that there is one.
fn ordered(vip: &VipStatus, host_drains: bool) -> Ordered {
    match vip.drain.as_ref().map(|drain| drain.phase) {
        Some(DrainPhase::Leaving | DrainPhase::Left) => Ordered::Leave,
        Some(DrainPhase::Quiescing | DrainPhase::Draining) => Ordered::Drain,
        None if host_drains || vip.draining_since.is_some() => Ordered::Drain,
        None => Ordered::Nothing,
    }
}

/// `tcp/80` or `udp/53`; all other steps are there for every listener, even if a slash is in their names.
fn listener(step: &str) -> Option<Listener> {
    let (protocol, port) = step.split_once('/')?;
    let is_udp = match protocol {
        "tcp" => false,
        "udp" => true,
        _ => return None,
    };
    Some((is_udp, port.parse().ok()?))
}

fn step_words(step: &StepStatus) -> String {
    format!("{}: {}", step.step, step.reason.as_deref().unwrap_or("missing"))
}

fn unexplained(vip: &VipStatus) -> String {
    vip.reason.clone().unwrap_or_else(|| "the agent gives no reason".to_owned())
}

fn drain(drain: &Drain) -> Drain {
    let waits_for = drain.waits_for.as_deref().map(|text| words(text).into());
    Drain { phase: drain.phase, connections: drain.connections, waits_for }
}

/// Short, and without what would move a terminal's cursor.
fn words(text: &str) -> Box<str> {
    let shown = |char: char| if char.is_control() { ' ' } else { char };
    text.chars().take(LONGEST_WORDS).map(shown).collect()
}
