//! Each word while the agent is heard.

use super::*;

const QUIET: [&str; 0] = [];

#[test]
fn a_vip_that_is_missing_takes_the_server_out_of_that_service_alone() {
    let mut rig = Rig::settled("");
    let patches = rig.hears("192.0.2.2", tells().lacks(WEB_VIP, "address", "not on lo"));
    assert_eq!(patches, ["TCP 192.0.2.100:80: 192.0.2.1=1 192.0.2.2=0"]);
    let why = "agent 192.0.2.2:9781: not ready: address: not on lo";
    assert_eq!(rig.turned(), [format!("web 192.0.2.2 down {why}")]);
    assert_eq!(rig.logged(), ["192.0.2.2 Ready Quiesced 1: not ready: address: not on lo"]);
    assert_eq!(rig.hears("192.0.2.2", tells()), [WEB]);
    assert_eq!(rig.turned(), ["web 192.0.2.2 up"]);
    assert_eq!(rig.logged(), ["192.0.2.2 Quiesced Ready 1: ready"]);
}

#[test]
fn one_line_is_logged_for_all_services_of_a_server() {
    let mut rig = Rig::settled("");
    let tells =
        tells().lacks(WEB_VIP, "tcp/80", "nobody listens").lacks(SHOP_VIP, "tcp/80", "nobody listens");
    assert_eq!(rig.hears("192.0.2.2", tells).len(), 2);
    assert_eq!(rig.logged(), ["192.0.2.2 Ready Quiesced 2: not ready: tcp/80: nobody listens"]);
    assert_eq!(rig.turned().len(), 2);
}

#[test]
fn a_state_that_says_nothing_new_changes_nothing() {
    let mut rig = Rig::settled("");
    assert_eq!(rig.hears("192.0.2.2", tells().seq(2)), QUIET);
    let not_ready = || tells().lacks(WEB_VIP, "tcp/80", "nobody listens");
    rig.hears("192.0.2.2", not_ready());
    rig.turned();
    assert_eq!(rig.hears("192.0.2.2", not_ready().seq(4)), QUIET);
    assert_eq!(rig.turned(), QUIET);
}

#[test]
fn the_checks_of_a_server_that_is_not_ready_go_on() {
    let mut rig = Rig::settled("");
    rig.hears("192.0.2.2", tells().lacks(WEB_VIP, "tcp/80", "nobody listens"));
    rig.dead = vec!["192.0.2.2"];
    let gone = ["TCP 192.0.2.100:80: 192.0.2.1=1", "TCP 192.0.2.101:80: 192.0.2.1=1"];
    assert_eq!(told(&rig.pass(SECOND_LONG)), gone);
    let down = "shop 192.0.2.2 down tcp 192.0.2.2:80: connect: refused";
    assert_eq!(rig.turned()[1..], [down], "the web's was told already");
    assert_eq!(rig.hears("192.0.2.2", tells()), QUIET, "its check says otherwise");
    rig.dead.clear();
    assert_eq!(told(&rig.pass(SECOND_LONG)), [WEB, SHOP]);
}

#[test]
fn what_comes_ready_is_checked_at_once() {
    let mut rig = Rig::settled("");
    rig.dead = vec!["192.0.2.2"];
    rig.hears("192.0.2.2", tells().lacks(WEB_VIP, "tcp/80", "nobody listens"));
    rig.pass(SECOND_LONG);
    rig.dead.clear();
    rig.hears("192.0.2.2", tells());
    assert_eq!(told(&rig.pass(Duration::ZERO)), [WEB, SHOP]);
}

#[test]
fn a_drain_keeps_connections_whatever_checks_say_until_it_is_done() {
    let mut rig = Rig::settled("");
    let drains = |phase| tells().drains(SHOP_VIP, phase, 3);
    let zero = "TCP 192.0.2.101:80: 192.0.2.1=1 192.0.2.2=0";
    assert_eq!(rig.hears("192.0.2.2", drains(DrainPhase::Quiescing)), [zero]);
    let (mut turned, mut logged) = (rig.turned(), rig.logged());
    assert_eq!(turned.remove(0), "shop 192.0.2.2 down agent 192.0.2.2:9781: draining");
    assert_eq!(logged.remove(0), "192.0.2.2 Ready Draining 1: draining");
    // its listener is closed already, its last connections go on
    rig.dead = vec!["192.0.2.2"];
    assert_eq!(told(&rig.pass(SECOND_LONG)), ["TCP 192.0.2.100:80: 192.0.2.1=1"]);
    assert_eq!(rig.weight(SHOP_VIP, "192.0.2.2"), Some(0));
    assert_eq!(rig.hears("192.0.2.2", drains(DrainPhase::Draining)), QUIET);
    assert_eq!(rig.hears("192.0.2.2", drains(DrainPhase::Leaving)), ["TCP 192.0.2.101:80: 192.0.2.1=1"]);
    assert_eq!(rig.hears("192.0.2.2", drains(DrainPhase::Left)), QUIET);
    rig.dead.clear();
    rig.pass(SECOND_LONG);
    rig.turned();
    assert_eq!(rig.weight(SHOP_VIP, "192.0.2.2"), None);
    assert_eq!(rig.hears("192.0.2.2", tells()), [SHOP], "undrained");
    assert_eq!(rig.turned(), ["shop 192.0.2.2 up"]);
}

