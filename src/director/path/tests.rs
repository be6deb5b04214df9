use std::time::Duration;

use config::director::parse;
use health::{CheckId, Checks, Start};

use super::gate::Passage;
use super::*;

mod table;

const FILE: &str = r#"
[[service]]
name = "web"
address = "192.0.2.100:80"
check = [{ type = "tcp" }, { type = "http", path = "dr" }]
[[service.real]]
address = "192.0.2.1"
[[service.real]]
address = "192.0.2.2"
[[service]]
name = "shop"
address = "192.0.2.101:80"
check = { type = "tcp", path = "dr" }
[[service.real]]
address = "192.0.2.1"
[[service]]
name = "web6"
address = "[2001:db8::100]:80"
check = { type = "tcp", path = "dr" }
[[service.real]]
address = "2001:db8::1"
"#;

fn config() -> DirectorConfig {
    parse(FILE).unwrap().0
}

#[test]
fn each_server_has_one_service_whatever_the_vips() {
    let services = services(&config());
    let servers: Vec<String> = services
        .values()
        .flat_map(|service| &service.destinations)
        .map(|(key, one)| format!("{key} {:?} {}", one.forward, one.weight.get()))
        .collect();
    let mut sorted = servers.clone();
    sorted.sort();
    assert_eq!(sorted, ["192.0.2.1:0 Direct 1", "192.0.2.2:0 Direct 1", "[2001:db8::1]:0 Direct 1"]);
    assert!(services.values().all(|service| service.settings.scheduler.name() == "rr"));
    let v6 = services.keys().filter(|key| key.family() == Family::V6).count();
    assert_eq!((services.len(), v6), (3, 1));
    let of_the_checks: BTreeSet<Option<ServiceKey>> =
        checks(&config()).map(|(spec, path)| key(spec, path)).collect();
    assert_eq!(of_the_checks, services.keys().copied().map(Some).collect());
}

#[test]
fn ways_are_servers_with_their_vips() {
    let ways: Vec<String> = ways(&config()).iter().map(|(server, vip)| format!("{server} {vip}")).collect();
    let expected = [
        "192.0.2.1 192.0.2.100",
        "192.0.2.1 192.0.2.101",
        "192.0.2.2 192.0.2.100",
        "2001:db8::1 2001:db8::100",
    ];
    assert_eq!(ways, expected);
}

#[test]
fn the_status_counts_checks_and_servers() {
    let first = |spec: &CheckSpec| spec.target.ip() == IpAddr::from([192, 0, 2, 1]);
    let view = PathView::of(&config(), false, true, first);
    let expected = PathView { checks: 4, servers: 3, waiting: true, refused: 1, bypassed: false };
    assert_eq!(view, Some(expected));
    let (without, _) = parse(&FILE.replace("path = \"dr\"", "timeout = \"1s\"")).unwrap();
    assert_eq!(PathView::of(&without, false, true, first), None);
    assert_eq!(services(&without), Table::new());
}

/// The attempts that are due first: one by the VIP, one straight.
fn attempts() -> ((CheckId, Arc<CheckSpec>), (CheckId, Arc<CheckSpec>)) {
    let config = config();
    let reals = config.services.iter().flat_map(|service| &service.reals);
    let specs: BTreeSet<Arc<CheckSpec>> = reals.flat_map(|real| real.checks.clone()).collect();
    let mut checks = Checks::new(1);
    checks.set(specs.into_iter().map(|spec| (spec, Start::Unknown)), Duration::ZERO);
    let late = Duration::from_secs(60);
    let due: Vec<_> = std::iter::from_fn(|| checks.poll_due(late)).collect();
    let find = |by_vip: bool| due.iter().find(|(_, spec)| spec.path.is_some() == by_vip).cloned().unwrap();
    (find(true), find(false))
}

#[test]
fn attempts_by_a_vip_wait_until_the_table_is_written() {
    let (by_vip, straight) = attempts();
    let begins = |(id, spec): &(CheckId, Arc<CheckSpec>)| Some(Passage::Begin(*id, Arc::clone(spec)));
    let none = BTreeMap::new();
    let mut gate = Gate::default();
    assert_eq!(gate.pass(by_vip.clone(), &none), begins(&by_vip));
    gate.close(7);
    assert_eq!(gate.pass(by_vip.clone(), &none), None);
    assert_eq!(gate.pass(straight.clone(), &none), begins(&straight), "it needs no service");
    assert_eq!(gate.release(|order| order < 7), []);
    gate.close(9);
    assert_eq!(gate.release(|order| order < 9), [], "another order came meanwhile");
    assert_eq!(gate.release(|order| order <= 9), vec![by_vip.clone()]);
    assert_eq!(gate.release(|_| true), []);
    assert_eq!(gate.pass(by_vip.clone(), &none), begins(&by_vip));
}

#[test]
fn an_attempt_whose_service_is_refused_fails() {
    let (by_vip, straight) = attempts();
    let refused: BTreeMap<ServiceKey, String> =
        services(&config()).into_keys().map(|key| (key, "no memory".to_owned())).collect();
    let mut gate = Gate::default();
    let Some(Passage::Fail(id, reason)) = gate.pass(by_vip.clone(), &refused) else { panic!("it begins") };
    assert_eq!(id, by_vip.0);
    let path = by_vip.1.path.unwrap();
    assert!(
        reason.starts_with(&format!(
            "by the VIP {}: the kernel refuses the service FWM {}",
            path.vip, path.mark
        )),
        "{reason}"
    );
    assert!(reason.ends_with(" of this check: no memory"), "{reason}");
    assert_eq!(gate.pass(straight.clone(), &refused), Some(Passage::Begin(straight.0, straight.1)));
}
