use std::fs;
use std::path::PathBuf;

use super::*;
use crate::testing::router;

/// A run directory that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> (Self, RunDir) {
        let path = std::env::temp_dir().join(format!("lvs-router-{name}-{}", std::process::id()));
        let dir = RunDir::open(&path, true).unwrap();
        (Self(path), dir)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn write(dir: &RunDir, config: &RouterConfig, state: State) {
    let mut diary = Diary::new(dir, Notes::nowhere());
    diary.write([(config, state)].into_iter(), Duration::ZERO);
}

fn age(dir: &RunDir, age: Duration) {
    let file = fs::OpenOptions::new().write(true).open(dir.path().join(FILE)).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}

fn goes_on(dir: &RunDir, config: &RouterConfig) -> bool {
    Past::read(dir, &Notes::nowhere()).goes_on(config)
}

#[test]
fn a_master_goes_on_for_two_of_its_intervals() {
    let (_scratch, dir) = Scratch::new("ages");
    let config = router("version = 2\nadvert_interval = \"10s\"\n");
    write(&dir, &config, State::Master);
    assert!(goes_on(&dir, &config));
    age(&dir, Duration::from_secs(19));
    assert!(goes_on(&dir, &config));
    age(&dir, Duration::from_secs(21));
    assert!(!goes_on(&dir, &config));
}

#[test]
fn a_clock_that_was_put_back_proves_nothing() {
    let (_scratch, dir) = Scratch::new("future");
    let config = router("");
    write(&dir, &config, State::Master);
    let file = fs::OpenOptions::new().write(true).open(dir.path().join(FILE)).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(60)).unwrap();
    assert!(!goes_on(&dir, &config));
}

#[test]
fn only_the_same_router_and_only_a_master_goes_on() {
    let (_scratch, dir) = Scratch::new("same");
    let config = router("version = 2\nadvert_interval = \"10s\"\n");
    for state in [State::Initialize, State::Fault, State::Backup, State::Leaving] {
        write(&dir, &config, state);
        assert!(!goes_on(&dir, &config), "{state}");
    }
    write(&dir, &config, State::Master);
    let other = RouterConfig { interface: "eth1".into(), ..config.clone() };
    assert!(!goes_on(&dir, &other));
    let other = RouterConfig { name: "VI_2".into(), ..config };
    assert!(!goes_on(&dir, &other));
}

#[test]
fn no_file_and_a_broken_one_are_no_past() {
    let (_scratch, dir) = Scratch::new("broken");
    assert!(!goes_on(&dir, &router("")));
    dir.write(FILE, b"{").unwrap();
    let (notes, mut lines) = crate::notes::channel();
    assert!(!Past::read(&dir, &notes).goes_on(&router("")));
    assert!(matches!(lines.try_recv(), Ok(crate::notes::Note::Warn(_))));
}

#[test]
fn the_file_is_touched_while_there_is_a_master() {
    let (_scratch, dir) = Scratch::new("touch");
    let config = router("version = 2\nadvert_interval = \"10s\"\n");
    let mut diary = Diary::new(&dir, Notes::nowhere());
    diary.write([(&config, State::Backup)].into_iter(), Duration::ZERO);
    assert_eq!(diary.due(), None);
    diary.write([(&config, State::Master)].into_iter(), Duration::from_secs(1));
    assert_eq!(diary.due(), Some(Duration::from_secs(2)), "at most a second");
    age(&dir, Duration::from_secs(60));
    diary.touch(Duration::from_millis(1_999));
    assert!(!goes_on(&dir, &config));
    diary.touch(Duration::from_secs(2));
    assert!(goes_on(&dir, &config));
    assert_eq!(diary.due(), Some(Duration::from_secs(3)));
    let fast = router("advert_interval = \"20ms\"\n");
    diary.write([(&fast, State::Master)].into_iter(), Duration::from_secs(3));
    assert_eq!(diary.due(), Some(Duration::from_millis(3_100)));
}
