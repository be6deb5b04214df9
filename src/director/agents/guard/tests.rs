use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const S: Duration = Duration::from_secs(1);
const RULES: AgentGuard = AgentGuard { share: 50, window: Duration::from_secs(10) };

fn key(host: usize) -> DestinationKey {
    DestinationKey { address: [192, 0, 2, u8::try_from(host).unwrap()].into(), port: 80 }
}

const CLAIM: Claim = Claim { confirmed: false, doubtful: false };

fn member(host: usize, claim: Option<Claim>) -> Member {
    Member { key: key(host), serves: true, is_in: true, claim }
}

/// `claims` of servers 0, 1, …; the places of those that leave.
fn leave(guard: &mut Guard, claims: &[Option<Claim>], at: Duration) -> Vec<usize> {
    let members: Vec<Member> = claims.iter().enumerate().map(|(host, claim)| member(host, *claim)).collect();
    guard.settle(&members, RULES, at);
    leavers(guard, &members)
}

fn leavers(guard: &Guard, members: &[Member]) -> Vec<usize> {
    let leaves = |member: &Member| member.claim.is_some() && !guard.holds(&member.key);
    members.iter().enumerate().filter(|(_, member)| leaves(member)).map(|(place, _)| place).collect()
}

#[test]
fn what_leaves_at_once() {
    let of = |servers: usize, wanting: usize| {
        let claims: Vec<_> = (0..servers).map(|host| (host < wanting).then_some(CLAIM)).collect();
        leave(&mut Guard::default(), &claims, S).len()
    };
    let table = [
        (1, 1, 0),
        (2, 1, 1),
        (2, 2, 1),
        (3, 1, 1),
        (3, 3, 1),
        (4, 2, 2),
        (4, 4, 2),
        (40, 40, 20),
        (5, 0, 0),
    ];
    for (servers, wanting, leaving) in table {
        assert_eq!(of(servers, wanting), leaving, "{wanting} of {servers}");
    }
}

#[test]
fn one_may_leave_whatever_the_share_is() {
    let mut guard = Guard::default();
    let members: Vec<Member> = (0..5).map(|host| member(host, Some(CLAIM))).collect();
    guard.settle(&members, AgentGuard { share: 1, ..RULES }, S);
    assert_eq!(leavers(&guard, &members), [0]);
    let mut guard = Guard::default();
    guard.settle(&members, AgentGuard { share: 100, ..RULES }, S);
    assert_eq!(leavers(&guard, &members), [0, 1, 2, 3], "one stays");
}

#[test]
fn those_whose_checks_agree_leave_and_do_not_count() {
    let mut guard = Guard::default();
    let agreed = Claim { confirmed: true, ..CLAIM };
    assert_eq!(leave(&mut guard, &[Some(CLAIM); 4], S), [0, 1]);
    assert_eq!(leave(&mut guard, &[Some(CLAIM), Some(CLAIM), Some(agreed), Some(CLAIM)], S), [0, 1, 2]);
    assert_eq!(leave(&mut guard, &[Some(agreed); 4], S), [0, 1, 2, 3], "not on words alone");
    // once agreed, a check that passes for once changes nothing until the word does
    assert_eq!(leave(&mut guard, &[Some(CLAIM); 4], S), [0, 1, 2, 3]);
    assert_eq!(leave(&mut guard, &[None, None, None, Some(CLAIM)], S), [3]);
}

#[test]
fn silence_is_not_believed_of_anyone_while_nobody_is_heard() {
    let doubtful = Claim { doubtful: true, ..CLAIM };
    let mut guard = Guard::default();
    assert_eq!(leave(&mut guard, &[Some(doubtful); 4], S), [0; 0]);
    assert_eq!(leave(&mut guard, &[Some(doubtful), None, None, None], S), [0; 0]);
    assert_eq!(leave(&mut guard, &[Some(CLAIM), None, None, None], S), [0]);
}

#[test]
fn who_was_not_in_stays_out_whatever_the_share_is_unless_nobody_else_serves() {
    let out = |host| Member { is_in: false, ..member(host, Some(CLAIM)) };
    let members = [out(0), out(1), out(2), member(3, None)];
    let mut guard = Guard::default();
    assert_eq!(guard.settle(&members, RULES, S), Settled::default());
    assert_eq!(leavers(&guard, &members), [0, 1, 2]);
    // the one that serves may not leave by word, and is not missed if it fails
    let members = [out(0), out(1), out(2), member(3, Some(CLAIM))];
    guard.settle(&members, RULES, S);
    assert!(guard.holds(&key(3)));
    let mut guard = Guard::default();
    let members = [out(0), out(1)];
    guard.settle(&members, RULES, S);
    assert_eq!(leavers(&guard, &members), [0], "one of them must serve");
}

