//! Scripts, units and jobs that do the agent's work at boot: `lvs_realserver.sh` and its kin.

mod alone;
mod commands;
mod parts;

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use alone::Alone;
use commands::Commands;

use super::Sight;
use super::places::{inside, none_or, unread};
use crate::shared::{Line, edit, put_before, said, shown};
use crate::{File, Finding};

pub(super) const ID: &str = "leftover-scripts";

/// What is run at boot or by time.
const PLACES: [&str; 6] = [
    "/etc/init.d/",
    "/etc/rc.local",
    "/etc/rc.d/rc.local",
    "/etc/systemd/system/",
    "/etc/cron.d/",
    "/etc/network/if-up.d/",
];

/// None of them does what the agent does.
pub(super) fn scripts(sight: Sight<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        inside(sight.host, &PLACES).filter_map(|file| script(sight, file)).collect();
    findings.extend(unread(ID, sight.host, &PLACES));
    none_or(ID, findings, "nothing else prepares this host at boot")
}

fn script(sight: Sight<'_>, file: &File) -> Option<Finding> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    if name.starts_with("lvs-rs-agent") || name.starts_with("lvs-director") {
        return None;
    }
    let commands = Commands::of(sight, file);
    let lines = preparing(&commands, file);
    let first = lines.first()?;
    let Some(cure) = cure(sight, file, name, &Alone { file, commands: &commands }, &lines) else {
        let words = "would do what the agent does, but does not start at boot";
        return Some(Finding::fine(ID, &file.path, words));
    };
    let what = format!(
        "line {} at boot does what the agent does, and its `stop` undoes it: {}",
        first.number,
        shown(first.text)
    );
    Some(Finding::wrong(ID, &file.path, what, cure))
}

/// None: nothing runs it. What does other work too is edited by hand: a command would take that along.
fn cure(
    sight: Sight<'_>,
    file: &File,
    name: &str,
    alone: &Alone<'_>,
    lines: &[Line<'_>],
) -> Option<Vec<String>> {
    let is_cron = file.path.starts_with("/etc/cron.d/");
    if file.path.starts_with("/etc/init.d/") || is_unit(file) {
        let starts =
            sight.host.starts_at_boot.contains(name) || sight.host.unit(name).is_some_and(crate::Unit::runs);
        let cure = || if alone.is_file() { disable(&file.path, name) } else { by_hand(file, lines) };
        return starts.then(cure);
    }
    let are_whole =
        || lines.iter().all(|line| if is_cron { alone.is_job(line) } else { alone.is_line(line) });
    // what stands around a line of a shell, as an `if`, needs a command there
    let signs = if is_cron { "# " } else { ": # " };
    let silence = || vec![put_before(&file.path, signs, lines.iter().map(|line| line.number))];
    (is_cron || file.executable).then(|| if are_whole() { silence() } else { by_hand(file, lines) })
}

/// Not its `stop`: that writes 0 to `all`.
fn disable(path: &str, name: &str) -> Vec<String> {
    let command = if path.starts_with("/etc/init.d/") {
        format!("update-rc.d {name} disable 2>/dev/null || chkconfig {name} off")
    } else {
        format!("systemctl disable {name}")
    };
    vec![command, "# do not let it stop: that would set arp_ignore of `all` to 0".into()]
}

fn by_hand(file: &File, lines: &[Line<'_>]) -> Vec<String> {
    lines.iter().map(|line| edit(&file.path, line.number, "take this out", line.text)).collect()
}

fn preparing<'a>(commands: &Commands<'_>, file: &'a File) -> Vec<Line<'a>> {
    let run = said(file).filter(|line| !is_unit(file) || runs_at_start(line.text));
    run.filter(|line| commands.prepares(line.text)).collect()
}

fn is_unit(file: &File) -> bool {
    file.path.starts_with("/etc/systemd/")
}

/// Of a unit, what it runs when it starts: a description does nothing.
fn runs_at_start(line: &str) -> bool {
    ["ExecStart=", "ExecStartPre=", "ExecStartPost="].iter().any(|key| line.starts_with(key))
}
