//! Every program that a configuration names, looked at before the configuration is taken.

use config::director::{Notify, VrrpConfig};

use super::{ScriptError, check};
use crate::notify::{FifoError, check_fifo};

/// Something in the configuration that cannot be run or written to.
#[derive(Debug, thiserror::Error)]
#[error("{whose}")]
pub struct Unfit {
    /// as the file has it: `[[track_script]] chk`, `[[vrrp]] VI_1, notify.master`
    pub whose: String,
    /// what is wrong with it
    #[source]
    pub cause: UnfitCause,
}

/// What is wrong with it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each says what it is")]
pub enum UnfitCause {
    #[error(transparent)]
    Script(#[from] ScriptError),
    #[error(transparent)]
    Fifo(#[from] FifoError),
}

/// Everything that a start or a reload must refuse, in the order of the sections; empty where all is well.
pub fn check_all(config: &VrrpConfig) -> Vec<Unfit> {
    let user = config.script_user.as_deref();
    let tracked = config.scripts.iter().map(|script| {
        let user = script.user.as_deref().or(user);
        unfit(format!("[[track_script]] {}", script.name), check(&script.command, user))
    });
    let routers = config.routers.iter().map(|router| ("vrrp", &router.name, &router.notify));
    let groups = config.groups.iter().map(|group| ("sync_group", &group.group.name, &group.notify));
    let notified = routers.chain(groups).flat_map(|(section, name, notify)| {
        let commands = commands(notify).into_iter().filter(|(_, command)| !command.is_empty());
        commands.map(move |(key, command)| {
            unfit(format!("[[{section}]] {name}, notify.{key}"), check(command, user))
        })
    });
    let fifo = config.notify_fifo.iter().map(|path| unfit("[scripts] fifo".into(), check_fifo(path)));
    tracked.chain(notified).chain(fifo).flatten().collect()
}

fn commands(notify: &Notify) -> [(&'static str, &Vec<String>); 5] {
    let Notify { any, master, backup, fault, stop } = notify;
    [("any", any), ("master", master), ("backup", backup), ("fault", fault), ("stop", stop)]
}

fn unfit<E: Into<UnfitCause>>(whose: String, checked: Result<(), E>) -> Option<Unfit> {
    let cause = checked.err()?.into();
    Some(Unfit { whose, cause })
}
