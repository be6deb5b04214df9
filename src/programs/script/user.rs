//! Who runs a program.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use nix::errno::Errno;
use nix::sys::stat::{FileStat, Mode, fchmod};
use nix::unistd::{AccessFlags, Gid, Uid, User, access, fchown, getgroups};

use super::ScriptError;

/// Who runs the programs for which nobody is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// a process that may be another than this one: what root may run passes, and only what root alone may write
    Root,
    /// this process's own user, with its groups
    OurUser,
}

/// A user of this machine, as far as a program that runs as that user needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// beside `gid`
    pub(super) groups: Vec<u32>,
    pub(super) home: String,
    /// whether user and group are set, and the groups cleared, before the program runs
    pub(super) is_switched_to: bool,
}

impl Identity {
    /// The named user; where nobody is named, who `unnamed` says.
    pub(super) fn of(user: Option<&str>, unnamed: Unnamed) -> Result<Self, ScriptError> {
        match (user, unnamed) {
            (Some(name), _) => Self::named(name),
            (None, Unnamed::Root) => Ok(Self::root()),
            (None, Unnamed::OurUser) if Uid::effective().is_root() => Ok(Self::root()),
            (None, Unnamed::OurUser) => Self::ours(),
        }
    }

    fn named(name: &str) -> Result<Self, ScriptError> {
        let failed = |source| ScriptError::UserLookup { user: name.to_owned(), source };
        match User::from_name(name) {
            // not root's own groups, which are more than root's user has anywhere else
            Ok(Some(user)) if user.uid == Uid::effective() && !user.uid.is_root() => {
                Self::with_our_groups(user).map_err(failed)
            }
            Ok(Some(user)) => Ok(Self { is_switched_to: true, ..Self::from(user) }),
            Ok(None) => Err(ScriptError::UnknownUser { user: name.to_owned() }),
            Err(errno) => Err(failed(errno.into())),
        }
    }

    /// A daemon that is root sets the user all the same: that clears the groups.
    fn root() -> Self {
        let (name, home) = ("root".to_owned(), "/root".to_owned());
        Self { name, uid: 0, gid: 0, groups: Vec::new(), home, is_switched_to: Uid::effective().is_root() }
    }

    /// A user without a name has a number: containers have such.
    fn ours() -> Result<Self, ScriptError> {
        let uid = Uid::effective();
        let failed = |source| ScriptError::UserLookup { user: uid.to_string(), source };
        match User::from_uid(uid).map_err(|errno| failed(errno.into()))? {
            Some(user) => Self::with_our_groups(user).map_err(failed),
            None => Ok(Self {
                name: uid.to_string(),
                uid: uid.as_raw(),
                gid: Gid::effective().as_raw(),
                groups: our_groups().map_err(failed)?,
                home: "/".to_owned(),
                is_switched_to: false,
            }),
        }
    }

    fn with_our_groups(user: User) -> io::Result<Self> {
        Ok(Self { gid: Gid::effective().as_raw(), groups: our_groups()?, ..Self::from(user) })
    }

    /// Whether the file at `path` may be executed (a directory: entered). For this process's user the kernel says so, which
    /// knows access control lists and security modules too; another user's may allow more than owner and mode show here.
    pub(super) fn may_execute(&self, path: &Path, stat: &FileStat) -> nix::Result<bool> {
        if !self.is_this_process() {
            return Ok(self.has_bit(stat));
        }
        // the real user's rights, who is the effective one here: what asks for the others is refused by older systemd's filters
        match access(path, AccessFlags::X_OK) {
            Ok(()) => Ok(true),
            Err(Errno::EACCES | Errno::EPERM) => Ok(false),
            Err(errno) => Err(errno),
        }
    }

    fn is_this_process(&self) -> bool {
        !self.is_switched_to && self.uid == Uid::effective().as_raw()
    }

    fn has_bit(&self, stat: &FileStat) -> bool {
        let bit = if self.uid == 0 {
            0o111
        } else if self.uid == stat.st_uid {
            0o100
        } else if self.gid == stat.st_gid || self.groups.contains(&stat.st_gid) {
            0o010
        } else {
            0o001
        };
        stat.st_mode & bit != 0
    }
}

impl From<User> for Identity {
    fn from(user: User) -> Self {
        Self {
            name: user.name,
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
            groups: Vec::new(),
            home: user.dir.to_string_lossy().into_owned(),
            is_switched_to: false,
        }
    }
}

fn our_groups() -> io::Result<Vec<u32>> {
    Ok(getgroups()?.into_iter().map(Gid::as_raw).collect())
}

/// Makes a file of the daemon's user that user's own; one that is somebody else's already stays as it is. The daemon's
/// group may open it too: root without its power over others' files could not, after a restart.
pub(crate) fn hand_to(file: &File, user: &str) -> io::Result<()> {
    if file.metadata()?.uid() != Uid::effective().as_raw() {
        return Ok(());
    }
    let identity = Identity::named(user).map_err(io::Error::other)?;
    fchmod(file, Mode::from_bits_truncate(0o660))?;
    fchown(file, Some(Uid::from_raw(identity.uid)), Some(Gid::effective())).map_err(io::Error::from)
}

/// Whether this process can run programs as that user, and end them: its own user, or it may become another. Where that
/// cannot be found out, the first run of a program says so.
pub fn may_become(user: &str) -> bool {
    let is_ours = || Identity::named(user).is_ok_and(|named| named.uid == Uid::effective().as_raw());
    daemon::capabilities::may_switch_user().unwrap_or(true) || is_ours()
}

/// The name of this process's user, or the number where it has none.
pub fn our_name() -> String {
    name_of(Uid::effective().as_raw())
}

/// A user's name, or the number where it has none.
pub(super) fn name_of(uid: u32) -> String {
    match User::from_uid(Uid::from_raw(uid)) {
        Ok(Some(user)) => user.name,
        Ok(None) | Err(_) => uid.to_string(),
    }
}
