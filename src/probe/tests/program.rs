//! Checks that ask this machine: programs and files. They run as root, as the programs' own tests do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod common;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use common::{passes, reason, refusing, tcp};
use health::{CheckKind, CheckSpec, Checks, FileCheck, Outcome, Reported, ScriptCheck, Start};
use lvs_probe::{Prober, attempt};
use tokio::sync::mpsc;

/// A directory of a test's own, on a path that only root may write, unlike `/tmp`.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(format!("/var/lib/lvs-probe-test-{}-{nth}", std::process::id()));
        fs::create_dir(&path).expect("these tests run as root");
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str, mode: u32) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn script(&self, text: &str) -> String {
        self.write("check", &format!("#!/bin/sh\n{text}\n"), 0o755)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn script(command: &[&str], weight: bool) -> CheckSpec {
    let command = command.iter().map(|word| (*word).to_owned()).collect();
    let kind = CheckKind::Script(ScriptCheck { command, user: None, weight });
    CheckSpec { timeout: Duration::from_secs(30), kind, ..tcp(refusing()) }
}

fn file(path: &str, weight: i32) -> CheckSpec {
    let kind = CheckKind::File(FileCheck { path: path.to_owned(), weight });
    CheckSpec { timeout: Duration::from_secs(30), kind, ..tcp(refusing()) }
}

#[tokio::test]
async fn exit_codes_decide() {
    let place = Place::new();
    let path = place.script("echo \"asked about $1\"; echo more; exit $2");
    let run = |code: &'static str, weight| script(&[&path, "10.0.0.1", code], weight);
    passes(&run("0", false)).await;
    passes(&run("0", true)).await;
    assert_eq!(reason(&run("1", false)).await, "exit status 1: asked about 10.0.0.1");
    assert_eq!(reason(&run("1", true)).await, "exit status 1: asked about 10.0.0.1");
    assert_eq!(reason(&run("2", false)).await, "exit status 2: asked about 10.0.0.1");
    for (code, weight) in [("2", 0), ("12", 10), ("255", 253)] {
        assert_eq!(attempt(&run(code, true)).await, Outcome::PassWith(Reported::Weight(weight)));
    }
}

#[tokio::test]
async fn other_ends_say_what_they_were() {
    let place = Place::new();
    let path = place.script("kill -9 $$");
    assert_eq!(reason(&script(&[&path], false)).await, "ended by signal 9");
    let path = place.script("exit 3");
    assert_eq!(reason(&script(&[&path], false)).await, "exit status 3");
    let path = place.script("printf '\\n  \\033[1mno\\tlicence \\n'; exit 1");
    assert_eq!(reason(&script(&[&path], false)).await, "exit status 1: [1mnolicence");
    let path = place.script("echo waiting; exec sleep 1000");
    let spec = CheckSpec { timeout: Duration::from_millis(900), ..script(&[&path], false) };
    let why = reason(&spec).await;
    assert!(why.starts_with("killed: not done after 900 ms"), "{why}");
    let why = reason(&script(&["/nowhere/check"], false)).await;
    assert_eq!(why, "not run: /nowhere does not exist");
    let path = place.write("open", "#!/bin/sh\n", 0o777);
    let why = reason(&script(&[&path], true)).await;
    assert!(why.starts_with("not run: ") && why.contains("is writable by everybody"), "{why}");
    assert_eq!(reason(&script(&[], false)).await, "not run: the command is empty");
}

#[tokio::test]
async fn a_script_runs_as_its_user() {
    let place = Place::new();
    let path = place.script("id -u; exit 1");
    let mut spec = script(&[&path], false);
    if let CheckKind::Script(script) = &mut spec.kind {
        script.user = Some("nobody".to_owned());
    }
    assert_eq!(reason(&spec).await, "exit status 1: 65534");
}

#[tokio::test]
async fn only_so_many_scripts_run_at_the_same_time_and_others_are_not_kept_waiting() {
    let place = Place::new();
    let path = place.script("while [ ! -e \"${0%check}gate\" ]; do sleep 0.05; done");
    let specs = (1..=70).map(|fall| CheckSpec { fall, ..script(&[&path], false) });
    let specs: Vec<_> = specs.chain([tcp(refusing())]).map(Arc::new).collect();
    let mut checks = Checks::new(1);
    checks.set(specs.iter().map(|spec| (Arc::clone(spec), Start::Unknown)), Duration::ZERO);
    let soon = Duration::from_secs(1);
    let ids: Vec<_> = std::iter::from_fn(|| checks.poll_due(soon)).collect();
    let (send, mut results) = mpsc::channel(100);
    let prober = Prober::new(2, send);
    for (id, spec) in &ids {
        prober.start(*id, Arc::clone(spec));
    }
    let (first, outcome) = results.recv().await.unwrap();
    let (_, spec) = ids.iter().find(|(id, _)| *id == first).unwrap();
    assert_eq!((spec, outcome), (&specs[70], Outcome::Fail("connect: connection refused".to_owned())));
    assert_eq!((prober.running(), prober.waiting()), (64, 6));
    place.write("gate", "", 0o644);
    for _ in 0..70 {
        assert_eq!(results.recv().await.unwrap().1, Outcome::Pass);
    }
}

#[tokio::test]
async fn the_number_in_a_file_fails_or_changes_the_weight() {
    let place = Place::new();
    for (text, number) in [("", 0), ("0\n", 0), ("7", 7), (" -20 \n", -20), ("five", 0), ("3 more", 3)] {
        let path = place.write("number", text, 0o644);
        match number {
            0 => passes(&file(&path, 0)).await,
            _ => assert_eq!(reason(&file(&path, 0)).await, format!("{path} holds {number}, wanted 0")),
        }
        assert_eq!(attempt(&file(&path, 3)).await, Outcome::PassWith(Reported::Change(number * 3)));
        assert_eq!(attempt(&file(&path, -1)).await, Outcome::PassWith(Reported::Change(-number)));
    }
    for (text, change) in [("99999999999999", i32::MAX), ("-2000000000", i32::MIN)] {
        let path = place.write("number", text, 0o644);
        assert_eq!(attempt(&file(&path, 2)).await, Outcome::PassWith(Reported::Change(change)));
    }
}

#[tokio::test]
async fn what_is_no_file_is_0_and_holds_nothing_up() {
    let place = Place::new();
    let path = |name: &str| place.0.join(name).to_str().unwrap().to_owned();
    passes(&file(&path("missing"), 0)).await;
    passes(&file(place.0.to_str().unwrap(), 0)).await;
    nix::unistd::mkfifo(path("pipe").as_str(), nix::sys::stat::Mode::S_IRWXU).unwrap();
    passes(&file(&path("pipe"), 0)).await;
    passes(&file("/dev/zero", 0)).await;
    assert_eq!(attempt(&file(&path("missing"), 5)).await, Outcome::PassWith(Reported::Change(0)));
}
