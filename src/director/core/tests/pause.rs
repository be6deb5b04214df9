use super::*;

fn suspended(names: &[&str]) -> DirectorConfig {
    let mut config = config(&format!("{BASE}{SECOND}"));
    for service in config.services.iter_mut().filter(|service| names.contains(&service.name.as_str())) {
        service.ha_suspend = true;
    }
    config
}

#[test]
fn with_ha_suspend_nothing_is_checked_until_the_address_is_here() {
    let mut rig = Rig::with(suspended(&["web", "shop"]), &Table::new());
    rig.pass(SECOND_LONG);
    assert_eq!(rig.attempts, 0);
    assert_eq!(rig.turned(), [""; 0]);
    assert!(rig.core.is_presentable(), "nothing is waited for");
    let own = BTreeSet::from(["192.0.2.101".parse().unwrap()]);
    assert!(rig.core.set_addresses(own.clone(), rig.now));
    assert!(!rig.core.set_addresses(own, rig.now));
    rig.pass(SECOND_LONG);
    assert!(rig.attempts > 0, "a check that one service needs goes on");
    let before = rig.attempts;
    rig.core.set_addresses(BTreeSet::new(), rig.now);
    rig.dead = vec!["192.0.2.1", "192.0.2.2"];
    assert_eq!(told(&rig.pass(SECOND_LONG)), [""; 0], "what was known stays");
    assert_eq!(rig.attempts, before);
}

#[test]
fn a_check_that_another_service_needs_is_not_suspended() {
    let mut rig = Rig::with(suspended(&["web"]), &Table::new());
    rig.pass(SECOND_LONG);
    assert!(rig.attempts > 0);
}

#[test]
fn a_reload_without_ha_suspend_goes_on_checking() {
    let mut rig = Rig::with(suspended(&["web", "shop"]), &Table::new());
    rig.pass(SECOND_LONG);
    rig.core.reload(suspended(&[]), rig.now);
    rig.pass(SECOND_LONG);
    assert!(rig.attempts > 0);
}

#[test]
fn at_the_end_the_table_stays_or_is_left() {
    for (on_stop, expected) in
        [(OnStop::Keep, vec![]), (OnStop::Remove, vec!["TCP 192.0.2.100:80 gone", "TCP 192.0.2.101:80 gone"])]
    {
        let mut config = config(&format!("{BASE}{SECOND}"));
        config.ipvs.on_stop = on_stop;
        let mut rig = Rig::with(config, &Table::new());
        rig.pass(SECOND_LONG);
        rig.core.stop();
        assert_eq!(told(&rig.core.take_patches()), expected);
        rig.dead = vec!["192.0.2.1", "192.0.2.2"];
        if on_stop == OnStop::Remove {
            assert_eq!(told(&rig.pass(SECOND_LONG)), [""; 0], "and nothing comes back");
        }
    }
}
