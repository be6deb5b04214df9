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

#[test]
fn weights_that_checks_report_are_planned_for() {
    let report = |reports: &str| {
        let text =
            format!(r#"{{"not_up":{{}},"no_quorum":[],"drained":[],"roles":null,"reports":{reports}}}"#);
        let servers: Servers = serde_json::from_str(&text).unwrap();
        let (config, _) = parse(&FILE.replace("ipvs_on = \"master\"", "")).unwrap();
        let table = desired(&config, &servers);
        let service = table.into_values().next().unwrap();
        service.destinations.into_values().next().unwrap().weight.get()
    };
    let of_server = |said: &str| format!(r#"{{"TCP 192.0.2.100:80":{{"192.0.2.1:80":{said}}}}}"#);
    assert_eq!(report("{}"), 1);
    assert_eq!(report(&of_server(r#"[{"weight":7}]"#)), 7);
    assert_eq!(report(&of_server(r#"[{"weight":7},{"change":2}]"#)), 9);
}

#[test]
fn a_running_director_says_what_its_checks_report() {
    let (mut config, _) = parse(&FILE.replace("ipvs_on = \"master\"", "")).unwrap();
    for check in &mut config.services[0].reals[0].checks {
        let kind = health::CheckKind::File(health::FileCheck { path: "/run/weight".into(), weight: 1 });
        *check = std::sync::Arc::new(health::CheckSpec { kind, ..(**check).clone() });
    }
    let mut core = Core::start(1, BTreeSet::new(), config.clone(), &Table::new(), Duration::ZERO);
    while let Some(at) = core.poll_timeout().filter(|at| *at < Duration::from_secs(2)) {
        while let Some((id, _)) = core.poll_due(at) {
            core.handle_result(id, health::Outcome::PassWith(Reported::Change(4)), at);
        }
    }
    let servers: Servers = serde_json::from_slice(&serde_json::to_vec(&Servers::of(&core)).unwrap()).unwrap();
    let wanted: Vec<_> =
        core.services().map(|(service, verdict)| (service.key, verdict.service.clone())).collect();
    assert_eq!(desired(&config, &servers).into_iter().collect::<Vec<_>>(), wanted);
    assert_eq!(wanted[0].1.destinations.values().next().unwrap().weight.get(), 5);
}
