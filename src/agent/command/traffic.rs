//! What is said of VIPs that go while clients still use them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use host::Step;

use super::complain;
use crate::look::Looker;

/// Warns of each VIP that these steps take from clients. It holds nothing up: whoever asked for a cleanup, or removes the
/// package, has decided already, and is to know what it cost.
pub(super) fn warn_of_traffic(steps: &[Step], looker: &mut Looker) {
    let vips = leaving(steps);
    if vips.is_empty() {
        return;
    }
    let counted = looker.connections(&vips).and_then(|open| Ok((open, looker.ended(&vips)?)));
    match counted {
        Ok((open, ended)) => warnings(&open, &ended).iter().for_each(|warning| complain(warning)),
        Err(reason) => complain(&format!("warning: whether clients still use the VIPs is unknown: {reason}")),
    }
}

fn leaving(steps: &[Step]) -> BTreeSet<IpAddr> {
    let address =
        |step: &Step| if let Step::RemoveAddress { address, .. } = step { Some(*address) } else { None };
    steps.iter().filter_map(address).collect()
}

/// A line for each VIP with connections, and what to do the next time.
fn warnings(open: &BTreeMap<IpAddr, u64>, ended: &BTreeMap<IpAddr, u64>) -> Vec<String> {
    let all = open.iter().map(|(vip, open)| (vip, *open, ended.get(vip).copied().unwrap_or_default()));
    let used = all.filter(|(_, open, ended)| open.max(ended) > &0);
    let mut lines: Vec<String> = used.map(|(vip, open, ended)| warning(*vip, open, ended)).collect();
    if !lines.is_empty() {
        lines.push(
            "hint: where no director follows this agent, set its weight to 0 on the directors before the next time, and \
             wait until its connections have ended"
                .to_owned(),
        );
    }
    lines
}

fn warning(vip: IpAddr, open: u64, ended: u64) -> String {
    let are = if open == 1 { "connection to it is" } else { "connections to it are" };
    let ended = if ended == 0 { String::new() } else { format!(", {ended} ended within the last minute") };
    format!("warning: {vip} is taken off undrained: {open} {are} open{ended}")
}

#[cfg(test)]
mod tests;
