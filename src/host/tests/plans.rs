//! Plans as a person reads them.

mod common;

use common::{address, fresh, lines, link, set, take, vip};
use lvs_host::{
    Conflict, HostState, Owned, Scope, Vip, conflicts, down_steps, left_over, partial_steps, up_steps,
};

/// Takes every step of a plan, as the agent does.
fn up(vips: &[Vip], owned: &mut Owned, state: &mut HostState) -> Vec<String> {
    let plan = up_steps(vips, owned, state);
    let before = state.clone();
    for step in &plan.steps {
        owned.record(step, &before);
        take(state, step);
        owned.strike(step);
    }
    lines(&plan.steps)
}

fn down(owned: &mut Owned, state: &mut HostState) -> (Vec<String>, Vec<String>) {
    let plan = down_steps(owned, state);
    for step in &plan.steps {
        take(state, step);
        owned.strike(step);
    }
    (lines(&plan.steps), plan.notes)
}

#[test]
fn a_fresh_host_gets_sysctls_then_the_address() {
    let plan = up_steps(&[vip("192.168.100.240")], &Owned::default(), &fresh());
    assert_eq!(
        lines(&plan.steps),
        [
            "sysctl -w net.ipv4.conf.all.arp_ignore=1",
            "sysctl -w net.ipv4.conf.all.arp_announce=2",
            "sysctl -w net.ipv4.conf.lo.arp_ignore=1",
            "sysctl -w net.ipv4.conf.lo.arp_announce=2",
            "ip address add 192.168.100.240/32 dev lo label lo:0 scope host",
        ]
    );
    assert!(plan.notes.is_empty());
}

#[test]
fn ipv6_needs_no_sysctl_and_never_becomes_a_source() {
    let plan = up_steps(&[vip("2001:db8::240")], &Owned::default(), &fresh());
    assert_eq!(lines(&plan.steps), ["ip address add 2001:db8::240/128 dev lo preferred_lft 0 nodad"]);
}

#[test]
fn an_own_device_is_created_set_up_and_deleted() {
    let (mut owned, mut state) = (Owned::default(), fresh());
    set(&mut state, "all", 1, 2);
    set(&mut state, "lo", 1, 2);
    let on_device = Vip { device: "lvs0".into(), label: None, ..vip("192.168.100.240") };
    let steps = up(&[on_device], &mut owned, &mut state);
    assert_eq!(
        steps,
        [
            "ip link add lvs0 type dummy",
            "ip link set lvs0 up",
            "ip address add 192.168.100.240/32 dev lvs0 label lvs0:0 scope host",
        ]
    );
    let (steps, notes) = down(&mut owned, &mut state);
    assert_eq!(steps, ["ip address del 192.168.100.240/32 dev lvs0", "ip link delete lvs0"]);
    assert!(notes.is_empty());
    assert!(owned.is_empty());
}

#[test]
fn good_values_of_someone_else_stay() {
    let mut state = fresh();
    set(&mut state, "all", 2, 2);
    set(&mut state, "lo", 3, 2);
    let plan = up_steps(&[vip("192.168.100.240")], &Owned::default(), &state);
    assert_eq!(lines(&plan.steps), ["ip address add 192.168.100.240/32 dev lo label lo:0 scope host"]);
    // 3 answers for every scope but host
    let global = Vip { scope: Scope::Global, ..vip("192.168.100.240") };
    let plan = up_steps(&[global], &Owned::default(), &state);
    assert_eq!(lines(&plan.steps)[0], "sysctl -w net.ipv4.conf.lo.arp_ignore=1");
}

#[test]
fn an_address_waits_while_an_interface_would_answer_for_it() {
    let mut state = fresh();
    // reserved: the kernel takes it for 0
    set(&mut state, "eth0", 5, 0);
    let plan = up_steps(&[vip("192.168.100.240"), vip("2001:db8::1")], &Owned::default(), &state);
    assert_eq!(plan.steps.len(), 5);
    assert!(lines(&plan.steps)[4].contains("2001:db8::1"));
    assert_eq!(
        plan.notes,
        [
            "192.168.100.240 waits: arp_ignore is 5 on eth0 in effect, not 1, 2, 3 or 8: ARP requests for the VIP are \
          answered there"
        ]
    );
}

#[test]
fn what_was_there_before_is_used_and_stays() {
    let (mut owned, mut state) = (Owned::default(), fresh());
    state.addresses.push(address("lo", "192.168.100.240", 32));
    let before = state.clone();
    assert_eq!(up(&[vip("192.168.100.240")], &mut owned, &mut state).len(), 4);
    assert!(!owned.has_address("192.168.100.240".parse().unwrap(), "lo"));
    let (steps, notes) = down(&mut owned, &mut state);
    assert_eq!((steps.len(), notes.len()), (4, 0));
    assert_eq!(state, before);
}