#[test]
fn the_window_counts_from_leaving() {
    let mut guard = Guard::default();
    let members: Vec<Member> = (0..4).map(|host| member(host, Some(CLAIM))).collect();
    let settled = guard.settle(&members, RULES, S);
    assert_eq!(settled, Settled { turned: vec![key(2), key(3)], again: Some(S * 11) });
    assert_eq!(guard.settle(&members, RULES, S * 10), Settled { turned: vec![], again: Some(S * 11) });
    let settled = guard.settle(&members, RULES, S * 11);
    assert_eq!(settled, Settled { turned: vec![key(2)], again: Some(S * 21) });
    assert_eq!(leavers(&guard, &members), [0, 1, 2]);
}

#[test]
fn who_does_not_serve_anyway_is_nobody_s_loss() {
    let mut guard = Guard::default();
    let idle = |host| Member { serves: false, ..member(host, Some(CLAIM)) };
    let members = [idle(0), idle(1), member(2, Some(CLAIM)), member(3, None)];
    guard.settle(&members, RULES, S);
    assert_eq!(leavers(&guard, &members), [0, 1, 2]);
    // they come back to a service that has only them
    let members = [member(0, Some(CLAIM)), idle(1), idle(2), Member { serves: false, ..member(3, None) }];
    guard.settle(&members, RULES, S);
    assert!(guard.holds(&key(0)));
    let members = [idle(0), idle(1), idle(2), idle(3)];
    let settled = guard.settle(&members, RULES, S);
    assert_eq!(settled.turned, [key(0)], "its checks have taken it out");
    assert!(!guard.is_holding() && !guard.is_idle());
    let members = [member(0, None), member(1, None), member(2, None), member(3, None)];
    guard.settle(&members, RULES, S);
    assert!(guard.is_idle());
}

/// Whether a server serves, and of one whose agent wants it out whether that is confirmed and whether it is doubtful.
type Told = (bool, Option<(bool, bool)>);

/// The share, and what the agents say at one time, server by server, and how long after the last.
fn story() -> impl Strategy<Value = (u8, Vec<(u64, Vec<Told>)>)> {
    let server =
        (any::<bool>(), proptest::option::of((prop::bool::weighted(0.2), prop::bool::weighted(0.2))));
    let moment = (0_u64..8, prop::collection::vec(server, 6));
    (1_u8..=100, prop::collection::vec(moment, 1..30))
}

proptest! {
    #[test]
    fn words_alone_empty_nothing_and_respect_the_share((share, moments) in story()) {
        let rules = AgentGuard { share, ..RULES };
        let most = (6 * usize::from(share) / 100).max(1);
        let (mut guard, mut now) = (Guard::default(), S);
        let mut left: Vec<(DestinationKey, Duration)> = Vec::new();
        let mut agreed = BTreeSet::new();
        for (pause, servers) in moments {
            now += S * u32::try_from(pause).unwrap();
            let members: Vec<Member> = servers.iter().enumerate().map(|(host, (serves, claim))| Member {
                key: key(host),
                serves: *serves,
                is_in: *serves,
                claim: claim.map(|(confirmed, doubtful)| Claim { confirmed, doubtful }),
            }).collect();
            let was_out: BTreeSet<_> = left.iter().map(|(key, _)| *key).collect();
            guard.settle(&members, rules, now);
            agreed.retain(|key| members.iter().any(|one| one.key == *key && one.claim.is_some()));
            agreed.extend(members.iter().filter(|one| one.claim.is_some_and(|claim| claim.confirmed)).map(|one| one.key));
            left.retain(|(key, _)| members.iter().any(|one| one.key == *key && one.claim.is_some()));
            let out = |one: &Member| one.claim.is_some() && !guard.holds(&one.key);
            for one in members.iter().filter(|one| one.serves && out(one) && !agreed.contains(&one.key)) {
                if !left.iter().any(|(key, _)| *key == one.key) {
                    prop_assert!(!one.claim.unwrap().doubtful, "{one:?}");
                    left.push((one.key, now));
                }
            }
            let recent = left.iter().filter(|(key, at)| *at + rules.window > now && !agreed.contains(key)).count();
            prop_assert!(recent <= most, "{recent} of at most {most} left by word alone");
            // whoever leaves leaves somebody behind; who was out already may be missed by nobody
            let left_now = left.iter().any(|(key, at)| *at == now && !was_out.contains(key));
            let stay = members.iter().any(|one| one.serves && !out(one));
            prop_assert!(!left_now || stay, "the last one left by word alone: {members:?}");
            for one in members.iter().filter(|one| one.claim.is_some_and(|claim| claim.confirmed)) {
                prop_assert!(!guard.holds(&one.key), "kept against its own check: {one:?}");
            }
            for one in members.iter().filter(|one| one.claim.is_none()) {
                prop_assert!(!guard.holds(&one.key));
            }
        }
    }
}
