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
    judge(service, had_quorum, &BTreeSet::new(), |_, real| condition(real, states))
}

fn condition(real: &RealServer, states: &[ServerState]) -> Condition {
    Condition {
        state: states[host(real.key.address) - 1],
        weight: real.destination.weight,
        full: real.destination.weight,
        said: Said::Nothing,
    }
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
        let verdict = judge(&service, true, &drained, |_, real| condition(real, &states));
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

#[test]
fn each_server_has_its_own_alpha_and_inhibit() {
    let mut service = service("", 4);
    service.reals[1].alpha = false;
    service.reals[2].inhibit = true;
    service.reals[3].alpha = false;
    assert_eq!(entries(&verdict(&service, true, &[Unknown; 4])), [(2, 1), (3, 0), (4, 1)]);
    assert_eq!(entries(&verdict(&service, true, &[Down; 4])), [(3, 0)]);
}

#[test]
fn a_sorry_server_may_wait_in_the_table() {
    let mut service = service("sorry_server = \"192.0.2.9\"", 2);
    service.sorry_inhibit = true;
    assert_eq!(entries(&verdict(&service, true, &[Up, Down])), [(1, 1), (9, 0)]);
    assert_eq!(entries(&verdict(&service, true, &[Down, Down])), [(9, 1)]);
    service.sorry_server.as_mut().unwrap().0.address = "192.0.2.1".parse().unwrap();
    assert_eq!(entries(&verdict(&service, true, &[Up, Down])), [(1, 1)], "it is a real server too");
}

#[test]
fn what_checks_report_adds_up_and_stays_a_weight() {
    use Reported::{Change, Weight as Instead};
    let weight = |configured, reports: &[Reported]| {
        weight_of(Weight::new(configured).unwrap(), reports.iter().copied()).get()
    };
    assert_eq!(weight(10, &[]), 10);
    assert_eq!(weight(10, &[Instead(3)]), 3);
    assert_eq!(weight(10, &[Change(-4)]), 6);
    assert_eq!(weight(10, &[Instead(3), Change(5)]), 8);
    assert_eq!(weight(10, &[Change(1), Change(2)]), 13);
    assert_eq!(weight(10, &[Change(-11)]), 0);
    assert_eq!(weight(10, &[Instead(u32::MAX), Change(i32::MAX)]), Weight::MAX);
    assert_eq!(weight(0, &[Change(i32::MIN), Change(i32::MIN)]), 0);
}

#[test]
fn a_reported_weight_counts_for_quorum() {
    let service = service("quorum = 10", 2);
    let with = |weight: u32| {
        judge(&service, true, &BTreeSet::new(), |_, _| Condition {
            state: Up,
            weight: Weight::new(weight).unwrap(),
            full: Weight::new(weight).unwrap(),
            said: Said::Nothing,
        })
    };
    assert_eq!((with(5).quorum, with(5).weight_up), (true, 10));
    assert_eq!((with(4).quorum, with(4).weight_up), (false, 8));
    assert_eq!(entries(&with(5)), [(1, 5), (2, 5)]);
}

#[test]
fn a_quorum_is_certain_when_no_first_check_can_change_it() {
    let service = service("quorum = 2\nhysteresis = 1", 4);
    let certain = |had_quorum, states: [ServerState; 4]| {
        let verdict = verdict(&service, had_quorum, &states);
        (verdict.quorum, verdict.certain)
    };
    assert_eq!(certain(true, [Up, Unknown, Unknown, Down]), (true, false));
    assert_eq!(certain(true, [Up, Up, Unknown, Unknown]), (true, true));
    assert_eq!(certain(true, [Up, Down, Down, Down]), (false, true));
    assert_eq!(certain(false, [Up, Up, Unknown, Down]), (false, false));
    assert_eq!(certain(false, [Up, Up, Down, Down]), (false, true));
}

/// `(host, weight)` of two servers that are up or as given, of which the second's agent says this.
fn with_said(keys: &str, said: Said, state: ServerState, drained: bool) -> (Vec<(usize, u32)>, u64, bool) {
    let service = service(keys, 2);
    let second: IpAddr = "192.0.2.2".parse().unwrap();
    let drained = if drained { BTreeSet::from([second]) } else { BTreeSet::new() };
    let verdict = judge(&service, true, &drained, |place, real| {
        let (state, said) = if place == 1 { (state, said) } else { (Up, Said::Nothing) };
        Condition { state, weight: real.destination.weight, full: real.destination.weight, said }
    });
    (entries(&verdict), verdict.weight_up, verdict.certain)
}

#[test]
fn what_its_agent_says_of_a_server_that_is_up() {
    let up = |said| with_said("", said, Up, false);
    assert_eq!(up(Said::Nothing), (vec![(1, 1), (2, 1)], 2, true));
    assert_eq!(up(Said::Quiesced), (vec![(1, 1), (2, 0)], 1, true));
    assert_eq!(up(Said::Draining), (vec![(1, 1), (2, 0)], 1, true));
    assert_eq!(up(Said::Gone), (vec![(1, 1)], 1, true));
    assert_eq!(up(Said::AsItWas(None)), (vec![(1, 1)], 1, true));
    assert_eq!(up(Said::AsItWas(Some(0))), (vec![(1, 1), (2, 0)], 1, true));
    assert_eq!(up(Said::AsItWas(Some(7))), (vec![(1, 1), (2, 7)], 1, true));
}

#[test]
fn what_its_agent_says_of_a_server_that_is_down() {
    for inhibit in ["", "inhibit = true"] {
        let down = |said| with_said(inhibit, said, Down, false).0;
        let failed = if inhibit.is_empty() { vec![(1, 1)] } else { vec![(1, 1), (2, 0)] };
        for said in [Said::Nothing, Said::Quiesced, Said::AsItWas(Some(1)), Said::AsItWas(None)] {
            assert_eq!(down(said), failed, "{said:?}");
        }
        assert_eq!(down(Said::Draining), [(1, 1), (2, 0)], "its connections go on");
        assert_eq!(down(Said::Gone), [(1, 1)], "the drain is over");
    }
}

#[test]
fn a_server_that_is_drained_by_command_too_gets_nothing() {
    for said in [Said::Nothing, Said::Quiesced, Said::Draining, Said::AsItWas(Some(1))] {
        assert_eq!(with_said("", said, Up, true).0, [(1, 1), (2, 0)], "{said:?}");
    }
    assert_eq!(with_said("", Said::Gone, Up, true).0, [(1, 1)]);
    assert_eq!(with_said("", Said::AsItWas(None), Up, true).0, [(1, 1)]);
}

#[test]
fn a_server_whose_agent_is_not_heard_is_no_lost_quorum() {
    let service = service("quorum = 2", 2);
    let with = |said| {
        judge(&service, true, &BTreeSet::new(), |place, real| {
            let said = if place == 1 { said } else { Said::Nothing };
            Condition { state: Up, weight: real.destination.weight, full: real.destination.weight, said }
        })
    };
    let unheard = with(Said::AsItWas(Some(1)));
    assert!(unheard.quorum && !unheard.certain);
    assert!(!with(Said::Quiesced).quorum);
}

#[test]
fn a_part_of_a_weight_is_rounded_up() {
    let part = |weight, percent| scaled(Weight::new(weight).unwrap(), percent).get();
    assert_eq!(
        [part(10, 45), part(1, 1), part(3, 0), part(0, 50), part(7, 100), part(7, 200)],
        [5, 1, 0, 0, 7, 7]
    );
    assert_eq!(part(Weight::MAX, 99), 2_126_008_811);
}
