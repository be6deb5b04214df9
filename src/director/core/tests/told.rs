use super::*;

#[test]
fn turns_are_told_once_and_in_order() {
    let mut rig = Rig::start(BASE, &Table::new());
    rig.dead = vec!["192.0.2.2"];
    rig.pass(SECOND_LONG);
    let mut turned = rig.turned();
    turned.sort_unstable();
    let down = "down tcp 192.0.2.2:80: connect: refused";
    assert_eq!(turned, ["web 192.0.2.1 enters", &format!("web 192.0.2.2 {down}"), "web quorum true 1 first"]);
    rig.dead = vec!["192.0.2.1", "192.0.2.2"];
    rig.pass(SECOND_LONG);
    assert_eq!(rig.turned(), ["web 192.0.2.1 down tcp 192.0.2.1:80: connect: refused", "web quorum false 0"]);
    rig.core.reload(config(BASE), rig.now);
    assert_eq!(rig.turned(), [""; 0]);
    rig.dead.clear();
    rig.pass(SECOND_LONG);
    let mut turned = rig.turned();
    assert_eq!(turned.remove(1), "web quorum true 1");
    turned.sort_unstable();
    assert_eq!(turned, ["web 192.0.2.1 up", "web 192.0.2.2 up"]);
}

#[test]
fn a_server_that_enters_before_its_first_check_does_not_come_up_with_it() {
    let mut rig = Rig::start(&BASE.replace("name = \"web\"", "name = \"web\"\nalpha = false"), &Table::new());
    assert_eq!(told(&rig.core.take_patches()), ["TCP 192.0.2.100:80: 192.0.2.1=1 192.0.2.2=1"]);
    rig.dead = vec!["192.0.2.2"];
    rig.pass(SECOND_LONG);
    let mut turned = rig.turned();
    turned.sort_unstable();
    assert_eq!(turned, ["web 192.0.2.2 down tcp 192.0.2.2:80: connect: refused", "web quorum true 1 first"]);
    rig.dead.clear();
    rig.pass(SECOND_LONG);
    assert_eq!(rig.turned(), ["web 192.0.2.2 up"]);
}

#[test]
fn a_server_in_two_services_turns_in_both() {
    let mut rig = Rig::start(&format!("{BASE}{SECOND}"), &Table::new());
    rig.pass(SECOND_LONG);
    rig.turned();
    rig.dead = vec!["192.0.2.1"];
    rig.pass(SECOND_LONG);
    let why = "down tcp 192.0.2.1:80: connect: refused";
    assert_eq!(rig.turned(), [format!("web 192.0.2.1 {why}"), format!("shop 192.0.2.1 {why}")]);
}

#[test]
fn services_that_serve_over_a_restart_have_their_quorum_at_once() {
    let mut first = Rig::start(BASE, &Table::new());
    let kernel = table(first.pass(SECOND_LONG));
    let mut second = Rig::start(BASE, &kernel);
    assert_eq!(second.turned(), ["web quorum true 2 first"]);
    second.pass(SECOND_LONG);
    assert_eq!(second.turned(), [""; 0]);
}

#[test]
fn a_reload_tells_of_servers_whose_checks_turned_before() {
    let mut rig = Rig::start(BASE, &Table::new());
    rig.dead = vec!["192.0.2.1"];
    rig.pass(SECOND_LONG);
    rig.turned();
    rig.core.reload(config(&format!("{BASE}{SECOND}")), rig.now);
    let why = "down tcp 192.0.2.1:80: connect: refused";
    assert_eq!(rig.turned(), [format!("shop 192.0.2.1 {why}"), "shop quorum true 1 first".to_owned()]);
    rig.core.reload(config(&format!("{BASE}{SECOND}")), rig.now);
    assert_eq!(rig.turned(), [""; 0]);
    let mut unchecked = config(BASE);
    unchecked.services[0].reals[0].checks.clear();
    rig.core.reload(unchecked, rig.now);
    assert_eq!(rig.turned(), ["web 192.0.2.1 up"]);
}
