//! On directories with the same files as the kernel's, and on this host's own.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod processes;
mod units;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use host::Need;

use super::search::Pace;
use super::{Roots, Runs};

/// A host made of files.
struct Host {
    root: PathBuf,
    runs: Runs,
    now: Instant,
}

impl Host {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("lvs-agent-needs-{}-{nth}", std::process::id()));
        for directory in ["cgroup", "proc", "etc", "lib"] {
            fs::create_dir_all(root.join(directory)).unwrap();
        }
        let runs = Runs::at(Roots {
            cgroups: root.join("cgroup"),
            proc: root.join("proc"),
            unit_files: vec![root.join("etc"), root.join("lib")],
        });
        Self { root, runs, now: Instant::now() }
    }

    fn write(&self, path: impl AsRef<Path>, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_dir_all(self.root.join(path)).unwrap();
    }

    fn process(&self, pid: u32, comm: &str, state: char) {
        self.write(format!("proc/{pid}/comm"), &format!("{comm}\n"));
        self.write(format!("proc/{pid}/stat"), &format!("{pid} ({comm}) {state} 1 {pid} {pid} 0"));
    }

    /// Long after the last look.
    fn later(&mut self, need: &Need) -> Result<(), String> {
        self.now += Duration::from_secs(3600);
        self.at_once(need)
    }

    /// At the very moment of the last look.
    fn at_once(&mut self, need: &Need) -> Result<(), String> {
        let mut answers = self.runs.look_at([need].into_iter(), self.now);
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.remove(need).unwrap()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn no(words: &str) -> Result<(), String> {
    Err(words.to_owned())
}

#[test]
fn each_that_is_wanted_has_an_answer() {
    let mut host = Host::new();
    host.process(7, "nginx", 'S');
    let wanted = [Need::Unit("a.service".into()), Need::Process("nginx".into()), Need::Process("b".into())];
    let answers = host.runs.look(wanted.iter().chain(&wanted));
    assert_eq!(answers.keys().cloned().collect::<Vec<_>>(), {
        let mut wanted = wanted.to_vec();
        wanted.sort();
        wanted
    });
    assert_eq!(answers[&wanted[1]], Ok(()));
    assert!(answers[&wanted[0]].is_err() && answers[&wanted[2]].is_err(), "{answers:?}");
    assert!(host.runs.look([].into_iter()).is_empty());
}

#[test]
fn searching_takes_a_small_part_of_the_time() {
    let (mut pace, start) = (Pace::default(), Instant::now());
    assert_eq!(pace.run(start, || std::thread::sleep(Duration::from_millis(5))), Some(()));
    assert_eq!(pace.run(start + Duration::from_millis(99), || ()), None, "twenty times as long");
    assert_eq!(pace.run(start + Duration::from_secs(2), || ()), Some(()));
    assert_eq!(pace.run(start + Duration::from_secs(2), || ()), None, "not at once, however short one was");
    pace.reset();
    assert_eq!(pace.run(start + Duration::from_secs(2), || ()), Some(()));
}
