//! The named pipe: one line for each change, written at once and never waited for.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::stat::Mode;
use nix::unistd::{AccessFlags, access, mkfifo};
use tracing::{debug, warn};

use crate::script::our_name;

/// Linux writes as much at once, or nothing (`PIPE_BUF`).
const WHOLE: usize = 4_096;
/// Room for lines that nobody has read yet, in bytes: the most that Linux gives everybody (`pipe-max-size`). Thousands of servers may
/// turn at once.
const ROOM: i32 = 1 << 20;

/// A path that cannot be the named pipe.
#[derive(Debug, thiserror::Error)]
pub enum FifoError {
    /// it begins elsewhere than at `/`
    #[error("'{path}' is no full path: write it from the first '/' on")]
    Relative {
        /// as written
        path: String,
    },
    /// a file, directory or link
    #[error("{} is there, but is no named pipe: remove it, or name another path", path.display())]
    NoFifo {
        /// what it is
        path: PathBuf,
    },
    /// it cannot be looked at
    #[error("cannot look at {}", path.display())]
    Look {
        /// where it should be
        path: PathBuf,
        /// the kernel's words
        #[source]
        source: io::Error,
    },
    /// its directory is missing
    #[error("{} cannot be made: its directory does not exist", path.display())]
    NoDirectory {
        /// where it should be
        path: PathBuf,
    },
    /// this process may not write to its directory, which is read-only for it or belongs to others
    #[error(
        "{} cannot be made by '{user}': name one in /run/lvs-director, or have it made before by {}",
        path.display(),
        made_at_boot(path, user)
    )]
    NotOurDirectory {
        /// where it should be
        path: PathBuf,
        /// who would make it
        user: String,
        /// the kernel's words
        #[source]
        source: io::Error,
    },
    /// it is there, this process may not open it, and could make it anew
    #[error("'{user}' may not open {}: chown {user} {0}, or remove it, and it is made anew", path.display())]
    NotOurs {
        /// which
        path: PathBuf,
        /// who would write to it
        user: String,
        /// the kernel's words
        #[source]
        source: io::Error,
    },
    /// it is there, this process may not open it, nor write to its directory
    #[error("'{user}' may not open {}: make it its own by {}", path.display(), made_at_boot(path, user))]
    Theirs {
        /// which
        path: PathBuf,
        /// who would write to it
        user: String,
        /// the kernel's words
        #[source]
        source: io::Error,
    },
}

/// Also one that is there already becomes that user's.
fn made_at_boot(path: &Path, user: &str) -> String {
    format!(
        "the line `p {} 0600 {user} -` in /etc/tmpfiles.d/lvs-director.conf and `systemd-tmpfiles --create lvs-director.conf`",
        path.display()
    )
}

/// Whether `path` is a named pipe, or one can be made there. Makes nothing.
pub fn check_fifo(path: &str) -> Result<(), FifoError> {
    if !path.starts_with('/') {
        return Err(FifoError::Relative { path: path.to_owned() });
    }
    let path = Path::new(path);
    match path.symlink_metadata() {
        Ok(found) if found.file_type().is_fifo() => Ok(()),
        Ok(_) => Err(FifoError::NoFifo { path: path.to_owned() }),
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(FifoError::Look { path: path.to_owned(), source: error })
        }
        Err(_) if path.parent().is_some_and(Path::is_dir) => Ok(()),
        Err(_) => Err(FifoError::NoDirectory { path: path.to_owned() }),
    }
}

/// As [`check_fifo`], and whether this process may make it or write to it; with a reader of ours, `has_reader`, it is
/// read too. Makes nothing.
pub fn check_fifo_to_run(path: &str, has_reader: bool) -> Result<(), FifoError> {
    check_fifo(path)?;
    let place = Path::new(path);
    let (path, user) = (place.to_owned(), our_name());
    let directory = place.parent().unwrap_or(place);
    let may_make = may(directory, AccessFlags::W_OK | AccessFlags::X_OK);
    if place.symlink_metadata().is_err() {
        return may_make.map_err(|source| FifoError::NotOurDirectory { path, user, source });
    }
    let ways = if has_reader { AccessFlags::R_OK | AccessFlags::W_OK } else { AccessFlags::W_OK };
    may(place, ways).map_err(|source| match may_make {
        Ok(()) => FifoError::NotOurs { path, user, source },
        Err(_) => FifoError::Theirs { path, user, source },
    })
}

/// Asks for the real user's rights, who is the effective one here: what asks for the others is refused by older systemd's
/// filters.
fn may(path: &Path, ways: AccessFlags) -> io::Result<()> {
    access(path, ways).map_err(io::Error::from)
}

