use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use config::director::{TrackFile, TrackProcess, TrackScript, VrrpConfig};
use tokio::time::timeout;
use vrrp::Report;

use super::file::number;
use super::process::count;
use super::script::Tally;
use super::{TrackName, Tracker};
use crate::places::{PATIENCE, Place, is_dead, mode, until};

const SHORT: Duration = Duration::from_millis(10);

fn script(command: Vec<String>) -> TrackScript {
    TrackScript {
        name: "chk".into(),
        command,
        interval: SHORT,
        timeout: PATIENCE,
        rise: 1,
        fall: 1,
        user: None,
        initially_up: true,
    }
}

fn scripts(scripts: &[TrackScript]) -> VrrpConfig {
    VrrpConfig { scripts: scripts.to_vec(), ..VrrpConfig::default() }
}

fn file(path: String) -> VrrpConfig {
    let file = TrackFile { name: "number".into(), path, interval: Duration::from_secs(1) };
    VrrpConfig { files: vec![file], ..VrrpConfig::default() }
}

fn process(name: &str, process: &str, minimum: u32, interval: Duration) -> TrackProcess {
    TrackProcess { name: name.into(), process: process.into(), minimum, interval }
}

fn chk(report: Report) -> (TrackName, Report) {
    (TrackName::Script("chk".into()), report)
}

async fn next(tracker: &mut Tracker) -> (TrackName, Report) {
    timeout(PATIENCE, tracker.next()).await.expect("a report")
}

fn lines(text: &str) -> usize {
    text.lines().count()
}

#[test]
fn results_in_a_row_turn_it_and_the_first_counts_at_once() {
    let played = |rise: u32, fall: u32, results: &str| {
        let mut tally = Tally::new(rise, fall);
        let stand = |result| if tally.count(result == '+') == Some(true) { '+' } else { '-' };
        results.chars().map(stand).collect::<String>()
    };
    assert_eq!(played(1, 1, "+-+-"), "+-+-");
    assert_eq!(played(2, 3, "+--+---+-++-"), "+++++".to_owned() + "+----++");
    assert_eq!(played(3, 2, "-++-+++-+--"), "------++++-");
    // 0 means 1
    assert_eq!(played(0, 0, "-+-"), "-+-");
}

#[tokio::test]
async fn a_script_is_reported_first_and_when_it_changes() {
    let place = Place::new();
    place.write("result", "0");
    let mut config = script(place.script("check", "echo ran >>\"$0\".log; exit $(cat \"${0%check}result\")"));
    (config.rise, config.fall) = (2, 3);
    let mut tracker = Tracker::new();
    tracker.set(&scripts(&[config]));
    assert_eq!(tracker.reports(), []);
    assert_eq!(next(&mut tracker).await, chk(Report::Up));
    assert_eq!(tracker.reports(), [chk(Report::Up)]);
    until("it ran again without a report", || lines(&place.read("check.log")) > 3).await;
    place.write("result", "9");
    let before = lines(&place.read("check.log"));
    assert_eq!(next(&mut tracker).await, chk(Report::Down));
    // a run before the change may have been read late: two failures at least came after
    assert!(lines(&place.read("check.log")) >= before + 2);
    assert_eq!(tracker.status()[0].detail, "exit status 9");
    place.write("result", "0");
    assert_eq!(next(&mut tracker).await, chk(Report::Up));
}

#[tokio::test]
async fn a_hanging_script_has_failed_and_its_words_say_so() {
    let place = Place::new();
    let mut config = script(place.script("check", "sleep 1000"));
    config.timeout = Duration::from_millis(50);
    let mut tracker = Tracker::new();
    tracker.set(&scripts(&[config]));
    assert_eq!(next(&mut tracker).await, chk(Report::Down));
    assert_eq!(tracker.status()[0].detail, "killed: not done after 50 ms");
}

#[tokio::test]
async fn runs_of_one_script_never_overlap() {
    let place = Place::new();
    // longer than the interval
    let text =
        "mkdir \"$0\".lock || touch \"$0\".overlap; sleep 0.03; rmdir \"$0\".lock; echo ran >>\"$0\".log";
    let mut tracker = Tracker::new();
    tracker.set(&scripts(&[script(place.script("check", text))]));
    until("some runs are over", || lines(&place.read("check.log")) >= 5).await;
    assert!(!Path::new(&place.path("check.overlap")).exists());
}

