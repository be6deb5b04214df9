//! Whether something keeps the clock right, as whoever keeps it tells.
//!
//! The kernel knows it, too (`adjtimex(2)`, STA_UNSYNC), but no safe function asks it, and `timedatectl` starts a service for
//! the question: a look changes nothing.

use std::path::Path;

use doctor::{Process, Seen};

use super::program::{Silence, ask};

const HOW: &str = "timedatectl show --property=NTPSynchronized, which starts systemd-timedated for it";
/// `systemd-timesyncd` makes it when it has set the clock for the first time since boot.
const SET: &str = "run/systemd/timesync/synchronized";

/// A program that keeps clocks, and how it tells whether it does.
struct Keeper {
    /// as `/proc/PID/comm` has it
    process: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    /// none: it does not say
    kept: fn(&str) -> Option<bool>,
}

const KEEPERS: [Keeper; 2] = [
    // without an address it makes a socket of its own in /run/chrony
    Keeper {
        process: "chronyd",
        program: "chronyc",
        arguments: &["-n", "-h", "127.0.0.1,::1", "tracking"],
        kept: chrony,
    },
    Keeper { process: "ntpd", program: "ntpq", arguments: &["-n", "-c", "rv 0 leap"], kept: ntp },
];

/// Asks what runs here.
pub(super) fn synchronised(root: &Path, processes: &Seen<Vec<Process>>) -> Seen<bool> {
    let processes = match processes.as_result() {
        Ok(processes) => processes,
        Err(unseen) => return Seen::Unseen(unseen.clone()),
    };
    let runs = |name: &str| processes.iter().any(|process| process.name == name);
    // the first fifteen bytes
    if runs("systemd-timesyn") {
        return Seen::Known(root.join(SET).exists());
    }
    match KEEPERS.iter().find(|keeper| runs(keeper.process)) {
        Some(keeper) => told(keeper),
        None => Seen::unseen(
            "neither systemd-timesyncd, chronyd nor ntpd runs, which would tell",
            format!("{HOW}; if nothing keeps it: timedatectl set-ntp true, or install chrony"),
        ),
    }
}

fn told(keeper: &Keeper) -> Seen<bool> {
    let program = keeper.program;
    match ask(program, keeper.arguments) {
        Ok(said) => match (keeper.kept)(&said) {
            Some(kept) => Seen::Known(kept),
            None => Seen::unseen(format!("{program} does not tell whether the clock is kept"), HOW),
        },
        Err(Silence::Missing) => Seen::unseen(format!("{program} is not installed"), HOW),
        Err(Silence::Failed(why) | Silence::TooMuch(why)) => Seen::unseen(why, HOW),
    }
}

/// `Leap status     : Normal`
pub(super) fn chrony(said: &str) -> Option<bool> {
    let line = said.lines().find_map(|line| line.strip_prefix("Leap status"))?;
    let (_, status) = line.split_once(':')?;
    Some(status.trim() != "Not synchronised")
}

/// `leap=00`, or `leap=11` of a clock that is not kept.
pub(super) fn ntp(said: &str) -> Option<bool> {
    let (_, leap) = said.split_once("leap=")?;
    Some(!leap.starts_with("11"))
}
