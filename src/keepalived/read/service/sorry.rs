//! `sorry_server`: serves alone while quorum is lost.

use core::net::IpAddr;

use ipvs::{Destination, DestinationKey, Forward, ServiceKey, Weight};

use super::real::{Defaults, Real, table_port};
use super::{Given, forward};
use crate::Mode;
use crate::read::value::endpoint;
use crate::read::vrrp::said::Said;
use crate::read::vrrp::value::{at_most, flag};
use crate::report::Report;
use crate::syntax::Line;

/// A sorry server before it is known which port its service has.
pub(super) struct Sorry {
    address: IpAddr,
    port: Option<u16>,
    forward: Forward,
    /// `sorry_server_inhibit`
    pub(super) inhibit: bool,
}

pub(super) fn read(
    said: &Said<'_>,
    defaults: &Defaults<'_>,
    reals: &[Real],
    given: &Given<'_>,
    report: &mut Report,
) -> Option<Sorry> {
    let line = said.last("sorry_server", report);
    let method = option(said, "sorry_server_lvs_method", line, report);
    let inhibit = option(said, "sorry_server_inhibit", line, report);
    let line = line?;
    at_most(line, 2, report);
    let Some(word) = line.value(0) else {
        report.error(line.place(), "`sorry_server` has no value").help("write `sorry_server IP PORT`");
        return None;
    };
    let endpoint = endpoint(line.values(), "keepalived leaves the line away", report)?;
    let forward = method.map_or(Some(defaults.forward), |line| forward::read(line, report))?;
    defaults.check_address(word, endpoint.address, forward, given, report)?;
    let port = defaults.check_port(line, endpoint.port, forward, report);
    let sorry = Sorry {
        address: endpoint.address,
        port,
        forward,
        inhibit: inhibit.is_some_and(|line| flag(line, report).unwrap_or(false)),
    };
    let is_real = |real: &&Real| defaults.ports.iter().any(|port| real.key(*port) == sorry.key(*port));
    if let Some(real) = reals.iter().find(is_real) {
        let position = report.position(real.place());
        report.error(line.words_place(), "the sorry server is a real_server of the same service").help(
            format_args!(
                "name one that serves only when the others do not, or leave away that in {position}"
            ),
        );
        return None;
    }
    Some(sorry)
}

/// keepalived takes what belongs to a sorry server behind its line alone.
fn option<'a>(said: &Said<'a>, keyword: &str, sorry: Option<&Line>, report: &mut Report) -> Option<&'a Line> {
    let line = said.last(keyword, report)?;
    let is_early = |sorry: &Line| {
        let (place, sorry) = (line.place(), sorry.place());
        place.source == sorry.source && place.start < sorry.start
    };
    match sorry {
        Some(sorry) if !is_early(sorry) => return Some(line),
        Some(_) => drop(
            report
                .error(line.words_place(), format_args!("`{keyword}` stands before `sorry_server`"))
                .help("write it behind `sorry_server`")
                .swallowed("keepalived leaves it away")
                .mended("taken as if it stood behind it"),
        ),
        None => drop(
            report
                .error(line.words_place(), format_args!("`{keyword}` without `sorry_server`"))
                .help("write `sorry_server IP PORT` before it, or leave it away")
                .swallowed("keepalived leaves it away")
                .mended("left away"),
        ),
    }
    Some(line).filter(|_| report.mode() != Mode::Lenient)
}

impl Sorry {
    /// For a service.
    pub(super) fn at(&self, key: ServiceKey) -> (DestinationKey, Destination) {
        let destination = Destination {
            forward: self.forward,
            weight: Weight::new(1).unwrap_or_default(),
            upper_threshold: 0,
            lower_threshold: 0,
        };
        (self.key(super::head::port(key).unwrap_or(0)), destination)
    }

    fn key(&self, service: u16) -> DestinationKey {
        DestinationKey { address: self.address, port: table_port(self.forward, self.port, service) }
    }
}
