//! What `global_defs` says about VRRP: the defaults of every instance.

use core::net::IpAddr;

use ::vrrp::{Announcing, Family, Version};

use super::announce;
use super::value::{at_most, flag, number, shown, value};
use crate::report::Report;
use crate::syntax::Line;

/// keepalived's own where nothing is said.
const DEFAULT_INTERFACE: &str = "eth0";

/// Defaults of every instance.
pub(super) struct Globals {
    /// `vrrp_version`
    pub(super) version: Version,
    /// `vrrp_garp_*`, `vrrp_min_garp`
    pub(super) announcing: Announcing,
    /// `vrrp_mcast_group4`
    group4: Option<IpAddr>,
    /// `vrrp_mcast_group6`
    group6: Option<IpAddr>,
    /// `vrrp_strict`
    pub(super) strict: bool,
    /// `v3_checksum_as_v2`: no pseudo-header
    pub(super) bare_checksum: bool,
    default_interface: Option<alloc::string::String>,
}

impl Globals {
    pub(super) fn read(lines: &[Line], report: &mut Report) -> Self {
        let mut globals = Self {
            version: Version::V2,
            announcing: announce::USUAL,
            group4: None,
            group6: None,
            strict: false,
            bare_checksum: false,
            default_interface: None,
        };
        let mut garp = announce::Said::default();
        for line in lines.iter().filter(|line| line.keyword() == "global_defs").flat_map(Line::lines) {
            if !garp.take(line, "vrrp_", report) {
                globals.take(line, report);
            }
        }
        globals.announcing = garp.finish(announce::USUAL, true);
        globals
    }

    /// The multicast group of a family, where it is not the usual one.
    pub(super) const fn group(&self, family: Family) -> Option<IpAddr> {
        match family {
            Family::V4 => self.group4,
            Family::V6 => self.group6,
        }
    }

    /// `default_interface`: the one of addresses and routers that name none.
    pub(super) fn default_interface(&self) -> &str {
        self.default_interface.as_deref().unwrap_or(DEFAULT_INTERFACE)
    }

    fn take(&mut self, line: &Line, report: &mut Report) {
        match line.keyword() {
            "vrrp_version" => self.version = version(line, report).unwrap_or(self.version),
            "vrrp_mcast_group4" => self.group4 = group(line, Family::V4, report).or(self.group4),
            "vrrp_mcast_group6" => self.group6 = group(line, Family::V6, report).or(self.group6),
            "vrrp_strict" => {
                at_most(line, 0, report);
                self.strict = true;
            }
            "v3_checksum_as_v2" => self.bare_checksum = flag(line, report).unwrap_or(self.bare_checksum),
            "default_interface" => {
                let interface =
                    value(line, report).and_then(|word| crate::read::address::interface(word, report));
                self.default_interface = interface.or(self.default_interface.take());
            }
            _ => {}
        }
    }
}

/// `version 2` or `version 3`.
pub(super) fn version(line: &Line, report: &mut Report) -> Option<Version> {
    match number(line, 2..=3, "keepalived ignores the line", report)? {
        2 => Some(Version::V2),
        _ => Some(Version::V3),
    }
}

/// A multicast group; the usual one of the family is no news.
pub(super) fn group(line: &Line, family: Family, report: &mut Report) -> Option<IpAddr> {
    let word = value(line, report)?;
    let parsed = word.text().parse::<IpAddr>().ok();
    let Some(group) = parsed.filter(|group| group.is_multicast() && Family::of(*group) == family) else {
        let example = family.group();
        report
            .error(word.place, format_args!("`{}` is no multicast group of this family", shown(word.text())))
            .help(format_args!("write one such as `{example}`, or leave the line away for {example}"));
        return None;
    };
    Some(group).filter(|group| *group != family.group())
}