#[tokio::test]
async fn a_script_that_became_unsafe_counts_as_failed_and_is_not_run() {
    let place = Place::new();
    let command = place.script("check", "echo ran >>\"$0\".log");
    let mut tracker = Tracker::new();
    tracker.set(&scripts(&[script(command.clone())]));
    assert_eq!(next(&mut tracker).await, chk(Report::Up));
    mode(&command[0], 0o777);
    assert_eq!(next(&mut tracker).await, chk(Report::Down));
    let ran = place.read("check.log");
    assert!(tracker.status()[0].detail.contains("is writable by everybody"));
    mode(&command[0], 0o755);
    assert_eq!(next(&mut tracker).await, chk(Report::Up));
    assert!(lines(&place.read("check.log")) > lines(&ran));
}

#[tokio::test]
async fn the_same_script_goes_on_another_begins_anew_a_removed_one_is_killed() {
    let place = Place::new();
    place.write("gate", "");
    let text = "echo $$ >>\"$0\".log; [ -e \"${0%check}gate\" ] && exit 0; exec sleep 1000";
    let config = script(place.script("check", text));
    let mut tracker = Tracker::new();
    tracker.set(&scripts(std::slice::from_ref(&config)));
    assert_eq!(next(&mut tracker).await, chk(Report::Up));
    fs::remove_file(place.path("gate")).unwrap();
    let hangs = || {
        let log = place.read("check.log");
        let last = log.lines().last().unwrap_or_default().to_owned();
        let name = fs::read_to_string(format!("/proc/{last}/comm")).unwrap_or_default();
        (name == "sleep\n").then_some(last)
    };
    until("one hangs", || hangs().is_some()).await;
    let first = hangs().unwrap();
    tracker.set(&scripts(std::slice::from_ref(&config)));
    assert_eq!(tracker.reports(), [chk(Report::Up)]);
    assert!(!is_dead(&first));
    tracker.set(&scripts(&[TrackScript { fall: 2, ..config }]));
    until("the old one is killed", || is_dead(&first)).await;
    // nothing is forgotten meanwhile
    assert_eq!(tracker.reports(), [chk(Report::Up)]);
    until("the new one hangs", || hangs().is_some()).await;
    let second = hangs().unwrap();
    tracker.set(&VrrpConfig::default());
    until("it is killed", || is_dead(&second)).await;
    assert_eq!(tracker.reports(), []);
    assert_eq!(tracker.status(), []);
}

#[tokio::test]
async fn scripts_run_as_their_user_or_as_that_of_all() {
    let place = Place::new();
    let (own, of_all) = (place.script("own", "id -u; exit 1"), place.script("all", "id -u; exit 1"));
    let own = TrackScript { name: "own".into(), user: Some("nobody".into()), ..script(own) };
    let of_all = TrackScript { name: "all".into(), ..script(of_all) };
    let config = VrrpConfig { script_user: Some("daemon".into()), ..scripts(&[own, of_all]) };
    let mut tracker = Tracker::new();
    tracker.set(&config);
    next(&mut tracker).await;
    next(&mut tracker).await;
    let details: Vec<_> = tracker.status().into_iter().map(|line| line.detail).collect();
    assert_eq!(details, ["exit status 1: 1", "exit status 1: 65534"]);
}

