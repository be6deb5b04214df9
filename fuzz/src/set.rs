//! Routers of one director, and whatever may happen to them.

use std::net::IpAddr;
use std::time::Duration;

use lvs_vrrp::{
    Action, Advert, Announcing, Family, Group, Holding, Interval, Packet, Password, Priority, Readiness,
    Refused, Report, RouterId, Set, Settings, State, Track, Version, Vrid,
};

use super::reader::Reader;

const NAMES: [&str; 4] = ["VI_1", "VI_2", "VI_3", "VI_4"];
const READINESS: [Readiness; 3] = [Readiness::NotReady, Readiness::Installed, Readiness::Serving];
/// More actions than one event can cause for four routers
const MOST_ACTIONS: usize = 400;

/// Reads settings, then events until the bytes end. After each event: a bounded number of actions, a timeout that lies in the
/// future, holdings as the actions said.
pub(crate) fn set(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let mut world = World::new(&mut reader);
    while !reader.is_empty() {
        world.event(&mut reader);
        world.drain();
    }
    world.wind_up();
}

struct World {
    set: Set,
    now: Duration,
    routers: Vec<(RouterId, Settings)>,
    /// by id: the last word
    holding: Vec<(RouterId, Holding)>,
}

impl World {
    fn new(reader: &mut Reader<'_>) -> Self {
        let mut world =
            Self { set: Set::new(), now: Duration::ZERO, routers: Vec::new(), holding: Vec::new() };
        world.configure(reader);
        world.drain();
        world
    }

    fn configure(&mut self, reader: &mut Reader<'_>) {
        let count = usize::from(reader.byte() % 4) + 1;
        let settings: Vec<Settings> = NAMES.iter().take(count).map(|name| settings(reader, name)).collect();
        let groups = groups(reader, count);
        let ids = self.set.set(settings.clone(), groups, self.now);
        assert_eq!(ids.len(), settings.len());
        self.routers = ids.into_iter().zip(settings).collect();
    }

    fn event(&mut self, reader: &mut Reader<'_>) {
        let id = self.routers[usize::from(reader.byte()) % self.routers.len()].0;
        let now = self.now;
        match reader.byte() % 16 {
            0..=4 => self.pass(Duration::from_millis(u64::from(reader.number()))),
            5 => self.next_timeout(),
            6..=8 => self.advert(id, reader),
            9 => self.garbage(id, reader),
            10 => self.set.set_source(id, reader.bit().then(|| reader.address(self.is_v6(id))), now),
            11 => self.set.set_interface(id, reader.bit().then_some("interface eth0 is down"), now),
            12 => self.track(id, reader),
            13 => self.set.set_readiness(reader.one_of(&READINESS), now),
            14 => match reader.byte() % 4 {
                0 => self.set.resume(id, now),
                1 => self.set.hold_leftover(id, now),
                2 => self.configure(reader),
                _ => self.set.stop(now),
            },
            _ => {
                self.set.set_interface(id, None, now);
                self.set.set_source(id, Some(reader.address(self.is_v6(id))), now);
            }
        }
    }

    fn is_v6(&self, id: RouterId) -> bool {
        self.settings(id).family == Family::V6
    }

    fn settings(&self, id: RouterId) -> &Settings {
        &self.routers.iter().find(|(known, _)| *known == id).expect("ids come from the list").1
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        // an advert each 10 ms for 65 s and four routers: far below
        for _ in 0..100_000 {
            let Some(due) = self.set.poll_timeout().filter(|due| *due <= end) else { break };
            self.now = due.max(self.now);
            self.timeout();
        }
        self.now = end;
    }

    fn next_timeout(&mut self) {
        if let Some(due) = self.set.poll_timeout() {
            self.now = due.max(self.now);
            self.timeout();
        }
    }

    fn timeout(&mut self) {
        self.set.handle_timeout(self.now);
        self.drain();
        assert!(self.set.poll_timeout().is_none_or(|due| due > self.now), "a timeout that is never over");
    }

    /// Right in its form, and near to the configuration in what it says.
    fn advert(&mut self, id: RouterId, reader: &mut Reader<'_>) {
        let ours = self.settings(id).clone();
        let advert = Advert {
            version: ours.version,
            vrid: if reader.byte() == 0 { vrid(reader) } else { ours.vrid },
            priority: reader.one_of(&[0, 1, 100, 101, 200, 254, 255]),
            interval: if reader.byte() < 16 { interval(reader, ours.version) } else { ours.interval },
            addresses: ours.addresses.iter().copied().skip(usize::from(reader.byte() == 0)).collect(),
            password: if reader.byte() == 0 { Password::new(b"other") } else { ours.password },
        };
        let (source, destination) = (reader.address(ours.family == Family::V6), ours.group);
        let payload = advert.emit(source, destination, ours.pseudo_header);
        self.packet(id, source, destination, &payload);
    }

    fn garbage(&mut self, id: RouterId, reader: &mut Reader<'_>) {
        let v6 = reader.bit();
        let (source, destination) = (reader.address(v6), reader.address(v6));
        let len = usize::from(reader.number() % 1501);
        let payload = reader.bytes(len).to_vec();
        self.packet(id, source, destination, &payload);
    }

