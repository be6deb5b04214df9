//! The agent itself.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::{AgentFacts, Sight};
use crate::{Facts, Finding, Seen};

const CONFIG: &str = "config";
const RUNS: &str = "agent";
const UNIT: &str = "unit";
pub(super) const STOP: &str = "stop-timeout";

const UNIT_NAME: &str = "lvs-rs-agent.service";
/// Beside the drain's deadline, as in the unit: 10 s for directors, 10 s for everything else.
const STOP_EXTRA_S: u64 = 20;

/// What needs no good file.
pub(super) fn findings(host: &Facts, own: &AgentFacts) -> Vec<Finding> {
    vec![config(own), runs(own), alone(host), unit(host)]
}

fn config(own: &AgentFacts) -> Finding {
    match &own.config {
        Ok(config) => {
            let count = config.vips.len();
            Finding::fine(
                CONFIG,
                &*own.path,
                format!("accepted: {count} VIP{}", if count == 1 { "" } else { "s" }),
            )
        }
        Err(refusal) => {
            let check = format!("{} check  # says what to write instead", own.program);
            let cure: Vec<String> = refusal.cure.iter().cloned().chain([check]).collect();
            Finding::wrong(CONFIG, &*own.path, format!("is refused: {}", refusal.why), cure)
        }
    }
}

fn runs(own: &AgentFacts) -> Finding {
    match own.agent.as_result() {
        Ok(Some(agent)) if agent.contested => Finding::wrong(
            RUNS,
            "",
            "runs, and somebody keeps undoing what it puts right",
            [format!("{} status  # says what", own.program)],
        ),
        Ok(Some(_)) => Finding::fine(RUNS, "", "runs"),
        Ok(None) => Finding::wrong(
            RUNS,
            "",
            "does not run: what is undone on this host stays undone, and no director hears of it",
            ["systemctl enable --now lvs-rs-agent"],
        ),
        Err(unseen) => Finding::unknown(RUNS, "", unseen),
    }
}

/// Of two agents each would have another file.
fn alone(host: &Facts) -> Finding {
    const ID: &str = "second-agent";
    if let Err(unseen) = host.processes.as_result() {
        return Finding::unknown(ID, "", unseen);
    }
    let running = host
        .processes_named("lvs-rs-agent")
        .filter(|process| process.command.iter().any(|word| word == "run"));
    let pids: Vec<String> = running.map(|process| process.pid.to_string()).collect();
    if pids.len() < 2 {
        return Finding::fine(ID, "", "there is none");
    }
    let what =
        format!("{} run here, processes {}: each undoes what the other does", pids.len(), pids.join(", "));
    Finding::wrong(
        ID,
        "",
        what,
        ["systemctl show -P MainPID lvs-rs-agent  # this one stays: end the others by kill"],
    )
}

fn unit(host: &Facts) -> Finding {
    let known = match &host.units {
        Seen::Known(units) => units.get(UNIT_NAME).map(|unit| (unit.starts_at_boot(), unit.runs())),
        Seen::Unseen(unseen) => return Finding::unknown(UNIT, UNIT_NAME, unseen),
    };
    match known {
        None => Finding::not_applicable(UNIT, UNIT_NAME, "lvs-rs-agent is not installed as a service"),
        Some((true, true)) => Finding::fine(UNIT, UNIT_NAME, "runs, and starts at boot"),
        Some((true, false)) => {
            let cure = [format!("systemctl start {UNIT_NAME}")];
            Finding::wrong(UNIT, UNIT_NAME, "starts at boot, but does not run now", cure)
        }
        Some((false, _)) => {
            let what = "does not start at boot: after the next one this host serves nothing";
            Finding::wrong(UNIT, UNIT_NAME, what, [format!("systemctl enable --now {UNIT_NAME}")])
        }
    }
}

/// systemd waits for a drain as long as the file allows it to take.
pub(super) fn stop_timeout(sight: Sight<'_>) -> Vec<Finding> {
    let Some(unit) = sight.host.unit(UNIT_NAME) else {
        return vec![Finding::not_applicable(STOP, "", "lvs-rs-agent is not installed as a service")];
    };
    let deadline = sight.config.drain_deadline.as_secs();
    let needed = deadline.saturating_add(STOP_EXTRA_S);
    let finding = match unit.stop_timeout_s {
        Some(timeout) if timeout < needed => Finding::wrong(
            STOP,
            UNIT_NAME,
            format!(
                "systemd kills the agent after {timeout} s, and a drain may take {deadline} s and some more"
            ),
            [
                format!("mkdir -p /etc/systemd/system/{UNIT_NAME}.d"),
                format!(
                    "printf '[Service]\\nTimeoutStopSec={needed}\\n' >/etc/systemd/system/{UNIT_NAME}.d/stop.conf"
                ),
                "systemctl daemon-reload".to_string(),
            ],
        ),
        Some(timeout) => {
            Finding::fine(STOP, UNIT_NAME, format!("{timeout} s are enough for a drain of {deadline} s"))
        }
        None => Finding::fine(STOP, UNIT_NAME, "systemd waits for a drain as long as it takes"),
    };
    vec![finding]
}
