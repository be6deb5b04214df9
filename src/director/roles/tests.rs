use std::collections::BTreeSet;

use config::director::parse;

use super::*;

const FILE: &str = r#"
ipvs_on = "master"

[[vrrp]]
name = "one"
interface = "eth0"
virtual_router_id = 51
addresses = ["192.0.2.100"]
excluded_addresses = ["192.0.2.110"]

[[vrrp]]
name = "two"
interface = "eth0"
virtual_router_id = 52
addresses = ["192.0.2.101"]

[[ipvs.sync]]
role = "vrrp"
vrrp = "one"
interface = "eth1"
id = 7

[[service]]
name = "web"
address = "192.0.2.100:80"
[[service.real]]
address = "192.0.2.1"

[[service]]
name = "shop"
address = "192.0.2.101:80"
[[service.real]]
address = "192.0.2.1"

[[service]]
name = "mail"
address = "192.0.2.110:25"
[[service.real]]
address = "192.0.2.1"

[[service]]
name = "marked"
fwmark = 1
check = []
[[service.real]]
address = "192.0.2.1"
"#;

const LATER: Duration = Duration::from_secs(60);
const EARLY: Duration = Duration::from_millis(200);

fn config() -> DirectorConfig {
    parse(FILE).unwrap().0
}

fn states(one: State, two: State) -> BTreeMap<String, State> {
    BTreeMap::from([("one".to_owned(), one), ("two".to_owned(), two)])
}

fn roles(one: State, two: State) -> Roles {
    Roles::default().next(&states(one, two), LATER, |_| false)
}

/// Names of the services that are installed.
fn installed(roles: &Roles, kernel: &[&str]) -> Vec<String> {
    let config = config();
    let name = |key: &ServiceKey| config.services.iter().find(|s| s.key == *key).unwrap().name.clone();
    let here = placement(&config, roles, |key| kernel.contains(&name(key).as_str()));
    let services = config.services.iter().zip(here).filter(|(_, here)| *here);
    services.map(|(service, _)| service.name.clone()).collect()
}

use State::{Backup, Fault, Initialize, Leaving, Master};

#[test]
fn a_service_is_where_the_router_of_its_address_is_master() {
    assert_eq!(installed(&roles(Backup, Backup), &[]), [""; 0]);
    assert_eq!(installed(&roles(Master, Backup), &[]), ["web", "mail", "marked"]);
    assert_eq!(installed(&roles(Backup, Master), &[]), ["shop", "marked"]);
    assert_eq!(installed(&roles(Leaving, Fault), &[]), ["web", "mail", "marked"]);
}

#[test]
fn with_all_it_is_everywhere() {
    let mut config = config();
    config.ipvs_on = IpvsOn::All;
    assert_eq!(placement(&config, &roles(Backup, Fault), |_| false), [true; 4]);
}

#[test]
fn what_an_earlier_run_left_stays_until_the_role_is_known() {
    let start = Roles::undecided(&config());
    let nothing_told = start.next(&BTreeMap::new(), EARLY, |_| true);
    let waiting = nothing_told.next(&states(Initialize, Fault), EARLY, |_| true);
    for roles in [&start, &nothing_told, &waiting] {
        assert_eq!(installed(roles, &["web", "marked"]), ["web", "marked"]);
        assert!(roles.is_in_motion());
    }
    let decided = waiting.next(&states(Master, Backup), EARLY, |_| false);
    assert_eq!(installed(&decided, &["web", "shop", "marked"]), ["web", "mail", "marked"]);
    assert!(!decided.is_in_motion());
}

#[test]
fn but_not_for_ever() {
    let start = Roles::undecided(&config());
    let late = start.next(&states(Fault, Fault), STARTING, |_| false);
    assert_eq!(installed(&late, &["web", "marked"]), [""; 0]);
    assert!(!late.is_in_motion());
    assert!(!late.next(&states(Fault, Fault), EARLY, |_| true).is_in_motion(), "never undecided again");
}

#[test]
fn services_go_after_their_addresses() {
    let master = roles(Master, Backup);
    let held = BTreeSet::from(["one"]);
    let leaving = master.next(&states(Backup, Backup), LATER, |name| held.contains(name));
    assert_eq!(leaving.of("one"), Role::Lingering);
    assert_eq!(installed(&leaving, &[]), ["web", "mail", "marked"]);
    assert!(leaving.is_in_motion());
    assert_eq!(leaving.active().count(), 0);
    let gone = leaving.next(&states(Backup, Backup), LATER, |_| false);
    assert_eq!(installed(&gone, &[]), [""; 0]);
    let stays_gone = gone.next(&states(Backup, Backup), LATER, |_| true);
    assert_eq!(installed(&stays_gone, &[]), [""; 0], "somebody else's address brings no service");
}

#[test]
fn a_router_that_has_gone_from_the_file_keeps_nothing() {
    let master = roles(Master, Backup);
    let without = master.next(&BTreeMap::from([("two".to_owned(), Backup)]), LATER, |_| false);
    assert_eq!(without.of("one"), Role::Passive);
}

#[test]
fn sync_sends_from_the_master_and_receives_elsewhere() {
    let config = config();
    let role = |one| {
        let sync = Sync::of(&config, &roles(one, Master));
        assert!(!sync.undecided && sync.daemons.len() == 1);
        // idle connections are told of by who sends
        assert_eq!(sync.catch_up.is_some(), sync.daemons[0].role == DaemonRole::Master);
        sync.daemons[0].role
    };
    assert_eq!([role(Master), role(Leaving)], [DaemonRole::Master; 2]);
    assert_eq!([role(Backup), role(Fault), role(Initialize)], [DaemonRole::Backup; 3]);
}

#[test]
fn sync_waits_until_the_role_is_known() {
    let config = config();
    let sync = Sync::of(&config, &Roles::undecided(&config));
    assert_eq!(sync, Sync { daemons: Vec::new(), undecided: true, catch_up: None });
}

#[test]
fn sync_of_a_fixed_role_follows_nobody() {
    let mut config = config();
    config.ipvs.sync[0].role = SyncRole::Master;
    for roles in [roles(Backup, Backup), Roles::undecided(&config)] {
        let sync = Sync::of(&config, &roles);
        assert_eq!((sync.daemons[0].role, sync.undecided), (DaemonRole::Master, false));
        assert_eq!((sync.daemons[0].interface.as_str(), sync.daemons[0].sync_id), ("eth1", 7));
    }
}
