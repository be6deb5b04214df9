use std::collections::BTreeSet;

use config::director::parse;
use ipvs::Table;

use super::*;

const DEADLINE: Duration = Duration::from_secs(60);
const NOTHING: Left = Left { entries: 2, weight: 0, active: Some(0), agent: None };

fn looks(lefts: &[Left], waited: Duration) -> Vec<Next> {
    let mut patience = Patience::default();
    lefts.iter().map(|left| patience.look(left, waited, DEADLINE)).collect()
}

#[test]
fn it_is_over_when_nothing_is_found_often_enough() {
    let busy = Left { active: Some(1), ..NOTHING };
    let wait = || Next::Wait(None);
    assert_eq!(looks(&vec![NOTHING; 4], DEADLINE), [wait(), wait(), wait(), Next::Done]);
    let again = [NOTHING, NOTHING, NOTHING, busy, NOTHING, NOTHING, NOTHING, NOTHING];
    let seen = looks(&again, Duration::ZERO);
    assert_eq!(seen[3], Next::Wait(Some("1 connection in this director's table\n".into())));
    assert_eq!(seen[4..], [wait(), wait(), wait(), Next::Done]);
}

#[test]
fn what_is_left_keeps_it_waiting_until_the_deadline() {
    for left in [
        Left { active: Some(3), ..NOTHING },
        Left { agent: Some(1), ..NOTHING },
        Left { weight: 1, ..NOTHING },
        Left { active: None, ..NOTHING },
    ] {
        let early = looks(&vec![left.clone(); 9], Duration::from_millis(59_999));
        assert!(early.iter().all(|next| matches!(next, Next::Wait(_))), "{left:?}: {early:?}");
        assert_eq!(looks(&[left], DEADLINE), [Next::TooLate]);
    }
}

#[test]
fn the_same_is_not_told_twice() {
    let left = Left { active: Some(12), agent: Some(7), ..NOTHING };
    let told = looks(&[left.clone(), left], Duration::ZERO);
    let words = "12 connections in this director's table, 7 as its agent counts\n";
    assert_eq!(told, [Next::Wait(Some(words.into())), Next::Wait(None)]);
}

#[test]
fn without_the_kernel_s_counters_nobody_says_that_nothing_is_left() {
    let text = "[[service]]\naddress = \"192.0.2.100:80\"\n[[service.real]]\naddress = \"192.0.2.1\"";
    let (config, _) = parse(text).unwrap();
    let core = Core::start(1, BTreeSet::new(), config, &Table::new(), Duration::ZERO);
    let server = "192.0.2.1".parse().unwrap();
    let unread = Left::of(&core, server, None);
    assert_eq!(unread, Left::default());
    assert!(!unread.is_nothing());
    let empty = Left::of(&core, server, Some(&Counters::new()));
    assert!(empty.is_nothing(), "it is in no table");
}
