//! Whether something keeps the clock right.

use std::path::Path;

use doctor::Seen;

use super::program::{Silence, ask};

const HOW: &str = "chronyc tracking, or ntpq -p";

/// As systemd reads it from the kernel (`adjtimex(2)`, STA_UNSYNC).
pub(super) fn synchronised(root: &Path) -> Seen<bool> {
    if !root.join("run/systemd/system").is_dir() {
        return Seen::unseen("systemd does not run here, which would tell whether the clock is kept", HOW);
    }
    match ask("timedatectl", &["show", "--property=NTPSynchronized", "--value"]) {
        Ok(said) if said.trim() == "yes" => Seen::Known(true),
        Ok(said) if said.trim() == "no" => Seen::Known(false),
        Ok(_) => Seen::unseen("timedatectl does not tell whether the clock is kept", HOW),
        Err(Silence::Missing) => Seen::unseen("timedatectl is not installed", HOW),
        Err(Silence::Failed(why)) => Seen::unseen(why, HOW),
    }
}
