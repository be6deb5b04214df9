//! Rules for a director.

mod addresses;
mod adverts;
mod agents;
mod claims;
mod daemon;
mod facts;
mod filter;
mod kernel;
mod links;
mod others;
mod servers;
mod settings;
mod table;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

pub use facts::{Claims, Daemon, DirectorFacts, Heard, Said, Table, Way};
use facts::{Sight, Vip};

use crate::firewall::Filters;
use crate::{Facts, Finding, shared};

/// A rule that needs to know what the director is for, and its word for machines.
type Rule = (&'static str, fn(Sight<'_>) -> Vec<Finding>);

const RULES: &[Rule] = &[
    (addresses::INTERFACE, addresses::interfaces),
    (addresses::BY_HAND, addresses::by_hand),
    (addresses::SUBNET, addresses::subnets),
    (others::REAL_SERVER, others::real_server),
    (claims::ID, claims::holders),
    (adverts::ID, adverts::senders),
    (filter::ADVERTS, filter::adverts),
    (filter::SYNC, filter::sync),
    (filter::SERVICES, filter::services),
    (table::MODULES, table::modules),
    (table::STRANGERS, table::strangers),
    (settings::FORWARDING, settings::forwarding),
    (settings::REDIRECTS, settings::redirects),
    (settings::CONNTRACK, settings::conntrack),
    (settings::CONNTRACK_TABLE, settings::conntrack_table),
    (settings::REUSE, settings::reuse),
    (settings::DEAD, settings::dead_servers),
    (settings::QUIESCED, settings::quiesced_servers),
    (settings::SLOPPY, settings::sloppy),
    (settings::BACKUP_ONLY, settings::backup_only),
    (settings::PATH_ANSWERS, settings::path_answers),
    (links::LRO, links::lro),
    (links::MULTICAST, links::multicast),
    (links::MTU, links::mtu),
    (servers::ON_LINK, servers::on_link),
    (servers::SILENT, servers::silent),
    (servers::PORT, servers::ports),
    (kernel::ID, kernel::faults),
    (daemon::FILES, daemon::open_files),
    (agents::ID, agents::reached),
];

/// Everything that the rules of a director find. Where its file is refused, what needs the file is not applicable.
pub fn findings(host: &Facts, own: &DirectorFacts) -> Vec<Finding> {
    let mut findings = daemon::config(own);
    findings.extend(daemon::unit(host, own));
    findings.extend(others::findings(host));
    findings.extend(shared::findings(host, "lvs-director"));
    if let Ok(config) = &own.config {
        let filters = Filters::read(&host.firewall);
        let sight = Sight { host, own, config, filters: &filters };
        findings.extend(RULES.iter().flat_map(|(_, rule)| rule(sight)));
    } else {
        let why = "the configuration is refused: nobody knows what this director is for";
        findings.extend(RULES.iter().map(|(id, _)| Finding::not_applicable(id, "", why)));
    }
    findings
}
