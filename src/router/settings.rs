//! From what the file says of a virtual router to what its machine needs.

use std::collections::BTreeMap;
use std::fmt;

use config::director::{RouterConfig, VrrpConfig};
use vrrp::{Family, Report, Settings, Track};

/// Something that routers track.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Interface(String),
    Script(String),
    File(String),
    Process(String),
    Service(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interface(name) => write!(f, "interface {name}"),
            Self::Script(name) => write!(f, "script {name}"),
            Self::File(name) => write!(f, "file {name}"),
            Self::Process(name) => write!(f, "process {name}"),
            Self::Service(name) => write!(f, "service {name}"),
        }
    }
}

/// What a router tracks, in the order of its `Settings::tracks`, with the weights.
pub(crate) fn subjects(config: &RouterConfig) -> impl Iterator<Item = (Subject, i16)> {
    let kinds = [
        (&config.track_interfaces, Subject::Interface as Kind),
        (&config.track_scripts, Subject::Script),
        (&config.track_files, Subject::File),
        (&config.track_processes, Subject::Process),
        (&config.track_services, Subject::Service),
    ];
    kinds.into_iter().flat_map(|(tracked, subject)| {
        tracked.iter().map(move |tracked| (subject(tracked.name.clone()), tracked.weight))
    })
}

type Kind = fn(String) -> Subject;

/// The family of a router's adverts.
pub(crate) fn family(config: &RouterConfig) -> Family {
    config.addresses.first().map_or(Family::V4, |first| Family::of(first.address))
}

/// A router's settings; what is known of the things it tracks counts from the start.
pub(crate) fn settings(
    config: &RouterConfig,
    all: &VrrpConfig,
    known: &BTreeMap<Subject, Report>,
) -> Settings {
    let family = family(config);
    let tracks = subjects(config).map(|(subject, weight)| Track {
        what: subject.to_string(),
        weight,
        initially: known.get(&subject).copied().unwrap_or_else(|| unknown(&subject, all)),
    });
    Settings {
        name: config.name.clone(),
        interface: config.interface.clone(),
        vrid: config.vrid,
        version: config.version,
        family,
        priority: config.priority,
        interval: config.interval,
        preempt: config.preempt,
        preempt_delay: config.preempt_delay,
        addresses: config.addresses.iter().map(|virtual_| virtual_.address).collect(),
        password: config.password,
        peers: config.peers.clone(),
        group: config.group.unwrap_or(family.group()),
        check_addresses: config.check_addresses,
        pseudo_header: config.pseudo_header,
        announcing: config.announcing.clone(),
        tracks: tracks.collect(),
    }
}

/// What counts before the first report.
fn unknown(subject: &Subject, all: &VrrpConfig) -> Report {
    match subject {
        Subject::Script(name) => {
            let is_down = all.scripts.iter().any(|script| script.name == *name && !script.initially_up);
            if is_down { Report::Down } else { Report::Up }
        }
        Subject::File(_) => Report::Value(0),
        Subject::Interface(_) | Subject::Process(_) | Subject::Service(_) => Report::Up,
    }
}

#[cfg(test)]
mod tests;
