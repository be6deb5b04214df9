//! VRRP: `vrrp_instance`, `vrrp_sync_group`, what they track, and the part of `global_defs` that is their default.
//!
//! [`read`] takes the root lines and looks for its own; what it has no word for is left to the others.

mod announce;
mod auth;
mod command;
mod globals;
mod group;
mod instance;
mod interval;
pub(super) mod notify;
mod preempt;
mod route;
pub(super) mod said;
mod transport;
pub(super) mod value;
mod vips;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use config::director::{HeldAddress, RouterConfig, VrrpConfig};

pub(super) use command::{Program, program};
use globals::Globals;

use super::address::Taken;
use super::{static_address, track};
use crate::report::Report;
use crate::syntax::{Line, Word};

/// What the rest of the file says that routers need.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    /// whether routers and groups that say nothing send mail; none: there is no mail at all
    pub(super) alert: Option<bool>,
    /// `script_user`: who runs scripts that name nobody; none: root
    pub(super) script_user: Option<&'a str>,
}

/// Everything about VRRP that a file says.
pub(super) struct Routers {
    /// routers, groups, scripts, files and processes; the rest is as [`VrrpConfig::default`] says
    pub(super) config: VrrpConfig,
    /// `static_ipaddress`
    pub(super) addresses: Vec<HeldAddress>,
    /// `track_file`, for FILE_CHECK: by name, the path and the weight it is read with
    pub(super) files: BTreeMap<String, (String, i16)>,
    /// `lvs_sync_daemon_interface` of instances: the interface, and the router's name
    pub(super) sync: Vec<(Word, String)>,
}

/// Reads every root line about VRRP, and what `global_defs` says about it.
pub(super) fn read(lines: &[Line], given: Given<'_>, report: &mut Report) -> Routers {
    let globals = Globals::read(lines, report);
    let things = track::Things::read(lines, given.script_user, report);
    let mut taken = Taken::default();
    let addresses = static_address::read(lines, globals.default_interface(), &mut taken, report);
    let mut instances = instance::Instances::new(&globals, &things, given);
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.keyword() == "vrrp_instance") {
        taken.next_owner();
        instances.read(line, at, &mut taken, report);
    }
    let (mut routers, sync) = instances.finish(report);
    let groups = group::read_all(lines, &mut routers, &things, given, report);
    let files = things.paths();
    let track::Vectors { scripts, files: track_files, processes } = things.finish();
    let routers = routers.into_iter().map(|placed| placed.router).collect();
    let config =
        VrrpConfig { routers, groups, scripts, files: track_files, processes, ..VrrpConfig::default() };
    Routers { config, addresses, files, sync }
}

/// A router, and where it is said.
struct Placed<'a> {
    router: RouterConfig,
    /// the `vrrp_instance`
    line: &'a Line,
    /// its name as the file says it: groups name it so
    said: String,
}
