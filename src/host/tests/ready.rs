//! Readiness: each fault with its words.

mod common;

use common::{address, fresh, link, set, socket, tcp, vip};
use lvs_host::{
    HostState, Listener, ListenerProtocol, ListeningSocket, Need, Owned, Scope, StepState, Vip, readiness,
};

/// A host on which the VIP 192.168.100.240 is as it should be, and ours.
fn prepared() -> (Owned, HostState) {
    let (mut owned, mut state) = (Owned::default(), fresh());
    set(&mut state, "all", 1, 2);
    set(&mut state, "lo", 1, 2);
    let mut found = address("lo", "192.168.100.240", 32);
    (found.label, found.scope) = (Some("lo:0".into()), Some(Scope::Host));
    owned.addresses.insert((found.address, "lo".into()));
    state.addresses.push(found);
    (owned, state)
}

fn web() -> Vip {
    Vip { services: vec![tcp(80)], ..vip("192.168.100.240") }
}

fn reasons(vip: &Vip, owned: &Owned, state: &HostState) -> Vec<String> {
    let steps = readiness(vip, owned, state);
    steps.into_iter().filter_map(|step| Some(format!("{}: {}", step.name, step.state.err()?))).collect()
}

fn listening(sockets: &[ListeningSocket]) -> Vec<String> {
    let (owned, mut state) = prepared();
    state.listeners = sockets.to_vec();
    reasons(&web(), &owned, &state)
}

#[test]
fn a_prepared_host_is_ready() {
    let (owned, mut state) = prepared();
    state.listeners = vec![socket("0.0.0.0", 80)];
    let steps = readiness(&web(), &owned, &state);
    assert_eq!(
        steps.iter().map(|step| step.name.to_string()).collect::<Vec<_>>(),
        ["sysctls", "address", "tcp/80"]
    );
    assert!(steps.iter().all(StepState::is_ok), "{steps:?}");
    assert!(steps.iter().all(|step| step.state == Ok(None)));
}

#[test]
fn each_sysctl_counts() {
    let (owned, state) = prepared();
    let with = |interface, ignore, announce| {
        let mut state = state.clone();
        set(&mut state, interface, ignore, announce);
        reasons(&vip("192.168.100.240"), &owned, &state)
    };
    assert_eq!(with("all", 0, 2), ["sysctls: net.ipv4.conf.all.arp_ignore is 0, not 1, 2, 3 or 8"]);
    assert_eq!(with("all", 1, 1), ["sysctls: net.ipv4.conf.all.arp_announce is 1, not 2"]);
    assert_eq!(with("lo", 0, 2), ["sysctls: net.ipv4.conf.lo.arp_ignore is 0, not 1, 2, 3 or 8"]);
    assert_eq!(
        with("eth0", 7, 0),
        [
            "sysctls: arp_ignore is 7 on eth0 in effect, not 1, 2, 3 or 8: ARP requests for the VIP are answered there"
        ]
    );
    assert_eq!(with("eth0", 8, 0), [""; 0]);
    assert_eq!(with("eth0", 3, 2), [""; 0]);
}

#[test]
fn an_interface_that_appears_later_counts() {
    let (owned, mut state) = prepared();
    state.links.push(link(3, "bond0"));
    set(&mut state, "bond0", 0, 0);
    assert!(reasons(&vip("192.168.100.240"), &owned, &state).is_empty(), "all covers it");
    set(&mut state, "bond0", 4, 0);
    assert!(reasons(&vip("192.168.100.240"), &owned, &state)[0].contains("bond0"));
}

#[test]
fn sysctls_that_cannot_be_read_are_not_good() {
    let (owned, mut state) = prepared();
    state.sysctls.clear();
    assert_eq!(
        reasons(&vip("192.168.100.240"), &owned, &state),
        ["sysctls: net.ipv4.conf.all.arp_ignore cannot be read"]
    );
}

#[test]
fn the_address_must_be_there_alone_and_for_one_host() {
    let (owned, state) = prepared();
    let with = |change: fn(&mut HostState)| {
        let mut state = state.clone();
        change(&mut state);
        reasons(&vip("192.168.100.240"), &owned, &state).join("")
    };
    assert_eq!(with(|state| drop(state.addresses.pop())), "address: 192.168.100.240 is not on lo");
    let wide = with(|state| state.addresses.push(address("lo", "192.168.100.240", 24)));
    assert!(
        wide.contains("the whole subnet is local")
            && wide.contains("ip address del 192.168.100.240/24 dev lo")
    );
    let twice = with(|state| state.addresses.push(address("eth0", "192.168.100.240", 24)));
    assert!(twice.contains("is an address of eth0"), "{twice}");
    assert_eq!(with(|state| state.links[0].up = false), "address: lo is down");
    let elsewhere = Vip { device: "lvs0".into(), ..vip("192.168.100.240") };
    assert_eq!(reasons(&elsewhere, &owned, &state), ["address: there is no device lvs0"]);
}