#[test]
fn an_own_address_gets_its_label_back() {
    let (mut owned, mut state) = (Owned::default(), fresh());
    let vips = [vip("192.168.100.240"), vip("2001:db8::240")];
    up(&vips, &mut owned, &mut state);
    for found in &mut state.addresses {
        if found.address == vips[0].address {
            found.label = Some("lo:7".into());
        }
        if found.address == vips[1].address {
            found.deprecated = false;
        }
    }
    assert_eq!(
        up(&vips, &mut owned, &mut state),
        [
            "ip address del 192.168.100.240/32 dev lo && ip address add 192.168.100.240/32 dev lo label lo:0 scope host",
            "ip address replace 2001:db8::240/128 dev lo preferred_lft 0 nodad",
        ]
    );
    assert!(up(&vips, &mut owned, &mut state).is_empty());
}

fn unlabelled(address: &str) -> Vip {
    Vip { label: None, ..vip(address) }
}

#[test]
fn an_automatic_label_is_no_reason_to_touch_an_address() {
    let (mut owned, mut state) = (Owned::default(), fresh());
    let both = [unlabelled("192.168.100.240"), unlabelled("192.168.100.241")];
    let steps = up(&both, &mut owned, &mut state);
    assert_eq!(
        steps[4..],
        [
            "ip address add 192.168.100.240/32 dev lo label lo:0 scope host",
            "ip address add 192.168.100.241/32 dev lo label lo:1 scope host",
        ]
    );
    assert_eq!(up(&both[1..], &mut owned, &mut state), ["ip address del 192.168.100.240/32 dev lo"]);
    let before = [unlabelled("192.168.100.239"), both[1].clone()];
    assert_eq!(
        up(&before, &mut owned, &mut state),
        ["ip address add 192.168.100.239/32 dev lo label lo:0 scope host"],
        "the number that is free"
    );
    for label in [None, Some("lo".into()), Some("lo:web".into())] {
        state.addresses.iter_mut().filter(|found| found.address == both[1].address).for_each(|found| {
            found.label.clone_from(&label);
        });
        assert!(up(&before, &mut owned, &mut state).is_empty(), "{label:?}");
    }
    let named = [before[0].clone(), Vip { label: Some("lo:9".into()), ..both[1].clone() }];
    assert_eq!(up(&named, &mut owned, &mut state).len(), 1, "the file says another one");
}

#[test]
fn an_automatic_label_is_one_that_nobody_has() {
    let mut state = fresh();
    let stranger = lvs_host::Address { label: Some("lo:0".into()), ..address("lo", "10.9.9.9", 32) };
    state.addresses.push(stranger);
    let vips = [
        unlabelled("192.168.100.240"),
        Vip { label: Some("lo:2".into()), ..vip("192.168.100.241") },
        unlabelled("192.168.100.242"),
        Vip { device: "dummy-of-vips0".into(), ..unlabelled("192.168.100.243") },
    ];
    let added = lines(&up_steps(&vips, &Owned::default(), &state).steps);
    let labels: Vec<_> =
        added.iter().filter_map(|line| line.split_once(" label ")).map(|(_, label)| label).collect();
    assert_eq!(labels, ["lo:1 scope host", "lo:2 scope host", "lo:3 scope host"], "a long one is left away");
}

#[test]
fn another_scope_keeps_the_label() {
    let (mut owned, mut state) = (Owned::default(), fresh());
    up(&[unlabelled("192.168.100.240")], &mut owned, &mut state);
    let global = [Vip { scope: Scope::Global, ..unlabelled("192.168.100.240") }];
    let steps = up(&global, &mut owned, &mut state);
    assert!(
        steps[0].ends_with("ip address add 192.168.100.240/32 dev lo label lo:0 scope global"),
        "{steps:?}"
    );
}

#[test]
fn vips_that_are_gone_from_the_file_are_removed_if_ours() {
    let (mut owned, mut state) = (Owned::default(), fresh());
    let all = [vip("192.168.100.240"), Vip { device: "lvs0".into(), label: None, ..vip("192.168.100.241") }];
    state.addresses.push(address("lo", "192.168.100.249", 32));
    up(&all, &mut owned, &mut state);
    let steps = up(&[vip("192.168.100.242")], &mut owned, &mut state);
    assert_eq!(
        steps,
        [
            "ip address add 192.168.100.242/32 dev lo label lo:0 scope host",
            "ip address del 192.168.100.240/32 dev lo",
            "ip address del 192.168.100.241/32 dev lvs0",
            "ip link delete lvs0",
        ]
    );
}

