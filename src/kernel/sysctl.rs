//! `/proc/sys`, by path: a name with dots cannot say `net/ipv4/conf/eth0.100/arp_ignore`.

use std::io;
use std::path::{Path, PathBuf};

/// The directory of sysctls.
#[derive(Clone, Debug)]
pub struct Sysctls {
    root: PathBuf,
}

/// A sysctl that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SysctlError {
    /// the file cannot be read
    #[error("cannot read {}", path.display())]
    Read {
        /// the file
        path: PathBuf,
        /// why
        #[source]
        source: io::Error,
    },
    /// the file cannot be written
    #[error("cannot write {value} to {}", path.display())]
    Write {
        /// the file
        path: PathBuf,
        /// the value
        value: i32,
        /// why
        #[source]
        source: io::Error,
    },
    /// it holds no number
    #[error("{} holds {text:?}, not a number", path.display())]
    NotANumber {
        /// the file
        path: PathBuf,
        /// what it holds, shortened
        text: String,
    },
    /// it was written, and holds something else
    #[error("{} is {found} after {value} was written", path.display())]
    NotKept {
        /// the file
        path: PathBuf,
        /// the value written
        value: i32,
        /// the value read back
        found: i32,
    },
}

impl Default for Sysctls {
    fn default() -> Self {
        Self::new(Path::new("/proc/sys"))
    }
}

impl Sysctls {
    /// Sysctls under another root than `/proc/sys`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Reads a number: `net/ipv4/vs/expire_nodest_conn`.
    pub fn read(&self, name: &str) -> Result<i32, SysctlError> {
        let path = self.root.join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => parse(&path, &text),
            Err(source) => Err(SysctlError::Read { path, source }),
        }
    }

    /// Makes a sysctl hold this value: reads, writes where it differs, reads back. Answers the value that was there.
    pub fn write(&self, name: &str, value: i32) -> Result<i32, SysctlError> {
        let before = self.read(name)?;
        if before == value {
            return Ok(before);
        }
        let path = self.root.join(name);
        if let Err(source) = std::fs::write(&path, format!("{value}\n")) {
            return Err(SysctlError::Write { path, value, source });
        }
        let found = self.read(name)?;
        if found == value { Ok(before) } else { Err(SysctlError::NotKept { path, value, found }) }
    }
}

/// Reads `{tree}.{interface}.{name}`, as in `net.ipv4.conf`, `eth0.100`, `arp_ignore`.
pub fn read(root: &Path, tree: &str, interface: &str, name: &str) -> Result<i32, SysctlError> {
    Sysctls::new(root).read(&path_of(tree, interface, name))
}

/// Writes `{tree}.{interface}.{name}` as [`Sysctls::write`] does.
pub fn write(root: &Path, tree: &str, interface: &str, name: &str, value: i32) -> Result<i32, SysctlError> {
    Sysctls::new(root).write(&path_of(tree, interface, name), value)
}

fn path_of(tree: &str, interface: &str, name: &str) -> String {
    format!("{}/{interface}/{name}", tree.replace('.', "/"))
}

fn parse(path: &Path, text: &str) -> Result<i32, SysctlError> {
    text.trim().parse().map_err(|_| SysctlError::NotANumber {
        path: path.to_owned(),
        text: text.trim().chars().take(40).collect(),
    })
}

impl SysctlError {
    /// EPERM, EACCES or EROFS: needs `CAP_NET_ADMIN` and a writable `/proc/sys`.
    pub fn is_denied(&self) -> bool {
        let denied = [io::ErrorKind::PermissionDenied, io::ErrorKind::ReadOnlyFilesystem];
        self.io().is_some_and(|error| denied.contains(&error.kind()))
    }

    /// EROFS: a sandbox or container has mounted `/proc/sys` read-only.
    pub fn is_read_only(&self) -> bool {
        self.io().is_some_and(|error| error.kind() == io::ErrorKind::ReadOnlyFilesystem)
    }

    /// There is no such sysctl: the module that brings it is not loaded, or the interface is gone.
    pub fn is_missing(&self) -> bool {
        self.io().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
    }

    fn io(&self) -> Option<&io::Error> {
        match self {
            Self::Read { source, .. } | Self::Write { source, .. } => Some(source),
            Self::NotANumber { .. } | Self::NotKept { .. } => None,
        }
    }
}
