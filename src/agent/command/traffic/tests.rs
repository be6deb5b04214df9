use super::*;

fn counts(counts: &[(&str, u64)]) -> BTreeMap<IpAddr, u64> {
    counts.iter().map(|(vip, count)| (vip.parse().unwrap(), *count)).collect()
}

#[test]
fn each_vip_in_use_has_its_line() {
    let vips = ["192.0.2.100", "192.0.2.101", "192.0.2.102", "2001:db8::100"];
    let of = |numbers: [u64; 4]| counts(&vips.iter().copied().zip(numbers).collect::<Vec<_>>());
    let lines = warnings(&of([12, 1, 0, 0]), &of([3, 0, 0, 7]));
    let (hint, lines) = lines.split_last().unwrap();
    assert_eq!(
        lines,
        [
            "warning: 192.0.2.100 is taken off undrained: 12 connections to it are open, 3 ended within the last minute",
            "warning: 192.0.2.101 is taken off undrained: 1 connection to it is open",
            "warning: 2001:db8::100 is taken off undrained: 0 connections to it are open, 7 ended within the last minute",
        ]
    );
    assert!(hint.starts_with("hint: "), "{hint}");
}

#[test]
fn nobody_is_warned_of_vips_that_nobody_uses() {
    assert_eq!(warnings(&counts(&[("192.0.2.100", 0)]), &counts(&[("192.0.2.100", 0)])), [""; 0]);
    assert_eq!(warnings(&counts(&[]), &counts(&[])), [""; 0]);
}

#[test]
fn only_addresses_that_go_are_asked_about() {
    let (address, device) = ("192.0.2.100".parse().unwrap(), "lo".to_owned());
    let steps = [
        Step::LinkUp { name: "lvs0".into() },
        Step::RemoveAddress { address, device },
        Step::DeleteDevice { name: "lvs0".into() },
    ];
    assert_eq!(leaving(&steps), BTreeSet::from([address]));
}
