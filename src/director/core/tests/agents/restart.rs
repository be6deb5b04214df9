//! A restart or a reload shows nobody anything.

use super::*;

/// The table that a run leaves.
fn left_by(mut rig: Rig) -> Table {
    rig.core.take_patches();
    rig.core.services().map(|(service, verdict)| (service.key, verdict.service.clone())).collect()
}

fn with_one_drained(phase: DrainPhase) -> Table {
    let mut rig = Rig::settled("");
    rig.hears("192.0.2.2", tells().drains(WEB_VIP, phase, 1));
    left_by(rig)
}

#[test]
fn what_drains_stays_so_until_its_agent_is_heard() {
    let kernel = with_one_drained(DrainPhase::Draining);
    let mut rig = Rig::start(&text(""), &kernel);
    assert_eq!(table(rig.core.take_patches()), kernel);
    assert_eq!(rig.turned(), [""; 0], "no quorum is certain yet");
    rig.pass(Duration::from_millis(500));
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), Some(0), "its checks have passed");
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.1"), Some(1));
    assert!(!rig.core.is_presentable());
    assert_eq!(rig.hears("192.0.2.2", tells().drains(WEB_VIP, DrainPhase::Draining, 1)), [""; 0]);
    rig.pass(SECOND_LONG);
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), Some(0));
    assert_eq!(rig.hears("192.0.2.2", tells()), [WEB]);
}

#[test]
fn what_has_left_does_not_enter_until_its_agent_is_heard() {
    let kernel = with_one_drained(DrainPhase::Left);
    assert_eq!(kernel.values().next().unwrap().destinations.len(), 1);
    let mut rig = Rig::start(&text(""), &kernel);
    assert_eq!(table(rig.core.take_patches()), kernel);
    rig.pass(Duration::from_millis(1_900));
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), None);
    rig.turned();
    rig.hears("192.0.2.2", tells());
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), Some(1));
    assert_eq!(rig.turned()[0], "web 192.0.2.2 enters");
}

#[test]
fn agents_that_do_not_come_are_not_waited_for_long() {
    let kernel = with_one_drained(DrainPhase::Left);
    let mut rig = Rig::start(&text(""), &kernel);
    assert!(rig.core.awaits_agents());
    rig.pass(Duration::from_secs(2));
    assert!(!rig.core.awaits_agents());
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), Some(1), "its own checks decide");
}

#[test]
fn a_server_that_fails_leaves_although_its_agent_is_not_heard_yet() {
    let kernel = left_by(Rig::settled(""));
    let mut rig = Rig::start(&text("").replace("fall = 2", "fall = 1"), &kernel);
    rig.dead = vec!["192.0.2.2"];
    rig.pass(Duration::from_secs(1));
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), None);
}

#[test]
fn a_new_server_enters_with_its_check_and_its_agent() {
    let mut rig = Rig::start(&text(""), &Table::new());
    rig.turned();
    rig.pass(Duration::from_millis(500));
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.1"), None, "its agent is not heard");
    assert!(!rig.core.is_presentable());
    rig.hears("192.0.2.1", tells());
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.1"), Some(1));
    assert!(rig.core.is_presentable());
    let turned = rig.turned();
    assert_eq!(turned[0], "web 192.0.2.1 enters");
    assert!(turned.contains(&"web quorum true 1 first".to_owned()), "{turned:?}");
}

#[test]
fn those_that_were_out_do_not_come_back_because_they_are_many() {
    let servers: Vec<String> = (1..=4).map(|host| format!("192.0.2.{host}")).collect();
    let more = |text: &str| {
        text.to_owned()
            + "[[service.real]]\naddress = \"192.0.2.3\"\n[[service.real]]\naddress = \"192.0.2.4\"\n"
    };
    let text = format!("[agents]\nport = 9781\n{}", more(BASE));
    let names: Vec<&str> = servers.iter().map(String::as_str).collect();
    let not_ready = || tells().lacks(WEB_VIP, "address", "not on lo");
    let mut rig = Rig::settled_with(&text, &names);
    for server in &names[1..] {
        rig.hears(server, not_ready());
        rig.pass(SECOND_LONG * 2);
    }
    let kernel = left_by(rig);
    let mut rig = Rig::start(&text, &kernel);
    rig.core.take_patches();
    for server in names[1..].iter().rev() {
        assert_eq!(rig.hears(server, not_ready()), [""; 0]);
    }
    assert_eq!(rig.hears(names[0], tells()), [""; 0]);
    assert_eq!(told(&rig.pass(SECOND_LONG)), [""; 0]);
    rig.core.reload(config(&text), rig.now);
    assert_eq!(told(&rig.core.take_patches()), [""; 0]);
}

#[test]
fn a_reload_forgets_nothing_that_agents_said() {
    let mut rig = Rig::settled("");
    rig.hears("192.0.2.2", tells().lacks(WEB_VIP, "tcp/80", "nobody listens"));
    rig.turned();
    rig.core.reload(config(&text("")), rig.now);
    assert_eq!(told(&rig.core.take_patches()), [""; 0]);
    assert_eq!(rig.turned(), [""; 0]);
    assert_eq!(rig.hears("192.0.2.2", tells()), [WEB]);
}

#[test]
fn a_reload_to_agents_changes_nothing_until_they_are_heard() {
    let mut rig = Rig::start(&format!("{BASE}{SECOND}"), &Table::new());
    rig.pass(SECOND_LONG);
    rig.turned();
    rig.core.reload(config(&text("")), rig.now);
    assert_eq!(told(&rig.core.take_patches()), [""; 0]);
    rig.pass(Duration::from_secs(1));
    assert_eq!(rig.turned(), [""; 0]);
    let zero = "TCP 192.0.2.100:80: 192.0.2.1=1 192.0.2.2=0";
    assert_eq!(rig.hears("192.0.2.2", tells().lacks(WEB_VIP, "tcp/80", "nobody listens")), [zero]);
    rig.turned();
    rig.core.reload(config(&format!("{BASE}{SECOND}")), rig.now);
    assert_eq!(told(&rig.core.take_patches()), [WEB], "without agents its checks decide");
    assert_eq!(rig.turned(), ["web 192.0.2.2 up"]);
}
