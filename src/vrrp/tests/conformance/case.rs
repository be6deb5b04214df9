//! The text of a case.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use lvs_vrrp::{
    Announcing, Family, Interval, Password, Priority, Readiness, Report, Settings, Track, Version, Vrid,
};

use crate::event::{Event, event};

/// What is configured, and what happens when.
pub(crate) struct Case {
    pub(crate) settings: Settings,
    pub(crate) source: IpAddr,
    /// from the start on
    pub(crate) readiness: Readiness,
    pub(crate) events: Vec<(Duration, Event)>,
}

pub(crate) fn read(text: &str, path: &Path) -> Case {
    let lines = crate::meaningful(text);
    let (events, settings): (Vec<&String>, _) = lines.iter().partition(|line| line.starts_with("at "));
    let mut case = empty(settings.iter().any(|line| *line == "family v6"));
    for line in settings {
        let (key, value) = line.split_once(' ').unwrap_or_else(|| panic!("{}: {line}", path.display()));
        set(&mut case, key, value.trim());
    }
    for line in events {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        let event =
            event(&words[1..], &case.settings).unwrap_or_else(|| panic!("{}: {line}", path.display()));
        case.events.push((seconds(words[0]), event));
    }
    case
}

fn empty(v6: bool) -> Case {
    let family = if v6 { Family::V6 } else { Family::V4 };
    let address = |v4: &str, v6_: &str| if v6 { v6_.parse().unwrap() } else { v4.parse().unwrap() };
    let settings = Settings {
        name: "VI_1".to_owned(),
        interface: "eth0".to_owned(),
        vrid: Vrid::new(51).unwrap(),
        version: Version::V3,
        family,
        priority: Priority::new(100).unwrap(),
        interval: Interval::centiseconds(100).unwrap(),
        preempt: true,
        preempt_delay: Duration::ZERO,
        addresses: vec![address("192.0.2.240", "fe80::240")],
        password: None,
        peers: Vec::new(),
        group: family.group(),
        check_addresses: true,
        pseudo_header: true,
        announcing: Announcing {
            repeat: 5,
            delay: Duration::ZERO,
            refresh: None,
            refresh_repeat: 1,
            rival_delay: Duration::ZERO,
            rival_repeat: 4,
        },
        tracks: Vec::new(),
    };
    let source = address("192.0.2.2", "fe80::2");
    Case { settings, source, readiness: Readiness::Serving, events: Vec::new() }
}

fn set(case: &mut Case, key: &str, value: &str) {
    let Case { settings, .. } = case;
    match key {
        "family" => assert!(value == "v4" || value == "v6", "family {value}"),
        "version" => settings.version = version(value),
        "vrid" => settings.vrid = Vrid::new(value.parse().unwrap()).unwrap(),
        "priority" => settings.priority = Priority::new(value.parse().unwrap()).unwrap(),
        "interval" => settings.interval = interval(value),
        "preempt" => settings.preempt = yes(value),
        "preempt-delay" => settings.preempt_delay = seconds(value),
        "addresses" => settings.addresses = addresses(value),
        "password" => settings.password = Some(Password::new(value.as_bytes()).unwrap()),
        "peers" => settings.peers = addresses(value),
        "check-addresses" => settings.check_addresses = yes(value),
        "pseudo-header" => settings.pseudo_header = yes(value),
        "announce-delay" => settings.announcing.delay = seconds(value),
        "refresh" => settings.announcing.refresh = Some(seconds(value)),
        "rival-delay" => settings.announcing.rival_delay = seconds(value),
        "track" => settings.tracks.push(track(value)),
        "source" => case.source = value.parse().unwrap(),
        "readiness" => case.readiness = readiness(value),
        _ => panic!("no setting {key}"),
    }
}

/// `WEIGHT WHAT`, up until said otherwise.
fn track(value: &str) -> Track {
    let (weight, what) = value.split_once(' ').unwrap();
    Track { what: what.to_owned(), weight: weight.parse().unwrap(), initially: Report::Up }
}

pub(crate) fn version(word: &str) -> Version {
    match word {
        "2" => Version::V2,
        "3" => Version::V3,
        _ => panic!("version {word}"),
    }
}

pub(crate) fn readiness(word: &str) -> Readiness {
    match word {
        "not-ready" => Readiness::NotReady,
        "installed" => Readiness::Installed,
        "serving" => Readiness::Serving,
        _ => panic!("readiness {word}"),
    }
}

pub(crate) fn yes(word: &str) -> bool {
    match word {
        "yes" => true,
        "no" => false,
        _ => panic!("yes or no, not {word}"),
    }
}

pub(crate) fn addresses(list: &str) -> Vec<IpAddr> {
    list.split(',').map(|address| address.parse().unwrap()).collect()
}

/// In seconds.
pub(crate) fn interval(text: &str) -> Interval {
    Interval::centiseconds(u16::try_from(seconds(text).as_millis() / 10).unwrap()).unwrap()
}

pub(crate) fn seconds(text: &str) -> Duration {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let micros = format!("{part:0<6}");
    Duration::from_secs(whole.parse().unwrap()) + Duration::from_micros(micros.parse().unwrap())
}