#[test]
fn a_device_with_a_strangers_address_stays() {
    let (mut owned, mut state) = (Owned::default(), fresh());
    let on_device = Vip { device: "lvs0".into(), label: None, ..vip("192.168.100.240") };
    up(&[on_device], &mut owned, &mut state);
    state.addresses.push(address("lvs0", "10.1.1.1", 32));
    let (steps, notes) = down(&mut owned, &mut state);
    assert_eq!(steps, ["ip address del 192.168.100.240/32 dev lvs0"]);
    assert_eq!(notes[0], "lvs0 stays: 10.1.1.1/32 on it is not ours");
    assert!(left_over(&owned, &state).devices.contains("lvs0"));
    assert!(notes[1].ends_with("10.1.1.1/32 on lvs0 still relies on it"), "{notes:?}");
}

#[test]
fn sysctls_stay_for_someone_who_came_to_rely_on_them() {
    let (mut owned, mut state) = (Owned::default(), fresh());
    up(&[vip("192.168.100.240")], &mut owned, &mut state);
    state.addresses.push(address("lo", "10.9.9.9", 32));
    let (steps, notes) = down(&mut owned, &mut state);
    assert_eq!(steps, ["ip address del 192.168.100.240/32 dev lo"]);
    assert_eq!(
        notes[0],
        "net.ipv4.conf.all.arp_ignore stays 1 instead of 0: 10.9.9.9/32 on lo still relies on it"
    );
    assert_eq!(notes.len(), 4);
    set(&mut state, "lo", 1, 0);
    owned = left_over(&owned, &state);
    assert_eq!(owned.sysctls.len(), 3, "what someone rewrote is theirs: {owned:?}");
    state.addresses.retain(|found| found.address.to_string() != "10.9.9.9");
    let (steps, notes) = down(&mut owned, &mut state);
    assert_eq!((steps.len(), notes.len()), (3, 0), "remembered: {steps:?}");
    assert!(left_over(&owned, &state).is_empty());
    assert_eq!(state, fresh());
}

#[test]
fn sysctls_rewritten_since_are_left_alone() {
    let (mut owned, mut state) = (Owned::default(), fresh());
    up(&[vip("192.168.100.240")], &mut owned, &mut state);
    set(&mut state, "all", 8, 2);
    let (steps, notes) = down(&mut owned, &mut state);
    assert!(!steps.contains(&"sysctl -w net.ipv4.conf.all.arp_ignore=0".to_owned()), "{steps:?}");
    assert_eq!(notes, ["net.ipv4.conf.all.arp_ignore stays 8: someone else rewrote it, we had set 1"]);
}

#[test]
fn the_first_value_found_is_the_one_that_comes_back() {
    let (mut owned, mut state) = (Owned::default(), fresh());
    set(&mut state, "lo", 0, 1);
    up(&[vip("192.168.100.240")], &mut owned, &mut state);
    set(&mut state, "lo", 0, 0);
    up(&[vip("192.168.100.240")], &mut owned, &mut state);
    down(&mut owned, &mut state);
    let announce = lvs_host::Sysctl::new("lo", lvs_host::ArpSysctl::Announce);
    assert_eq!(state.sysctls.get(&announce), Some(&1));
}

#[test]
fn an_interface_with_a_dot_prints_as_sysctl_takes_it() {
    let sysctl = lvs_host::Sysctl::new("eth0.100", lvs_host::ArpSysctl::Ignore);
    assert_eq!(sysctl.to_string(), "net.ipv4.conf.eth0/100.arp_ignore");
    assert_eq!(sysctl.path(), "net/ipv4/conf/eth0.100/arp_ignore");
}

#[test]
fn a_vip_of_another_interface_is_a_conflict() {
    let found = conflicts(&[vip("192.168.100.8")], &fresh());
    let [Conflict::OnAnotherInterface { interface, .. }] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(interface, "eth0");
    assert!(found[0].to_string().starts_with("192.168.100.8 is an address of eth0 (192.168.100.8/24)"));
    let plan = up_steps(&[vip("192.168.100.8")], &Owned::default(), &fresh());
    assert!(lines(&plan.steps).iter().all(|line| line.starts_with("sysctl")), "{plan:?}");
}

#[test]
fn a_real_interface_cannot_hold_a_vip() {
    let on_eth0 = Vip { device: "eth0".into(), ..vip("192.168.100.240") };
    let found = conflicts(std::slice::from_ref(&on_eth0), &fresh());
    assert!(matches!(found.as_slice(), [Conflict::NotADummy { .. }]), "{found:?}");
    let plan = up_steps(&[on_eth0], &Owned::default(), &fresh());
    assert!(lines(&plan.steps).iter().all(|line| line.starts_with("sysctl")), "{plan:?}");
}

