//! What others hear of changes: lines in named pipes and programs, as keepalived has them, and mails.
//!
//! Those of virtual routers get into the pipes and to their programs by the router itself; only their mails are written here.

mod ending;
mod keys;
mod mails;
#[cfg(test)]
#[path = "../programs/testing.rs"]
#[allow(dead_code, reason = "shared with rooms whose tests need more of it")]
mod places;
mod routers;
#[cfg(test)]
mod tests;
mod turned;

use std::time::{Duration, SystemTime};

use config::director::{DirectorConfig, VrrpConfig};
use mail::{Mail, MailEvent, MailStatus};
use programs::script::Script;
use programs::{Channel, Notices, Program};
use router::Moved;

use crate::core::{Core, Turn};
use routers::Routers;

/// When the director stops: programs of the last changes, and their mail, may take this long.
const FINISHING: Duration = Duration::from_secs(10);

/// Tells others; never waits, but at the end.
pub(crate) struct Herald {
    notices: Notices,
    mail: Mail,
    routers: Routers,
}

/// One line, and what is run.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    /// empty where keepalived says nothing
    line: String,
    /// empty: nothing
    command: Vec<String>,
}

impl Herald {
    /// Tells nobody yet. Call it inside tokio.
    pub(crate) fn new() -> Self {
        Self { notices: Notices::new(), mail: Mail::new(), routers: Routers::default() }
    }

    /// The pipes and the queue of programs, which routers share.
    pub(crate) fn notices(&self) -> &Notices {
        &self.notices
    }

    /// Sends mail as this configuration says. The pipes are [`router::Router`]'s to set.
    pub(crate) fn set(&mut self, config: &DirectorConfig, router_id: &str) {
        self.mail.set(config.mail.clone(), router_id);
        self.routers.keep(&config.vrrp);
    }

    /// Servers and quorums that turned, all that turned together: `turns` are of `config`.
    pub(crate) fn tell_turns(&self, config: &DirectorConfig, turns: &[Turn]) {
        self.say(&config.vrrp, turns.iter().filter_map(|turn| turned::said(&config.services, turn)));
        for mail in mails::of(&config.services, turns) {
            self.mail.tell(mail);
        }
    }

    /// Virtual routers that moved: by mail, everything else is told already.
    pub(crate) fn tell_moves(&mut self, config: &DirectorConfig, moves: &[Moved]) {
        for moved in moves {
            for mail in self.routers.moved(&config.vrrp, moved) {
                self.mail.tell(mail);
            }
        }
    }

    /// Before `core` takes another configuration: services and servers that it does not have any more go down.
    pub(crate) fn tell_gone(&self, core: &Core, next: &DirectorConfig) {
        self.say(&core.config().vrrp, ending::gone(core, next).into_iter());
    }

    /// The director stops: services with `omega` and their servers go down.
    pub(crate) fn tell_stop(&self, core: &Core) {
        self.say(&core.config().vrrp, ending::omega(core).into_iter());
    }

    /// How it goes with mail.
    pub(crate) fn mail_status(&self) -> MailStatus {
        self.mail.status()
    }

    /// Nothing more comes: waits until everything is told, some ten seconds at most.
    pub(crate) async fn finish(&self) {
        tokio::join!(self.notices.finish(FINISHING), self.mail.finish(FINISHING));
    }

    fn say(&self, vrrp: &VrrpConfig, said: impl Iterator<Item = Said>) {
        for Said { line, command } in said {
            let script = (!command.is_empty()).then(|| Script::new(command, vrrp.script_user.clone()));
            let programs =
                script.map(|script| Program { script, arguments: Vec::new() }).into_iter().collect();
            self.notices.tell(Channel::Lvs, &line, programs, vrrp.notify_timeout);
        }
    }
}

fn event(about: mail::About, subject: String, text: String) -> MailEvent {
    MailEvent { at: SystemTime::now(), about, subject, text }
}
