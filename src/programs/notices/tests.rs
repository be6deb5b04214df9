use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::time::{Duration, Instant};

use config::director::{Fifo, VrrpConfig};
use nix::fcntl::OFlag;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::queue::{Job, MOST_QUEUED, Queue};
use super::{Channel, Notices, Program};
use crate::check_fifo;
use crate::script::Script;
use crate::testing::{PATIENCE, Place, is_dead, mode, until};

fn fifo(path: &str) -> Fifo {
    Fifo { path: path.into(), reader: Vec::new() }
}

fn read_by(path: &str, reader: Vec<String>) -> VrrpConfig {
    VrrpConfig { notify_fifo: Some(Fifo { path: path.into(), reader }), ..VrrpConfig::default() }
}

fn with_fifo(path: &str) -> Notices {
    let notices = Notices::new();
    notices.set(&read_by(path, Vec::new()));
    notices
}

fn program(command: &[String], arguments: &[&str]) -> Program {
    let arguments = arguments.iter().map(|&word| word.to_owned()).collect();
    Program { script: Script::new(command.to_vec(), None), arguments }
}

fn line(notices: &Notices, line: &str) {
    notices.tell(Channel::Vrrp, line, Vec::new(), PATIENCE);
}

fn run(notices: &Notices, programs: Vec<Program>) {
    notices.tell(Channel::Lvs, "an event", programs, PATIENCE);
}

/// Opens it without waiting for a writer.
fn reader(path: &str) -> File {
    OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path).unwrap()
}

/// What is there.
fn drain(reader: &mut File) -> String {
    let mut text = String::new();
    match reader.read_to_string(&mut text) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
    }
    text
}

#[tokio::test]
async fn programs_run_one_after_the_other_in_the_order_of_the_events_however_slow_they_are() {
    let place = Place::new();
    // each is slower than the next
    let slow = place.script("slow", "sleep 0.0$((9 - $2)); echo \"$@\" >>\"${0%/*}/log\"");
    let notices = Notices::new();
    let mut wanted = String::new();
    let began = Instant::now();
    for nth in 0..9_u8 {
        let channel = [Channel::Vrrp, Channel::Lvs][usize::from(nth % 2)];
        let nth = nth.to_string();
        notices.tell(
            channel,
            "",
            vec![program(&slow, &["first", &nth]), program(&slow, &["then", &nth])],
            PATIENCE,
        );
        wanted.push_str(&format!("first {nth}\nthen {nth}\n"));
    }
    assert!(began.elapsed() < Duration::from_millis(30), "telling does not wait for programs");
    assert!(notices.settle(PATIENCE).await);
    assert_eq!(place.read("log"), wanted);
}

#[tokio::test]
async fn a_hanging_program_is_killed_and_the_next_runs() {
    let place = Place::new();
    let hangs =
        place.script("hangs", "echo $$ >>\"$0\".pids; [ $1 = a ] && exec sleep 1000; echo $1 >>\"$0\".log");
    let notices = Notices::new();
    for word in ["a", "b"] {
        notices.tell(Channel::Lvs, "an event", vec![program(&hangs, &[word])], Duration::from_secs(1));
    }
    assert!(!notices.settle(Duration::from_millis(1)).await);
    assert!(notices.settle(PATIENCE).await);
    assert_eq!(place.read("hangs.log"), "b\n");
    assert!(place.read("hangs.pids").lines().all(is_dead));
}

#[tokio::test]
async fn dropped_it_kills_what_runs() {
    let place = Place::new();
    let hangs = place.script("hangs", "echo $$ >\"$0\".pid; exec sleep 1000");
    let notices = Notices::new();
    let another = notices.clone();
    run(&notices, vec![program(&hangs, &[])]);
    drop(notices);
    until("it runs", || !place.read("hangs.pid").is_empty()).await;
    drop(another);
    until("it is killed", || is_dead(place.read("hangs.pid").trim())).await;
}

#[tokio::test]
async fn a_program_that_others_may_write_is_not_run_and_the_next_is() {
    let place = Place::new();
    let (bad, good) = (place.script("bad", "touch \"$0\".ran"), place.script("good", "touch \"$0\".ran"));
    mode(&bad[0], 0o777);
    let notices = Notices::new();
    run(&notices, vec![program(&bad, &[]), program(&good, &[])]);
    assert!(notices.settle(PATIENCE).await);
    assert!(!fs::exists(place.path("bad.ran")).unwrap());
    assert!(fs::exists(place.path("good.ran")).unwrap());
}

#[tokio::test]
async fn a_full_queue_loses_the_oldest() {
    let queue = Queue::default();
    let total = MOST_QUEUED + 3;
    for nth in 0..total {
        queue.push(Job { event: nth.to_string(), programs: Vec::new(), limit: PATIENCE });
    }
    let mut names = Vec::new();
    for _ in 0..MOST_QUEUED {
        names.push(queue.next().await.event);
        queue.done();
    }
    assert_eq!(names, (3..total).map(|nth| nth.to_string()).collect::<Vec<_>>());
    queue.idle().await;
}

