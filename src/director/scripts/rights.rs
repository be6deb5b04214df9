//! Whether this process can do what a configuration asks for outside of the network: run programs as other users, see their
//! processes, be scheduled before everybody. `check` does not ask, because it runs as whoever calls it.

use std::{fs, thread};

use config::director::DirectorConfig;
use daemon::capabilities;
use programs::script::our_name;

use super::places::{self, Place, Thing};

/// Who we are, and what we may.
pub(crate) struct Rights {
    /// our own name, or the number where our user has none
    pub(crate) user: String,
    pub(crate) switches_user: bool,
    pub(crate) sees_processes: bool,
}

impl Rights {
    /// Of this process.
    pub(crate) fn of_this_process() -> Self {
        Self {
            user: our_name(),
            // where it cannot be found out, the first run of a program says so
            switches_user: capabilities::may_switch_user().unwrap_or(true),
            // hidden by `hidepid`, which is what `ProtectProc=` sets: not there, or not to be read
            sees_processes: fs::read("/proc/1/comm").is_ok(),
        }
    }

    /// What the configuration needs and these do not allow, and the drop-in that does.
    pub(crate) fn missing(&self, config: &DirectorConfig) -> Option<String> {
        self.other_user(config).or_else(|| self.processes(config))
    }

    /// What the director runs without, in words; none: it has everything, or `before`, the priority of the configuration
    /// before it, is the same and not tried again.
    pub(crate) fn done_without(&self, config: &DirectorConfig, before: Option<u8>) -> Option<String> {
        let priority = config.vrrp.realtime_priority.filter(|priority| Some(*priority) != before)?;
        // a thread of its own: nothing else is to run so
        let tried = thread::spawn(move || kernel::realtime::scheduling(priority)).join();
        let error = tried.ok()?.err()?;
        let needs = error.hint().map(|needs| format!("hint: {needs}\n")).unwrap_or_default();
        Some(format!(
            "warning: [realtime] priority = {priority}: {}; the adverts keep the usual scheduling, because the director, which is \
             '{}' here, may have no other\n{needs}{}",
            daemon::errors::one_line(&error),
            self.user,
            hint("lvs-director-realtime.conf"),
        ))
    }

    fn other_user(&self, config: &DirectorConfig) -> Option<String> {
        let may_run = |user: &str| self.switches_user || user == self.user;
        places::of(config).find_map(|Place { owner, thing }| match thing {
            Thing::Program { user: Some(user), .. } if !may_run(user) => Some(format!(
                "error: {}: it is to run as '{user}', and the director, which is '{}' here, may not become another user\n{}",
                owner.words(),
                self.user,
                hint("lvs-director-scripts.conf"),
            )),
            Thing::Program { .. } | Thing::Authorities(_) => None,
        })
    }

    fn processes(&self, config: &DirectorConfig) -> Option<String> {
        let tracked = config.vrrp.processes.first().filter(|_| !self.sees_processes)?;
        Some(format!(
            "error: [[track_process]] \"{}\": the director, which is '{}' here, may not see other users' processes\n{}",
            tracked.name,
            self.user,
            hint("lvs-director-processes.conf"),
        ))
    }
}

fn hint(drop_in: &str) -> String {
    format!(
        "hint: the drop-in {drop_in} allows it, which is installed beside the examples: copy it to \
         /etc/systemd/system/lvs-director.service.d/, then systemctl daemon-reload\n"
    )
}

#[cfg(test)]
mod tests;