/// The writing end. It is kept open as long as somebody reads, so that a reader does not see the end after each line.
pub(crate) struct Fifo {
    path: String,
    /// its reader is ours: both ends are open, so that lines wait for a reader that is not there yet or is started again
    keep: bool,
    closed: bool,
    open: Option<File>,
    /// the last trouble told
    told: Option<String>,
}

impl Fifo {
    /// Makes the pipe where there is none, readable by the daemon's user only. It is never removed: whoever reads it goes
    /// on reading when the daemon is back.
    pub(crate) fn new(path: &str, keep: bool) -> Self {
        let mut fifo = Self { path: path.to_owned(), keep, closed: false, open: None, told: None };
        let made = fifo.make().map_err(io::Error::from);
        if let Err(error) = made.and_then(|()| if keep { fifo.hold() } else { Ok(()) }) {
            fifo.warn(&error);
        }
        fifo
    }

    /// Writes the line whole or not at all, and answers which.
    pub(crate) fn write(&mut self, line: &str) -> bool {
        // a reader that went away and came back has another pipe to read from: once more
        let written = self.try_write(line).or_else(|_| self.try_write(line));
        match written {
            Ok(()) => self.told = None,
            Err(ref error) => self.lament(error),
        }
        written.is_ok()
    }

    /// Before its reader is started: the pipe is there, under its name, and lines wait in it. Gives it, to make it the
    /// reader's own.
    pub(crate) fn prepare(&mut self) -> Option<File> {
        if self.closed || !self.keep {
            return None;
        }
        let is_there = self.open.as_ref().is_some_and(|file| self.is_named(file));
        if !is_there && let Err(error) = self.hold() {
            // nobody would read what is written to the one before
            self.open = None;
            self.warn(&error);
        }
        self.open.as_ref().and_then(|file| file.try_clone().ok())
    }

    /// The reader sees the end when it has read everything. Nothing is written any more.
    pub(crate) fn close(&mut self) {
        self.closed = true;
        self.open = None;
    }

    pub(crate) const fn is_closed(&self) -> bool {
        self.closed
    }

    fn hold(&mut self) -> io::Result<()> {
        self.open = Some(self.open()?);
        Ok(())
    }

    /// Whether the path still leads to this pipe.
    fn is_named(&self, file: &File) -> bool {
        let places = file.metadata().and_then(|file| Ok((file, Path::new(&self.path).symlink_metadata()?)));
        places.is_ok_and(|(file, named)| (file.dev(), file.ino()) == (named.dev(), named.ino()))
    }

    fn try_write(&mut self, line: &str) -> io::Result<()> {
        if self.closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if line.len() > WHOLE {
            return Err(io::Error::other("a line is too long for a named pipe"));
        }
        let mut file = match self.open.take() {
            Some(file) => file,
            None => self.open()?,
        };
        match file.write_all(line.as_bytes()) {
            // nobody reads this pipe any more
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(error),
            written => {
                self.open = Some(file);
                written
            }
        }
    }

    fn open(&self) -> io::Result<File> {
        let flags = OFlag::O_NONBLOCK | OFlag::O_NOFOLLOW;
        let open = || {
            let mut options = OpenOptions::new();
            options.read(self.keep).write(true).custom_flags(flags.bits()).open(&self.path)
        };
        let file = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.make()?;
                open()?
            }
            opened => opened?,
        };
        if !file.metadata()?.file_type().is_fifo() {
            return Err(io::Error::other("it is no named pipe"));
        }
        // where there is no more than usual, it has to do
        let _ = fcntl(&file, FcntlArg::F_SETPIPE_SZ(ROOM));
        Ok(file)
    }

    fn make(&self) -> nix::Result<()> {
        match mkfifo(self.path.as_str(), Mode::S_IRUSR | Mode::S_IWUSR) {
            Err(Errno::EEXIST) => Ok(()),
            made => made,
        }
    }

    /// That nobody reads is usual.
    fn lament(&mut self, error: &io::Error) {
        if error.raw_os_error() == Some(Errno::ENXIO as i32) || error.kind() == io::ErrorKind::BrokenPipe {
            debug!(path = self.path, "nobody reads the named pipe");
        } else {
            self.warn(error);
        }
    }

    fn warn(&mut self, error: &io::Error) {
        let full = error.kind() == io::ErrorKind::WouldBlock;
        let words = if full { "it is full: its reader is too slow".to_owned() } else { error.to_string() };
        if self.told.as_ref() != Some(&words) {
            warn!(path = self.path, error = words, "changes do not get into the named pipe");
            self.told = Some(words);
        }
    }
}

#[cfg(test)]
mod tests;
