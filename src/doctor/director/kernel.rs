//! What older kernels do wrong, or not at all.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use ipvs::{Forward, TunnelKind};

use super::Sight;
use crate::{Finding, Release};

pub(super) const ID: &str = "kernel";

/// The oldest that lvs-director is meant for: that of RHEL 8.
const OLDEST: (u32, u32) = (4, 18);
/// Services beyond which counting their packets holds up older kernels (`estimation_timer`).
const MANY: usize = 1_000;

/// The kernel can do what the file asks for.
pub(super) fn faults(sight: Sight<'_>) -> Vec<Finding> {
    let release = match sight.host.release.as_result() {
        Ok(release) => release,
        Err(unseen) => return vec![Finding::unknown(ID, "", unseen)],
    };
    let faults: Vec<Finding> =
        [age(release), tunnels(sight, release), estimation(sight, release)].into_iter().flatten().collect();
    if faults.is_empty() { vec![Finding::fine(ID, "", &release.text)] } else { faults }
}

fn age(release: &Release) -> Option<Finding> {
    let (major, minor) = OLDEST;
    let what = format!(
        "{} is older than {major}.{minor}: it has no scheduler mh, and faults that are long cured",
        release.text
    );
    let cure = format!("# boot a kernel of {major}.{minor} or later; 6.2 and later are best");
    (!release.is_at_least(major, minor)).then(|| Finding::wrong(ID, "", what, [cure]))
}

fn tunnels(sight: Sight<'_>, release: &Release) -> Option<Finding> {
    let reals = sight.config.services.iter().flat_map(|service| &service.reals);
    let needs = |kind| match kind {
        TunnelKind::Ipip => (0, 0),
        TunnelKind::Gue => (5, 2),
        TunnelKind::Gre => (5, 3),
    };
    let needed = reals.filter_map(|real| match real.destination.forward {
        Forward::Tunnel(tunnel) => Some(needs(tunnel.kind)),
        Forward::Nat | Forward::Local | Forward::Direct | Forward::Bypass => None,
    });
    let (major, minor) = needed.max().filter(|(major, minor)| !release.is_at_least(*major, *minor))?;
    let what =
        format!("{} is older than {major}.{minor}, which is the first with such tunnels", release.text);
    Some(Finding::wrong(
        ID,
        "tunnels",
        what,
        ["# write `tunnel = { type = \"ipip\" }`, or boot a later kernel"],
    ))
}

/// One timer walks over all services, with interrupts held up, every two seconds.
fn estimation(sight: Sight<'_>, release: &Release) -> Option<Finding> {
    let services = sight.config.services.len();
    let runs = sight.host.sysctls.number("net/ipv4/vs/run_estimation");
    if services < MANY || release.is_at_least(6, 2) || runs == Some(0) {
        return None;
    }
    let what = format!(
        "{} counts the packets of {services} services in one go: packets wait meanwhile",
        release.text
    );
    let cure = if runs.is_some() {
        "sysctl -w net.ipv4.vs.run_estimation=0"
    } else {
        "# boot a kernel of 6.2 or later"
    };
    Some(Finding::wrong(ID, "estimation", what, [cure]))
}
