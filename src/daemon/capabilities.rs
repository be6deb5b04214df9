//! What this process may do beyond its user (`capabilities(7)`).

use std::io;

use rustix::thread::{CapabilitySet, capabilities, clear_ambient_capability_set};

/// Keeps the capabilities to this process: a unit with `User=` gives them by the ambient set, which every program that is run
/// would inherit. Must be called before there are other threads, which inherit it too.
pub fn keep_to_ourselves() {
    // a kernel without ambient capabilities has none to hand down
    if let Err(error) = clear_ambient_capability_set() {
        tracing::debug!(%error, "ambient capabilities stay");
    }
}

/// Whether programs can be run as other users, and ended.
pub fn may_switch_user() -> io::Result<bool> {
    let wanted = CapabilitySet::SETUID | CapabilitySet::SETGID;
    Ok(capabilities(None)?.effective.contains(wanted))
}
