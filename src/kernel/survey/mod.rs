//! A look at everything of a host that the rules of the `doctor` room ask about. It changes nothing, and needs no privilege:
//! what cannot be seen is said to be unseen.
//!
//! Every file is read up to a limit, every program ends within some seconds.

mod boot;
mod clock;
mod files;
mod firewall;
mod links;
mod listeners;
mod lro;
mod modules;
mod present;
mod processes;
mod program;
mod routes;
mod sysctls;
#[cfg(test)]
mod tests;
mod units;

use std::fs;
use std::path::Path;

use doctor::{Confinement, Facts, Release, Seen};

/// Looks at this host, and at these units of systemd. Must be called inside a tokio runtime; blocks it for some seconds at
/// most.
pub async fn survey(units: &[&str]) -> Facts {
    let (proc, root) = (Path::new("/proc"), Path::new("/"));
    let modules = modules::modules(root);
    let processes = processes::processes(proc);
    let (starts_at_boot, boot_unseen) = boot::starts_at_boot(root);
    Facts {
        release: release(proc),
        sysctls: sysctls::sysctls(&proc.join("sys")),
        links: links::links().await,
        routes: routes::routes(proc),
        listeners: listeners::listeners(proc, &modules),
        firewall: firewall::firewall(proc, &modules),
        modules,
        units: units::units(root, units),
        files: files::files(root),
        starts_at_boot,
        boot_unseen,
        clock_synchronised: clock::synchronised(root, &processes),
        processes,
        confinement: confinement(root),
    }
}

fn release(proc: &Path) -> Seen<Release> {
    let text = fs::read_to_string(proc.join("sys/kernel/osrelease")).unwrap_or_default();
    Release::parse(&text)
        .map_or_else(|| Seen::unseen("the kernel does not tell its version", "uname -r"), Seen::Known)
}

fn confinement(root: &Path) -> Confinement {
    let selinux = fs::read_to_string(root.join("sys/fs/selinux/enforce")).ok();
    let enabled = fs::read_to_string(root.join("sys/module/apparmor/parameters/enabled"));
    let apparmor = enabled.is_ok_and(|text| text.trim() == "Y");
    let profile = apparmor.then(|| fs::read_to_string(root.join("proc/self/attr/current")).ok()).flatten();
    Confinement {
        selinux: selinux.map(|text| text.trim() == "1"),
        apparmor: profile.map(|text| text.trim().to_owned()),
    }
}
