//! The way to a program, looked at step by step: each directory and symbolic link on it by a descriptor of its own.
//!
//! What is run later is the same path. Nobody but root and the program's user can make it lead elsewhere in between,
//! because nobody else may write to any directory on it.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat};
use nix::sys::statvfs::{FsFlags, fstatvfs};

use super::error::{MOST_LINKS, ScriptError, Who};
use super::user::{Identity, name_of};

/// A program that was found to be safe.
pub(super) struct Inspected {
    /// holds the file until it runs, so that it is not replaced by another of the same number
    _file: OwnedFd,
}

/// Follows `program` from `/` on and checks everything that decides what runs.
pub(super) fn inspect(program: &str, identity: &Identity) -> Result<Inspected, ScriptError> {
    if !program.starts_with('/') {
        return Err(ScriptError::Relative { program: program.to_owned() });
    }
    let mut walk = Walk::start(program, identity)?;
    loop {
        if let Some(file) = walk.step()? {
            return Ok(Inspected { _file: file });
        }
    }
}

struct Walk<'a> {
    program: &'a str,
    identity: &'a Identity,
    /// from `/` to where it stands
    above: Vec<(OwnedFd, PathBuf)>,
    ahead: VecDeque<OsString>,
    links: usize,
}

impl<'a> Walk<'a> {
    fn start(program: &'a str, identity: &'a Identity) -> Result<Self, ScriptError> {
        let path = PathBuf::from("/");
        let root =
            open(&path, LOOK | OFlag::O_DIRECTORY, Mode::empty()).map_err(|errno| failed(&path, errno))?;
        let stat = fstat(&root).map_err(|errno| failed(&path, errno))?;
        identity.trusts(&path, &stat)?;
        let ahead = names(Path::new(program)).collect();
        Ok(Self { program, identity, above: vec![(root, path)], ahead, links: 0 })
    }

    /// One name further. Answers the file when it is reached.
    fn step(&mut self) -> Result<Option<OwnedFd>, ScriptError> {
        let Some((directory, place)) = self.above.last() else {
            return Err(ScriptError::Missing { path: PathBuf::from("/") });
        };
        let Some(name) = self.ahead.pop_front() else {
            return Err(ScriptError::Directory { path: place.clone() });
        };
        if name == OsStr::new("..") {
            // the parent of / is /
            if self.above.len() > 1 {
                self.above.pop();
            }
            return Ok(None);
        }
        let path = place.join(&name);
        let found =
            openat(directory, name.as_os_str(), LOOK, Mode::empty()).map_err(|errno| failed(&path, errno))?;
        let stat = fstat(&found).map_err(|errno| failed(&path, errno))?;
        match kind(&stat) {
            SFlag::S_IFLNK => self.follow(&found, &path)?,
            SFlag::S_IFDIR => self.enter(found, path, &stat)?,
            _ if !self.ahead.is_empty() => return Err(ScriptError::NoDirectory { path }),
            SFlag::S_IFREG => return self.reach(found, path, &stat).map(Some),
            _ => return Err(ScriptError::NoFile { path }),
        }
        Ok(None)
    }

    fn follow(&mut self, link: &OwnedFd, path: &Path) -> Result<(), ScriptError> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(ScriptError::Links { program: self.program.to_owned() });
        }
        let target = readlinkat(link, "").map_err(|errno| failed(path, errno))?;
        let target = Path::new(&target);
        if target.is_absolute() {
            self.above.truncate(1);
        }
        for name in names(target).rev() {
            self.ahead.push_front(name);
        }
        Ok(())
    }

    fn enter(&mut self, found: OwnedFd, path: PathBuf, stat: &FileStat) -> Result<(), ScriptError> {
        self.identity.trusts(&path, stat)?;
        if self.identity.uid != 0 {
            self.identity.must_be_let(&path, stat)?;
        }
        self.above.push((found, path));
        Ok(())
    }

    fn reach(&self, found: OwnedFd, path: PathBuf, stat: &FileStat) -> Result<OwnedFd, ScriptError> {
        self.identity.trusts(&path, stat)?;
        if stat.st_mode & 0o111 == 0 {
            return Err(ScriptError::NotExecutable { path });
        }
        // before the kernel is asked, who names no reason
        match fstatvfs(&found) {
            Ok(mount) if mount.flags().contains(FsFlags::ST_NOEXEC) => {
                return Err(ScriptError::NoExec { path });
            }
            Ok(_) => {}
            Err(errno) => return Err(failed(&path, errno)),
        }
        self.identity.must_be_let(&path, stat)?;
        Ok(found)
    }
}

impl Identity {
    /// Only root and the user itself may own or write what decides what the user runs.
    fn trusts(&self, path: &Path, stat: &FileStat) -> Result<(), ScriptError> {
        let (path, user) = (path.to_owned(), self.name.clone());
        if stat.st_uid != 0 && stat.st_uid != self.uid {
            return Err(ScriptError::Owner { path, owner: name_of(stat.st_uid), user });
        }
        match stat.st_mode & 0o022 {
            0 => Ok(()),
            _ if is_shared(stat) => Err(ScriptError::Shared { path, user }),
            // also where the group is root's: the bit stands for an access control list's mask, too
            0o020 => Err(ScriptError::Writable { path, who: Who::Group, user }),
            _ => Err(ScriptError::Writable { path, who: Who::Everybody, user }),
        }
    }

    /// Run the program, or enter the directory.
    fn must_be_let(&self, path: &Path, stat: &FileStat) -> Result<(), ScriptError> {
        if self.may_execute(path, stat).map_err(|errno| failed(path, errno))? {
            return Ok(());
        }
        let directory = kind(stat) == SFlag::S_IFDIR;
        Err(ScriptError::NotAllowed { path: path.to_owned(), directory, user: self.name.clone() })
    }
}

const LOOK: OFlag = OFlag::O_PATH.union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

fn kind(stat: &FileStat) -> SFlag {
    SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT
}

/// A directory with a sticky bit, as /tmp.
fn is_shared(stat: &FileStat) -> bool {
    kind(stat) == SFlag::S_IFDIR && Mode::from_bits_truncate(stat.st_mode).contains(Mode::S_ISVTX)
}

fn names(path: &Path) -> impl DoubleEndedIterator<Item = OsString> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    })
}

fn failed(path: &Path, errno: Errno) -> ScriptError {
    let path = path.to_owned();
    if errno == Errno::ENOENT {
        return ScriptError::Missing { path };
    }
    ScriptError::Look { path, source: io::Error::from(errno) }
}
