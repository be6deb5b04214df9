//! What this process may do beyond its user (`capabilities(7)`).

use std::io;

use rustix::thread::{CapabilitySet, capabilities, clear_ambient_capability_set};

/// Keeps the capabilities to this process: a unit with `User=` gives them by the ambient set, which every program that is run
/// would inherit. Must be called before there are other threads, which inherit it too: by [`crate::log::init_to_run`], that of the
/// log is the first.
pub(crate) fn keep_to_ourselves() -> io::Result<()> {
    Ok(clear_ambient_capability_set()?)
}

/// Whether programs can be run as other users, and ended.
pub fn may_switch_user() -> io::Result<bool> {
    let wanted = CapabilitySet::SETUID | CapabilitySet::SETGID;
    Ok(capabilities(None)?.effective.contains(wanted))
}
