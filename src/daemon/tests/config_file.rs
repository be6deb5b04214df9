//! Which configuration files are read, and what is said of the others.
#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use common::Scratch;
use lvs_daemon::config_file::{ConfigFileError, read};
use nix::sys::stat::Mode;
use nix::unistd::{geteuid, mkfifo};

fn file(dir: &Scratch, content: impl AsRef<[u8]>, mode: u32) -> std::path::PathBuf {
    let path = dir.path().join("agent.toml");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    path
}

/// The message without the directory, and the hint.
fn refusal(dir: &Scratch, path: &Path) -> (String, Option<String>) {
    let error = read(path).unwrap_err();
    let plain = |words: &str| words.replace(&format!("{}/", dir.path().display()), "");
    (plain(&error.to_string()), error.hint().map(|hint| plain(&hint)))
}

#[test]
fn a_file_of_this_user_is_read() {
    let dir = Scratch::new();
    assert_eq!(read(file(&dir, "[health]\n", 0o644)).unwrap(), "[health]\n");
    let link = dir.path().join("link.toml");
    symlink("agent.toml", &link).unwrap();
    assert_eq!(read(link).unwrap(), "[health]\n");
}

#[test]
fn missing_and_empty_are_named() {
    let dir = Scratch::new();
    let (message, hint) = refusal(&dir, &dir.path().join("agent.toml"));
    assert_eq!(message, "agent.toml does not exist");
    assert_eq!(hint.as_deref(), Some("name another file with --config FILE"));
    assert_eq!(refusal(&dir, &file(&dir, "", 0o600)).0, "agent.toml is empty");
    assert_eq!(refusal(&dir, &file(&dir, " \n\t\n", 0o600)).0, "agent.toml is empty");
}

#[test]
fn writable_by_others_is_refused() {
    let dir = Scratch::new();
    let (message, hint) = refusal(&dir, &file(&dir, "x", 0o664));
    assert_eq!(message, "agent.toml may be written by its group (mode 0664)");
    assert_eq!(hint.as_deref(), Some("chmod go-w agent.toml"));
    let (message, _) = refusal(&dir, &file(&dir, "x", 0o646));
    assert_eq!(message, "agent.toml may be written by everybody (mode 0646)");
}

#[test]
fn what_is_no_file_is_refused_without_waiting() {
    let dir = Scratch::new();
    assert!(matches!(read(dir.path()), Err(ConfigFileError::NotRegular { kind: "a directory", .. })));
    let fifo = dir.path().join("fifo");
    mkfifo(&fifo, Mode::S_IRUSR).unwrap();
    assert_eq!(refusal(&dir, &fifo).0, "fifo is a fifo, not a regular file");
    let socket = dir.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    assert_eq!(refusal(&dir, &socket).0, "socket is a socket, not a regular file");
    assert!(matches!(read("/dev/null"), Err(ConfigFileError::NotRegular { kind: "a device", .. })));
}

#[test]
fn files_of_strangers_are_refused() {
    let dir = Scratch::new();
    let path = file(&dir, "x", 0o644);
    if !geteuid().is_root() {
        return; // only root can give a file away
    }
    chown(&path, Some(4242), None).unwrap();
    let (message, hint) = refusal(&dir, &path);
    assert_eq!(message, "agent.toml belongs to user 4242, who is neither root nor you");
    assert_eq!(hint.as_deref(), Some("chown root agent.toml"));
}

#[test]
fn directories_in_which_everybody_may_replace_files_are_refused() {
    let dir = Scratch::new();
    let path = file(&dir, "x", 0o644);
    fs::set_permissions(dir.path(), Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(read(&path), Err(ConfigFileError::Directory { mode: 0o777, .. })));
    fs::set_permissions(dir.path(), Permissions::from_mode(0o1777)).unwrap();
    assert_eq!(read(&path).unwrap(), "x");
}

#[test]
fn the_directory_behind_a_link_counts_too() {
    let (dir, open) = (Scratch::new(), Scratch::new());
    file(&open, "x", 0o644);
    fs::set_permissions(open.path(), Permissions::from_mode(0o777)).unwrap();
    let link = dir.path().join("link.toml");
    symlink(open.path().join("agent.toml"), &link).unwrap();
    assert!(matches!(read(&link), Err(ConfigFileError::Directory { .. })));
}

#[test]
fn the_first_byte_that_is_no_text_is_placed() {
    let dir = Scratch::new();
    let (message, _) = refusal(&dir, &file(&dir, b"a = 1\nb\xc3\xa4 = \"\xff\"", 0o600));
    assert_eq!(message, "agent.toml:2:7: byte 0xff is not UTF-8");
    let (message, _) = refusal(&dir, &file(&dir, b"\x80", 0o600));
    assert_eq!(message, "agent.toml:1:1: byte 0x80 is not UTF-8");
    let (message, _) = refusal(&dir, &file(&dir, b"cut \xe2\x82", 0o600));
    assert_eq!(message, "agent.toml:1:5: byte 0xe2 is not UTF-8");
}

#[test]
fn sixteen_mebibytes_and_no_more() {
    let dir = Scratch::new();
    let most = 16 * 1024 * 1024;
    assert_eq!(read(file(&dir, vec![b'#'; most], 0o600)).unwrap().len(), most);
    let (message, _) = refusal(&dir, &file(&dir, vec![b'#'; most + 1], 0o600));
    assert_eq!(message, "agent.toml is larger than 16 MiB");
}
