//! What a command of a shell does to VIPs.

use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Sight, is_unit, runs_at_start};
use crate::File;
use crate::shared::{addresses, said};

/// Commands of one file.
pub(super) struct Commands<'a> {
    sight: Sight<'a>,
    file_names_vip: bool,
}

impl<'a> Commands<'a> {
    pub(super) fn of(sight: Sight<'a>, file: &File) -> Self {
        let mut run = said(file).filter(|line| !is_unit(file) || runs_at_start(line.text));
        let file_names_vip = run.any(|line| addresses(line.text).any(|address| sight.is_vip(address)));
        Self { sight, file_names_vip }
    }

    /// Whether it makes this host silent about a VIP, or gives it one. One that only names a VIP does neither.
    pub(super) fn prepares(&self, command: &str) -> bool {
        let runs_script =
            words(command).any(|word| word.ends_with("lvs_realserver.sh") || last(word) == "realserver.sh");
        let names_no_other =
            || addresses(command).all(|address| self.sight.is_vip(address) || is_mask(address));
        let is_variable_on_lo =
            || self.file_names_vip && words(command).any(|word| word == "lo") && names_no_other();
        runs_script
            || writes_arp(command)
            || gives_address(words(command)) && (self.names_vip(command) || is_variable_on_lo())
    }

    /// Whether it takes away what others of the file have given.
    pub(super) fn undoes(&self, command: &str) -> bool {
        let is_variable = || self.file_names_vip && command.contains('$');
        takes_address(words(command)) && (self.names_vip(command) || is_variable())
    }

    /// A VIP, or an alias of lo.
    fn names_vip(&self, command: &str) -> bool {
        let is_alias = |word: &str| word.strip_prefix("lo:").is_some_and(|rest| !rest.is_empty());
        addresses(command).any(|address| self.sight.is_vip(address)) || words(command).any(is_alias)
    }
}

fn words(command: &str) -> impl Iterator<Item = &str> {
    command.split(|sign: char| sign.is_whitespace() || "\"'`;&|()=,".contains(sign))
}

fn is_mask(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(mask) if mask.octets().first() == Some(&255))
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

/// `ip address del`, `ifconfig lo:0 down`, `ifdown`, `route del`.
fn takes_address<'a>(words: impl Iterator<Item = &'a str>) -> bool {
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let runs = |name: &str| words.iter().any(|word| last(word) == name);
    let says = |any: &[&str]| words.iter().any(|word| any.contains(word));
    let is_deletion = says(&["del", "delete", "d"]);
    (runs("ip") && is_deletion && says(&["a", "addr", "address", "r", "ro", "route"]))
        || (runs("ifconfig") && (is_deletion || says(&["down", "0.0.0.0"])))
        || (runs("route") && is_deletion)
        || runs("ifdown")
}

pub(super) fn last(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}
