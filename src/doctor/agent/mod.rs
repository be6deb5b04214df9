//! Rules for a real server.

mod addresses;
mod arp;
mod boot;
mod daemon;
mod facts;
mod filter;
mod forwarding;
mod given;
mod ini;
mod kernel;
mod leftovers;
mod neighbours;
mod networkd;
mod places;
mod scripts;
mod services;
#[cfg(test)]
mod tests;

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use config::agent::AgentConfig;

use facts::Sight;
pub use facts::{Agent, AgentFacts, Refusal};

use crate::firewall::Filters;
use crate::{Facts, Finding, shared};

/// A rule that needs to know what VIPs this host is for, and its word for machines.
type Rule = (&'static str, fn(Sight<'_>) -> Vec<Finding>);

const RULES: &[Rule] = &[
    (arp::SYSCTLS, arp::sysctls),
    (arp::NEW, arp::new_interfaces),
    (boot::ID, boot::sysctls),
    (addresses::VIP, addresses::vips),
    (addresses::IPV6, addresses::ipv6),
    (leftovers::ALIASES, leftovers::aliases),
    (leftovers::ROUTES, leftovers::routes),
    (given::ID, given::files),
    (leftovers::ARPTABLES, leftovers::arptables),
    (neighbours::DAEMONS, neighbours::daemons),
    (services::LISTENS, services::listen),
    (services::HEALTH, services::health),
    (filter::ID, filter::services),
    (kernel::RP_FILTER, kernel::rp_filter),
    (forwarding::ID, forwarding::forwarding),
    (daemon::STOP, daemon::stop_timeout),
];

/// Rules that look at the host alone, and at the VIPs where they are known.
const OF_ANY_HOST: [fn(Sight<'_>) -> Vec<Finding>; 5] =
    [scripts::scripts, networkd::files, kernel::recycle, kernel::mtu, kernel::lro];

/// Everything that the rules of a real server find. Where its file is refused, what needs the file is not applicable.
pub fn findings(host: &Facts, own: &AgentFacts) -> Vec<Finding> {
    let mut findings = daemon::findings(host, own);
    findings.push(kernel::age(host));
    findings.extend(shared::findings(host, "lvs-rs-agent"));
    let unknown = nothing();
    let config = own.config.as_ref().unwrap_or(&unknown);
    let filters = Filters::read(&host.firewall);
    let sight = Sight { host, own, config, filters: &filters };
    findings.extend(OF_ANY_HOST.iter().flat_map(|rule| rule(sight)));
    let refused = || "the configuration is refused: nobody knows which VIPs this host is for";
    findings.extend(RULES.iter().flat_map(|(id, rule)| match &own.config {
        Ok(_) => rule(sight),
        Err(_) => vec![Finding::not_applicable(id, "", refused())],
    }));
    findings
}

/// What a refused file says.
fn nothing() -> AgentConfig {
    AgentConfig {
        vips: Vec::new(),
        health_listen: Vec::new(),
        health_tls: None,
        watch_interval: Duration::ZERO,
        drain_deadline: Duration::ZERO,
        weight: None,
    }
}
