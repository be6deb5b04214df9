//! Scripts, units and jobs that do the agent's work at boot: `lvs_realserver.sh` and its kin.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Sight;
use super::places::{inside, none_or, unread};
use crate::shared::{Line, addresses, comment_out, edit, put_before, said, shown};
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
    let lines = preparing(sight, file);
    let first = lines.first()?;
    let Some(cure) = cure(sight, file, name, &lines) else {
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

/// None: nothing runs it.
fn cure(sight: Sight<'_>, file: &File, name: &str, lines: &[Line<'_>]) -> Option<Vec<String>> {
    if file.path.starts_with("/etc/cron.d/") {
        return Some(vec![comment_out(&file.path, lines.iter().map(|line| line.number))]);
    }
    if file.path.starts_with("/etc/init.d/") || file.path.starts_with("/etc/systemd/") {
        let starts =
            sight.host.starts_at_boot.contains(name) || sight.host.unit(name).is_some_and(crate::Unit::runs);
        return starts.then(|| disable(&file.path, name));
    }
    file.executable.then(|| silence(file, lines))
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

/// Each line becomes a command that does nothing: what stands around it, as an `if`, needs one there.
fn silence(file: &File, lines: &[Line<'_>]) -> Vec<String> {
    if lines.iter().all(|line| is_whole(file, line)) {
        return vec![put_before(&file.path, ": # ", lines.iter().map(|line| line.number))];
    }
    let by_hand = lines.iter().map(|line| edit(&file.path, line.number, "take this out", line.text));
    by_hand.collect()
}

/// Whether a line of a shell is one command and nothing else.
fn is_whole(file: &File, line: &Line<'_>) -> bool {
    let before = said(file).take_while(|other| other.number < line.number).last();
    let continues = |line: &Line<'_>| line.text.ends_with(['\\', '|', '&', '{', '(']);
    let words: Vec<&str> = line.text.split(|sign: char| sign.is_whitespace() || sign == ';').collect();
    let is_part = |word: &&str| {
        matches!(*word, "if" | "then" | "else" | "elif" | "fi" | "do" | "done" | "case" | "esac" | "{" | "}")
    };
    let quotes = |sign: char| line.text.matches(sign).count().is_multiple_of(2);
    !continues(line)
        && !before.is_some_and(|before| continues(&before))
        && !words.iter().any(is_part)
        && !line.text.contains("<<")
        && !line.text.ends_with(";;")
        && !line.text.starts_with([')', '&', '|'])
        && quotes('\'')
        && quotes('"')
}

fn preparing<'a>(sight: Sight<'_>, file: &'a File) -> Vec<Line<'a>> {
    let is_unit = file.path.starts_with("/etc/systemd/");
    let run = || said(file).filter(move |line| !is_unit || runs_at_start(line.text));
    let names_vip = run().any(|line| addresses(line.text).any(|address| sight.is_vip(address)));
    run().filter(|line| prepares(sight, line.text, names_vip)).collect()
}

/// Of a unit, what it runs when it starts: a description does nothing.
fn runs_at_start(line: &str) -> bool {
    ["ExecStart=", "ExecStartPre=", "ExecStartPost="].iter().any(|key| line.starts_with(key))
}

/// Whether a command makes this host silent about a VIP, or gives it one. One that only names a VIP does neither.
fn prepares(sight: Sight<'_>, line: &str, file_names_vip: bool) -> bool {
    let words = || line.split(|sign: char| sign.is_whitespace() || "\"'`;&|()=,".contains(sign));
    let is_alias = || words().any(|word| word.strip_prefix("lo:").is_some_and(|rest| !rest.is_empty()));
    let is_lo = || words().any(|word| word == "lo");
    let is_vip = || addresses(line).any(|address| sight.is_vip(address));
    let runs_script =
        words().any(|word| word.ends_with("lvs_realserver.sh") || last(word) == "realserver.sh");
    runs_script
        || writes_arp(line)
        || gives_address(words()) && (is_vip() || is_alias() || file_names_vip && is_lo())
}

fn writes_arp(line: &str) -> bool {
    let is_about = ["arp_ignore", "arp_announce"].iter().any(|name| line.contains(name));
    let writes = line.contains('>')
        || line.split_whitespace().any(|word| word == "tee")
        || line.contains("sysctl") && line.contains('=');
    is_about && writes
}

/// `ip address add`, in any of its short forms, `ifconfig`, `ifup`; and the host route that the folk script adds.
fn gives_address<'a>(words: impl Iterator<Item = &'a str>) -> bool {
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let runs = |name: &str| words.iter().any(|word| last(word) == name);
    let says = |any: &[&str]| words.iter().any(|word| any.contains(word));
    let adds_shortly = words.windows(2).any(|pair| pair == ["a", "a"] || pair == ["addr", "a"]);
    let adds = adds_shortly || says(&["add", "replace", "change"]);
    let is_address = says(&["a", "addr", "address"]);
    let is_route = says(&["r", "ro", "route"]);
    let is_through = says(&["via", "gw"]);
    let ends = says(&["down", "del", "delete", "0.0.0.0"]);
    (runs("ip") && adds && (is_address || is_route && !is_through))
        || (runs("ifconfig") && !ends)
        || runs("ifup")
        || (runs("route") && adds && !is_through)
}

fn last(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}
