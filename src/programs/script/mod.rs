//! Operators' programs, run so that nobody else decides what runs: a full path on which only root and the program's own
//! user may write, that user's rights and no more, a time limit, and a limit on what it may print.

mod error;
mod path;
mod run;
mod search;
mod stuck;
#[cfg(test)]
mod tests;
mod user;

use std::borrow::Cow;

pub use error::{ScriptError, Who};
pub use run::{Ended, Run};
pub(crate) use user::hand_to;
pub use user::{may_become, our_name};

use path::Inspected;
use user::{Identity, Unnamed};

/// Programs under way at the same time, of each that runs many: tracked scripts with notification, and checks of servers.
pub const MOST_AT_ONCE: usize = 64;

/// Whether `command`, a program with a full path and its arguments, may be run as `user`; none: as root, and then only
/// what root alone may write. So files are judged for a daemon that runs as somebody else than this process. It reads
/// directories and the user database only.
pub fn check(command: &[String], user: Option<&str>) -> Result<(), ScriptError> {
    prepare(command, user, Unnamed::Root).map(drop)
}

/// As [`check`], but just as [`Script::run`] will judge it in this process: where nobody is named, its own user, with
/// its groups, runs the program.
pub fn check_to_run(command: &[String], user: Option<&str>) -> Result<(), ScriptError> {
    prepare(command, user, Unnamed::OurUser).map(drop)
}

/// A program, its first arguments and who runs it. It is checked before each run, because files change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    command: Vec<String>,
    user: Option<String>,
}

impl Script {
    /// `command`: a full path and its arguments; `user`: who runs it, none: the user of this process.
    pub fn new(command: Vec<String>, user: Option<String>) -> Self {
        Self { command, user }
    }

    /// The program's path, for the log; empty where there is none.
    pub fn program(&self) -> &str {
        self.command.first().map_or("", String::as_str)
    }
}

/// What a checked program needs to be run.
struct Prepared<'a> {
    program: Cow<'a, str>,
    arguments: &'a [String],
    identity: Identity,
    /// kept until the program runs
    _inspected: Inspected,
}

fn prepare<'a>(
    command: &'a [String],
    user: Option<&str>,
    unnamed: Unnamed,
) -> Result<Prepared<'a>, ScriptError> {
    let (program, arguments) = command.split_first().ok_or(ScriptError::Empty)?;
    let identity = Identity::of(user, unnamed)?;
    let (program, arguments) = match search::by_env(program, arguments)? {
        Some((found, arguments)) => (Cow::Owned(found), arguments),
        None => (Cow::Borrowed(program.as_str()), arguments),
    };
    let inspected = path::inspect(&program, &identity)?;
    Ok(Prepared { program, arguments, identity, _inspected: inspected })
}
