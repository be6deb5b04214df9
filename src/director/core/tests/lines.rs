//! A server that leaves or returns is one line of the log, whatever the number of its checks and services.

use super::*;

const ONE: &str = r#"{ type = "tcp", interval = "1s", timeout = "1s", fall = 2 }"#;
const OTHER: &str = r#"{ type = "tcp", port = 81, interval = "1s", timeout = "1s", fall = 3 }"#;

/// With a second check of each server.
pub(super) fn twice_checked(text: &str) -> String {
    text.replace(ONE, &format!("[{ONE}, {OTHER}]"))
}

impl Rig {
    fn lines(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lines)
    }
}

#[test]
fn a_server_with_two_failing_checks_leaves_with_one_line_and_returns_with_one() {
    let mut rig = Rig::start(&twice_checked(BASE), &Table::new());
    assert_eq!(rig.core.checks().len(), 4);
    rig.pass(SECOND_LONG);
    assert_eq!(rig.lines().len(), 2, "both enter");
    rig.dead = vec!["192.0.2.1"];
    rig.pass(SECOND_LONG);
    assert_eq!(rig.lines(), ["192.0.2.1 down web 1 80"], "the first check that fails");
    rig.dead.clear();
    rig.pass(SECOND_LONG);
    let lines = rig.lines();
    assert!(matches!(&lines[..], [line] if line.starts_with("192.0.2.1 up web 1 ")), "{lines:?}");
}

#[test]
fn a_server_of_several_services_is_one_line() {
    let mut rig = Rig::start(&twice_checked(&format!("{BASE}{SECOND}")), &Table::new());
    rig.pass(SECOND_LONG);
    rig.lines();
    rig.dead = vec!["192.0.2.2"];
    rig.pass(SECOND_LONG);
    assert_eq!(rig.lines(), ["192.0.2.2 down web 2 80"]);
    rig.dead.clear();
    rig.pass(SECOND_LONG);
    assert_eq!(rig.lines().len(), 1);
}

#[test]
fn a_server_that_enters_down_is_one_line() {
    let mut rig = Rig::start(&twice_checked(BASE), &Table::new());
    rig.dead = vec!["192.0.2.1"];
    rig.pass(SECOND_LONG);
    let down = rig.lines().into_iter().filter(|line| line.starts_with("192.0.2.1 ")).count();
    assert_eq!(down, 1);
}

#[test]
fn a_restart_that_finds_everything_as_it_was_has_no_line() {
    let text = twice_checked(BASE);
    let kernel = table(Rig::start(&text, &Table::new()).pass(SECOND_LONG));
    let mut second = Rig::start(&text, &kernel);
    second.pass(SECOND_LONG);
    assert_eq!(second.lines(), [""; 0]);
}
