//! What a configuration names outside of itself: programs, named pipes, certificate authorities. Refused with the file that names
//! them, not only when they are needed.

mod places;
mod rights;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use config::director::{DirectorConfig, Fifo as FifoConfig, MailConfig, VrrpConfig};
use daemon::run_dir::RunDir;

use places::{Place, Thing};
pub(crate) use rights::Rights;

/// Something outside that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// who names it, and what is wrong
    pub(crate) words: String,
    /// as the file names it
    pub(crate) named: String,
}

/// Who is to use what is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Users<'a> {
    /// a director that may run elsewhere, or as somebody else: programs for which no user is named are judged as root's
    Unknown,
    /// this process, or the unit that it stands for
    Us {
        /// the run directory, which a start makes; none: this is a director that has started
        run_dir: Option<&'a Path>,
    },
}

/// Looks at all of them.
pub(crate) fn check(config: &DirectorConfig, users: Users<'_>) -> Vec<Wrong> {
    let mut looked = Looked { users, at: BTreeMap::new() };
    let mut wrong: Vec<Wrong> = Vec::new();
    for Place { owner, thing } in places::of(config) {
        if let Some(error) = looked.at(thing) {
            let one = Wrong { words: format!("{}: {error}", owner.words()), named: thing.named().to_owned() };
            // a list of commands may name one twice
            if wrong.last() != Some(&one) {
                wrong.push(one);
            }
        }
    }
    wrong.extend(fifos(&config.vrrp, users));
    wrong.extend(config.mail.iter().flat_map(mail));
    wrong
}

/// Thousands of servers may name one program: it is looked at once.
struct Looked<'a> {
    users: Users<'a>,
    at: BTreeMap<Thing<'a>, Option<String>>,
}

impl<'a> Looked<'a> {
    fn at(&mut self, thing: Thing<'a>) -> Option<&str> {
        self.at.entry(thing).or_insert_with(|| wrong(thing, self.users)).as_deref()
    }
}

fn wrong(thing: Thing<'_>, users: Users<'_>) -> Option<String> {
    match thing {
        Thing::Program { program, user } => {
            let command = [program.to_owned()];
            let checked = match users {
                Users::Unknown => programs::script::check(&command, user),
                Users::Us { .. } => programs::script::check_to_run(&command, user),
            };
            let error = checked.err()?;
            Some(daemon::errors::one_line(&error))
        }
        Thing::Authorities(verify) => {
            let error = mail::check_trust(verify).err()?;
            Some(daemon::errors::one_line(&error))
        }
    }
}

fn fifos(vrrp: &VrrpConfig, users: Users<'_>) -> impl Iterator<Item = Wrong> {
    let all = [("fifo", &vrrp.notify_fifo), ("vrrp_fifo", &vrrp.vrrp_fifo), ("lvs_fifo", &vrrp.lvs_fifo)];
    all.into_iter().filter_map(move |(key, fifo)| {
        let FifoConfig { path, reader } = fifo.as_ref()?;
        if users.make_directory_of(Path::new(path)) {
            return None;
        }
        let checked = match users {
            Users::Unknown => programs::check_fifo(path),
            Users::Us { .. } => programs::check_fifo_to_run(path, !reader.is_empty()),
        };
        let error = checked.err()?;
        let words = format!("[scripts] {key}: {}", daemon::errors::one_line(&error));
        Some(Wrong { words, named: path.clone() })
    })
}

impl Users<'_> {
    /// Whether it lies in the run directory, which is not there before the first start and after a boot.
    fn make_directory_of(self, pipe: &Path) -> bool {
        let run_dir = match self {
            Self::Unknown => RunDir::default_path("lvs-director"),
            Self::Us { run_dir: Some(run_dir) } => run_dir.to_owned(),
            Self::Us { run_dir: None } => return false,
        };
        let is_missing = run_dir.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound);
        let directory = pipe.parent().filter(|_| pipe.file_name().is_some());
        is_missing && directory.and_then(place_of).is_some_and(|place| place_of(&run_dir) == Some(place))
    }
}

/// Where a directory is, or will be: `/var/run` leads to `/run`.
fn place_of(directory: &Path) -> Option<PathBuf> {
    let above = directory.parent()?.canonicalize().ok()?;
    Some(above.join(directory.file_name()?))
}

fn mail(mail: &MailConfig) -> impl Iterator<Item = Wrong> {
    let addresses = std::iter::once(("from", &mail.from)).chain(mail.to.iter().map(|to| ("to", to)));
    addresses.filter_map(|(key, address)| {
        let error = mail::check_address(address).err()?;
        let words = format!("[mail] {key}: {}", daemon::errors::one_line(&error));
        Some(Wrong { words, named: address.clone() })
    })
}

#[cfg(test)]
mod tests;