#[test]
fn a_number_is_the_first_word() {
    let cases = [
        ("", 0),
        ("\n", 0),
        ("5", 5),
        (" -20\n", -20),
        ("+7", 7),
        ("3 more", 3),
        ("five", 0),
        ("5x", 0),
        ("99999999999999", i32::MAX),
        ("-99999999999999", i32::MIN),
    ];
    for (text, wanted) in cases {
        assert_eq!(number(text), wanted, "{text:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_is_reported_when_its_number_changes() {
    let place = Place::new();
    let number = |value| (TrackName::File("number".into()), Report::Value(value));
    let mut tracker = Tracker::new();
    tracker.set(&file(place.path("number")));
    assert_eq!(next(&mut tracker).await, number(0));
    assert!(tracker.status()[0].detail.starts_with("No such file"));
    place.write("number", "-30\n");
    assert_eq!(next(&mut tracker).await, number(-30));
    place.write("number", "-30 \n");
    assert!(timeout(Duration::from_secs(10), tracker.next()).await.is_err());
    assert_eq!(tracker.status()[0].detail, "contains '-30'");
    fs::remove_file(place.path("number")).unwrap();
    assert_eq!(next(&mut tracker).await, number(0));
    // neither a directory nor a pipe holds anything up
    fs::create_dir(place.path("number")).unwrap();
    until("it is read", || tracker.status()[0].detail.starts_with("Is a directory")).await;
    fs::remove_dir(place.path("number")).unwrap();
    nix::unistd::mkfifo(place.path("number").as_str(), nix::sys::stat::Mode::S_IRWXU).unwrap();
    until("it is read", || tracker.status()[0].detail == "contains ''").await;
}

#[tokio::test(start_paused = true)]
async fn changes_that_nobody_took_are_reported_once_with_the_last_value() {
    let place = Place::new();
    place.write("number", "1");
    let mut tracker = Tracker::new();
    tracker.set(&file(place.path("number")));
    for value in 1..5 {
        place.write("number", &value.to_string());
        let wanted = [(TrackName::File("number".into()), Report::Value(value))];
        until("it is read", || tracker.reports() == wanted).await;
    }
    assert_eq!(next(&mut tracker).await.1, Report::Value(4));
    assert!(timeout(Duration::from_secs(10), tracker.next()).await.is_err());
}

/// A process of a name of its own; killed when dropped.
struct Sleeper(Child);

impl Sleeper {
    fn start(place: &Place, name: &str) -> Self {
        let path = place.path(name);
        if !Path::new(&path).exists() {
            fs::copy("/bin/sleep", &path).unwrap();
        }
        let sleeper = Self(Command::new(path).arg("1000").spawn().unwrap());
        // the name changes a moment after spawn() answers; by the real clock, which the test may have stopped
        let began = std::time::Instant::now();
        while fs::read_to_string(format!("/proc/{}/comm", sleeper.0.id())).unwrap().trim_end() != name {
            assert!(began.elapsed() < PATIENCE);
            std::thread::yield_now();
        }
        sleeper
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(start_paused = true)]
async fn processes_are_up_while_enough_of_them_run() {
    let place = Place::new();
    let (one, two) = (format!("one{}", std::process::id()), format!("two{}", std::process::id()));
    let second = Duration::from_secs(1);
    let processes =
        vec![process("a", &one, 2, second), process("b", &two, 1, second * 3), process("c", &one, 1, second)];
    let name = |name: &str| TrackName::Process(name.into());
    let first = Sleeper::start(&place, &one);
    let mut tracker = Tracker::new();
    tracker.set(&VrrpConfig { processes, ..VrrpConfig::default() });
    for (wanted, report) in [("a", Report::Down), ("b", Report::Down), ("c", Report::Up)] {
        assert_eq!(next(&mut tracker).await, (name(wanted), report));
    }
    let second = Sleeper::start(&place, &one);
    assert_eq!(next(&mut tracker).await, (name("a"), Report::Up));
    let third = Sleeper::start(&place, &two);
    assert_eq!(next(&mut tracker).await, (name("b"), Report::Up));
    drop(third);
    assert_eq!(next(&mut tracker).await, (name("b"), Report::Down));
    drop(first);
    assert_eq!(next(&mut tracker).await, (name("a"), Report::Down));
    assert_eq!(tracker.status()[0].detail, "1 running");
    drop(second);
    assert_eq!(next(&mut tracker).await, (name("c"), Report::Down));
}

#[tokio::test]
async fn a_dead_process_that_nobody_reaped_does_not_run() {
    let place = Place::new();
    let name = format!("zomb{}", std::process::id());
    let names = [name.clone()];
    let running = || count(Path::new("/proc"), &names).unwrap().get(&name).copied();
    let mut sleeper = Sleeper::start(&place, &name);
    assert_eq!(running(), Some(1));
    sleeper.0.kill().unwrap();
    until("it is dead", || running().is_none()).await;
    assert!(Path::new(&format!("/proc/{}/comm", sleeper.0.id())).exists());
}

#[test]
fn names_may_contain_anything_and_other_entries_are_passed_over() {
    let place = Place::new();
    let entry = |pid: &str, comm: &str, stat: &str| {
        fs::create_dir(place.path(pid)).unwrap();
        fs::write(place.path(&format!("{pid}/comm")), comm).unwrap();
        fs::write(place.path(&format!("{pid}/stat")), stat).unwrap();
    };
    entry("1", "a) Z b\n", "1 (a) Z b) S 0");
    entry("2", "a) Z b\n", "2 (a) Z b) Z 0");
    entry("3", "nginx\n", "3 (nginx) R 0");
    entry("4", "nginx\n", "");
    entry("12a", "nginx\n", "12 (nginx) R 0");
    fs::create_dir(place.path("5")).unwrap();
    let names = ["a) Z b".to_owned(), "nginx".to_owned(), "ngin".to_owned()];
    let counts = count(Path::new(&place.path("")), &names).unwrap();
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [("a) Z b".to_owned(), 1), ("nginx".to_owned(), 1)]);
    assert!(count(Path::new(&place.path("gone")), &names).is_err());
}
