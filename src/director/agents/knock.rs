//! Where a host is knocked at that fell silent.

use std::net::SocketAddr;

use config::director::RealServer;

/// More ports than this say nothing more.
const MOST: usize = 4;

/// Ports of the host that its services and their checks use; a UDP port answers a TCP connection too, with a refusal.
pub(crate) fn targets<'a>(
    agent: SocketAddr,
    reals: impl Iterator<Item = &'a RealServer> + Clone,
) -> Vec<SocketAddr> {
    let served = reals.clone().map(|real| SocketAddr::new(real.key.address, real.key.port));
    let checked = reals.flat_map(|real| &real.checks).map(|check| check.target);
    let mut targets = Vec::new();
    for target in served.chain(checked) {
        let is_its = target.ip() == agent.ip() && target.port() != 0 && target.port() != agent.port();
        if is_its && !targets.contains(&target) {
            targets.push(target);
        }
        if targets.len() == MOST {
            break;
        }
    }
    targets
}

#[cfg(test)]
mod tests;
