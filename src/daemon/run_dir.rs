//! The run directory: the lock that makes a daemon the only writer, what it wrote down before it told the kernel,
//! and its control socket.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg, OFlag};
use nix::unistd::geteuid;

/// Longest file that is read from the run directory.
const LIMIT: u64 = 16 * 1024 * 1024;

/// An existing directory that holds what lasts until the next boot.
#[derive(Clone, Debug)]
pub struct RunDir {
    path: PathBuf,
}

/// The run directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RunDirError {
    /// it does not exist and was not to be made
    #[error("run directory {} does not exist", .0.display())]
    Missing(PathBuf),
    /// the path is something else
    #[error("run directory {} is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// it cannot be looked at or made
    #[error("{verb} run directory {}", path.display())]
    Io {
        /// `open` or `create`
        verb: &'static str,
        /// the directory
        path: PathBuf,
        /// what the kernel said
        #[source]
        source: io::Error,
    },
}

/// The lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// another process holds it
    #[error("already running{}", pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default())]
    Held {
        /// the process, where it wrote its id down
        pid: Option<u32>,
    },
    /// the lock file cannot be used
    #[error("lock {}", path.display())]
    Io {
        /// the lock file
        path: PathBuf,
        /// what the kernel said
        #[source]
        source: io::Error,
    },
}

impl RunDirError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Missing(_) => Some("the daemon makes it when it starts"),
            Self::NotADirectory(_) => None,
            Self::Io { source, .. } => permission_hint(source),
        }
    }
}

impl LockError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Held { .. } => {
                Some("one daemon or writing command at a time; `status` asks the one that runs")
            }
            Self::Io { source, .. } => permission_hint(source),
        }
    }
}

/// Being the only writer. Ends when dropped, and with the process however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: Flock<File>,
}

impl RunDir {
    /// `$RUNTIME_DIRECTORY`, which systemd sets, else `/run/NAME`.
    pub fn default_path(name: &str) -> PathBuf {
        let given = std::env::var("RUNTIME_DIRECTORY").unwrap_or_default();
        // systemd separates several by colons
        match given.split(':').next() {
            Some(first) if !first.is_empty() => PathBuf::from(first),
            Some(_) | None => Path::new("/run").join(name),
        }
    }

    /// Opens the directory, and with `create` makes it (mode 0755) if it does not exist.
    pub fn open(path: impl Into<PathBuf>, create: bool) -> Result<Self, RunDirError> {
        let path = path.into();
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => Ok(Self { path }),
            Ok(_) => Err(RunDirError::NotADirectory(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && create => Self::create(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(RunDirError::Missing(path)),
            Err(source) => Err(RunDirError::Io { verb: "open", path, source }),
        }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the daemon listens for its own commands.
    pub fn control_socket(&self) -> PathBuf {
        self.path.join("control.sock")
    }

    /// Takes the lock, without waiting for it, and writes this process' id into its file. Dropping the lock lets
    /// others have it; the file stays.
    pub fn lock(&self) -> Result<Lock, LockError> {
        let path = self.path.join("lock");
        let failed = |source| LockError::Io { path: path.clone(), source };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o644)
            .custom_flags(OFlag::O_NOFOLLOW.bits())
            .open(&path)
            .map_err(failed)?;
        self.give(&file).map_err(failed)?;
        let mut file = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(file) => file,
            Err((mut file, Errno::EWOULDBLOCK)) => return Err(LockError::Held { pid: holder(&mut file) }),
            Err((_, error)) => return Err(failed(error.into())),
        };
        file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(failed)?;
        Ok(Lock { _file: file })
    }

    /// What was written under `name`; none if nothing was. More than 16 MiB is an error.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        // the directory may belong to a daemon that may do less than whoever reads here: no way out of it, no waiting
        let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
        let file = match OpenOptions::new().read(true).custom_flags(flags.bits()).open(self.member(name)?) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        let length = file.take(LIMIT + 1).read_to_end(&mut bytes)?;
        if u64::try_from(length).is_ok_and(|length| length <= LIMIT) {
            Ok(Some(bytes))
        } else {
            Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 16 MiB"))
        }
    }

    /// Writes under `name`, mode 0600: afterwards the old content or the new is there, never a part.
    ///
    /// Not synced to a disk: the directory is on a tmpfs, and what it tells of ends with the machine's run.
    pub fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let (target, unfinished) = (self.member(name)?, self.member(&format!("{name}.new"))?);
        // one that a crash left must not lend its mode
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => (),
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
        self.give(&file)?;
        file.write_all(content)?;
        fs::rename(unfinished, target)
    }

    /// Removes what was written under `name`; nothing to remove is no error.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.member(name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn create(path: PathBuf) -> Result<Self, RunDirError> {
        let made = DirBuilder::new().recursive(true).mode(0o755).create(&path);
        // the umask may have taken bits that `status` of other users needs
        match made.and_then(|()| fs::set_permissions(&path, Permissions::from_mode(0o755))) {
            Ok(()) => Ok(Self { path }),
            Err(source) => Err(RunDirError::Io { verb: "create", path, source }),
        }
    }

    /// What root writes beside a daemon of another user is that user's: it must read and replace it later.
    fn give(&self, file: &File) -> io::Result<()> {
        let owner = fs::metadata(&self.path)?;
        let found = file.metadata()?;
        // one with another name elsewhere was not made here
        let is_ours = found.uid() != owner.uid() && found.nlink() == 1;
        if is_ours && geteuid().is_root() {
            fchown(file, Some(owner.uid()), Some(owner.gid()))
        } else {
            Ok(())
        }
    }

    fn member(&self, name: &str) -> io::Result<PathBuf> {
        if name.is_empty() || name.starts_with('.') || name.contains('/') {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{name:?} is no file name")));
        }
        Ok(self.path.join(name))
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn permission_hint(error: &io::Error) -> Option<&'static str> {
    (error.kind() == io::ErrorKind::PermissionDenied).then_some("run as root, or as the daemon's user")
}