#[test]
fn a_server_that_is_drained_here_too_stays_so_when_its_agent_goes_on() {
    let mut rig = Rig::settled("");
    rig.core.drain("192.0.2.2".parse().unwrap(), true);
    assert_eq!(rig.core.take_patches().len(), 2);
    assert_eq!(rig.hears("192.0.2.2", tells().drains(WEB_VIP, DrainPhase::Draining, 1)), QUIET);
    assert_eq!(rig.hears("192.0.2.2", tells()), QUIET);
    rig.core.drain("192.0.2.2".parse().unwrap(), false);
    assert_eq!(told(&rig.core.take_patches()), [WEB, SHOP]);
}

#[test]
fn what_a_host_may_carry_scales_its_weights() {
    let text = text("").replace("address = \"192.0.2.2\"", "address = \"192.0.2.2\"\nweight = 10");
    let mut rig = Rig::settled_with(&text, &["192.0.2.1", "192.0.2.2"]);
    rig.hears("192.0.2.2", tells().weighs(45));
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), Some(5), "rounded up");
    rig.now += SECOND_LONG;
    rig.hears("192.0.2.2", tells().weighs(1));
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), Some(1));
    rig.turned();
    rig.now += SECOND_LONG;
    rig.hears("192.0.2.2", tells().weighs(0));
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), Some(0));
    assert_eq!(rig.turned()[0], "web 192.0.2.2 down agent 192.0.2.2:9781: its weight is 0");
    // all of them at once: the last one stays
    rig.now += SECOND_LONG;
    rig.hears("192.0.2.1", tells().weighs(0));
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.1"), Some(1));
}

#[test]
fn a_service_without_quorum_by_words_and_checks_tells_so() {
    let mut rig = Rig::settled("");
    rig.hears("192.0.2.1", tells().lacks(WEB_VIP, "tcp/80", "nobody listens"));
    rig.turned();
    rig.dead = vec!["192.0.2.2"];
    rig.pass(SECOND_LONG);
    assert!(rig.turned().contains(&"web quorum false 0".to_owned()));
    rig.hears("192.0.2.1", tells());
    assert_eq!(rig.turned(), ["web 192.0.2.1 up", "web quorum true 1"]);
}

#[test]
fn an_agent_is_of_its_own_servers_only() {
    let mut rig = Rig::settled("");
    rig.news("192.0.2.77", News::State(Box::new(tells().lacks(WEB_VIP, "tcp/80", "nobody listens").0)));
    assert_eq!(told(&rig.core.take_patches()), QUIET);
    assert_eq!(rig.core.agents().collect::<Vec<_>>(), [agent("192.0.2.1"), agent("192.0.2.2")]);
}

#[test]
fn busy_servers_are_no_lost_quorum() {
    let text = text("")
        .replace("name = \"web\"", "name = \"web\"\nquorum = 15")
        .replace("name = \"shop\"", "name = \"shop\"\nagent = \"off\"");
    let text = text.replace("address = \"192.0.2.1\"", "address = \"192.0.2.1\"\nweight = 10");
    let text = text.replace("address = \"192.0.2.2\"", "address = \"192.0.2.2\"\nweight = 10");
    let mut rig = Rig::settled_with(&text, &["192.0.2.1", "192.0.2.2"]);
    for server in ["192.0.2.1", "192.0.2.2"] {
        rig.hears(server, tells().weighs(20));
    }
    assert_eq!((rig.weight(WEB_VIP, "192.0.2.1"), rig.weight(WEB_VIP, "192.0.2.2")), (Some(2), Some(2)));
    assert_eq!(rig.turned(), QUIET);
    assert!(rig.core.services().all(|(_, verdict)| verdict.quorum));
}
