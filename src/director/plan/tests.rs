use std::time::Duration;

use config::director::parse;
use ipvs::DaemonRole;
use vrrp::State;

use super::*;
use crate::settings::Policy;

const FILE: &str = r#"
ipvs_on = "master"
[[vrrp]]
name = "one"
interface = "eth0"
virtual_router_id = 51
addresses = ["192.0.2.100"]
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
"#;

fn config() -> DirectorConfig {
    parse(FILE).unwrap().0
}

/// As a running director answers, over the control socket.
fn running(state: State) -> Servers {
    let mut core = Core::start(1, BTreeSet::new(), config(), &Table::new(), Duration::ZERO);
    let states = BTreeMap::from([("one".to_owned(), state)]);
    let roles = core.roles().next(&states, Duration::from_secs(60), |_| false);
    core.set_roles(&roles, BTreeSet::new());
    let answer = serde_json::to_vec(&Servers::of(&core)).unwrap();
    serde_json::from_slice(&answer).unwrap()
}

#[test]
fn with_ipvs_on_master_the_running_director_decides() {
    assert_eq!(desired(&config(), &running(State::Master)).len(), 1);
    assert_eq!(desired(&config(), &running(State::Backup)).len(), 0);
}

#[test]
fn with_ipvs_on_master_nothing_is_wanted_without_a_director() {
    let servers = Servers::drained(BTreeSet::new());
    assert!(!servers.knows_roles());
    assert_eq!(desired(&config(), &servers).len(), 0);
}

#[test]
fn with_ipvs_on_all_it_makes_no_difference() {
    let (config, _) = parse(&FILE.replace("ipvs_on = \"master\"", "")).unwrap();
    for servers in [running(State::Backup), running(State::Master), Servers::default()] {
        assert_eq!(desired(&config, &servers).len(), 1);
    }
}

#[test]
fn sync_daemons_are_left_alone_while_nobody_says_who_is_master() {
    let roles = |servers: &Servers| Policy::of(&config(), &servers.roles(&config())).sync;
    assert_eq!(roles(&running(State::Master)).daemons[0].role, DaemonRole::Master);
    assert!(roles(&Servers::default()).undecided);
}
