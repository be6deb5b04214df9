use std::collections::BTreeMap;

use config::director::parse;
use vrrp::State;

use super::*;

const FILE: &str = r#"
[[service]]
name = "web"
address = "192.0.2.100:80"
[[service.real]]
address = "192.0.2.1"
[[ipvs.sync]]
role = "backup"
interface = "eth1"
id = 7
"#;

/// A policy whose one sync daemon follows the router `VI_1`.
fn following(roles: &Roles) -> Policy {
    let (mut config, _) = parse(FILE).unwrap();
    for section in &mut config.ipvs.sync {
        section.role = config::director::SyncRole::Follow("VI_1".into());
    }
    Policy::of(&config, roles)
}

fn roles(state: State) -> Roles {
    let states = BTreeMap::from([("VI_1".to_owned(), state)]);
    Roles::default().next(&states, Duration::from_secs(60), |_| false)
}

fn settings(sync_master: bool, sync_backup: bool) -> Settings {
    let mut settings = Settings::open(None).unwrap();
    settings.before = Before { sync_master, sync_backup, ..Before::default() };
    settings
}

fn lines(settings: &Settings, running: &[Daemon], policy: &Policy) -> Vec<String> {
    settings.sync_steps(running, policy).iter().map(ToString::to_string).collect()
}

const START_MASTER: &str = "ipvsadm --start-daemon master --mcast-interface eth1 --syncid 7";
const START_BACKUP: &str = "ipvsadm --start-daemon backup --mcast-interface eth1 --syncid 7";

#[test]
fn the_new_role_begins_before_the_old_one_ends() {
    let (backup, master) = (following(&roles(State::Backup)), following(&roles(State::Master)));
    let settings = settings(true, true);
    assert_eq!(
        lines(&settings, &backup.sync.daemons, &master),
        [START_MASTER, "ipvsadm --stop-daemon backup"]
    );
    assert_eq!(
        lines(&settings, &master.sync.daemons, &backup),
        [START_BACKUP, "ipvsadm --stop-daemon master"]
    );
    assert_eq!(lines(&settings, &master.sync.daemons, &master), [""; 0]);
}

#[test]
fn what_runs_stays_until_the_role_is_known() {
    let mut undecided = following(&Roles::default());
    undecided.sync = Sync { daemons: Vec::new(), undecided: true, catch_up: None };
    let mut settings = settings(true, false);
    let running = following(&roles(State::Master)).sync.daemons;
    assert_eq!(lines(&settings, &running, &undecided), [""; 0]);
    settings.forget(&undecided).unwrap();
    assert!(settings.before.sync_master, "it is still ours");
    assert_eq!(lines(&settings, &running, &Policy::nothing()), ["ipvsadm --stop-daemon master"]);
}

#[test]
fn strangers_daemons_are_not_stopped() {
    let running = following(&roles(State::Master)).sync.daemons;
    let backup = following(&roles(State::Backup));
    assert_eq!(lines(&settings(false, false), &running, &backup), [START_BACKUP]);
}

#[test]
fn another_interface_ends_the_old_daemon_first() {
    let wanted = following(&roles(State::Backup));
    let mut running = wanted.sync.daemons.clone();
    running[0].interface = "eth0".into();
    assert_eq!(
        lines(&settings(false, true), &running, &wanted),
        ["ipvsadm --stop-daemon backup", START_BACKUP]
    );
}

#[test]
fn without_ipvs_nothing_of_the_table_has_to_be_put_back() {
    let mut settings = settings(true, true);
    settings.before.timeouts = Some((900, 120, 300));
    settings.before.sysctls = BTreeMap::from([("net/ipv4/vs/expire_nodest_conn".to_owned(), 0)]);
    settings.before.accept_local = BTreeMap::from([("nosuch0".to_owned(), 0)]);
    assert_eq!(settings.restore_without_ipvs(), Ok(()));
    assert_eq!(settings.before, Before::default());
}
