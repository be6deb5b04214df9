//! What is written down comes back; what cannot be read is kept.

use std::path::PathBuf;

use super::*;

/// A run directory of its own.
struct Place(PathBuf);

impl Place {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lvs-agent-store-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn store(&self) -> Store {
        Store::new(RunDir::open(&self.0, false).unwrap())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn everything() -> Stored {
    let mut stored = Stored::default();
    let vip: IpAddr = "192.168.100.240".parse().unwrap();
    stored.owned.addresses.insert((vip, "lo".into()));
    stored.owned.addresses.insert(("2001:db8::1".parse().unwrap(), "lvs0".into()));
    stored.owned.devices.insert("lvs0".into());
    stored.owned.sysctls.insert(Sysctl::new("all", ArpSysctl::Ignore), 0);
    stored.owned.sysctls.insert(Sysctl::new("lo", ArpSysctl::Announce), 1);
    stored.owned.bystanders.insert(("10.9.9.9".parse().unwrap(), "lo".into()));
    stored.drains.host = Some(12);
    stored.drains.vips.insert(vip, 34);
    stored.drains.host_stops = true;
    let (deadline, ends) = (Duration::from_secs(60), Duration::from_millis(4_711_500));
    stored.drains.progress.insert(vip, Progress { phase: Phase::Leaving, deadline, ends });
    let director = Director { name: "LVS01".into(), address: "192.168.100.250".parse().unwrap() };
    stored.drains.directors.insert(director);
    stored
}

#[test]
fn everything_comes_back() {
    let place = Place::new("back");
    assert_eq!(place.store().read().unwrap(), Stored::default());
    let written = everything();
    place.store().write(&written.owned, &written.drains).unwrap();
    assert_eq!(place.store().read().unwrap(), written);
    place.store().remove().unwrap();
    assert_eq!(place.store().read().unwrap(), Stored::default());
}

#[test]
fn the_format_is_a_promise_to_the_next_version() {
    let place = Place::new("format");
    let written = everything();
    place.store().write(&written.owned, &written.drains).unwrap();
    let text = std::fs::read_to_string(place.0.join(FILE)).unwrap();
    insta::assert_snapshot!(text, @r#"{"version":1,"addresses":[{"address":"192.168.100.240","device":"lo"},{"address":"2001:db8::1","device":"lvs0"}],"devices":["lvs0"],"sysctls":[{"interface":"all","name":"arp_ignore","before":0},{"interface":"lo","name":"arp_announce","before":1}],"bystanders":[{"address":"10.9.9.9","device":"lo"}],"drain_host":12,"drain_vips":{"192.168.100.240":34},"drain_host_stops":true,"drain_phases":{"192.168.100.240":{"phase":"leaving","deadline_ms":60000,"ends_ms":4711500}},"directors":[{"name":"LVS01","address":"192.168.100.250"}]}"#);
}

#[test]
fn what_an_agent_without_phases_wrote_is_read() {
    let place = Place::new("older");
    let text = r#"{"version":1,"addresses":[{"address":"192.168.100.240","device":"lo"}],"devices":[],"sysctls":[{"interface":"all","name":"arp_ignore","before":0}],"bystanders":[],"drain_host":12,"drain_vips":{"192.168.100.240":34}}"#;
    std::fs::write(place.0.join(FILE), text).unwrap();
    let stored = place.store().read().unwrap();
    let drains = Drains {
        host: Some(12),
        vips: BTreeMap::from([("192.168.100.240".parse().unwrap(), 34)]),
        ..Drains::default()
    };
    assert_eq!(stored.drains, drains);
    assert_eq!((stored.owned.addresses.len(), stored.owned.sysctls.len()), (1, 1));
}

#[test]
fn every_phase_comes_back() {
    let place = Place::new("phases");
    for phase in [Phase::Quiescing, Phase::Draining, Phase::Leaving, Phase::Off] {
        let mut written = everything();
        for progress in written.drains.progress.values_mut() {
            (progress.phase, progress.ends) = (phase, Duration::from_millis(u64::MAX));
        }
        place.store().write(&written.owned, &written.drains).unwrap();
        assert_eq!(place.store().read().unwrap(), written);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_put_aside() {
    for (test, text) in [("noise", "\u{0}{]"), ("other", "[]"), ("future", r#"{"version":1}"#)] {
        let place = Place::new(test);
        std::fs::write(place.0.join(FILE), text).unwrap();
        assert!(place.store().read().is_err());
        assert_eq!(place.store().read_or_set_aside().unwrap(), Stored::default());
        assert_eq!(std::fs::read_to_string(place.0.join(ASIDE)).unwrap(), text, "nothing is lost");
        assert!(!place.0.join(FILE).exists());
    }
}

#[test]
fn a_file_of_another_format_is_not_ours() {
    let place = Place::new("version");
    let written = everything();
    place.store().write(&written.owned, &written.drains).unwrap();
    let text = std::fs::read_to_string(place.0.join(FILE)).unwrap();
    std::fs::write(place.0.join(FILE), text.replace("\"version\":1", "\"version\":2")).unwrap();
    assert!(matches!(place.store().read(), Err(StoreError::Version(2))));
}
