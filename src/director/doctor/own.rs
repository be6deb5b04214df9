//! What a director on this host does, and what it has written down.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::Path;

use daemon::control::ControlError;
use daemon::http::Method;
use daemon::run_dir::{RunDir, RunDirError};
use doctor::Seen;
use doctor::director::{Daemon, Table};
use ipvs::proc::SeenKey;
use ipvs::{Family, ServiceKey};
use vrrp::State;

use crate::owned::OwnedServices;
use crate::status::Status;

const AS_ROOT: &str = "run this as root";

/// What the running director says.
pub(super) async fn daemon(run_dir: &Path) -> Seen<Option<Daemon>> {
    let dir = match open(run_dir) {
        Ok(Some(dir)) => dir,
        Ok(None) => return Seen::Known(None),
        Err(why) => return Seen::unseen(why, AS_ROOT),
    };
    match daemon::control::ask(&dir.control_socket(), Method::GET, "/v1/status", b"").await {
        Ok((200, body)) => match serde_json::from_slice(&body) {
            Ok(status) => Seen::Known(Some(of_status(status, &dir))),
            Err(error) => Seen::unseen(
                format!("the running director's status is not understood: {error}"),
                "systemctl restart lvs-director",
            ),
        },
        Ok((code, _)) => Seen::unseen(format!("the running director answers {code}"), "lvs-director status"),
        Err(ControlError::NotRunning(_)) => Seen::Known(None),
        Err(error @ ControlError::Permission(_)) => Seen::unseen(error.to_string(), AS_ROOT),
        Err(error) => Seen::unseen(daemon::errors::one_line(&error), "systemctl status lvs-director"),
    }
}

fn of_status(status: Status, dir: &RunDir) -> Daemon {
    let routers = status.vrrp.map(|vrrp| vrrp.status.routers).unwrap_or_default();
    let masters = routers.into_iter().filter(|router| router.state == State::Master.word());
    Daemon {
        refused: status.config.refused,
        masters: masters.map(|router| router.name).collect(),
        open_files: open_files(dir),
    }
}

/// By its process, whose number is in the lock's file.
fn open_files(dir: &RunDir) -> Option<u64> {
    let lock = dir.read("lock").ok()??;
    let pid: u32 = String::from_utf8_lossy(&lock).trim().parse().ok()?;
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).ok()?;
    limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok())
}

/// Addresses that lvs-director has written down as its own.
pub(super) fn addresses(run_dir: &Path) -> Seen<BTreeSet<(IpAddr, String)>> {
    written_down(run_dir, router::owned)
}

/// The kernel's table, which is there for everybody to read once `ip_vs` is loaded.
pub(super) fn table(run_dir: &Path) -> Seen<Option<Table>> {
    let bytes = match kernel::ipvs::read_proc() {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Seen::Known(None),
        Err(error) => return Seen::unseen(format!("cannot read /proc/net/ip_vs: {error}"), AS_ROOT),
    };
    let owned = written_down(run_dir, |dir| Ok(OwnedServices::open(dir)?.keys().clone()));
    match ipvs::proc::parse_proc(&String::from_utf8_lossy(&bytes)) {
        Ok(seen) => {
            let services = seen.services.iter().map(|service| key(service.key)).collect();
            Seen::Known(Some(Table { services, owned }))
        }
        Err(error) => Seen::unseen(error.to_string(), "ipvsadm -Ln"),
    }
}

fn key(seen: SeenKey) -> ServiceKey {
    match seen {
        SeenKey::Address(key) => key,
        SeenKey::Fwmark(mark) => ServiceKey::Fwmark { family: Family::V4, mark },
    }
}

/// Nothing, where there is no directory or no file.
fn written_down<T: Default>(run_dir: &Path, read: impl FnOnce(&RunDir) -> io::Result<T>) -> Seen<T> {
    match open(run_dir) {
        Ok(None) => Seen::Known(T::default()),
        Ok(Some(dir)) => match read(&dir) {
            Ok(found) => Seen::Known(found),
            Err(error) => Seen::unseen(
                format!("cannot read what is lvs-director's in {}: {error}", dir.path().display()),
                AS_ROOT,
            ),
        },
        Err(why) => Seen::unseen(why, AS_ROOT),
    }
}

/// None: there is no such directory, so no director has run since the last boot.
fn open(run_dir: &Path) -> Result<Option<RunDir>, String> {
    match RunDir::open(run_dir, false) {
        Ok(dir) => Ok(Some(dir)),
        Err(RunDirError::Missing(_)) => Ok(None),
        Err(error) => Err(daemon::errors::one_line(&error)),
    }
}
