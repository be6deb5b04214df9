//! Who runs a program.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;

use nix::unistd::{Gid, Uid, User, fchown};

use super::ScriptError;

/// A user of this machine, as far as a program that runs as that user needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) home: String,
    /// nobody was named: root's programs, but no change of user where the daemon itself runs as somebody else
    pub(super) unnamed: bool,
}

impl Identity {
    /// The named user; root where nobody is named.
    pub(super) fn of(user: Option<&str>) -> Result<Self, ScriptError> {
        let Some(name) = user else { return Ok(Self::root()) };
        match User::from_name(name) {
            Ok(Some(user)) => Ok(Self {
                name: user.name,
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
                home: user.dir.to_string_lossy().into_owned(),
                unnamed: false,
            }),
            Ok(None) => Err(ScriptError::UnknownUser { user: name.to_owned() }),
            Err(errno) => {
                Err(ScriptError::UserLookup { user: name.to_owned(), source: io::Error::from(errno) })
            }
        }
    }

    fn root() -> Self {
        Self { name: "root".into(), uid: 0, gid: 0, home: "/root".into(), unnamed: true }
    }

    /// Whether the program's user, group and groups are set: not where a daemon that is not root runs its own programs, or those
    /// for which nobody is named.
    pub(super) fn is_switched_to(&self) -> bool {
        let us = Uid::effective();
        us.is_root() || !(self.unnamed || self.uid == us.as_raw())
    }

    /// Whether a file of that owner and mode may be executed (a directory: entered). Access control lists can allow
    /// more, which is not seen here.
    pub(super) const fn may_execute(&self, owner: u32, group: u32, mode: u32) -> bool {
        let bit = if self.uid == 0 {
            0o111
        } else if self.uid == owner {
            0o100
        } else if self.gid == group {
            0o010
        } else {
            0o001
        };
        mode & bit != 0
    }
}

/// Makes a file of the daemon's user that user's own; one that is somebody else's already stays as it is.
pub(crate) fn hand_to(file: &File, user: &str) -> io::Result<()> {
    if file.metadata()?.uid() != Uid::effective().as_raw() {
        return Ok(());
    }
    let identity = Identity::of(Some(user)).map_err(io::Error::other)?;
    fchown(file, Some(Uid::from_raw(identity.uid)), Some(Gid::from_raw(identity.gid)))
        .map_err(io::Error::from)
}

/// A user's name, or the number where it has none.
pub(super) fn name_of(uid: u32) -> String {
    match User::from_uid(Uid::from_raw(uid)) {
        Ok(Some(user)) => user.name,
        Ok(None) | Err(_) => uid.to_string(),
    }
}
