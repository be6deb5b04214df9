use super::*;

/// [`BASE`], with checks that report weights, of servers with weight 10.
fn reporting() -> DirectorConfig {
    let mut config = config(BASE);
    for real in &mut config.services[0].reals {
        real.destination.weight = Weight::new(10).unwrap();
        for check in &mut real.checks {
            let kind = CheckKind::File(FileCheck { path: "/run/weight".into(), weight: 1 });
            *check = Arc::new(CheckSpec { kind, ..(**check).clone() });
        }
    }
    config
}

#[test]
fn a_reported_weight_is_written_and_kept_while_it_is_reported() {
    let mut rig = Rig::with(reporting(), &Table::new());
    rig.reports = BTreeMap::from([("192.0.2.1", Reported::Weight(3)), ("192.0.2.2", Reported::Change(5))]);
    assert_eq!(told(&rig.pass(SECOND_LONG)), ["TCP 192.0.2.100:80: 192.0.2.1=3 192.0.2.2=15"]);
    assert_eq!(told(&rig.pass(SECOND_LONG)), [""; 0]);
    rig.reports.insert("192.0.2.2", Reported::Weight(0));
    assert_eq!(told(&rig.pass(SECOND_LONG)), ["TCP 192.0.2.100:80: 192.0.2.1=3 192.0.2.2=0"]);
    rig.reports.clear();
    assert_eq!(told(&rig.pass(SECOND_LONG)), [""; 0], "what says nothing changes nothing");
}

#[test]
fn reported_weights_outlive_a_restart_until_they_are_reported_again() {
    let mut first = Rig::with(reporting(), &Table::new());
    first.reports = BTreeMap::from([("192.0.2.1", Reported::Weight(3)), ("192.0.2.2", Reported::Weight(4))]);
    let kernel = table(first.pass(SECOND_LONG));
    let mut second = Rig::with(reporting(), &kernel);
    let mut as_before = first.core.services().map(|(_, verdict)| verdict.service.clone());
    assert_eq!(table(second.core.take_patches()).into_values().next(), as_before.next());
    second.reports = BTreeMap::from([("192.0.2.1", Reported::Weight(3))]);
    assert_eq!(
        told(&second.pass(SECOND_LONG)),
        ["TCP 192.0.2.100:80: 192.0.2.1=3 192.0.2.2=10"],
        "the other says nothing of it any more"
    );
}

#[test]
fn a_reported_weight_turns_quorum() {
    let mut config = reporting();
    config.services[0].quorum = 20;
    let mut rig = Rig::with(config, &Table::new());
    rig.pass(SECOND_LONG);
    assert_eq!(rig.turned().last().unwrap(), "web quorum true 20 first");
    rig.reports = BTreeMap::from([("192.0.2.1", Reported::Change(-1))]);
    rig.pass(SECOND_LONG);
    assert_eq!(rig.turned(), ["web quorum false 19"]);
}
