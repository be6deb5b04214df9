//! Writes to sysctls, told at once. The kernel announces none of them, but to `vfs_write` (`fs/read_write.c`) a sysctl is a
//! file like any other, and inotify tells of it.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use tokio::net::unix::pipe::Receiver;

/// Some hundred events, if they are many.
const EVENTS_BYTES: usize = 4096;

/// Sysctls of some directories that were written, by us or by others.
///
/// A writer whose `/proc` is another mount, as in a container, is not seen (`proc_sys_make_inode`: each has inodes of its
/// own), nor is a sysctl that the kernel changes by itself. So this is no reason to look less often.
#[derive(Debug)]
pub struct Written(Receiver);

/// Writes cannot be seen.
#[derive(Debug, thiserror::Error)]
#[error("cannot be told of writes to sysctls")]
pub struct WrittenError(#[from] io::Error);

impl Written {
    /// Tells from here on of every file in these directories below `root`: `net/ipv4/conf/all` below `/proc/sys`. Must be
    /// called inside a tokio runtime.
    ///
    /// # Errors
    /// A directory is missing or not readable, or the user has no inotify instance left (`fs.inotify.max_user_instances`).
    pub fn open(root: &Path, directories: &[&str]) -> Result<Self, WrittenError> {
        let inotify =
            Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC).map_err(io::Error::from)?;
        for directory in directories {
            let added = inotify.add_watch(&root.join(directory), AddWatchFlags::IN_MODIFY);
            added.map_err(io::Error::from)?;
        }
        // read like a pipe, and tokio has no safe way for others
        Ok(Self(Receiver::from_owned_fd_unchecked(OwnedFd::from(inotify))?))
    }

    /// Waits for a write. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The inotify instance is broken.
    pub async fn next(&mut self) -> Result<(), WrittenError> {
        let mut events = [0; EVENTS_BYTES];
        loop {
            // where they come without end, whoever waits for them must not be all that happens
            tokio::task::yield_now().await;
            self.0.readable().await?;
            // which one does not matter, and equal ones in a row are one
            match self.0.try_read(&mut events) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
                Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                Ok(_) => return Ok(()),
            }
        }
    }
}
