//! Configuration files of the operating system that say what addresses and sysctls a host gets.

use std::fs::{self, File as OpenFile, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use doctor::{File, Seen};
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

/// Those that are there.
pub(super) fn files(root: &Path) -> Vec<File> {
    let listed = DIRECTORIES.iter().flat_map(|(directory, end)| names(root, directory, end));
    let added = DIRECTORIES.iter().filter(|(_, end)| *end == ".network").flat_map(|(directory, _)| {
        names(root, directory, ADDED.0).into_iter().flat_map(|inner| names(root, &inner, ADDED.1))
    });
    let single = SINGLE.iter().map(|path| (*path).to_owned());
    let paths = listed.chain(added).chain(single);
    // where /lib is /usr/lib, the same is not told twice
    let is_link = root.join("lib").is_symlink();
    paths.filter(|path| !(is_link && path.starts_with("lib/"))).filter_map(|path| file(root, &path)).collect()
}

/// In the order of their names.
fn names(root: &Path, directory: &str, end: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root.join(directory)) else { return Vec::new() };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(end)).take(MOST_FILES).collect();
    names.sort();
    names.into_iter().map(|name| format!("{directory}/{name}")).collect()
}

/// None: there is no such file, or it is none.
fn file(root: &Path, path: &str) -> Option<File> {
    let place: PathBuf = root.join(path);
    // so a file of the same name in a later directory is hidden
    if fs::read_link(&place).is_ok_and(|target| target == Path::new("/dev/null")) {
        return Some(File { path: format!("/{path}"), text: Seen::Known(String::new()), executable: false });
    }
    let metadata = fs::metadata(&place).ok().filter(fs::Metadata::is_file)?;
    let text = match text(&place) {
        Ok(text) => Seen::Known(text),
        Err(error) => Seen::unseen(format!("cannot read /{path}: {error}"), "run this as root"),
    };
    Some(File { path: format!("/{path}"), text, executable: metadata.permissions().mode() & 0o111 != 0 })
}

fn text(place: &Path) -> io::Result<String> {
    let file: OpenFile = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(place)?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
