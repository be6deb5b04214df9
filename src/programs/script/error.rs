//! Why a program is not run, and what to do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::search::SEARCH;

/// A program that is missing, or that is not safe to run.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// nothing to run
    #[error("the command is empty")]
    Empty,
    /// a name that a search path would have to find, or a path that depends on the working directory
    #[error("'{program}' is no full path: write it from the first '/' on")]
    Relative {
        /// as written
        program: String,
    },
    /// a name without a path that is nowhere
    #[error("there is no program '{name}' in {SEARCH}")]
    NotFound {
        /// as written
        name: String,
    },
    /// not in the user database
    #[error("there is no user '{user}'")]
    UnknownUser {
        /// as written
        user: String,
    },
    /// the user database does not answer
    #[error("cannot look up the user '{user}'")]
    UserLookup {
        /// as written
        user: String,
        /// what it says
        #[source]
        source: io::Error,
    },
    /// it, or a directory above it, is not there
    #[error("{} does not exist", path.display())]
    Missing {
        /// the first thing that is not there
        path: PathBuf,
    },
    /// it, or a directory above it, cannot be looked at
    #[error("cannot look at {}", path.display())]
    Look {
        /// where it ended
        path: PathBuf,
        /// the kernel's words
        #[source]
        source: io::Error,
    },
    /// symbolic links in a circle, or more than the kernel follows
    #[error("{program} leads through more than {MOST_LINKS} symbolic links")]
    Links {
        /// as written
        program: String,
    },
    /// something that is no directory has something below it
    #[error("{} is no directory", path.display())]
    NoDirectory {
        /// what it is
        path: PathBuf,
    },
    /// a directory
    #[error("{} is a directory, not a program", path.display())]
    Directory {
        /// which
        path: PathBuf,
    },
    /// a socket, pipe or device
    #[error("{} is no regular file", path.display())]
    NoFile {
        /// what it is
        path: PathBuf,
    },
    /// no execute bit at all
    #[error("{} is not executable: chmod a+x {0}", path.display())]
    NotExecutable {
        /// the program
        path: PathBuf,
    },
    /// execute bits, but not for that user; or a directory that the user may not enter
    #[error(
        "user '{user}' may not {} {}: chmod a+x {1}{}",
        if *directory { "enter" } else { "run" },
        path.display(),
        if *directory { ", or keep the program elsewhere" } else { "" }
    )]
    NotAllowed {
        /// the program, or a directory above it
        path: PathBuf,
        /// whether it is a directory
        directory: bool,
        /// who
        user: String,
    },
    /// others can change what is run
    #[error("{} is writable by {who}, who could so run anything as '{user}': chmod {} {0}", path.display(), who.remedy())]
    Writable {
        /// the program, or a directory above it
        path: PathBuf,
        /// who else may write
        who: Who,
        /// who would run it
        user: String,
    },
    /// a directory that is meant for everybody's files, as /tmp is: its sticky bit says so
    #[error(
        "{} is a directory for everybody's files, and the program would run as '{user}': keep it where only root may write, \
         as in /etc/lvs-director",
        path.display()
    )]
    Shared {
        /// the directory
        path: PathBuf,
        /// who would run it
        user: String,
    },
    /// somebody else's
    #[error(
        "{} belongs to '{owner}', who could so run anything as '{user}': chown root {0}, or let it run as '{owner}' (user = \"{owner}\")",
        path.display()
    )]
    Owner {
        /// the program, or a directory above it
        path: PathBuf,
        /// whose it is
        owner: String,
        /// who would run it
        user: String,
    },
    /// the file system forbids execution
    #[error("{} is on a file system that is mounted noexec", path.display())]
    NoExec {
        /// the program
        path: PathBuf,
    },
    /// the program is there, but what runs it is not
    #[error(
        "cannot run {program}: the interpreter in its first line, or the loader it was linked for, does not exist"
    )]
    Interpreter {
        /// the program
        program: String,
    },
    /// everything looks good, but the kernel refuses
    #[error("cannot run {program}{}", if user.is_empty() { String::new() } else { format!(" as '{user}'") })]
    Run {
        /// the program
        program: String,
        /// who would run it; empty where nobody else
        user: String,
        /// the kernel's words
        #[source]
        source: io::Error,
    },
}

/// As the kernel's own limit (`MAXSYMLINKS`).
pub(super) const MOST_LINKS: usize = 40;

/// Who else may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// members of the group, or those whom an access control list names: its mask stands in the group's place
    Group,
    /// everybody
    Everybody,
}

impl Who {
    const fn remedy(self) -> &'static str {
        match self {
            Self::Group => "g-w",
            Self::Everybody => "go-w",
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Group => "its group",
            Self::Everybody => "everybody",
        })
    }
}
