//! The director's own file, unit and limits.

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use alloc::{format, string::String};

use super::{DirectorFacts, Sight};
use crate::{Facts, Finding, Seen, Unit};

const CONFIG: &str = "config";
const UNIT: &str = "unit";
pub(super) const FILES: &str = "open-files";

/// As packaged.
const UNIT_NAME: &str = "lvs-director.service";
/// Files that are open beside checks and agents' streams (`OTHER_FILES` of `run`).
const OTHER_FILES: u64 = 1_024;

/// The file is accepted, and the daemon has it in force.
pub(super) fn config(own: &DirectorFacts) -> Vec<Finding> {
    let check = format!("lvs-director check -c {}", own.path);
    let in_force = own.daemon.known().and_then(Option::as_ref);
    let finding = match (&own.config, in_force.and_then(|daemon| daemon.refused.as_ref())) {
        (Err(reason), _) => Finding::wrong(
            CONFIG,
            &own.path,
            format!("is refused: {reason}"),
            [check + "  # says what to write instead"],
        ),
        (Ok(_), Some(reason)) => Finding::wrong(
            CONFIG,
            &own.path,
            format!("is accepted, but the running director has refused its newest reload: {reason}"),
            [check, "systemctl reload lvs-director".into()],
        ),
        (Ok(config), None) => {
            let (services, routers) = (config.services.len(), config.vrrp.routers.len());
            Finding::fine(
                CONFIG,
                &own.path,
                format!("accepted: services {services}, virtual routers {routers}"),
            )
        }
    };
    vec![finding]
}

/// It runs, and starts at boot.
pub(super) fn unit(host: &Facts, own: &DirectorFacts) -> Vec<Finding> {
    let units = match host.units.as_result() {
        Ok(units) => units,
        Err(unseen) => return vec![Finding::unknown(UNIT, UNIT_NAME, unseen)],
    };
    let runs = matches!(own.daemon, Seen::Known(Some(_)));
    let finding = match units.get(UNIT_NAME) {
        None if runs => Finding::not_applicable(UNIT, UNIT_NAME, "there is none; a director runs without it"),
        None => Finding::not_applicable(
            UNIT,
            UNIT_NAME,
            "there is none: lvs-director is not installed as a service",
        ),
        Some(unit) => judge(unit, runs),
    };
    vec![finding]
}

fn judge(unit: &Unit, runs: bool) -> Finding {
    let wrong = |what: &str, cure: &str| Finding::wrong(UNIT, UNIT_NAME, what, [cure]);
    match (unit.starts_at_boot(), unit.runs(), runs) {
        (true, true, _) => Finding::fine(UNIT, UNIT_NAME, "runs, and starts at boot"),
        (false, true, _) => wrong(
            "runs, but does not start at boot: after the next one this host balances nothing",
            "systemctl enable lvs-director",
        ),
        (true, false, true) => {
            Finding::fine(UNIT, UNIT_NAME, "starts at boot; at this moment a director runs without it")
        }
        (true, false, false) => wrong(
            "starts at boot, but does not run",
            "systemctl start lvs-director && systemctl status lvs-director",
        ),
        (false, false, _) => wrong("neither runs nor starts at boot", "systemctl enable --now lvs-director"),
    }
}

/// Each check under way and each agent's stream is an open file.
pub(super) fn open_files(sight: Sight<'_>) -> Vec<Finding> {
    let need = needed_files(sight);
    let running = sight.daemon().and_then(|daemon| daemon.open_files);
    let limit = running.or_else(|| sight.host.unit(UNIT_NAME)?.open_files);
    let finding = match limit {
        None => {
            Finding::not_applicable(FILES, "", "neither a director nor its unit is here to ask for its limit")
        }
        Some(limit) if limit < need => Finding::wrong(
            FILES,
            "",
            format!(
                "lvs-director may open {limit} files, and {need} are needed: checks would wait for each other"
            ),
            [
                "mkdir -p /etc/systemd/system/lvs-director.service.d".into(),
                drop_in(need),
                "systemctl daemon-reload && systemctl restart lvs-director".into(),
            ],
        ),
        Some(limit) => Finding::fine(FILES, "", format!("{limit} allowed, {need} needed")),
    };
    vec![finding]
}

fn needed_files(sight: Sight<'_>) -> u64 {
    let reals = || sight.config.services.iter().flat_map(|service| &service.reals);
    let checks: BTreeSet<_> = reals().flat_map(|real| &real.checks).map(Arc::as_ptr).collect();
    let agents = sight.own.agents.len();
    u64::try_from(checks.len().saturating_add(agents)).unwrap_or(u64::MAX).saturating_add(OTHER_FILES)
}

fn drop_in(need: u64) -> String {
    let limit = need.next_power_of_two().max(65_536);
    format!(
        "printf '[Service]\\nLimitNOFILE={limit}\\n' >/etc/systemd/system/lvs-director.service.d/files.conf"
    )
}