#[tokio::test]
async fn each_pipe_gets_its_kind_and_one_gets_both_in_order() {
    let place = Place::new();
    let paths = ["both", "vrrp", "lvs"].map(|name| place.path(name));
    let [both, vrrp, lvs] = paths.each_ref().map(|path| Some(fifo(path)));
    let config = VrrpConfig { notify_fifo: both, vrrp_fifo: vrrp, lvs_fifo: lvs, ..VrrpConfig::default() };
    let notices = Notices::new();
    notices.set(&config);
    let [mut both, mut vrrp, mut lvs] = paths.each_ref().map(|path| reader(path));
    notices.tell(Channel::Vrrp, "INSTANCE", Vec::new(), PATIENCE);
    // the same again changes nothing
    notices.set(&config);
    notices.tell(Channel::Lvs, "RS", Vec::new(), PATIENCE);
    notices.tell(Channel::Lvs, "", Vec::new(), PATIENCE);
    notices.tell(Channel::Vrrp, "GROUP", Vec::new(), PATIENCE);
    assert_eq!(drain(&mut both), "INSTANCE\nRS\nGROUP\n");
    assert_eq!(drain(&mut vrrp), "INSTANCE\nGROUP\n");
    assert_eq!(drain(&mut lvs), "RS\n");
    // no longer named: no longer written to
    notices.set(&VrrpConfig { vrrp_fifo: Some(fifo(&paths[1])), ..VrrpConfig::default() });
    notices.tell(Channel::Lvs, "RS", Vec::new(), PATIENCE);
    notices.tell(Channel::Vrrp, "INSTANCE", Vec::new(), PATIENCE);
    assert_eq!([drain(&mut both), drain(&mut vrrp), drain(&mut lvs)], ["", "INSTANCE\n", ""]);
    assert_eq!(notices.lines_dropped(), 0);
}

#[tokio::test]
async fn the_named_pipe_is_made_and_stays() {
    let place = Place::new();
    let path = place.path("fifo");
    let notices = with_fifo(&path);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    let mut reader = reader(&path);
    line(&notices, "one");
    line(&notices, "two");
    assert_eq!(drain(&mut reader), "one\ntwo\n");
    // whoever reads goes on when the daemon is back
    drop(notices);
    assert!(check_fifo(&path).is_ok());
    line(&with_fifo(&path), "three");
    assert_eq!(drain(&mut reader), "three\n");
}

#[tokio::test]
async fn without_a_reader_lines_are_dropped_and_a_reader_may_come_and_go() {
    let place = Place::new();
    let path = place.path("fifo");
    let notices = with_fifo(&path);
    line(&notices, "1");
    assert_eq!(notices.lines_dropped(), 1);
    let mut first = reader(&path);
    line(&notices, "2");
    assert_eq!(drain(&mut first), "2\n");
    drop(first);
    line(&notices, "3");
    assert_eq!(notices.lines_dropped(), 2);
    // removed by somebody: made again
    fs::remove_file(&path).unwrap();
    line(&notices, "4");
    let mut second = reader(&path);
    line(&notices, "5");
    assert_eq!(drain(&mut second), "5\n");
    // another reader takes the place of the first between two lines
    drop(second);
    let mut third = reader(&path);
    line(&notices, "6");
    assert_eq!(drain(&mut third), "6\n");
    assert_eq!(notices.lines_dropped(), 3);
}

#[tokio::test]
async fn a_full_pipe_loses_whole_lines_and_holds_up_nothing() {
    let place = Place::new();
    let path = place.path("fifo");
    mkfifo(path.as_str(), Mode::S_IRWXU).unwrap();
    let mut reader = reader(&path);
    let notices = with_fifo(&path);
    let mut pushed = 0_u64;
    while notices.lines_dropped() < 10 {
        line(
            &notices,
            ["INSTANCE \"VI_1\" MASTER 100", "INSTANCE \"VI_1\" BACKUP 100"][usize::from(pushed % 2 == 1)],
        );
        pushed += 1;
        assert!(pushed < 100_000, "it never fills");
    }
    let text = drain(&mut reader);
    assert!(text.ends_with('\n'));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len() as u64, pushed - 10);
    assert!(pushed > 30_000, "{pushed}: all servers of a large cluster may turn at once");
    let words = ["INSTANCE \"VI_1\" MASTER 100", "INSTANCE \"VI_1\" BACKUP 100"];
    assert!(lines.iter().zip(words.into_iter().cycle()).all(|(line, wanted)| *line == wanted));
    // there is room again; a line that would not go in whole is not begun
    line(&notices, &"x".repeat(4_096));
    line(&notices, "short");
    assert_eq!(drain(&mut reader), "short\n");
    assert_eq!(notices.lines_dropped(), 11);
}

#[tokio::test]
async fn nothing_but_a_named_pipe_is_written_to() {
    let place = Place::new();
    place.write("file", "precious");
    std::os::unix::fs::symlink(place.path("file"), place.path("link")).unwrap();
    for name in ["file", "link"] {
        for reader in [Vec::new(), vec!["/bin/true".to_owned()]] {
            let notices = Notices::new();
            notices.set(&read_by(&place.path(name), reader));
            line(&notices, "harm");
            assert_eq!(notices.lines_dropped(), 1);
            assert_eq!(place.read("file"), "precious");
        }
    }
}