    /// Counted once: as received, or by one reason.
    fn packet(&mut self, id: RouterId, source: IpAddr, destination: IpAddr, payload: &[u8]) {
        let before = self.counted(id);
        self.set.handle_packet(id, &Packet { source, destination, ttl: 255, payload }, self.now);
        assert_eq!(self.counted(id), before + 1);
    }

    fn counted(&self, id: RouterId) -> u64 {
        let view = self.set.view(id).expect("configured routers are there");
        let refused: u64 = Refused::ALL.iter().map(|reason| view.counters.refused(*reason)).sum();
        refused + view.counters.adverts_received
    }

    fn track(&mut self, id: RouterId, reader: &mut Reader<'_>) {
        let report = match reader.byte() % 4 {
            0 => Report::Up,
            1 => Report::Down,
            _ => Report::Value(i32::from(reader.number()) - 32_768),
        };
        self.set.set_track(id, usize::from(reader.byte() % 3), report, self.now);
    }

    fn drain(&mut self) {
        for _ in 0..MOST_ACTIONS {
            let Some((id, action)) = self.set.poll_action() else {
                return self.check();
            };
            self.perform(id, &action);
        }
        panic!("actions without end");
    }

    fn perform(&mut self, id: RouterId, action: &Action) {
        match action {
            Action::Hold(holding) => {
                self.holding.retain(|(known, _)| *known != id);
                self.holding.push((id, *holding));
            }
            Action::Transition(transition) => assert!(transition.at <= self.now),
            Action::Send { packet, .. } => assert!(packet.len() >= 8),
            Action::Announce { repeat } => assert!(*repeat > 0),
        }
    }

    fn check(&self) {
        for (id, settings) in &self.routers {
            let view = self.set.view(*id).expect("configured routers are there");
            let told = self.holding.iter().find(|(known, _)| known == id).map(|(_, holding)| *holding);
            assert_eq!(told.unwrap_or(Holding::No), view.holding, "{}", settings.name);
            assert_eq!(
                view.state == State::Master,
                view.state == State::Master && view.holding == Holding::Yes
            );
        }
    }

    /// Told to stop, all is over within the longest hand-over.
    fn wind_up(&mut self) {
        self.set.stop(self.now);
        self.drain();
        self.pass(Duration::from_secs(1000));
        assert!(self.set.is_stopped());
        assert!(self.holding.iter().all(|(_, holding)| *holding == Holding::No), "{:?}", self.holding);
    }
}

fn vrid(reader: &mut Reader<'_>) -> Vrid {
    Vrid::new(reader.byte().max(1)).expect("not 0")
}

fn interval(reader: &mut Reader<'_>, version: Version) -> Interval {
    match version {
        Version::V2 => Interval::seconds(reader.one_of(&[1, 2, 255])).expect("in range"),
        Version::V3 => Interval::centiseconds(reader.one_of(&[1, 10, 100, 4095])).expect("in range"),
    }
}

fn settings(reader: &mut Reader<'_>, name: &str) -> Settings {
    let (version, family) =
        reader.one_of(&[(Version::V3, Family::V4), (Version::V2, Family::V4), (Version::V3, Family::V6)]);
    let v6 = family == Family::V6;
    Settings {
        name: name.to_owned(),
        interface: "eth0".to_owned(),
        vrid: vrid(reader),
        version,
        family,
        priority: Priority::new(reader.one_of(&[1, 100, 101, 254, 255])).expect("not 0"),
        interval: interval(reader, version),
        preempt: reader.bit(),
        preempt_delay: Duration::from_secs(u64::from(reader.byte() % 4)),
        addresses: (0..=reader.byte() % 3).map(|_| reader.address(v6)).collect(),
        password: Password::new(b"1111").filter(|_| version == Version::V2 && reader.bit()),
        peers: (0..reader.byte() % 3).map(|_| reader.address(v6)).collect(),
        group: family.group(),
        check_addresses: reader.bit(),
        pseudo_header: reader.bit(),
        announcing: announcing(reader),
        tracks: (0..reader.byte() % 3).map(|at| track(reader, at)).collect(),
    }
}

fn announcing(reader: &mut Reader<'_>) -> Announcing {
    Announcing {
        repeat: 5,
        delay: Duration::from_secs(u64::from(reader.byte() % 3)),
        refresh: reader.bit().then_some(Duration::from_secs(10)),
        refresh_repeat: 1,
        rival_delay: Duration::from_secs(u64::from(reader.byte() % 3)),
        rival_repeat: 5,
    }
}

fn track(reader: &mut Reader<'_>, at: u8) -> Track {
    Track {
        what: format!("script {at}"),
        weight: reader.one_of(&[0, 10, -10, 253, -253]),
        initially: reader.one_of(&[Report::Up, Report::Down]),
    }
}

fn groups(reader: &mut Reader<'_>, count: usize) -> Vec<Group> {
    if count < 2 || !reader.bit() {
        return Vec::new();
    }
    let members = NAMES.iter().take(2).map(|&name| name.to_owned()).collect();
    vec![Group { name: "G1".to_owned(), members }]
}
