//! Whether a rule matches.

use alloc::string::String;
use core::net::{IpAddr, Ipv4Addr};
use core::ops::RangeInclusive;

use super::super::Packet;
use super::super::model::{Reach, Rule, Test, What, version_of};
use super::Way;

/// TCP, UDP, DCCP, SCTP, UDP-Lite
const WITH_PORTS: [u8; 5] = [6, 17, 33, 132, 136];

/// Whether a rule matches, from the surest no to the surest yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    No,
    /// not known: it names something of which there is more
    Unlikely,
    /// not known: it excepts something of which there is more
    Likely,
    Yes,
}

impl Match {
    /// How whoever comes to the rule by this way comes to be matched.
    pub(super) fn taken(self, way: Way) -> Way {
        match self {
            Self::No => Way::Never,
            Self::Unlikely => way.min(Way::Perhaps),
            Self::Likely | Self::Yes => way,
        }
    }

    /// How whoever comes to the rule by this way gets past it.
    pub(super) fn passed(self, way: Way) -> Way {
        self.opposite().taken(way)
    }

    fn opposite(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unlikely => Self::Likely,
            Self::Likely => Self::Unlikely,
            Self::Yes => Self::No,
        }
    }
}

pub(super) fn matches(rule: &Rule, packet: &Packet<'_>) -> Match {
    rule.tests.iter().map(|test| holds(test, packet)).min().unwrap_or(Match::Yes)
}

fn holds(test: &Test, packet: &Packet<'_>) -> Match {
    let found = match &test.what {
        What::Version(version) => known(*version == version_of(packet.to)),
        What::Protocol(some) => among(some.as_deref(), |range| range.contains(&packet.protocol)),
        What::Port(some) => match packet.port {
            Some(port) => among(some.as_deref(), |range| range.contains(&port)),
            None if WITH_PORTS.contains(&packet.protocol) => Match::Unlikely,
            // whether or not it is negated
            None => return Match::No,
        },
        What::To(some) => among(some.as_deref(), |range| range.contains(&packet.to)),
        What::From(some) => match packet.from {
            Some(from) => among(some.as_deref(), |range| range.contains(&from)),
            None => from_anywhere(some.as_deref(), packet.to),
        },
        What::Interface(some) => interface(some.as_deref(), packet.interface),
        What::Reach(some) => among(some.as_deref(), |reach| *reach == reach_of(packet.to)),
        What::Always(yes) => known(*yes),
        What::Unclear => Match::Unlikely,
    };
    if test.negated { found.opposite() } else { found }
}

fn among<T>(some: Option<&[T]>, fits: impl Fn(&T) -> bool) -> Match {
    some.map_or(Match::Unlikely, |some| known(some.iter().any(fits)))
}

fn known(yes: bool) -> Match {
    if yes { Match::Yes } else { Match::No }
}

/// What is judged is for this host: a VIP is one that it holds, or is to hold.
fn reach_of(to: IpAddr) -> Reach {
    match to {
        to if to.is_multicast() => Reach::Multicast,
        to if to == Ipv4Addr::BROADCAST => Reach::Broadcast,
        _ => Reach::Local,
    }
}

fn from_anywhere(some: Option<&[RangeInclusive<IpAddr>]>, to: IpAddr) -> Match {
    let Some(some) = some else { return Match::Unlikely };
    let of_version = || some.iter().filter(|range| range.start().is_ipv4() == to.is_ipv4());
    // packets from this host's own loopback addresses come by loopback only
    let outside = of_version().any(|range| !(range.start().is_loopback() && range.end().is_loopback()));
    match (of_version().any(is_everything), outside) {
        (true, _) => Match::Yes,
        (false, true) => Match::Unlikely,
        (false, false) => Match::No,
    }
}

fn is_everything(range: &RangeInclusive<IpAddr>) -> bool {
    match (range.start(), range.end()) {
        (IpAddr::V4(first), IpAddr::V4(last)) => first.to_bits() == 0 && last.to_bits() == u32::MAX,
        (IpAddr::V6(first), IpAddr::V6(last)) => first.to_bits() == 0 && last.to_bits() == u128::MAX,
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

fn interface(some: Option<&[String]>, name: Option<&str>) -> Match {
    let Some(some) = some else { return Match::Unlikely };
    let fits = |pattern: &String, name: &str| match pattern.strip_suffix(['*', '+']) {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    };
    match name {
        Some(name) => known(some.iter().any(|pattern| fits(pattern, name))),
        None if some.iter().all(|pattern| pattern == "lo") => Match::No,
        None => Match::Unlikely,
    }
}
