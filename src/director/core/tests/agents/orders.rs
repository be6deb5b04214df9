//! What a person told an agent outlives its silence.

use super::*;

#[test]
fn a_server_that_drains_does_not_come_back_when_its_agent_is_lost() {
    let mut rig = Rig::settled("");
    rig.hears("192.0.2.2", tells().drains(WEB_VIP, DrainPhase::Draining, 2));
    assert_eq!(rig.lost("192.0.2.2"), [""; 0]);
    rig.pass(SECOND_LONG);
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), Some(0));
    assert_eq!(rig.weight(SHOP_VIP, "192.0.2.2"), Some(1), "that VIP does not drain");
    assert_eq!(rig.hears("192.0.2.2", tells()), [WEB]);
}

#[test]
fn a_server_that_has_left_stays_out_over_a_restart() {
    let mut rig = Rig::settled("");
    rig.core.take_orders();
    rig.hears("192.0.2.2", tells().drains(WEB_VIP, DrainPhase::Left, 0));
    let orders = rig.core.take_orders().unwrap();
    assert_eq!(rig.core.take_orders(), None);
    let json = serde_json::to_string(&orders).unwrap();
    assert_eq!(json, r#"[{"agent":"192.0.2.2:9781","vip":"192.0.2.100","order":"leaving"}]"#);
    let kernel: Table =
        rig.core.services().map(|(service, verdict)| (service.key, verdict.service.clone())).collect();
    let mut next = Rig::start(&text(""), &kernel);
    next.core.recall(serde_json::from_str(&json).unwrap(), Duration::ZERO);
    assert_eq!(table(next.core.take_patches()), kernel);
    next.pass(SECOND_LONG);
    assert_eq!(next.weight(WEB_VIP, "192.0.2.2"), None, "its agent is gone, its VIP too");
    assert_eq!(next.weight(SHOP_VIP, "192.0.2.2"), Some(1));
    next.hears("192.0.2.2", tells());
    assert_eq!(next.weight(WEB_VIP, "192.0.2.2"), Some(1));
    assert_eq!(next.core.take_orders(), Some(Vec::new()));
}

#[test]
fn undrain_puts_a_server_back_whose_agent_is_gone() {
    let mut rig = Rig::settled("");
    rig.hears("192.0.2.2", tells().drains(WEB_VIP, DrainPhase::Left, 0));
    let server = "192.0.2.2".parse().unwrap();
    let done = |agent_drains| DrainAnswer::Done { services: 2, agent_drains };
    assert_eq!(rig.core.drain(server, false), done(true));
    assert_eq!(told(&rig.core.take_patches()), [""; 0], "its agent is heard and says otherwise");
    rig.lost("192.0.2.2");
    assert_eq!(rig.core.drain(server, false), done(false));
    assert_eq!(told(&rig.core.take_patches()), [WEB]);
}

#[test]
fn what_another_file_does_not_have_is_forgotten() {
    let mut rig = Rig::settled("");
    rig.hears("192.0.2.2", tells().drains(WEB_VIP, DrainPhase::Left, 0));
    rig.core.take_orders();
    rig.core.reload(config(&format!("{BASE}{SECOND}")), rig.now);
    assert_eq!(rig.core.take_orders(), Some(Vec::new()));
    rig.core.recall(
        vec![AgentOrder {
            agent: agent("192.0.2.2"),
            vip: None,
            order: crate::agents::words::Ordered::Leaving,
        }],
        rig.now,
    );
    assert_eq!(rig.core.agents().count(), 0);
}

#[test]
fn what_has_drained_stays_out_when_its_agent_ends_after_many_words() {
    let mut rig = Rig::settled("");
    let left = || tells().drains(WEB_VIP, DrainPhase::Left, 0);
    // so often that it is not trusted any more
    for _ in 0..4 {
        rig.hears("192.0.2.2", left());
        rig.hears("192.0.2.2", tells().drains(WEB_VIP, DrainPhase::Draining, 0));
    }
    rig.pass(Duration::from_secs(10));
    rig.hears("192.0.2.2", left());
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), None);
    for _ in 0..10 {
        rig.silent("192.0.2.2");
        rig.news("192.0.2.2", News::Heard);
    }
    rig.lost("192.0.2.2");
    rig.pass(Duration::from_secs(30));
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), None, "its VIP is off, which no check sees");
}
