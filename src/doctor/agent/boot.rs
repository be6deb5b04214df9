//! Files that set the ARP sysctls to something else at boot, and at each `sysctl --system`.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use host::{ArpSysctl, Scope};

use super::Sight;
use crate::Finding;
use crate::shared::{boot_sysctls, comment_out};

pub(super) const ID: &str = "arp-sysctls-at-boot";

/// Each line for `all`, or that lifts one interface to a bad value.
pub(super) fn sysctls(sight: Sight<'_>) -> Vec<Finding> {
    if sight.ipv4().is_empty() {
        return vec![Finding::not_applicable(ID, "", "no VIP is IPv4")];
    }
    let bad: Vec<Finding> = boot_sysctls(sight.host)
        .into_iter()
        .filter(|line| is_bad(&line.name, &line.value))
        .map(|line| {
            let what = format!(
                "line {} sets {} to {} at boot: the VIPs are told until the agent puts it right",
                line.line, line.name, line.value
            );
            Finding::wrong(ID, &line.path, what, [comment_out(&line.path, [line.line].into_iter())])
        })
        .collect();
    if bad.is_empty() { vec![Finding::fine(ID, "", "no file sets them to something else")] } else { bad }
}

fn is_bad(name: &str, value: &str) -> bool {
    let Some((interface, key)) = name.strip_prefix("net/ipv4/conf/").and_then(|rest| rest.rsplit_once('/'))
    else {
        return false;
    };
    let (Some(sysctl), Ok(value)) =
        (ArpSysctl::ALL.into_iter().find(|name| name.name() == key), value.parse::<i32>())
    else {
        return false;
    };
    // the value of one interface counts only where it is above that of `all`
    let counts = if matches!(interface, "all" | "*") { value } else { value.max(sysctl.wanted()) };
    !sysctl.is_good(counts, Scope::Global)
}
