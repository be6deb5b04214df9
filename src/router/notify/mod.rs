//! Telling others of transitions: which are news, which groups move with them, and which commands they have.

mod event;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use config::director::{Notify as Commands, VrrpConfig};
use programs::script::Script;
use programs::{Channel, Notices, Program};

pub(crate) use event::{Event, Kind, Word};

/// Tells of transitions. Dropped, it tells nothing any more, and kills the command under way.
pub(crate) struct Notifier {
    commands: BTreeMap<Subject, Commands>,
    /// those of routers and groups that the last change of the configuration removed: they still stop
    removed: BTreeMap<Subject, Commands>,
    members: BTreeMap<String, Vec<String>>,
    /// the last word about each
    told: BTreeMap<Subject, Word>,
    user: Option<String>,
    limit: Duration,
    notices: Notices,
}

type Subject = (Kind, String);

impl Notifier {
    pub(crate) fn new(notices: Notices) -> Self {
        Self {
            commands: BTreeMap::new(),
            removed: BTreeMap::new(),
            members: BTreeMap::new(),
            told: BTreeMap::new(),
            user: None,
            limit: Duration::ZERO,
            notices,
        }
    }

    /// Tells as `config` says from here on. What is queued already stays as it is.
    pub(crate) fn set(&mut self, config: &VrrpConfig) {
        let routers = config.routers.iter().map(|router| (Kind::Instance, &router.name, &router.notify));
        let groups = config.groups.iter().map(|group| (Kind::Group, &group.group.name, &group.notify));
        let commands =
            routers.chain(groups).map(|(kind, name, notify)| ((kind, name.clone()), notify.clone()));
        let before = std::mem::replace(&mut self.commands, commands.collect());
        self.removed =
            before.into_iter().filter(|(subject, _)| !self.commands.contains_key(subject)).collect();
        self.told
            .retain(|subject, _| self.commands.contains_key(subject) || self.removed.contains_key(subject));
        let members =
            config.groups.iter().map(|group| (group.group.name.clone(), group.group.members.clone()));
        self.members = members.collect();
        self.user.clone_from(&config.script_user);
        self.limit = config.notify_timeout;
    }

    /// Takes a transition; never waits. A word that was the last about the same router already is not repeated. A group
    /// is told of when all of its routers stand in the same way.
    pub(crate) fn push(&mut self, event: &Event) {
        if !self.tell(event) || event.kind == Kind::Group {
            return;
        }
        for group in self.moved_with(&event.name, event.word) {
            self.tell(&Event { kind: Kind::Group, name: group, word: event.word, priority: 0 });
        }
    }

    /// Waits until the commands of everything taken have run, but not longer than `limit`. Answers whether they have.
    pub(crate) async fn finish(&self, limit: Duration) -> bool {
        self.notices.settle(limit).await
    }

    /// Answers whether it is news.
    fn tell(&mut self, event: &Event) -> bool {
        let subject = (event.kind, event.name.clone());
        if self.told.insert(subject.clone(), event.word) == Some(event.word) {
            return false;
        }
        let commands = self.commands.get(&subject).or_else(|| self.removed.get(&subject));
        let programs = commands.map(|commands| self.programs(commands, event)).unwrap_or_default();
        self.notices.tell(Channel::Vrrp, &event.line(), programs, self.limit);
        true
    }

    fn programs(&self, commands: &Commands, event: &Event) -> Vec<Program> {
        let wanted = [event.word.command(commands), &commands.any];
        let program = |command: &Vec<String>| Program {
            script: Script::new(command.clone(), self.user.clone()),
            arguments: event.arguments().into(),
        };
        wanted.into_iter().filter(|command| !command.is_empty()).map(program).collect()
    }

    /// The groups whose routers now all have `word` as their last.
    fn moved_with(&self, router: &str, word: Word) -> Vec<String> {
        let stands = |member: &String| self.told.get(&(Kind::Instance, member.clone())) == Some(&word);
        let moved = |(_, members): &(&String, &Vec<String>)| {
            members.iter().any(|member| member == router) && members.iter().all(stands)
        };
        self.members.iter().filter(moved).map(|(group, _)| group.clone()).collect()
    }
}
