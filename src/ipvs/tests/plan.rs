//! From one table to another: what is changed, what is left alone, in which order.
#![allow(clippy::indexing_slicing, reason = "a test's helpers may fail it")]

mod common;

use std::collections::BTreeSet;

use common::{any_table, apply, direct, fwmark, persistent, plain, real, service, tcp};
use lvs_ipvs::{Change, Destination, Family, Forward, Scope, ServiceKey, Table, diff};
use proptest::prelude::*;
use proptest::sample::Index;

fn lines(desired: &Table, observed: &Table, scope: Scope<'_>) -> Vec<String> {
    diff(desired, observed, &scope).iter().map(Change::to_string).collect()
}

#[test]
fn a_service_is_corrected_without_being_emptied() {
    let web = tcp("192.168.100.240", 80);
    let (rs1, rs2, rs3) = (real("192.168.100.8", 80), real("192.168.100.9", 80), real("192.168.100.10", 80));
    let observed = Table::from([(web, service(plain("wlc"), [(rs1, direct(1)), (rs2, direct(1))]))]);
    let desired =
        Table::from([(web, service(persistent("rr", 20, 32, None), [(rs2, direct(2)), (rs3, direct(1))]))]);
    assert_eq!(
        lines(&desired, &observed, Scope::Owned(&BTreeSet::new())),
        [
            "ipvsadm -E -t 192.168.100.240:80 -s rr -p 20",
            "ipvsadm -a -t 192.168.100.240:80 -r 192.168.100.10:80 -g -w 1",
            "ipvsadm -e -t 192.168.100.240:80 -r 192.168.100.9:80 -g -w 2",
            "ipvsadm -d -t 192.168.100.240:80 -r 192.168.100.8:80",
        ]
    );
}

#[test]
fn what_is_not_ours_stays_unless_the_table_is_ours() {
    let (ours, theirs) = (tcp("192.0.2.1", 80), fwmark(Family::V6, 7));
    let some = || service(plain("rr"), [(real("10.0.0.1", 0), direct(1))]);
    let observed = Table::from([(ours, some()), (theirs, some())]);
    let nothing = Table::new();
    let owned = BTreeSet::from([ours]);
    assert_eq!(lines(&nothing, &observed, Scope::Owned(&BTreeSet::new())), Vec::<String>::new());
    assert_eq!(lines(&nothing, &observed, Scope::Owned(&owned)), ["ipvsadm -D -t 192.0.2.1:80"]);
    assert_eq!(
        lines(&nothing, &observed, Scope::Everything),
        ["ipvsadm -D -t 192.0.2.1:80", "ipvsadm -D -f 7 -6"]
    );
}

#[test]
fn services_are_deleted_after_everything_else() {
    let (gone, new) = (tcp("192.0.2.1", 80), tcp("192.0.2.2", 80));
    let observed = Table::from([(gone, service(plain("rr"), []))]);
    let desired = Table::from([(new, service(plain("rr"), [(real("10.0.0.1", 80), direct(1))]))]);
    let changes = diff(&desired, &observed, &Scope::Everything);
    assert_eq!(changes.len(), 3);
    assert_eq!(changes.last(), Some(&Change::DeleteService { key: gone }));
}

#[test]
fn a_destination_on_this_machine_is_not_edited_for_ever() {
    let web = tcp("192.0.2.1", 80);
    let table =
        |destination| Table::from([(web, service(plain("rr"), [(real("192.0.2.1", 80), destination)]))]);
    let local = |weight| table(Destination { forward: Forward::Local, ..direct(weight) });
    for forward in [Forward::Direct, Forward::Nat, common_tunnel()] {
        let desired = table(Destination { forward, ..direct(1) });
        assert_eq!(diff(&desired, &local(1), &Scope::Everything), []);
        assert_eq!(diff(&desired, &local(2), &Scope::Everything).len(), 1);
    }
    let bypass = table(Destination { forward: Forward::Bypass, ..direct(1) });
    assert_eq!(diff(&table(direct(1)), &bypass, &Scope::Everything).len(), 1);
}

fn common_tunnel() -> Forward {
    Forward::Tunnel(lvs_ipvs::Tunnel::default())
}

/// What must be in the kernel after `diff(desired, observed, scope)` was applied.
fn expected(desired: &Table, observed: &Table, may_delete: impl Fn(&ServiceKey) -> bool) -> Table {
    let strangers = observed.iter().filter(|(key, _)| !desired.contains_key(key) && !may_delete(key));
    let strangers = strangers.map(|(key, service)| (*key, service.clone()));
    desired.clone().into_iter().chain(strangers).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn applied_it_gives_what_is_desired_and_a_second_plan_is_empty(
        desired in any_table(), observed in any_table(), everything in any::<bool>(), owned in any_table(),
    ) {
        let owned: BTreeSet<ServiceKey> = owned.into_keys().collect();
        let scope = if everything { Scope::Everything } else { Scope::Owned(&owned) };
        let mut kernel = observed.clone();
        for change in diff(&desired, &observed, &scope) {
            prop_assert!(apply(&mut kernel, &change), "{change}");
        }
        prop_assert_eq!(&kernel, &expected(&desired, &observed, |key| everything || owned.contains(key)));
        prop_assert_eq!(diff(&desired, &kernel, &scope), []);
    }

    #[test]
    fn whatever_fails_on_the_way_the_next_plan_ends_it(
        desired in any_table(), observed in any_table(), failing in proptest::collection::vec(any::<Index>(), 0..8),
    ) {
        let changes = diff(&desired, &observed, &Scope::Everything);
        let failing: Vec<usize> =
            failing.iter().filter(|_| !changes.is_empty()).map(|index| index.index(changes.len())).collect();
        let mut kernel = observed.clone();
        for (number, change) in changes.iter().enumerate() {
            // what fails on account of an earlier failure is passed over, as the kernel does
            let _carried_out = !failing.contains(&number) && apply(&mut kernel, change);
        }
        for change in diff(&desired, &kernel, &Scope::Everything) {
            prop_assert!(apply(&mut kernel, &change), "{change}");
        }
        prop_assert_eq!(kernel, desired);
    }

    #[test]
    fn no_service_is_emptier_on_the_way_than_at_the_ends(desired in any_table(), observed in any_table()) {
        let mut kernel = observed.clone();
        for change in diff(&desired, &observed, &Scope::Everything) {
            apply(&mut kernel, &change);
            for (key, service) in kernel.iter().filter(|(key, _)| observed.contains_key(key)) {
                let before = observed[key].destinations.len();
                let after = desired.get(key).map_or(before, |service| service.destinations.len());
                prop_assert!(service.destinations.len() >= before.min(after));
            }
        }
    }
}
