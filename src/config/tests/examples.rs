//! The example files are right, as they are and with every key that is commented out.

mod common;

use std::time::Duration;

use common::{agent_taken, taken};
use lvs_config::agent::AgentConfig;
use lvs_config::director::{AgentPolicy, Comments, DirectorConfig, RealAgent, Style};
use lvs_config::{agent, director};

const AGENT: &str = include_str!("../../../packaging/examples/agent.toml");
const DIRECTOR: &str = include_str!("../../../packaging/examples/director.toml");

/// Words keep their `# `, keys lose their `#`.
fn uncommented(example: &str) -> String {
    let lines = example.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if key.starts_with(|first: char| first == '[' || first.is_ascii_lowercase()) => key,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_agent_as_it_is() {
    let AgentConfig { vips, health_listen, watch_interval, .. } = agent_taken(AGENT);
    let vip = &vips[0];
    assert_eq!(vips.len(), 1);
    assert_eq!((vip.device.as_str(), vip.label.as_deref()), ("lo", None));
    assert_eq!(vip.services[0].to_string(), "tcp/80");
    assert_eq!(health_listen, ["127.0.0.1:9781".parse().unwrap()]);
    assert_eq!(watch_interval, Duration::from_millis(500));
}

/// What stands behind `#` is the default, so writing it changes nothing but the second VIP and what is there only when it is
/// written.
#[test]
fn the_agent_with_every_key() {
    let mut all = agent_taken(&uncommented(AGENT));
    assert_eq!(all.vips.len(), 2);
    all.vips.pop();
    // left away it is a free number, not always the first
    assert_eq!(all.vips[0].label.take().as_deref(), Some("lo:0"));
    let needs: Vec<String> = all.vips[0].needs.drain(..).map(|need| need.to_string()).collect();
    assert_eq!(needs, ["unit nginx.service", "process nginx"]);
    let weight = agent_taken("[weight]\ntype = \"load\"\n[[vip]]\naddress = \"192.0.2.1\"\n").weight;
    assert_eq!(all.weight.take(), weight);
    assert_eq!(all, agent_taken(AGENT));
}

#[test]
fn the_director_as_it_is() {
    let DirectorConfig { http_listen, ipvs, addresses, services, .. } = taken(DIRECTOR);
    assert_eq!(http_listen, ["127.0.0.1:9780".parse().unwrap()]);
    assert!(addresses.is_empty() && ipvs.timeouts.is_none() && ipvs.sync.is_empty());
    assert!(ipvs.manage_sysctls && !ipvs.own_table);
    let service = &services[0];
    assert_eq!((services.len(), service.reals.len()), (1, 2));
    assert_eq!(service.settings.scheduler.name(), "wlc");
    assert_eq!(service.key.to_string(), "TCP 192.168.100.240:80");
    assert_eq!(service.reals[1].checks[0].target, "192.168.100.9:80".parse().unwrap());
}

#[test]
fn the_director_with_every_key() {
    let all = taken(&uncommented(DIRECTOR));
    let plain = taken(DIRECTOR);
    assert_eq!((all.services.len(), all.addresses.len(), all.ipvs.sync.len()), (28, 1, 1));
    assert_eq!((all.vrrp.routers.len(), all.vrrp.groups.len()), (3, 1));
    assert_eq!(all.http_listen, plain.http_listen);
    let (ours, theirs) = (&all.ipvs, &plain.ipvs);
    assert_eq!(
        (ours.own_table, ours.manage_sysctls, ours.resync),
        (theirs.own_table, theirs.manage_sysctls, theirs.resync)
    );
    assert_eq!((ours.path_mark, all.agents.grace), (theirs.path_mark, plain.agents.grace));
    let (ours, theirs) = (&all.services[0], &plain.services[0]);
    let (real, plain_real) = (&ours.reals[0], &theirs.reals[0]);
    assert_eq!((real.alpha, real.inhibit), (plain_real.alpha, plain_real.inhibit));
    let address = "192.168.100.8:9781".parse().unwrap();
    assert_eq!(ours.reals[0].agent, Some(RealAgent { address, policy: AgentPolicy::Prefer }));
    assert_eq!((theirs.reals[0].agent, all.agents.guard), (None, plain.agents.guard));
    assert_eq!((ours.omega, ours.ha_suspend), (theirs.omega, theirs.ha_suspend));
    assert_eq!((real.alert, plain_real.alert), (true, false));
    assert_eq!((ours.quorum, ours.hysteresis), (theirs.quorum, theirs.hysteresis));
    assert_eq!(ours.reals[0].destination, theirs.reals[0].destination);
    // the first check of a list says the defaults, but for where it comes from
    let mut check = (*ours.reals[1].checks[0]).clone();
    (check.source, check.interface, check.mark) = (None, None, None);
    assert_eq!(check, *theirs.reals[1].checks[0]);
}

#[test]
fn what_is_printed_reads_the_same() {
    for example in [DIRECTOR.to_owned(), uncommented(DIRECTOR)] {
        let config = taken(&example);
        for style in [Style::Effective, Style::Short] {
            let printed = config.to_toml_with(style, &Comments::default());
            assert_eq!(director::parse(&printed), Ok((config.clone(), vec![])), "{printed}");
        }
    }
    for example in [AGENT.to_owned(), uncommented(AGENT)] {
        let config = agent_taken(&example);
        let printed = config.to_toml();
        assert_eq!(agent::parse(&printed), Ok((config, vec![])), "{printed}");
    }
}
