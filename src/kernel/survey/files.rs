//! Configuration files of the operating system that say what addresses and sysctls a host gets.

use std::fs::{self, File as OpenFile, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use doctor::{File, Seen, Unseen};
use nix::fcntl::OFlag;

/// Of one file: what is longer is no configuration of addresses or sysctls.
const MOST_BYTES: u64 = 128 * 1024;
/// Of one directory.
const MOST_FILES: usize = 500;

/// Directories, and how the names in them end.
const DIRECTORIES: [(&str, &str); 19] = [
    ("etc/sysctl.d", ".conf"),
    ("run/sysctl.d", ".conf"),
    ("usr/local/lib/sysctl.d", ".conf"),
    ("usr/lib/sysctl.d", ".conf"),
    ("lib/sysctl.d", ".conf"),
    ("etc/init.d", ""),
    ("etc/network/interfaces.d", ""),
    ("etc/network/if-up.d", ""),
    ("etc/netplan", ".yaml"),
    ("etc/systemd/network", ".network"),
    ("run/systemd/network", ".network"),
    ("usr/local/lib/systemd/network", ".network"),
    ("usr/lib/systemd/network", ".network"),
    ("etc/NetworkManager/conf.d", ".conf"),
    ("etc/NetworkManager/system-connections", ""),
    ("etc/sysconfig/network-scripts", ""),
    ("etc/systemd/system", ".service"),
    ("etc/modules-load.d", ".conf"),
    ("etc/cron.d", ""),
];

const SINGLE: [&str; 8] = [
    "etc/sysctl.conf",
    "etc/rc.local",
    "etc/rc.d/rc.local",
    "etc/network/interfaces",
    "etc/NetworkManager/NetworkManager.conf",
    "etc/default/ipvsadm",
    "etc/keepalived/keepalived.conf",
    "etc/lvs-director/director.toml",
];

/// What is added to files of a directory by directories beside them: how these end, and the files in them.
const ADDED: (&str, &str) = (".network.d", ".conf");

/// Those that are there. What cannot be looked at is there as a file that nobody has seen; a directory has a slash at its end.
pub(super) fn files(root: &Path) -> Vec<File> {
    // where /lib is /usr/lib, the same is not told twice
    let is_link = root.join("lib").is_symlink();
    let directories = DIRECTORIES.iter().filter(|(directory, _)| !(is_link && directory.starts_with("lib/")));
    let listed = directories.flat_map(|(directory, end)| inside(root, directory, end));
    let added = DIRECTORIES.iter().filter(|(_, end)| *end == ".network").flat_map(|(directory, _)| {
        let (names, _) = names(root, directory, ADDED.0);
        names.into_iter().flat_map(|inner| inside(root, &inner, ADDED.1))
    });
    listed.chain(added).chain(SINGLE.iter().filter_map(|path| file(root, path))).collect()
}

fn inside(root: &Path, directory: &str, end: &str) -> Vec<File> {
    let (names, error) = names(root, directory, end);
    let files = names.iter().filter_map(|path| file(root, path));
    files.chain(error.map(|error| unseen(&format!("{directory}/"), &error))).collect()
}

/// In the order of their names, and why these are not all.
fn names(root: &Path, directory: &str, end: &str) -> (Vec<String>, Option<io::Error>) {
    let entries = match fs::read_dir(root.join(directory)) {
        Ok(entries) => entries,
        Err(error) => return (Vec::new(), Some(error).filter(|error| !is_absent(error))),
    };
    let mut missing = None;
    let mut names = Vec::new();
    for entry in entries {
        match entry.map(|entry| entry.file_name().into_string()) {
            Ok(Ok(name)) if name.ends_with(end) && names.len() < MOST_FILES => names.push(name),
            Ok(Ok(name)) if name.ends_with(end) => {
                missing = Some(io::Error::other(format!("more than {MOST_FILES} files")));
                break;
            }
            Ok(_) => {}
            Err(error) => {
                missing = Some(error);
                break;
            }
        }
    }
    names.sort();
    (names.into_iter().map(|name| format!("{directory}/{name}")).collect(), missing)
}

/// None: there is no such file, or it is none.
fn file(root: &Path, path: &str) -> Option<File> {
    let place: PathBuf = root.join(path);
    // so a file of the same name in a later directory is hidden
    if fs::read_link(&place).is_ok_and(|target| target == Path::new("/dev/null")) {
        return Some(File { path: format!("/{path}"), text: Seen::Known(String::new()), executable: false });
    }
    let metadata = match fs::metadata(&place) {
        Ok(metadata) if metadata.is_file() => metadata,
        Ok(_) => return None,
        Err(error) => return (!is_absent(&error)).then(|| unseen(path, &error)),
    };
    let executable = metadata.permissions().mode() & 0o111 != 0;
    Some(match text(&place) {
        Ok(text) => File { path: format!("/{path}"), text: Seen::Known(text), executable },
        Err(error) => File { executable, ..unseen(path, &error) },
    })
}

fn text(place: &Path) -> io::Result<String> {
    let file: OpenFile = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(place)?;
    let mut bytes = Vec::new();
    let read = file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > MOST_BYTES {
        return Err(io::Error::other(format!("longer than {} KiB", MOST_BYTES / 1024)));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What may be there, and say anything.
fn unseen(path: &str, error: &io::Error) -> File {
    File { path: format!("/{path}"), text: Seen::Unseen(refused(path, error)), executable: false }
}

/// Why a path below the root could not be looked at.
pub(super) fn refused(path: &str, error: &io::Error) -> Unseen {
    let is_refused = error.kind() == ErrorKind::PermissionDenied;
    let how = if is_refused { "run this as root".to_owned() } else { format!("look at /{path} yourself") };
    Unseen { why: format!("cannot read /{path}: {error}"), how }
}

/// Whether an error says that there is nothing.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
