//! Silence, and words that are not believed at once.

use std::fmt::Write;

use super::*;

#[test]
fn without_its_agent_the_checks_of_a_server_decide() {
    let mut rig = Rig::settled("");
    assert_eq!(rig.lost("192.0.2.2"), [""; 0]);
    assert_eq!(rig.logged(), ["192.0.2.2 Ready Unverified 2: not heard: connection refused"]);
    rig.dead = vec!["192.0.2.2"];
    assert_eq!(rig.pass(SECOND_LONG).len(), 2);
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), None);
    rig.dead.clear();
    rig.pass(SECOND_LONG);
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), Some(1));
}

#[test]
fn with_prefer_what_was_not_ready_is_up_to_its_checks_again() {
    let mut rig = Rig::settled("");
    rig.hears("192.0.2.2", tells().lacks(WEB_VIP, "tcp/80", "nobody listens"));
    assert_eq!(rig.lost("192.0.2.2"), [WEB]);
}

#[test]
fn a_silent_host_is_knocked_at_and_its_checks_are_made_at_once() {
    let mut rig = Rig::settled("");
    rig.silent("192.0.2.2");
    let knock = rig.core.poll_knock().unwrap();
    assert_eq!((knock.agent, knock.targets), (agent("192.0.2.2"), vec!["192.0.2.2:80".parse().unwrap()]));
    assert_eq!(rig.core.poll_knock(), None);
    let (_, check) = rig.core.poll_due(rig.now).unwrap();
    assert_eq!(check.target, "192.0.2.2:80".parse().unwrap());
}

#[test]
fn a_dead_host_leaves_at_once_and_is_back_when_it_is_heard() {
    let mut rig = Rig::settled("");
    rig.silent("192.0.2.2");
    rig.now += Duration::from_millis(150);
    let gone = ["TCP 192.0.2.100:80: 192.0.2.1=1", "TCP 192.0.2.101:80: 192.0.2.1=1"];
    assert_eq!(rig.knocked("192.0.2.2", true), gone);
    let why = "agent 192.0.2.2:9781: not heard, and its host answers nothing";
    assert_eq!(rig.turned(), [format!("web 192.0.2.2 down {why}"), format!("shop 192.0.2.2 down {why}")]);
    rig.now += Duration::from_millis(150);
    rig.news("192.0.2.2", News::Heard);
    assert_eq!(told(&rig.core.take_patches()), [WEB, SHOP]);
}

#[test]
fn a_dead_host_is_back_when_a_check_passes_that_began_since() {
    let mut rig = Rig::settled("");
    // one attempt is under way when it falls silent
    let due = rig.core.poll_timeout().unwrap();
    rig.now = due;
    let (id, spec) = rig.core.poll_due(due).unwrap();
    let server = spec.target.ip().to_string();
    rig.now += Duration::from_millis(1);
    rig.silent(&server);
    assert_eq!(rig.knocked(&server, true).len(), 2);
    rig.core.handle_result(id, Outcome::Pass, rig.now);
    assert_eq!(rig.weight(WEB_VIP, &server), None, "it began before");
    rig.pass(Duration::ZERO);
    assert_eq!(rig.weight(WEB_VIP, &server), Some(1));
}

#[test]
fn a_host_that_answers_is_not_dead() {
    let mut rig = Rig::settled("");
    rig.silent("192.0.2.2");
    assert_eq!(rig.knocked("192.0.2.2", false), [""; 0]);
}

#[test]
fn with_inhibit_a_dead_host_stays_with_weight_0() {
    let text = text("").replace("name = \"web\"", "name = \"web\"\ninhibit = true");
    let mut rig = Rig::settled_with(&text, &["192.0.2.1", "192.0.2.2"]);
    rig.silent("192.0.2.2");
    rig.knocked("192.0.2.2", true);
    assert_eq!((rig.weight(WEB_VIP, "192.0.2.2"), rig.weight(SHOP_VIP, "192.0.2.2")), (Some(0), None));
}

