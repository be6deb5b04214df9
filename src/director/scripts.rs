//! The programs, and the named pipe, that a configuration names: refused with the file that names them, not only when they are to run.

use std::path::Path;

use config::director::{Notify, VrrpConfig};

/// Looks at every program and at the pipe. The error is the whole text to print, each program once.
pub(crate) fn check(path: &Path, vrrp: &VrrpConfig) -> Result<(), String> {
    let mut lines: Vec<String> = programs(vrrp)
        .filter_map(|(owner, command, user)| {
            let error = programs::script::check(command, user).err()?;
            Some(format!("error: {}: {owner}: {}\n", path.display(), daemon::errors::one_line(&error)))
        })
        .collect();
    lines.dedup();
    if let Some(error) =
        vrrp.notify_fifo.as_ref().and_then(|fifo| programs::check_fifo(&fifo.path).err())
    {
        lines.push(format!(
            "error: {}: [scripts] fifo: {}\n",
            path.display(),
            daemon::errors::one_line(&error)
        ));
    }
    if lines.is_empty() { Ok(()) } else { Err(lines.concat()) }
}

/// Each command with who names it and who runs it.
fn programs(vrrp: &VrrpConfig) -> impl Iterator<Item = (String, &[String], Option<&str>)> {
    let usual = vrrp.script_user.as_deref();
    let tracked = vrrp.scripts.iter().map(move |script| {
        let owner = format!("[[track_script]] \"{}\"", script.name);
        (owner, script.command.as_slice(), script.user.as_deref().or(usual))
    });
    let routers = vrrp.routers.iter().map(|router| ("vrrp", &router.name, &router.notify));
    let groups = vrrp.groups.iter().map(|group| ("sync_group", &group.group.name, &group.notify));
    let notified = routers.chain(groups).flat_map(move |(section, name, notify)| {
        let owner = format!("[[{section}]] \"{name}\"");
        commands(notify).map(move |(key, command)| (format!("{owner}: notify.{key}"), command, usual))
    });
    tracked.chain(notified)
}

fn commands(notify: &Notify) -> impl Iterator<Item = (&'static str, &[String])> {
    let Notify { any, master, backup, fault, stop } = notify;
    let all = [("any", any), ("master", master), ("backup", backup), ("fault", fault), ("stop", stop)];
    all.into_iter().filter(|(_, command)| !command.is_empty()).map(|(key, command)| (key, command.as_slice()))
}

#[cfg(test)]
mod tests;
