//! What the core makes of checks by a VIP.

use config::director::OnStop;
use health::Outcome;

use super::*;
use crate::core::{Core, Patches, Turn};
use crate::desired::ServerState;

/// What is wanted of fwmark services, as `FWM 7 -> 192.0.2.1:0`, or `FWM 7 gone`.
fn of_paths(patches: &Patches) -> Vec<String> {
    let paths = patches.iter().filter(|(key, _)| matches!(key, ServiceKey::Fwmark { .. }));
    let mut lines: Vec<String> = paths
        .map(|(key, service)| match service {
            Some(service) => {
                let servers: Vec<String> = service.destinations.keys().map(ToString::to_string).collect();
                format!("{} -> {}", key.to_string().split(' ').next().unwrap(), servers.join(" "))
            }
            None => "gone".to_owned(),
        })
        .collect();
    lines.sort();
    lines
}

fn start(config: DirectorConfig) -> Core {
    Core::start(1, BTreeSet::new(), config, &Table::new(), Duration::ZERO)
}

/// Lets every check that is due until `end` find what `find` says.
fn pass(core: &mut Core, end: Duration, find: impl Fn(&CheckSpec) -> Outcome) {
    while let Some(at) = core.poll_timeout().filter(|at| *at <= end) {
        while let Some((id, spec)) = core.poll_due(at) {
            core.handle_result(id, find(&spec), at);
        }
    }
}

fn fails_by_vip(spec: &CheckSpec) -> Outcome {
    if spec.path.is_some() { Outcome::Fail("no VIP".into()) } else { Outcome::Pass }
}

#[test]
fn the_table_has_them_from_the_start_and_no_reload_writes_them_again() {
    let mut core = start(config());
    let all = ["FWM -> 192.0.2.1:0", "FWM -> 192.0.2.2:0", "FWM -> [2001:db8::1]:0"];
    assert_eq!(of_paths(&core.take_patches()), all);
    core.reload(config(), Duration::from_secs(1));
    assert_eq!(of_paths(&core.take_patches()), [""; 0]);
    let without = parse(&FILE.replace("path = \"dr\"", "timeout = \"1s\"")).unwrap().0;
    core.reload(without, Duration::from_secs(2));
    assert_eq!(of_paths(&core.take_patches()), ["gone"; 3]);
}

#[test]
fn they_leave_with_the_others_when_the_director_stops() {
    for (on_stop, gone) in [(OnStop::Keep, 0), (OnStop::Remove, 3)] {
        let mut config = config();
        config.ipvs.on_stop = on_stop;
        let mut core = start(config);
        core.take_patches();
        core.stop();
        assert_eq!(of_paths(&core.take_patches()), vec!["gone"; gone]);
    }
}

#[test]
fn while_ipvs_is_bypassed_the_other_checks_decide() {
    let mut core = start(config());
    pass(&mut core, Duration::from_secs(60), fails_by_vip);
    while core.poll_turn().is_some() {}
    let states = |core: &Core| -> Vec<ServerState> {
        let reals: Vec<_> = core.config().services.iter().flat_map(|service| service.reals.clone()).collect();
        reals.iter().map(|real| core.state_of(real)).collect()
    };
    assert_eq!(states(&core), [ServerState::Down; 4]);
    core.take_patches();
    assert!(core.set_bypassed(true, Duration::from_secs(60)));
    assert!(!core.set_bypassed(true, Duration::from_secs(60)), "that was known");
    assert_eq!(states(&core), [ServerState::Up; 4]);
    let back = core.take_patches();
    assert_eq!(
        back.values().flatten().map(|service| service.destinations.len()).sum::<usize>(),
        4,
        "{back:?}"
    );
    assert_eq!(of_paths(&back), [""; 0]);
    let ups = std::iter::from_fn(|| core.poll_turn())
        .filter(|turn| matches!(turn, Turn::Server(server) if server.up))
        .count();
    assert_eq!(ups, 4);
    pass(&mut core, Duration::from_secs(120), |spec| {
        assert_eq!(spec.path, None, "none of them runs");
        Outcome::Pass
    });
    assert!(core.is_presentable());
    assert!(core.set_bypassed(false, Duration::from_secs(120)));
    assert_eq!(states(&core), [ServerState::Down; 4], "what was known is");
    pass(&mut core, Duration::from_secs(180), |_| Outcome::Pass);
    assert_eq!(states(&core), [ServerState::Up; 4]);
}

#[test]
fn a_plan_has_them_too() {
    let table = crate::plan::desired(&config(), &crate::plan::Servers::default());
    assert_eq!(
        services(&config()),
        table.into_iter().filter(|(key, _)| matches!(key, ServiceKey::Fwmark { .. })).collect()
    );
}