#[test]
fn with_require_a_server_goes_on_without_its_agent_for_the_grace() {
    let mut rig = Rig::settled("policy = \"require\"\ngrace = \"5s\"");
    assert_eq!(rig.lost("192.0.2.2"), [""; 0]);
    assert_eq!(told(&rig.pass(Duration::from_millis(4_900))), [""; 0]);
    assert_eq!(rig.pass(Duration::from_millis(200)).len(), 2);
    assert_eq!(rig.weight(WEB_VIP, "192.0.2.2"), Some(0));
    let turned = rig.turned();
    assert_eq!(turned[0], "web 192.0.2.2 down agent 192.0.2.2:9781: not heard: connection refused");
    assert_eq!(rig.hears("192.0.2.2", tells()), [WEB, SHOP]);
}

#[test]
fn with_require_a_restart_of_the_agent_is_invisible() {
    let mut rig = Rig::settled("policy = \"require\"\ngrace = \"5s\"");
    rig.lost("192.0.2.2");
    rig.pass(Duration::from_secs(4));
    assert_eq!(rig.hears("192.0.2.2", tells()), [""; 0]);
    assert_eq!(told(&rig.pass(SECOND_LONG)), [""; 0]);
    assert_eq!(rig.turned(), [""; 0]);
}

#[test]
fn with_require_a_server_whose_agent_never_came_does_not_enter() {
    let mut rig = Rig::start(&text("policy = \"require\""), &Table::new());
    rig.hears("192.0.2.1", tells());
    for _ in 0..100 {
        rig.pass(Duration::from_millis(200));
        assert_eq!(rig.weight(WEB_VIP, "192.0.2.2").unwrap_or_default(), 0);
    }
}

/// `servers` of one service that have agents.
fn many(servers: usize, keys: &str) -> (Rig, Vec<String>) {
    let mut text = format!("[agents]\nport = 9781\n{keys}\n");
    text += "[[service]]\nname = \"web\"\naddress = \"192.0.2.100:80\"\n";
    text += "check = { type = \"tcp\", interval = \"60s\", timeout = \"1s\", fall = 3 }\n";
    let hosts: Vec<String> = (1..=servers).map(|host| format!("192.0.2.{host}")).collect();
    for host in &hosts {
        writeln!(text, "[[service.real]]\naddress = \"{host}\"").unwrap();
    }
    let names: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let rig = Rig::settled_with(&text, &names);
    (rig, hosts)
}

fn serving(rig: &Rig, hosts: &[String]) -> Vec<bool> {
    hosts.iter().map(|host| rig.weight(WEB_VIP, host).is_some_and(|weight| weight > 0)).collect()
}

#[test]
fn when_all_say_the_same_half_of_them_stay_until_their_checks_agree() {
    let (mut rig, hosts) = many(4, "");
    for host in &hosts {
        rig.hears(host, tells().lacks(WEB_VIP, "tcp/80", "nobody listens"));
    }
    assert_eq!(serving(&rig, &hosts), [false, false, true, true]);
    let turned = rig.turned();
    assert_eq!(turned.len(), 2, "who is kept is not down: {turned:?}");
    let held = rig.logged().into_iter().filter(|line| line.contains("Ready Held")).count();
    assert_eq!(held, 2);
    // one failed attempt of a check is enough, its fall is 3
    rig.dead = vec!["192.0.2.3"];
    rig.pass(Duration::ZERO);
    assert_eq!(serving(&rig, &hosts), [false, false, false, true]);
    assert!(
        rig.turned().contains(
            &"web 192.0.2.3 down agent 192.0.2.3:9781: not ready: tcp/80: nobody listens".to_owned()
        )
    );
    // the last one stays, whatever the time
    rig.pass(SECOND_LONG * 2);
    assert_eq!(serving(&rig, &hosts), [false, false, false, true]);
    for host in &hosts {
        rig.hears(host, tells());
    }
    assert_eq!(serving(&rig, &hosts), [true; 4]);
}

#[test]
fn after_the_window_more_may_leave_but_one() {
    let (mut rig, hosts) = many(4, "guard = { share = 25, window = \"5s\" }");
    for host in &hosts {
        rig.hears(host, tells().lacks(WEB_VIP, "tcp/80", "nobody listens"));
    }
    assert_eq!(serving(&rig, &hosts), [false, true, true, true]);
    rig.pass(Duration::from_secs(5));
    assert_eq!(serving(&rig, &hosts), [false, false, true, true]);
    rig.pass(Duration::from_secs(60));
    assert_eq!(serving(&rig, &hosts), [false, false, false, true]);
}