#[test]
fn a_path_that_cannot_be_a_pipe_is_named() {
    let place = Place::new();
    place.write("file", "");
    let message = |path: &str| check_fifo(path).unwrap_err().to_string();
    let (file, deep) = (place.path("file"), place.path("gone/fifo"));
    assert_eq!(message("run/fifo"), "'run/fifo' is no full path: write it from the first '/' on");
    assert_eq!(
        message(&file),
        format!("{file} is there, but is no named pipe: remove it, or name another path")
    );
    assert_eq!(message(&deep), format!("{deep} cannot be made: its directory does not exist"));
    assert_eq!(message(&place.path("file/fifo")), format!("cannot look at {}", place.path("file/fifo")));
    assert!(check_fifo(&place.path("fifo")).is_ok());
    assert!(!fs::exists(place.path("fifo")).unwrap());
}

#[tokio::test]
async fn a_reader_gets_every_line_also_those_before_it_was_there_and_at_the_end() {
    let place = Place::new();
    let path = place.path("fifo");
    let text = "sleep 0.1; while read -r line; do echo \"$1 $line\" >>\"$0\".log; done <\"$2\"; echo end >>\"$0\".log";
    let config = read_by(&path, [place.script("reader", text), vec!["own".into()]].concat());
    let notices = Notices::new();
    notices.set(&config);
    line(&notices, "first");
    until("the reader is there", || place.read("reader.log") == "own first\n").await;
    notices.set(&config);
    line(&notices, "last");
    assert!(notices.finish(PATIENCE).await);
    assert_eq!(place.read("reader.log"), "own first\nown last\nend\n");
    assert_eq!(notices.lines_dropped(), 0);
    line(&notices, "too late");
    assert_eq!(place.read("reader.log"), "own first\nown last\nend\n");
}

#[tokio::test]
async fn a_reader_that_ends_is_started_again_and_loses_no_line() {
    let place = Place::new();
    let path = place.path("fifo");
    // one line each time; the pipe may have gone meanwhile
    let text = "read -r line <\"$1\"; echo \"$line\" >>\"$0\".log; [ $line = two ] && rm \"$1\"";
    let notices = Notices::new();
    notices.set(&read_by(&path, place.script("reader", text)));
    line(&notices, "one");
    until("the first ran", || place.read("reader.log") == "one\n").await;
    let first = fs::metadata(&path).unwrap().ino();
    line(&notices, "two");
    until("the second ran", || place.read("reader.log") == "one\ntwo\n").await;
    until("another pipe is made", || fs::metadata(&path).is_ok_and(|pipe| pipe.ino() != first)).await;
    line(&notices, "three");
    until("the third ran", || place.read("reader.log").ends_with("three\n")).await;
    assert_eq!(notices.lines_dropped(), 0);
}

#[tokio::test]
async fn a_reader_is_killed_when_it_is_no_longer_named_when_it_does_not_end_and_when_all_is_dropped() {
    let place = Place::new();
    let hangs = place.script("hangs", "echo $$ >>\"$0\".pid; exec sleep 1000");
    let config = read_by(&place.path("fifo"), hangs);
    let pid = || place.read("hangs.pid").lines().next_back().unwrap_or_default().to_owned();
    let starts = || place.read("hangs.pid").lines().count();
    let notices = Notices::new();
    notices.set(&config);
    until("it runs", || starts() == 1).await;
    notices.set(&VrrpConfig::default());
    until("it is killed", || is_dead(&pid())).await;
    notices.set(&config);
    until("it runs again", || starts() == 2).await;
    drop(notices);
    until("it is killed again", || is_dead(&pid())).await;
    let notices = Notices::new();
    notices.set(&config);
    until("it runs once more", || starts() == 3).await;
    assert!(notices.finish(PATIENCE).await);
    until("it is killed at last", || is_dead(&pid())).await;
    // nothing begins after the end
    notices.set(&config);
    assert_eq!(starts(), 3);
}

#[tokio::test]
async fn a_reader_without_rights_can_read_what_is_made_for_it_alone() {
    let place = Place::new();
    let path = place.path("fifo");
    place.write("log", "");
    mode(place.path("log"), 0o622);
    let text = "read -r line <\"$1\"; echo \"$(id -u) $line\" >>\"${0%/*}/log\"; exec sleep 1000";
    let notices = Notices::new();
    notices.set(&VrrpConfig {
        script_user: Some("nobody".into()),
        ..read_by(&path, place.script("reader", text))
    });
    line(&notices, "one");
    until("it reads", || place.read("log") == "65534 one\n").await;
    let pipe = fs::metadata(&path).unwrap();
    // and so can the director, after a restart, whatever it is without
    assert_eq!((pipe.uid(), pipe.gid(), pipe.mode() & 0o7777), (65_534, 0, 0o660));
}