#[test]
fn an_ipv6_address_of_another_prefix_keeps_the_vip_off() {
    let mut state = fresh();
    state.links.push(link(3, "lvs0"));
    for device in ["lo", "lvs0"] {
        let vip = Vip { device: device.into(), ..vip("2001:db8::240") };
        let mut state = state.clone();
        state.addresses.push(address(device, "2001:db8::240", 64));
        let plan = up_steps(std::slice::from_ref(&vip), &Owned::default(), &state);
        assert!(plan.steps.is_empty(), "the kernel would answer EEXIST: {plan:?}");
        assert!(plan.notes[0].contains(&format!("ip address del 2001:db8::240/64 dev {device}")), "{plan:?}");
        let steps = lvs_host::readiness(&vip, &Owned::default(), &state);
        let reason = steps[0].state.clone().unwrap_err();
        assert!(reason.contains(&format!("2001:db8::240/64 is on {device}")), "{reason}");
    }
}

#[test]
fn a_loopback_that_is_down_is_set_up_first() {
    let mut state = fresh();
    state.links[0] = lvs_host::Link { up: false, ..link(1, "lo") };
    let plan = up_steps(&[vip("2001:db8::1")], &Owned::default(), &state);
    assert_eq!(lines(&plan.steps)[0], "ip link set lo up");
}

#[test]
fn what_is_gone_is_forgotten() {
    let (mut owned, mut state) = (Owned::default(), fresh());
    let vips = [vip("192.168.100.240")];
    up(&vips, &mut owned, &mut state);
    owned.prune(&vips, &fresh());
    assert!(owned.has_address(vips[0].address, "lo"), "wanted: it will be put back, and is ours again");
    owned.prune(&[], &fresh());
    assert!(owned.addresses.is_empty());
}

#[test]
fn a_vip_that_is_to_be_off_goes_alone_and_the_last_one_takes_the_sysctls_with_it() {
    let (mut owned, mut state) = (Owned::default(), fresh());
    let vips = [vip("192.168.100.240"), vip("192.168.100.241"), vip("2001:db8::240")];
    up(&vips, &mut owned, &mut state);
    up(&vips, &mut owned, &mut state);
    let rest = partial_steps(&vips[1..], &vips, &owned, &state);
    assert_eq!(lines(&rest.steps), ["ip address del 192.168.100.240/32 dev lo"]);
    let last = partial_steps(&vips[2..], &vips, &owned, &state);
    assert_eq!(
        lines(&last.steps),
        [
            "ip address del 192.168.100.240/32 dev lo",
            "ip address del 192.168.100.241/32 dev lo",
            "sysctl -w net.ipv4.conf.all.arp_ignore=0",
            "sysctl -w net.ipv4.conf.all.arp_announce=0",
            "sysctl -w net.ipv4.conf.lo.arp_ignore=0",
            "sysctl -w net.ipv4.conf.lo.arp_announce=0",
        ]
    );
    state.addresses.push(address("lo", "10.9.9.9", 32));
    let beside = partial_steps(&[], &vips, &owned, &state);
    assert!(lines(&beside.steps).iter().all(|step| !step.starts_with("sysctl")), "{:?}", beside.steps);
    assert!(beside.notes.iter().any(|note| note.contains("10.9.9.9/32 on lo still relies on it")));
}

#[test]
fn the_sysctls_stay_while_a_vip_does_that_is_not_ours_to_take_off() {
    for (prefix, device) in [(32, "lo"), (24, "lo"), (32, "dummy0")] {
        let (mut owned, mut state) = (Owned::default(), fresh());
        state.links.push(lvs_host::Link { dummy: true, ..link(9, "dummy0") });
        // before the sysctls were set
        state.addresses.push(address(device, "192.168.100.240", prefix));
        let vips = [vip("192.168.100.240"), vip("192.168.100.241")];
        up(&vips, &mut owned, &mut state);
        up(&vips, &mut owned, &mut state);
        let plan = partial_steps(&[], &vips, &owned, &state);
        let steps = lines(&plan.steps);
        assert!(steps.contains(&"ip address del 192.168.100.241/32 dev lo".to_owned()), "{steps:?}");
        assert!(steps.iter().all(|step| !step.starts_with("sysctl")), "{steps:?}");
        let note = format!("the ARP sysctls stay: 192.168.100.240/{prefix} on {device} still relies on them");
        assert!(plan.notes.contains(&note), "{:?}", plan.notes);
        // taken off by whoever put it there
        state.addresses.retain(|found| found.address != vips[0].address);
        let rest = lines(&partial_steps(&[], &vips, &owned, &state).steps);
        assert!(rest.contains(&"sysctl -w net.ipv4.conf.all.arp_ignore=0".to_owned()), "{rest:?}");
    }
}
