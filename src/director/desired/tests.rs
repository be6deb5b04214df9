use std::fmt::Write;

use config::director::parse;

use super::*;

/// A service with servers .1, .2 … of weight 1, and whatever keys are given.
fn service(keys: &str, servers: usize) -> VirtualService {
    let mut text = format!("[[service]]\nname = \"web\"\naddress = \"192.0.2.100:80\"\n{keys}\n");
    for host in 1..=servers {
        writeln!(text, "[[service.real]]\naddress = \"192.0.2.{host}\"").unwrap();
    }
    parse(&text).unwrap().0.services.remove(0)
}

/// States by last byte of the address: the first is .1's.
fn verdict(service: &VirtualService, had_quorum: bool, states: &[ServerState]) -> Verdict {
    judge(service, had_quorum, &BTreeSet::new(), |real| states[host(real.key.address) - 1])
}

fn host(address: IpAddr) -> usize {
    match address {
        IpAddr::V4(address) => address.octets()[3].into(),
        IpAddr::V6(_) => unreachable!(),
    }
}

/// `(host, weight)` of what is in the table.
fn entries(verdict: &Verdict) -> Vec<(usize, u32)> {
    verdict.service.destinations.iter().map(|(key, d)| (host(key.address), d.weight.get())).collect()
}

use ServerState::{Down, Unknown, Up};

#[test]
fn a_failed_server_leaves() {
    assert_eq!(entries(&verdict(&service("", 2), true, &[Up, Down])), [(1, 1)]);
}

#[test]
fn with_inhibit_it_stays_without_new_connections() {
    assert_eq!(entries(&verdict(&service("inhibit = true", 2), true, &[Up, Down])), [(1, 1), (2, 0)]);
}

#[test]
fn a_new_server_waits_for_its_first_good_check() {
    assert_eq!(entries(&verdict(&service("", 2), true, &[Up, Unknown])), [(1, 1)]);
    assert_eq!(entries(&verdict(&service("alpha = false", 2), true, &[Up, Unknown])), [(1, 1), (2, 1)]);
}

#[test]
fn a_drained_server_keeps_its_entry_until_it_fails() {
    let service = service("", 2);
    let drained = BTreeSet::from(["192.0.2.2".parse().unwrap()]);
    for (state, expected) in
        [(Up, vec![(1, 1), (2, 0)]), (Unknown, vec![(1, 1), (2, 0)]), (Down, vec![(1, 1)])]
    {
        let states = [Up, state];
        let verdict = judge(&service, true, &drained, |real| states[host(real.key.address) - 1]);
        assert_eq!(entries(&verdict), expected, "{state:?}");
    }
}

#[test]
fn the_sorry_server_serves_alone_when_nobody_is_left() {
    let service = service("sorry_server = \"192.0.2.9\"", 2);
    let with = verdict(&service, true, &[Up, Down]);
    assert_eq!((entries(&with), with.quorum), (vec![(1, 1)], true));
    let without = verdict(&service, true, &[Down, Down]);
    assert_eq!((entries(&without), without.quorum), (vec![(9, 1)], false));
}

#[test]
fn below_quorum_the_servers_left_end_in_peace() {
    let service = service("sorry_server = \"192.0.2.9\"\nquorum = 2", 2);
    assert_eq!(entries(&verdict(&service, true, &[Up, Down])), [(1, 0), (9, 1)]);
}

#[test]
fn nothing_is_lost_while_servers_are_unknown() {
    let service = service("sorry_server = \"192.0.2.9\"", 2);
    assert_eq!(entries(&verdict(&service, true, &[Unknown, Down])), []);
    assert_eq!(entries(&verdict(&service, false, &[Unknown, Down])), [(9, 1)]);
}

#[test]
fn quorum_comes_back_at_quorum_and_hysteresis() {
    let service = service("quorum = 2\nhysteresis = 1", 4);
    assert!(verdict(&service, true, &[Up, Up, Down, Down]).quorum);
    assert!(!verdict(&service, true, &[Up, Down, Down, Down]).quorum);
    assert!(!verdict(&service, false, &[Up, Up, Down, Down]).quorum);
    assert!(verdict(&service, false, &[Up, Up, Up, Down]).quorum);
}

#[test]
fn hysteresis_that_could_never_be_reached_ends_at_all_servers() {
    let service = service("quorum = 2\nhysteresis = 9", 3);
    assert!(verdict(&service, false, &[Up, Up, Up]).quorum);
    assert!(!verdict(&service, false, &[Up, Up, Down]).quorum);
}