#[test]
fn an_address_that_is_not_ours_is_used_and_said() {
    let (_, mut state) = prepared();
    let steps = readiness(&vip("192.168.100.240"), &Owned::default(), &state);
    assert_eq!(steps[1].state, Ok(Some("was there before us: used, not ours".into())));
    state.addresses.push(address("lo", "2001:db8::1", 128));
    let steps = readiness(&vip("2001:db8::1"), &Owned::default(), &state);
    assert!(
        matches!(&steps[0].state, Ok(Some(note)) if note.contains("may become a source address")),
        "{steps:?}"
    );
}

#[test]
fn an_address_that_will_be_replaced_is_not_ready_before() {
    let (owned, state) = prepared();
    let other = Vip { label: Some("lo:9".into()), ..vip("192.168.100.240") };
    assert_eq!(
        reasons(&other, &owned, &state),
        ["address: 192.168.100.240 has label lo:0 and scope host: to be taken off and put back as wanted"]
    );
    assert!(reasons(&other, &Owned::default(), &state).is_empty(), "a stranger's stays as it is");
    let any = Vip { label: None, ..other };
    assert!(reasons(&any, &owned, &state).is_empty());
}

#[test]
fn whoever_would_take_it_counts_as_listening() {
    for good in ["0.0.0.0", "192.168.100.240", "::", "::ffff:192.168.100.240"] {
        assert!(listening(&[socket(good, 80)]).is_empty(), "{good}");
    }
    assert_eq!(listening(&[]), ["tcp/80: nothing listens on tcp/80"]);
    assert_eq!(listening(&[socket("0.0.0.0", 8080)]), ["tcp/80: nothing listens on tcp/80"]);
    let udp = ListeningSocket { protocol: ListenerProtocol::Udp, ..socket("0.0.0.0", 80) };
    assert_eq!(listening(&[udp]), ["tcp/80: nothing listens on tcp/80"]);
}

#[test]
fn the_classic_mistake_is_named() {
    assert_eq!(
        listening(&[socket("192.168.100.8", 80)]),
        ["tcp/80: listens on 192.168.100.8:80 only, not on the VIP 192.168.100.240"]
    );
    let v6 = ListeningSocket { v6only: true, ..socket("::", 80) };
    assert_eq!(
        listening(&[v6]),
        ["tcp/80: listens on [::]:80 (IPv6 only) only, not on the VIP 192.168.100.240"]
    );
    let bound = ListeningSocket { interface: 1, ..socket("0.0.0.0", 80) };
    assert!(listening(&[bound])[0].contains("(bound to the loopback device)"));
    let many: Vec<_> = (1..=5).map(|n| socket(&format!("10.0.0.{n}"), 80)).collect();
    assert!(listening(&many)[0].contains("10.0.0.3:80 and 2 more only"));
}

#[test]
fn an_ipv6_vip_needs_an_ipv6_socket() {
    let (owned, mut state) = prepared();
    state.addresses.push(address("lo", "2001:db8::1", 128));
    state.listeners = vec![socket("0.0.0.0", 80)];
    let vip = Vip { services: vec![tcp(80)], ..vip("2001:db8::1") };
    assert_eq!(
        reasons(&vip, &owned, &state),
        ["tcp/80: listens on 0.0.0.0:80 only, not on the VIP 2001:db8::1"]
    );
    state.listeners = vec![ListeningSocket { v6only: true, ..socket("::", 80) }];
    assert!(reasons(&vip, &owned, &state).is_empty());
}

#[test]
fn sockets_that_cannot_be_listed_are_not_taken_as_there() {
    let (owned, mut state) = prepared();
    state.listeners_fault = Some("cannot list UDP over IPv4 sockets".into());
    assert_eq!(reasons(&web(), &owned, &state), ["tcp/80: cannot list UDP over IPv4 sockets"]);
    assert_eq!(Listener { protocol: ListenerProtocol::Udp, port: 53 }.to_string(), "udp/53");
}

#[test]
fn what_a_vip_needs_must_run() {
    let (owned, mut state) = prepared();
    let (unit, process) = (Need::Unit("nginx.service".into()), Need::Process("nginx".into()));
    let vip = Vip { needs: vec![unit.clone(), process.clone()], ..web() };
    assert_eq!(
        reasons(&vip, &owned, &state),
        [
            "unit nginx.service: not looked at yet",
            "process nginx: not looked at yet",
            "tcp/80: nothing listens on tcp/80"
        ]
    );
    state.needs.insert(unit.clone(), Err("no process runs in it".into()));
    state.needs.insert(process, Ok(()));
    state.listeners = vec![socket("0.0.0.0", 80)];
    assert_eq!(reasons(&vip, &owned, &state), ["unit nginx.service: no process runs in it"]);
    state.needs.insert(unit, Ok(()));
    let steps = readiness(&vip, &owned, &state);
    let names: Vec<String> = steps.iter().map(|step| step.name.to_string()).collect();
    assert_eq!(names, ["sysctls", "address", "unit nginx.service", "process nginx", "tcp/80"]);
    assert!(steps.iter().all(StepState::is_ok), "{steps:?}");
}

#[test]
fn another_vip_does_not_wait_for_it() {
    let (owned, mut state) = prepared();
    state.needs.insert(Need::Process("nginx".into()), Err("no such process runs".into()));
    assert!(reasons(&vip("192.168.100.240"), &owned, &state).is_empty());
}
