//! What holds for every host and every list of VIPs.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{address, fresh, link, set, take};
use lvs_host::{HostState, Owned, Scope, Step, StepState, Vip, down_steps, readiness, up_steps};
use proptest::prelude::*;

fn any_vip() -> impl Strategy<Value = Vip> {
    let device = prop_oneof![Just("lo"), Just("lvs0"), Just("lvs1")];
    let scope = prop_oneof![Just(Scope::Host), Just(Scope::Link), Just(Scope::Global)];
    (0_u8..6, any::<bool>(), device, scope).prop_map(|(n, v6, device, scope)| {
        let address = if v6 { format!("2001:db8::{n}") } else { format!("192.168.100.{}", 240 + n) };
        let label = (!v6 && n % 2 == 0).then(|| format!("{device}:{n}"));
        Vip {
            address: address.parse().unwrap(),
            device: device.into(),
            label,
            scope,
            services: Vec::new(),
            needs: Vec::new(),
        }
    })
}

fn any_vips() -> impl Strategy<Value = Vec<Vip>> {
    prop::collection::vec(any_vip(), 0..5).prop_map(|mut vips| {
        vips.sort_by_key(|vip| vip.address);
        vips.dedup_by_key(|vip| vip.address);
        vips
    })
}

/// Hosts with strangers' VIPs, devices and sysctls on them.
fn any_host() -> impl Strategy<Value = HostState> {
    let values = (0..4_i32, 0..3_i32);
    let strangers = prop::collection::vec((0_u8..6, prop_oneof![Just(24_u8), Just(32)], any::<bool>()), 0..3);
    (values.clone(), values, (0..3_i32, 0..3_i32), strangers, any::<bool>()).prop_map(
        |(all, lo, eth0, strangers, dummy)| {
            let mut state = fresh();
            set(&mut state, "all", all.0, all.1);
            set(&mut state, "lo", lo.0, lo.1);
            set(&mut state, "eth0", eth0.0, eth0.1);
            if dummy {
                state.links.push(link(7, "lvs0"));
            }
            for (n, prefix, on_dummy) in strangers {
                let device = if dummy && on_dummy { "lvs0" } else { "lo" };
                let found = address(device, &format!("192.168.100.{}", 240 + n), prefix);
                if !state.addresses.contains(&found) {
                    state.addresses.push(found);
                }
            }
            state
        },
    )
}

fn up(vips: &[Vip], owned: &mut Owned, state: &mut HostState) -> Vec<Step> {
    let plan = up_steps(vips, owned, state);
    let before = state.clone();
    for step in &plan.steps {
        owned.record(step, &before);
        take(state, step);
        owned.strike(step);
    }
    plan.steps
}

fn is_sysctl(step: &Step) -> bool {
    matches!(step, Step::SetSysctl { .. } | Step::RestoreSysctl { .. })
}

fn sorted(mut state: HostState) -> HostState {
    state.addresses.sort_by_key(|found| (found.device.clone(), found.address, found.prefix));
    state.links.sort_by_key(|link| link.name.clone());
    state
}

proptest! {
    #[test]
    fn sysctls_come_before_addresses(vips in any_vips(), state in any_host()) {
        let steps = up_steps(&vips, &Owned::default(), &state).steps;
        let first_other = steps.iter().position(|step| !is_sysctl(step)).unwrap_or(steps.len());
        prop_assert!(steps.iter().skip(first_other).all(|step| !is_sysctl(step)));
    }

    #[test]
    fn a_second_plan_is_empty(vips in any_vips(), mut state in any_host()) {
        let mut owned = Owned::default();
        up(&vips, &mut owned, &mut state);
        prop_assert_eq!(up_steps(&vips, &owned, &state).steps, Vec::new());
    }

    #[test]
    fn afterwards_only_strangers_stand_in_the_way(vips in any_vips(), mut state in any_host()) {
        let mut owned = Owned::default();
        up(&vips, &mut owned, &mut state);
        for vip in &vips {
            let good = readiness(vip, &owned, &state).iter().all(StepState::is_ok);
            let wide = state.holders(vip.address).any(|found| found.prefix == 24);
            prop_assert!(good || wide, "{:?}", readiness(vip, &owned, &state));
        }
    }

    #[test]
    fn down_is_the_reverse_of_up(vips in any_vips(), state in any_host()) {
        let (mut owned, mut now) = (Owned::default(), state.clone());
        up(&vips, &mut owned, &mut now);
        let plan = down_steps(&owned, &now);
        let first_sysctl = plan.steps.iter().position(is_sysctl).unwrap_or(plan.steps.len());
        prop_assert!(plan.steps.iter().skip(first_sysctl).all(is_sysctl));
        prop_assert!(plan.notes.is_empty(), "{:?}", plan.notes);
        plan.steps.iter().for_each(|step| take(&mut now, step));
        prop_assert_eq!(sorted(now), sorted(state));
    }

    #[test]
    fn strangers_addresses_are_never_touched(
        first in any_vips(), second in any_vips(), state in any_host()
    ) {
        let (mut owned, mut now) = (Owned::default(), state.clone());
        up(&first, &mut owned, &mut now);
        up(&second, &mut owned, &mut now);
        for found in &state.addresses {
            prop_assert!(now.addresses.contains(found), "{found:?}");
        }
        prop_assert_eq!(up_steps(&second, &owned, &now).steps, Vec::new());
    }
}
