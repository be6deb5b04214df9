//! A server that leaves or returns is one line of the log, whoever finds it first: its agent, or its own checks.

use super::*;

const HOST: &str = "192.0.2.2";

impl Rig {
    /// Lines of the log about servers, by checks and by agents, in their order within each.
    fn all_lines(&mut self) -> Vec<String> {
        let by_checks = std::mem::take(&mut self.lines);
        let turns = self.core.take_agent_turns();
        let by_agents = turns.iter().filter_map(|turn| {
            let words = turn.words()?;
            Some(format!("{} {words} {}: {}", turn.agent.ip(), turn.services, turn.reason))
        });
        by_checks.into_iter().chain(by_agents).collect()
    }

    fn settled_twice_checked(keys: &str) -> Self {
        let mut rig = Self::settled_with(&twice_checked(&text(keys)), &["192.0.2.1", HOST]);
        rig.all_lines();
        rig
    }
}

#[test]
fn what_enters_is_one_line_whoever_speaks_last() {
    let up = ["192.0.2.2 up web 2 80"];
    let mut rig = Rig::start(&text(""), &Table::new());
    rig.dead = vec!["192.0.2.1"];
    rig.hears("192.0.2.1", tells());
    rig.hears(HOST, tells());
    rig.pass(SECOND_LONG);
    let mut lines = rig.all_lines();
    lines.retain(|line| line.starts_with(HOST));
    assert_eq!(lines, up, "its check");

    let mut rig = Rig::start(&text(""), &Table::new());
    rig.dead = vec!["192.0.2.1"];
    rig.pass(Duration::from_secs(1));
    rig.hears("192.0.2.1", tells());
    rig.hears(HOST, tells());
    let mut lines = rig.all_lines();
    lines.retain(|line| line.starts_with(HOST));
    assert_eq!(lines, ["192.0.2.2 real server up 2: ready"], "its agent");
}

#[test]
fn a_service_that_dies_is_told_by_its_agent_and_not_by_its_checks() {
    let mut rig = Rig::settled_twice_checked("");
    let lacks =
        tells().lacks(WEB_VIP, "tcp/80", "nobody listens").lacks(SHOP_VIP, "tcp/80", "nobody listens");
    rig.hears(HOST, lacks);
    rig.dead = vec![HOST];
    rig.pass(SECOND_LONG);
    assert_eq!(rig.all_lines(), ["192.0.2.2 real server quiesced 2: not ready: tcp/80: nobody listens"]);
    rig.hears(HOST, tells());
    assert_eq!(rig.all_lines(), [stays_out(2)], "its checks fail still");
    rig.dead.clear();
    rig.pass(SECOND_LONG);
    let lines = rig.all_lines();
    assert!(matches!(&lines[..], [line] if line.starts_with("192.0.2.2 up web 2 ")), "{lines:?}");
}

fn stays_out(services: usize) -> String {
    format!(
        "192.0.2.2 real server stays out: its own checks find it down {services}: tcp 192.0.2.2:80: connect: refused"
    )
}

#[test]
fn one_that_its_agent_takes_back_is_told_of_while_its_checks_fail() {
    for phase in [DrainPhase::Draining, DrainPhase::Leaving] {
        let mut rig = Rig::settled_twice_checked("");
        rig.hears(HOST, tells().drains(WEB_VIP, phase, 0));
        assert_eq!(rig.all_lines().len(), 1, "{phase:?}");
        rig.dead = vec![HOST];
        rig.pass(SECOND_LONG);
        let lines = rig.all_lines();
        assert_eq!(lines, ["192.0.2.2 down shop 1 80"], "{phase:?}: the other service's agent said nothing");
        rig.hears(HOST, tells());
        assert_eq!(rig.all_lines(), [stays_out(1)], "{phase:?}");
        rig.hears(HOST, tells().seq(2));
        assert_eq!(rig.all_lines(), [""; 0], "{phase:?}: once");
    }
}

#[test]
fn checks_that_pass_before_the_agent_says_ready_are_no_return() {
    let mut rig = Rig::settled_twice_checked("");
    rig.dead = vec![HOST];
    rig.pass(SECOND_LONG);
    assert_eq!(rig.all_lines(), ["192.0.2.2 down web 2 80"]);
    let lacks =
        tells().lacks(WEB_VIP, "tcp/80", "nobody listens").lacks(SHOP_VIP, "tcp/80", "nobody listens");
    rig.hears(HOST, lacks);
    rig.dead.clear();
    rig.pass(SECOND_LONG);
    assert_eq!(rig.all_lines(), [""; 0]);
    rig.hears(HOST, tells());
    assert_eq!(rig.all_lines(), ["192.0.2.2 real server back 2: ready"]);
}

#[test]
fn a_host_that_dies_is_one_line_and_another_says_what_it_waits_for_when_it_returns() {
    let mut rig = Rig::settled_twice_checked("");
    rig.lost(HOST);
    rig.all_lines();
    rig.dead = vec![HOST];
    rig.knocked(HOST, true);
    rig.pass(SECOND_LONG);
    assert_eq!(
        rig.all_lines(),
        ["192.0.2.2 real server down 2: not heard, and its host answers nothing"],
        "its checks fail later"
    );
    rig.dead.clear();
    rig.hears(HOST, tells());
    assert_eq!(rig.all_lines(), [stays_out(2)], "its checks have not found it yet");
    rig.pass(SECOND_LONG);
    let lines = rig.all_lines();
    assert!(matches!(&lines[..], [line] if line.starts_with("192.0.2.2 up web 2 ")), "{lines:?}");
}

#[test]
fn a_restart_that_hears_what_it_knows_has_no_line() {
    let mut first = Rig::settled("");
    first.pass(SECOND_LONG);
    let kernel = first.core.wanted().filter_map(|(key, service)| Some((key, service?))).collect();
    let mut second = Rig::start(&text(""), &kernel);
    second.hears("192.0.2.1", tells());
    second.hears(HOST, tells());
    second.pass(SECOND_LONG);
    assert_eq!(second.all_lines(), [""; 0]);
}

#[test]
fn one_that_is_kept_against_its_agent_leaves_by_its_checks_alone() {
    let mut rig = Rig::settled_twice_checked("");
    let lacks = || tells().lacks(WEB_VIP, "tcp/80", "nobody listens");
    rig.hears("192.0.2.1", lacks());
    rig.hears(HOST, lacks());
    let lines = rig.all_lines();
    let held = "192.0.2.2 real server stays until its own checks agree with its agent 1: not ready: tcp/80: nobody listens";
    assert_eq!(lines, ["192.0.2.1 real server quiesced 1: not ready: tcp/80: nobody listens", held]);
    rig.hears(HOST, tells());
    assert_eq!(rig.all_lines(), ["192.0.2.2 agent says ready again: the real server has stayed 1: ready"]);
}
