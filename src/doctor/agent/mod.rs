//! Rules for a real server.

mod addresses;
mod arp;
mod boot;
mod daemon;
mod facts;
mod filter;
mod kernel;
mod leftovers;
mod neighbours;
mod services;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use facts::Sight;
pub use facts::{Agent, AgentFacts, Refusal};

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
    (leftovers::SCRIPTS, leftovers::scripts),
    (leftovers::FILES, leftovers::files),
    (leftovers::ARPTABLES, leftovers::arptables),
    (neighbours::DAEMONS, neighbours::daemons),
    (neighbours::NETWORKD, neighbours::networkd),
    (services::LISTENS, services::listen),
    (services::HEALTH, services::health),
    (filter::ID, filter::services),
    (kernel::RP_FILTER, kernel::rp_filter),
    (kernel::FORWARDING, kernel::forwarding),
    (kernel::RECYCLE, kernel::recycle),
    (kernel::MTU, kernel::mtu),
    (kernel::LRO, kernel::lro),
    (daemon::STOP, daemon::stop_timeout),
];

/// Everything that the rules of a real server find. Where its file is refused, what needs the file is not applicable.
pub fn findings(host: &Facts, own: &AgentFacts) -> Vec<Finding> {
    let mut findings = daemon::findings(host, own);
    findings.push(kernel::age(host));
    findings.extend(shared::findings(host, "lvs-rs-agent"));
    match &own.config {
        Ok(config) => {
            let sight = Sight { host, own, config };
            findings.extend(RULES.iter().flat_map(|(_, rule)| rule(sight)));
        }
        Err(_) => findings.extend(RULES.iter().map(|(id, _)| {
            Finding::not_applicable(
                id,
                "",
                "the configuration is refused: nobody knows which VIPs this host is for",
            )
        })),
    }
    findings
}
