//! What is told, in keepalived's words, so that scripts written for it go on working.

use config::director::Notify;
use vrrp::State;

/// A router or a sync group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Instance,
    Group,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Master,
    Backup,
    Fault,
    Stop,
}

/// One transition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) word: Word,
    /// effective priority of a router; 0 for a group
    pub(crate) priority: u8,
}

impl Event {
    /// Of a router.
    pub(crate) fn of(router: &str, state: State, priority: u8) -> Self {
        Self { kind: Kind::Instance, name: router.to_owned(), word: state.into(), priority }
    }

    /// `INSTANCE "VI_1" MASTER 100`
    pub(super) fn line(&self) -> String {
        format!("{} \"{}\" {} {}", self.kind.word(), self.name, self.word.word(), self.priority)
    }

    /// What a command gets after its own arguments.
    pub(super) fn arguments(&self) -> [String; 4] {
        let [kind, word] = [self.kind.word(), self.word.word()].map(str::to_owned);
        [kind, self.name.clone(), word, self.priority.to_string()]
    }
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Instance => "INSTANCE",
            Self::Group => "GROUP",
        }
    }
}

impl Word {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Master => "MASTER",
            Self::Backup => "BACKUP",
            Self::Fault => "FAULT",
            Self::Stop => "STOP",
        }
    }

    /// The command for this word alone.
    pub(super) const fn command(self, commands: &Notify) -> &Vec<String> {
        match self {
            Self::Master => &commands.master,
            Self::Backup => &commands.backup,
            Self::Fault => &commands.fault,
            Self::Stop => &commands.stop,
        }
    }
}

impl From<State> for Word {
    fn from(state: State) -> Self {
        match state {
            State::Master => Self::Master,
            State::Backup => Self::Backup,
            State::Fault => Self::Fault,
            // said to stop, whether or not somebody else is there already
            State::Leaving | State::Initialize => Self::Stop,
        }
    }
}
