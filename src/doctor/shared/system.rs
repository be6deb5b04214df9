//! The operating system.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use crate::{Facts, Finding};

const CLOCK: &str = "clock";
const SELINUX: &str = "selinux";
const APPARMOR: &str = "apparmor";

/// All of this file, for a daemon of this name.
pub fn findings(host: &Facts, daemon: &str) -> Vec<Finding> {
    let mut findings = vec![clock(host)];
    findings.extend(confinement(host, daemon));
    findings
}

/// Something keeps the clock: without it the logs of two hosts cannot be laid side by side, and certificates are not yet, or no
/// longer, valid.
pub fn clock(host: &Facts) -> Finding {
    match host.clock_synchronised.as_result() {
        Ok(true) => Finding::fine(CLOCK, "", "something keeps it right"),
        Ok(false) => Finding::wrong(
            CLOCK,
            "",
            "what keeps it has not set it, or not for long: logs of several hosts cannot be compared, and certificates may \
             not be valid",
            [
                "timedatectl timesync-status || chronyc -n sources || ntpq -pn",
                "# name servers of time that this host reaches, in timesyncd.conf, chrony.conf or ntp.conf",
            ],
        ),
        Err(unseen) => Finding::unknown(CLOCK, "", unseen),
    }
}

/// Which security modules could refuse the daemon something.
pub fn confinement(host: &Facts, daemon: &str) -> Vec<Finding> {
    let selinux = match host.confinement.selinux {
        Some(true) => Finding::fine(
            SELINUX,
            "",
            format!("enforcing; what it refuses is told by: ausearch -m avc -c {daemon}"),
        ),
        Some(false) => Finding::fine(SELINUX, "", "permissive"),
        None => Finding::not_applicable(SELINUX, "", "this kernel has none"),
    };
    let apparmor = if host.confinement.apparmor.is_some() {
        let words =
            format!("on; what it refuses is told by: journalctl -k --grep 'apparmor=.DENIED.*{daemon}'");
        Finding::fine(APPARMOR, "", words)
    } else {
        Finding::not_applicable(APPARMOR, "", "this kernel has none")
    };
    vec![selinux, apparmor]
}