#[test]
fn a_held_server_leaves_when_another_is_back() {
    let (mut rig, hosts) = many(2, "");
    let not_ready = || tells().lacks(WEB_VIP, "tcp/80", "nobody listens");
    rig.hears(&hosts[0], not_ready());
    rig.hears(&hosts[1], not_ready());
    assert_eq!(serving(&rig, &hosts), [false, true]);
    rig.hears(&hosts[0], tells());
    assert_eq!(serving(&rig, &hosts), [true, false]);
}

#[test]
fn what_persons_order_is_not_guarded() {
    let (mut rig, hosts) = many(2, "");
    for host in &hosts {
        rig.hears(host, tells().drains(WEB_VIP, DrainPhase::Draining, 0));
    }
    assert_eq!(serving(&rig, &hosts), [false, false]);
}

#[test]
fn a_director_that_is_cut_off_keeps_its_table_until_its_checks_fail() {
    let (mut rig, hosts) = many(4, "");
    for host in &hosts {
        rig.silent(host);
    }
    for host in &hosts {
        assert_eq!(rig.knocked(host, true), [""; 0]);
    }
    assert_eq!(serving(&rig, &hosts), [true; 4]);
    rig.dead = vec!["192.0.2.2"];
    rig.pass(Duration::ZERO);
    assert_eq!(serving(&rig, &hosts), [true, false, true, true], "what its check has not reached");
    // the others have answered their checks
    rig.news(&hosts[0], News::Heard);
    rig.pass(Duration::ZERO);
    assert_eq!(serving(&rig, &hosts), [true, false, true, true]);
}

#[test]
fn where_others_are_heard_dead_hosts_leave_within_the_share() {
    let (mut rig, hosts) = many(4, "");
    for host in &hosts[..3] {
        rig.silent(host);
        rig.knocked(host, true);
    }
    assert_eq!(serving(&rig, &hosts), [false, false, true, true]);
}

#[test]
fn agents_that_said_weight_0_and_fell_silent_empty_no_service() {
    let (mut rig, hosts) = many(4, "");
    for host in &hosts {
        rig.hears(host, tells().weighs(0));
    }
    assert_eq!(serving(&rig, &hosts), [false, false, true, true]);
    for host in &hosts {
        rig.lost(host);
    }
    assert_eq!(serving(&rig, &hosts), [true; 4], "their own checks decide");
}

#[test]
fn a_reload_lets_no_more_leave_at_once_than_the_guard_does() {
    let (mut rig, hosts) = many(4, "");
    for host in &hosts[..3] {
        rig.lost(host);
    }
    rig.pass(Duration::from_secs(10));
    assert_eq!(serving(&rig, &hosts), [true; 4]);
    let mut required = rig.core.config().clone();
    for real in &mut required.services[0].reals {
        real.agent.as_mut().unwrap().policy = config::director::AgentPolicy::Require;
    }
    rig.core.reload(required, rig.now);
    assert_eq!(serving(&rig, &hosts), [false, false, true, true]);
}

#[test]
fn a_host_whose_check_has_passed_since_the_knock_is_not_dead() {
    let mut rig = Rig::settled("");
    rig.silent("192.0.2.2");
    assert!(rig.core.poll_knock().is_some());
    // the check is made at once, and is answered before the knock is given up
    rig.pass(Duration::from_millis(100));
    assert_eq!(rig.knocked("192.0.2.2", true), [""; 0]);
    // at the next word of its death that answer is an old one
    rig.dead = vec!["192.0.2.2"];
    rig.now += Duration::from_millis(1);
    rig.lost("192.0.2.2");
    assert_eq!(rig.knocked("192.0.2.2", true).len(), 2);
}

#[test]
fn a_dead_host_is_knocked_at_again_when_something_else_becomes_of_its_agent() {
    let mut rig = Rig::settled("");
    rig.silent("192.0.2.2");
    rig.knocked("192.0.2.2", true);
    while rig.core.poll_knock().is_some() {}
    rig.lost("192.0.2.2");
    assert!(rig.core.poll_knock().is_some());
    assert_eq!(rig.knocked("192.0.2.2", false), [WEB, SHOP]);
}
