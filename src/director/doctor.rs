//! `lvs-director doctor`: looks at this host, at the wire and at the agents, and says what is known to go wrong. Changes nothing.

mod agents;
mod own;
mod wire;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::process::ExitCode;

use config::director::DirectorConfig;
use doctor::director::{DirectorFacts, Way, findings};
use doctor::{Marks, Report};
use kernel::ways::Ways;

use crate::cli::DoctorArgs;
use crate::load::{Source, load};
use crate::oneshot::{block_on, print};

/// Units of systemd that rules ask about.
const UNITS: &[&str] = &[
    "lvs-director.service",
    "lvs-rs-agent.service",
    "keepalived.service",
    "ldirectord.service",
    "ipvsadm.service",
];

/// `doctor`
pub(crate) fn doctor(source: &Source, run_dir: &Path, args: &DoctorArgs) -> ExitCode {
    match block_on(look(source, run_dir, args)) {
        Ok(report) => tell(&report, args.json),
        Err(failure) => failure.report().into(),
    }
}

fn tell(report: &Report, json: bool) -> ExitCode {
    let text = if json { report.json() } else { report.text(marks()) };
    print(&format!("{text}\n"));
    ExitCode::from(report.exit_code())
}

/// As the locale says (`locale(7)`).
fn marks() -> Marks {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    let locale = set.into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_ascii_lowercase();
    if locale.contains("utf-8") || locale.contains("utf8") { Marks::UNICODE } else { Marks::ASCII }
}

async fn look(source: &Source, run_dir: &Path, args: &DoctorArgs) -> Report {
    let host = kernel::survey::survey(UNITS).await;
    let own = own_facts(source, run_dir, args).await;
    Report::new(findings(&host, &own))
}

async fn own_facts(source: &Source, run_dir: &Path, args: &DoctorArgs) -> DirectorFacts {
    let config = load(source).map(|loaded| loaded.config).map_err(|refused| refused.reason);
    let mut facts = DirectorFacts {
        path: source.path.display().to_string(),
        config,
        daemon: own::daemon(run_dir).await,
        owned: own::addresses(run_dir),
        table: own::table(run_dir),
        ways: BTreeMap::new(),
        claims: BTreeMap::new(),
        heard: BTreeMap::new(),
        agents: BTreeMap::new(),
    };
    let Ok(config) = &facts.config else { return facts };
    facts.ways = ways(config);
    let ((claims, heard), agents) =
        tokio::join!(wire::listen(config, &facts.ways, args.listen), agents::try_all(config));
    (facts.claims, facts.heard, facts.agents) = (claims, heard, agents);
    facts
}

/// To every real server and unicast peer.
fn ways(config: &DirectorConfig) -> BTreeMap<IpAddr, Result<Way, String>> {
    let reals = config.services.iter().flat_map(|service| &service.reals).map(|real| real.key.address);
    let peers = config.vrrp.routers.iter().flat_map(|router| &router.peers).copied();
    // without netlink nothing is known of any of them
    let Ok(mut ways) = Ways::open() else { return BTreeMap::new() };
    let mut found = BTreeMap::new();
    for host in reals.chain(peers) {
        found.entry(host).or_insert_with(|| {
            let way = ways.towards(host).map_err(|error| error.to_string())?;
            Ok(Way { interface: way.interface, via: way.via })
        });
    }
    found
}
