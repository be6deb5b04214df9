//! `doctor`: looks at this host and says what is known to go wrong. It changes nothing and needs no privilege.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;

use config::Diagnostic;
use config::agent::{AgentConfig, WeightConfig, WeightSource};
use daemon::config_file;
use daemon::control::ControlError;
use daemon::errors::one_line;
use daemon::exit::Exit;
use daemon::http::{Method, ServerTls};
use daemon::run_dir::RunDir;
use doctor::agent::{Agent, AgentFacts, Refusal, findings};
use doctor::{Marks, Report, Seen};
use watch::Status;

use super::{Ended, ask, in_runtime, say};
use crate::cli::{Cli, USUAL_FILE};
use crate::status_text;
use crate::store::Store;

/// Units of systemd that rules ask about.
const UNITS: [&str; 7] = [
    "lvs-rs-agent.service",
    "keepalived.service",
    "ldirectord.service",
    "lvs-director.service",
    "firewalld.service",
    "systemd-networkd.service",
    "NetworkManager.service",
];
const AS_ROOT: &str = "run this as root";

pub(super) fn doctor(cli: &Cli, as_json: bool) -> Ended {
    // asking the agent has a runtime of its own
    let own = own(cli);
    in_runtime(tell(own, as_json))
}

async fn tell(own: AgentFacts, as_json: bool) -> Ended {
    let host = kernel::survey::survey(&UNITS).await;
    let report = Report::new(findings(&host, &own));
    say(&if as_json { report.json() } else { report.text(marks()) });
    Ok(if report.is_good() { Exit::Done } else { Exit::Failed })
}

fn marks() -> Marks {
    if status_text::Marks::of_locale() == status_text::Marks::UNICODE { Marks::UNICODE } else { Marks::ASCII }
}

fn own(cli: &Cli) -> AgentFacts {
    AgentFacts {
        path: cli.config.display().to_string(),
        program: program(cli),
        config: config(&cli.config),
        agent: agent(cli),
        owned: owned(cli),
    }
}

/// As it is to be typed for the same file and run directory.
fn program(cli: &Cli) -> String {
    let mut words = "lvs-rs-agent".to_owned();
    if cli.config != Path::new(USUAL_FILE) {
        words.push_str(&format!(" --config {}", cli.config.display()));
    }
    if let Some(directory) = &cli.run_dir {
        words.push_str(&format!(" --run-dir {}", directory.display()));
    }
    words
}

/// As `check` judges it, but for what the rules themselves say of the host.
fn config(path: &Path) -> Result<AgentConfig, Refusal> {
    let text = config_file::read(path).map_err(|error| Refusal {
        why: one_line(&error),
        cure: error.hint().filter(|hint| hint.starts_with("chmod ") || hint.starts_with("chown ")),
    })?;
    let parsed = config::agent::parse(&text).map_err(|errors| refusal(first(&text, &errors)));
    let (config, _) = parsed?;
    tls(&config)?;
    script(&config)?;
    Ok(config)
}

fn first(text: &str, errors: &[Diagnostic]) -> String {
    let Some(error) = errors.first() else { return "for a reason that it does not tell".to_owned() };
    let before = error.span.as_ref().and_then(|span| text.get(..span.start));
    before.map_or_else(
        || error.message.clone(),
        |before| format!("line {}: {}", before.matches('\n').count() + 1, error.message),
    )
}

fn tls(config: &AgentConfig) -> Result<(), Refusal> {
    let loaded = config.health_tls.as_ref().map(ServerTls::load).transpose();
    loaded.map(drop).map_err(|error| refusal(one_line(&error)))
}

fn script(config: &AgentConfig) -> Result<(), Refusal> {
    let Some(WeightConfig { source: WeightSource::Script(script), .. }) = &config.weight else {
        return Ok(());
    };
    let checked = programs::script::check(&script.command, script.user.as_deref());
    checked.map(drop).map_err(|error| refusal(format!("[weight] command: {}", one_line(&error))))
}

fn refusal(why: String) -> Refusal {
    Refusal { why, cure: None }
}

fn agent(cli: &Cli) -> Seen<Option<Agent>> {
    match ask::asked(cli, Method::GET, "/v1/status", b"") {
        Ok((200, body)) => match serde_json::from_slice::<Status>(&body) {
            Ok(status) => Seen::Known(Some(agent_of(&status))),
            Err(error) => Seen::unseen(
                format!("cannot read the agent's answer: {error}"),
                "is another version running?",
            ),
        },
        Ok((status, _)) => Seen::unseen(format!("the agent answered {status}"), "journalctl -u lvs-rs-agent"),
        Err(ControlError::NotRunning(_)) => Seen::Known(None),
        Err(error @ ControlError::Permission(_)) => Seen::unseen(one_line(&error), AS_ROOT),
        Err(error) => Seen::unseen(one_line(&error), "journalctl -u lvs-rs-agent"),
    }
}

fn agent_of(status: &Status) -> Agent {
    let draining = status.vips.iter().filter(|vip| vip.draining_since.is_some() || vip.drain.is_some());
    Agent { draining: draining.map(|vip| vip.address).collect(), contested: status.contested }
}

/// Where there is no run directory, nothing is ours.
fn owned(cli: &Cli) -> Seen<BTreeSet<IpAddr>> {
    let Ok(directory) = RunDir::open(cli.run_dir(), false) else { return Seen::Known(BTreeSet::new()) };
    match Store::new(directory).read() {
        Ok(stored) => Seen::Known(stored.owned.addresses.into_iter().map(|(address, _)| address).collect()),
        Err(error) => Seen::unseen(one_line(&error), AS_ROOT),
    }
}

#[cfg(test)]
mod tests;
