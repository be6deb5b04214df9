use std::net::IpAddr;
use std::sync::Arc;

use kernel::address::{Address, Link, Scope};
use vrrp::{Holding, RouterId};

use super::*;
use crate::exchange::{Gate, Slot};
use crate::testing::router;

const LONG: Duration = Duration::from_secs(10);

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn slot(more: &str, holding: Holding, state: State, master: Option<&str>) -> Slot {
    let config = Arc::new(router(more));
    Slot { config, holding: Some(holding), state, master: master.map(address), announce: 0, gone: false }
}

fn members(slots: Vec<Slot>) -> Members {
    let mut members = Members::default();
    members.take((1..).map(RouterId).zip(slots).collect(), Duration::ZERO);
    members.open(&Gate::All, Duration::ZERO);
    members
}

/// `eth0`, and `eth1`, which is down; `eth0` may have 192.0.2.100.
fn look(has: bool) -> Look {
    let link = |index, name: &str, up| Link {
        index,
        name: name.into(),
        loopback: name == "lo",
        noarp: false,
        up,
        running: up,
        dummy: false,
        mac: None,
        mtu: 1500,
    };
    let found = Address {
        device: "eth0".into(),
        address: address("192.0.2.100"),
        prefix: 32,
        label: None,
        scope: Some(Scope::Global),
        deprecated: false,
        secondary: false,
        tentative: false,
    };
    let links = vec![link(1, "lo", true), link(2, "eth0", true), link(3, "eth1", false)];
    Look::new(links, if has { vec![found] } else { Vec::new() })
}

fn of(slots: Vec<Slot>, held: &[Held], has: bool, now: Duration) -> Vec<(String, Option<String>)> {
    let guarded = guarded(&members(slots), held, &look(has), now);
    let text = |((interface, address), master): ((String, IpAddr), Option<Master>)| {
        (format!("{address} {interface}"), master.map(|master| format!("{} {}", master.address, master.vrid)))
    };
    guarded.into_iter().map(text).collect()
}

fn ours() -> (String, Option<String>) {
    ("192.0.2.100 eth0".into(), None)
}

fn theirs(master: &str) -> (String, Option<String>) {
    ("192.0.2.100 eth0".into(), Some(master.into()))
}

#[test]
fn a_master_guards_what_is_here_once_it_has_settled() {
    let master = || vec![slot("", Holding::Yes, State::Master, None)];
    assert_eq!(of(master(), &[], true, LONG), [ours()]);
    assert_eq!(of(master(), &[], true, Duration::from_millis(999)), []);
    assert_eq!(of(master(), &[], false, LONG), [], "it is not there");
}

#[test]
fn a_backup_guards_what_the_master_has_when_it_knows_it() {
    let backup = |more, master| vec![slot(more, Holding::No, State::Backup, master)];
    assert_eq!(of(backup("", Some("192.0.2.2")), &[], false, LONG), [theirs("192.0.2.2 51")]);
    assert_eq!(of(backup("", None), &[], false, LONG), []);
    let more = "excluded_addresses = [{ address = \"192.0.2.101\", interface = \"eth1\" }]";
    assert_eq!(
        of(backup(more, Some("192.0.2.2")), &[], false, LONG),
        [theirs("192.0.2.2 51")],
        "not on eth1"
    );
    let fault = slot("", Holding::No, State::Initialize, Some("192.0.2.2"));
    assert_eq!(of(vec![fault], &[], false, LONG), []);
    let leaving = slot("", Holding::Silent, State::Backup, Some("192.0.2.2"));
    assert_eq!(of(vec![leaving], &[], false, LONG), [], "between the two");
}

#[test]
fn what_is_held_is_guarded_where_it_can_be_heard() {
    let held = |interface: &str| Held {
        address: address("192.0.2.100"),
        prefix: 32,
        interface: interface.into(),
        label: None,
        router: None,
        scope: Scope::Global,
    };
    assert_eq!(of(Vec::new(), &[held("eth0")], true, LONG), [ours()]);
    assert_eq!(of(Vec::new(), &[held("eth0")], false, LONG), []);
    assert_eq!(of(Vec::new(), &[held("lo"), held("eth1"), held("eth9")], true, LONG), []);
    let backup = slot("", Holding::No, State::Backup, Some("192.0.2.2"));
    assert_eq!(of(vec![backup], &[held("eth0")], true, LONG), [ours()], "what is ours is ours");
}
