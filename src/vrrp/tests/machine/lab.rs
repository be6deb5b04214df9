//! One machine with its routers, in virtual time. What it does is written down as lines.

use std::net::IpAddr;
use std::time::Duration;

use lvs_vrrp::{
    Action, Advert, Announcing, Family, Group, Holding, Interval, Packet, Priority, Readiness, Report,
    RouterId, Set, Settings, State, Track, Version, Vrid,
};

/// Our address; others are above and below it.
pub(crate) const OURS: &str = "10.0.0.5";
pub(crate) const ABOVE: &str = "10.0.0.9";
pub(crate) const BELOW: &str = "10.0.0.1";

pub(crate) const fn ms(number: u64) -> Duration {
    Duration::from_millis(number)
}

pub(crate) const fn us(number: u64) -> Duration {
    Duration::from_micros(number)
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Version 3, 100 ms, priority 100: master-down interval 360.9375 ms, skew 60.9375 ms.
pub(crate) fn settings(name: &str) -> Settings {
    Settings {
        name: name.to_owned(),
        interface: "eth0".to_owned(),
        vrid: Vrid::new(51).unwrap(),
        version: Version::V3,
        family: Family::V4,
        priority: Priority::new(100).unwrap(),
        interval: Interval::centiseconds(10).unwrap(),
        preempt: true,
        preempt_delay: Duration::ZERO,
        addresses: vec![ip("192.168.100.240"), ip("192.168.100.241")],
        password: None,
        peers: Vec::new(),
        group: ip("224.0.0.18"),
        check_addresses: true,
        pseudo_header: true,
        announcing: Announcing {
            repeat: 5,
            delay: Duration::ZERO,
            refresh: None,
            refresh_repeat: 1,
            rival_delay: Duration::ZERO,
            rival_repeat: 3,
        },
        tracks: vec![Track { what: "script chk".to_owned(), weight: 0, initially: Report::Up }],
    }
}

pub(crate) fn with_priority(priority: u8) -> Settings {
    Settings { priority: Priority::new(priority).unwrap(), ..settings("VI_1") }
}

/// Master-down interval 3.609375 s, skew 0.609375 s.
pub(crate) fn version_2() -> Settings {
    Settings { version: Version::V2, interval: Interval::seconds(1).unwrap(), ..settings("VI_1") }
}

pub(crate) struct Lab {
    pub(crate) set: Set,
    pub(crate) now: Duration,
    pub(crate) ids: Vec<RouterId>,
    all: Vec<Settings>,
    lines: Vec<String>,
}

impl Lab {
    /// Configured; no interface is known, nothing is ready.
    pub(crate) fn configured(all: Vec<Settings>, groups: Vec<Group>) -> Self {
        let mut set = Set::new();
        let ids = set.set(all.clone(), groups, Duration::ZERO);
        Self { set, now: Duration::ZERO, ids, all, lines: Vec::new() }
    }

    /// One router whose interface is fine: it listens.
    pub(crate) fn backup(settings: Settings, readiness: Readiness) -> Self {
        let mut lab = Self::configured(vec![settings], Vec::new());
        lab.set.set_readiness(readiness, lab.now);
        lab.link_up(0);
        lab.forget();
        lab
    }

    /// One router that has become master at the time it should, with nothing written down so far.
    pub(crate) fn master(settings: Settings, readiness: Readiness) -> Self {
        let mut lab = Self::backup(settings, Readiness::Installed);
        lab.fire();
        assert_eq!(lab.state(0), State::Master);
        lab.set.set_readiness(readiness, lab.now);
        lab.forget();
        lab
    }

    pub(crate) fn link_up(&mut self, which: usize) {
        self.set.set_source(self.ids[which], Some(ip(OURS)), self.now);
        self.set.set_interface(self.ids[which], None, self.now);
        self.drain();
    }

    pub(crate) fn link_down(&mut self, which: usize) {
        self.set.set_interface(self.ids[which], Some("interface eth0 is down"), self.now);
        self.drain();
    }

    pub(crate) fn track(&mut self, which: usize, report: Report) {
        self.set.set_track(self.ids[which], 0, report, self.now);
        self.drain();
    }

    pub(crate) fn ready(&mut self, readiness: Readiness) {
        self.set.set_readiness(readiness, self.now);
        self.drain();
    }

    pub(crate) fn stop(&mut self) {
        self.set.stop(self.now);
        self.drain();
    }

    pub(crate) fn reload(&mut self, all: Vec<Settings>, groups: Vec<Group>) {
        self.ids = self.set.set(all.clone(), groups, self.now);
        self.all = all;
        self.drain();
    }

    /// The timer that is next, on time.
    pub(crate) fn fire(&mut self) {
        let due = self.set.poll_timeout().expect("a timer runs");
        assert!(due >= self.now, "{due:?} is before {:?}", self.now);
        self.timeout(due);
    }

    pub(crate) fn timeout(&mut self, at: Duration) {
        self.now = at;
        self.set.handle_timeout(at);
        self.drain();
    }

    /// Time passes, with every timer on time.
    pub(crate) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while self.set.poll_timeout().is_some_and(|due| due <= until) {
            self.fire();
        }
        self.now = until;
    }

    /// An advert as that router's own settings say, with another priority.
    pub(crate) fn hear(&mut self, which: usize, from: &str, priority: u8) {
        let interval = self.all[which].interval;
        self.hear_interval(which, from, priority, interval);
    }

    pub(crate) fn hear_interval(&mut self, which: usize, from: &str, priority: u8, interval: Interval) {
        let settings = &self.all[which];
        let advert = Advert {
            version: settings.version,
            vrid: settings.vrid,
            priority,
            interval,
            addresses: settings.addresses.clone(),
            password: settings.password,
        };
        self.hear_advert(which, from, &advert);
    }

    pub(crate) fn hear_advert(&mut self, which: usize, from: &str, advert: &Advert) {
        let (source, destination) = (ip(from), self.all[which].group);
        let payload = advert.emit(source, destination, true);
        self.hear_packet(which, &Packet { source, destination, ttl: 255, payload: &payload });
    }

    pub(crate) fn hear_packet(&mut self, which: usize, packet: &Packet<'_>) {
        self.set.handle_packet(self.ids[which], packet, self.now);
        self.drain();
    }

    pub(crate) fn state(&self, which: usize) -> State {
        self.set.view(self.ids[which]).unwrap().state
    }

    pub(crate) fn holding(&self, which: usize) -> Holding {
        self.set.view(self.ids[which]).unwrap().holding
    }

    pub(crate) fn reason(&self, which: usize) -> String {
        self.set.view(self.ids[which]).unwrap().reason.to_string()
    }

    pub(crate) fn priority(&self) -> u8 {
        self.set.view(self.ids[0]).unwrap().priority.get()
    }

    /// How long until the next timer.
    pub(crate) fn wait(&self) -> Option<Duration> {
        self.set.poll_timeout().map(|due| due - self.now)
    }

    /// What was done since the last look, one line for each action.
    pub(crate) fn done(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lines)
    }

    pub(crate) fn forget(&mut self) {
        self.drain();
        self.lines.clear();
    }

    /// After a call of `set` itself.
    pub(crate) fn drain(&mut self) {
        while let Some((id, action)) = self.set.poll_action() {
            let several = self.ids.len() > 1;
            let name = self.set.view(id).map_or("gone", |view| &view.settings.name);
            let prefix = if several { format!("{name}: ") } else { String::new() };
            self.lines.push(format!("{prefix}{}", text(&action)));
        }
    }
}

pub(crate) fn text(action: &Action) -> String {
    match action {
        Action::Send { packet, .. } => format!("send {}", packet[2]),
        Action::Hold(holding) => format!("hold {holding:?}").to_lowercase(),
        Action::Announce { repeat } => format!("announce {repeat}"),
        Action::Transition(transition) => format!("{} -> {}", transition.from, transition.to),
    }
}
