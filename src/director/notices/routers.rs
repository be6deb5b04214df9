//! Mails about virtual routers and sync groups.

use std::collections::BTreeMap;

use ::vrrp::State;
use config::director::VrrpConfig;
use mail::{About, MailEvent};
use router::Moved;

use super::event;

/// The last word about each.
#[derive(Default)]
pub(super) struct Routers {
    routers: BTreeMap<String, Word>,
    groups: BTreeMap<String, Word>,
}

/// Where one stands, for people who are not at the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Master,
    Backup,
    Fault,
    Stop,
}

impl Routers {
    /// Forgets what the configuration does not have.
    pub(super) fn keep(&mut self, config: &VrrpConfig) {
        self.routers.retain(|name, _| config.routers.iter().any(|router| router.name == *name));
        self.groups.retain(|name, _| config.groups.iter().any(|group| group.group.name == *name));
    }

    /// What is told of this transition: of the router, and of groups that have moved with it.
    pub(super) fn moved(&mut self, config: &VrrpConfig, moved: &Moved) -> Vec<MailEvent> {
        let Moved { router: name, transition, priority } = moved;
        let word = Word::from(transition.to);
        let before = self.routers.insert(name.clone(), word);
        let mut told = Vec::new();
        if is_news(before, word) && config.routers.iter().any(|router| router.name == *name && router.alert) {
            let (from, to, reason) = (transition.from, transition.to, &transition.reason);
            let text = format!("{from} to {to}: {reason}; priority {priority}");
            told.push(event(About::Router, format!("{name} {}", word.words()), text));
        }
        for group in self.moved_with(config, name, word) {
            let before = self.groups.insert(group.to_owned(), word);
            let alerts =
                |name: &str| config.groups.iter().any(|group| group.group.name == name && group.alert);
            if is_news(before, word) && alerts(group) {
                told.push(event(About::Router, format!("group {group} {}", word.words()), String::new()));
            }
        }
        told
    }

    /// The groups whose routers now all stand in the same way.
    fn moved_with<'a>(&self, config: &'a VrrpConfig, router: &str, word: Word) -> Vec<&'a str> {
        let stands = |member: &String| self.routers.get(member) == Some(&word);
        let groups = config.groups.iter().map(|group| &group.group);
        let moved = groups.filter(|group| {
            group.members.iter().any(|member| member == router) && group.members.iter().all(stands)
        });
        moved.map(|group| group.name.as_str()).collect()
    }
}

/// That a director begins as backup is what everybody expects.
fn is_news(before: Option<Word>, word: Word) -> bool {
    before != Some(word) && (before.is_some() || word != Word::Backup)
}

impl Word {
    const fn words(self) -> &'static str {
        match self {
            Self::Master => "is master",
            Self::Backup => "is backup",
            Self::Fault => "is in fault",
            Self::Stop => "stops",
        }
    }
}

impl From<State> for Word {
    fn from(state: State) -> Self {
        match state {
            State::Master => Self::Master,
            State::Backup => Self::Backup,
            State::Fault => Self::Fault,
            State::Leaving | State::Initialize => Self::Stop,
        }
    }
}
