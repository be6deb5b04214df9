//! The configuration file as text: that it may be trusted is seen on the opened file, so that nothing can be put
//! in its place between the look and the reading.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::unistd::geteuid;

/// Longest file that is read.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Why a configuration file was refused before its text was looked at.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFileError {
    /// there is no such file
    #[error("{} does not exist", .0.display())]
    Missing(PathBuf),
    /// the file cannot be opened, looked at or read
    #[error("read {}", path.display())]
    Read {
        /// the file, or its directory
        path: PathBuf,
        /// what the kernel said
        #[source]
        source: io::Error,
    },
    /// the path is no regular file
    #[error("{} is {kind}, not a regular file", path.display())]
    NotRegular {
        /// the path
        path: PathBuf,
        /// what it is, with its article
        kind: &'static str,
    },
    /// someone who is neither root nor this user owns it
    #[error("{} belongs to user {owner}, who is neither root nor you", path.display())]
    Owner {
        /// the file
        path: PathBuf,
        /// user id
        owner: u32,
    },
    /// others may write it
    #[error("{} may be written by {who} (mode {mode:04o})", path.display())]
    Writable {
        /// the file
        path: PathBuf,
        /// `its group`, `everybody`
        who: &'static str,
        /// permission bits
        mode: u32,
    },
    /// everybody may put another file in its place
    #[error("everybody may replace files in {} (mode {mode:04o})", path.display())]
    Directory {
        /// the directory
        path: PathBuf,
        /// permission bits
        mode: u32,
    },
    /// there is nothing in it
    #[error("{} is empty", .0.display())]
    Empty(PathBuf),
    /// longer than 16 MiB
    #[error("{} is larger than 16 MiB", .0.display())]
    TooLarge(PathBuf),
    /// not text
    #[error("{}:{line}:{column}: byte 0x{byte:02x} is not UTF-8", path.display())]
    NotUtf8 {
        /// the file
        path: PathBuf,
        /// line of the first bad byte, from 1
        line: usize,
        /// its character's place in the line, from 1
        column: usize,
        /// the byte
        byte: u8,
    },
}

impl ConfigFileError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Missing(_) => Some("name another file with --config FILE".into()),
            Self::Read { path, source } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some(format!("run as a user who may read {}, or with sudo", path.display()))
            }
            Self::Read { .. } => None,
            Self::NotRegular { .. } => Some("name a file with --config FILE".into()),
            Self::Owner { path, .. } => Some(format!("chown root {}", path.display())),
            Self::Writable { path, .. } => Some(format!("chmod go-w {}", path.display())),
            Self::Directory { path, .. } => Some(format!("chmod o-w {}", path.display())),
            Self::Empty(_) => Some("`check` says what a configuration needs; an example is installed".into()),
            Self::TooLarge(_) => Some("is it the right file?".into()),
            Self::NotUtf8 { .. } => Some("save it as UTF-8".into()),
        }
    }
}

/// Reads the file if nobody but root and this user could have written it.
pub fn read(path: impl AsRef<Path>) -> Result<String, ConfigFileError> {
    let path = path.as_ref();
    let file = open(path)?;
    trusted(path, &file.metadata().map_err(|source| failed(path, source))?)?;
    directory_trusted(path)?;
    let bytes = bytes(path, file)?;
    let text = String::from_utf8(bytes).map_err(|error| not_utf8(path, &error))?;
    if text.trim().is_empty() {
        return Err(ConfigFileError::Empty(path.to_owned()));
    }
    Ok(text)
}

fn open(path: &Path) -> Result<File, ConfigFileError> {
    // opening a fifo would wait for a writer without O_NONBLOCK; on regular files the flag means nothing
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    OpenOptions::new().read(true).custom_flags(flags.bits()).open(path).map_err(|source| {
        match source.raw_os_error().map(nix::errno::Errno::from_raw) {
            Some(nix::errno::Errno::ENOENT) => ConfigFileError::Missing(path.to_owned()),
            // what open(2) says of a socket
            Some(nix::errno::Errno::ENXIO) => {
                ConfigFileError::NotRegular { path: path.to_owned(), kind: "a socket" }
            }
            Some(_) | None => failed(path, source),
        }
    })
}

fn trusted(path: &Path, metadata: &fs::Metadata) -> Result<(), ConfigFileError> {
    let path = path.to_owned();
    if let Some(kind) = irregular(metadata) {
        return Err(ConfigFileError::NotRegular { path, kind });
    }
    let (owner, mode) = (metadata.uid(), metadata.mode() & 0o7777);
    if owner != 0 && owner != geteuid().as_raw() {
        return Err(ConfigFileError::Owner { path, owner });
    }
    if mode & 0o022 != 0 {
        let who = if mode & 0o002 == 0 { "its group" } else { "everybody" };
        return Err(ConfigFileError::Writable { path, who, mode });
    }
    Ok(())
}

fn irregular(metadata: &fs::Metadata) -> Option<&'static str> {
    let kind = metadata.file_type();
    if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some("a directory")
    } else if kind.is_fifo() {
        Some("a fifo")
    } else {
        Some("a device")
    }
}

/// Both the directory of the name and, behind a symbolic link, that of the file.
fn directory_trusted(path: &Path) -> Result<(), ConfigFileError> {
    let real = fs::canonicalize(path).map_err(|source| failed(path, source))?;
    for file in [path, &real] {
        let directory = match file.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => continue,
        };
        let mode = fs::metadata(directory).map_err(|source| failed(directory, source))?.mode() & 0o7777;
        // with the sticky bit (as on /tmp) only the owner may replace a file
        if mode & 0o002 != 0 && mode & 0o1000 == 0 {
            return Err(ConfigFileError::Directory { path: directory.to_owned(), mode });
        }
    }
    Ok(())
}

fn bytes(path: &Path, file: File) -> Result<Vec<u8>, ConfigFileError> {
    let mut bytes = Vec::new();
    let read = file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|source| failed(path, source))?;
    if u64::try_from(read).is_ok_and(|length| length <= LIMIT) {
        Ok(bytes)
    } else {
        Err(ConfigFileError::TooLarge(path.to_owned()))
    }
}

fn not_utf8(path: &Path, error: &std::string::FromUtf8Error) -> ConfigFileError {
    let (good, bad) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
    let good = String::from_utf8_lossy(good);
    let last_line = good.rsplit('\n').next().unwrap_or_default();
    ConfigFileError::NotUtf8 {
        path: path.to_owned(),
        line: good.matches('\n').count() + 1,
        column: last_line.chars().count() + 1,
        byte: bad.first().copied().unwrap_or_default(),
    }
}

fn failed(path: &Path, source: io::Error) -> ConfigFileError {
    ConfigFileError::Read { path: path.to_owned(), source }
}
