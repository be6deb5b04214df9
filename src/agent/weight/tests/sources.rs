//! Real files, programs and tasks.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use config::agent::{WeightConfig, WeightScript, WeightSource};
use tokio::sync::watch::Receiver;
use tokio::task::LocalSet;

use crate::weight::load::Load;
use crate::weight::source::Source;
use crate::weight::start;
use crate::weight::steady::Bounds;

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A directory of a test's own, on a path that only root may write, unlike `/tmp`.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(format!("/var/lib/lvs-agent-test-{}-{nth}", std::process::id()));
        fs::create_dir(&path).expect("these tests run as root");
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let (path, new) = (self.0.join(name), self.0.join(".new"));
        // at once, so that nobody reads half of it
        fs::write(&new, text).unwrap();
        fs::set_permissions(&new, Permissions::from_mode(0o755)).unwrap();
        fs::rename(&new, &path).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn script(&self, text: &str) -> WeightScript {
        let command = vec![self.write("script", &format!("#!/bin/sh\n{text}\n"))];
        WeightScript { command, timeout: PATIENCE, user: None }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn from(source: WeightSource) -> WeightConfig {
    let interval = Duration::from_millis(5);
    WeightConfig { source, least: 1, most: 90, smooth: Duration::ZERO, interval }
}

/// On a thread with a `LocalSet`, as the daemon's is.
fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(LocalSet::new().run_until(work))
}

async fn told(receiver: &mut Receiver<Option<u8>>, wanted: Option<u8>) {
    let wait = tokio::time::timeout(PATIENCE, receiver.wait_for(|told| *told == wanted));
    wait.await.expect("waited in vain").expect("it is found out as long as its handle is kept");
}

async fn script_says(text: &str) -> Result<u8, String> {
    Source::script(Place::new().script(text)).measure().await
}

async fn measure(script: WeightScript) -> Result<u8, String> {
    Source::script(script).measure().await
}

#[test]
fn nothing_configured_tells_nothing_for_ever() {
    run(async {
        let (mut receiver, weighing) = start(None);
        assert_eq!(*receiver.borrow(), None);
        let waited = tokio::time::timeout(Duration::from_millis(10), receiver.changed()).await;
        assert!(waited.is_err(), "it pends: {waited:?}");
        drop(weighing);
    });
}

#[test]
fn a_fixed_one_is_there_at_once() {
    run(async {
        let (receiver, _weighing) = start(Some(from(WeightSource::Fixed(50))));
        assert_eq!(*receiver.borrow(), Some(50));
        let (receiver, _weighing) = start(Some(from(WeightSource::Fixed(0))));
        assert_eq!(*receiver.borrow(), Some(1), "bounded");
    });
}

#[test]
fn a_file_is_followed_and_bounded_and_forgotten() {
    run(async {
        let place = Place::new();
        let path = place.write("weight", "40\n");
        let (mut receiver, weighing) = start(Some(from(WeightSource::File(path.clone()))));
        told(&mut receiver, Some(40)).await;
        place.write("weight", "100 as much as it can");
        told(&mut receiver, Some(90)).await;
        place.write("weight", "0");
        told(&mut receiver, Some(1)).await;
        fs::remove_file(&path).unwrap();
        told(&mut receiver, None).await;
        place.write("weight", "60");
        told(&mut receiver, Some(60)).await;
        drop(weighing);
        let over = tokio::time::timeout(PATIENCE, async { while receiver.changed().await.is_ok() {} });
        over.await.expect("the task ends with its handle");
    });
}

#[test]
fn what_is_no_file_is_said() {
    run(async {
        let place = Place::new();
        let measure = async |path: &Path| Source::file(path.to_str().unwrap().into()).measure().await;
        let fifo = place.0.join("fifo");
        nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(measure(&fifo).await, Err(format!("{} is no regular file", fifo.display())));
        assert_eq!(measure(&place.0).await, Err(format!("{} is no regular file", place.0.display())));
        let missing = place.0.join("missing");
        let words = format!("cannot read {}: No such file or directory (os error 2)", missing.display());
        assert_eq!(measure(&missing).await, Err(words));
        let (endless, long) = (Path::new("/dev/zero"), place.write("long", &"9".repeat(100_000)));
        assert_eq!(measure(endless).await, Err("/dev/zero is no regular file".into()));
        assert!(measure(Path::new(&long)).await.is_err_and(|words| words.len() < 200));
    });
}

#[test]
fn a_program_prints_it_first() {
    run(async {
        assert_eq!(script_says("echo 75 percent; echo more").await, Ok(75));
        assert_eq!(script_says("true").await, Err("there is no number".into()));
        assert_eq!(
            script_says("echo no database >&2; exit 3").await,
            Err("exit status 3: no database".into())
        );
    });
}

#[test]
fn a_program_that_hangs_or_is_not_safe_is_said() {
    run(async {
        let place = Place::new();
        let slow = WeightScript { timeout: Duration::from_millis(100), ..place.script("exec sleep 60") };
        assert_eq!(measure(slow).await, Err("killed: not done after 100 ms".into()));
        let open = place.script("echo 50");
        fs::set_permissions(&open.command[0], Permissions::from_mode(0o777)).unwrap();
        let said = measure(open).await;
        assert!(said.as_ref().is_err_and(|words| words.contains("is writable by everybody")), "{said:?}");
    });
}

#[test]
fn a_program_is_asked_again_and_again() {
    run(async {
        let place = Place::new();
        let count = place.0.join("count");
        let text = format!("echo x >> {0}; echo $((10 * $(wc -l < {0})))", count.display());
        let (mut receiver, _weighing) = start(Some(from(WeightSource::Script(place.script(&text)))));
        for tens in [1, 2, 3] {
            let wait = receiver.wait_for(|told| told.is_some_and(|told| told >= 10 * tens));
            tokio::time::timeout(PATIENCE, wait).await.expect("waited in vain").unwrap();
        }
    });
}

#[test]
fn the_load_of_a_host() {
    let place = Place::new();
    let (average, online) =
        (place.write("loadavg", "1.50 0.00 0.00 1/100 77\n"), place.write("online", "0-2\n"));
    let load =
        |average: &str| Load::at(100, Bounds::new(0, 100), average.into(), online.clone().into()).measure();
    assert_eq!(load(&average), Ok(50));
    assert_eq!(load(&online), Err(format!("{online} does not begin with a load average")));
    assert!(load("/nowhere").is_err_and(|words| words.starts_with("cannot read /nowhere: ")));
    run(async {
        let own = Source::load(100, Bounds::new(7, 93)).measure().await;
        assert!(own.as_ref().is_ok_and(|percent| (7..=93).contains(percent)), "{own:?}");
    });
}
