use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::{Duration, Instant};

use ::vrrp::{Announcing, Group, Interval, Priority, State, Version, Vrid};
use config::director::{Fifo, Notify, RouterConfig, SyncGroup, VrrpConfig};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::queue::{Job, MOST_QUEUED, Queue};
use super::{Event, Kind, Notifier, Word, check_fifo};
use crate::places::{PATIENCE, Place, is_dead, mode, until};

fn router(name: &str, notify: Notify) -> RouterConfig {
    RouterConfig {
        name: name.into(),
        interface: "eth0".into(),
        vrid: Vrid::new(51).unwrap(),
        version: Version::V3,
        priority: Priority::new(100).unwrap(),
        interval: Interval::centiseconds(10).unwrap(),
        preempt: true,
        preempt_delay: Duration::ZERO,
        password: None,
        addresses: Vec::new(),
        excluded: Vec::new(),
        routes: Vec::new(),
        peers: Vec::new(),
        source: None,
        group: None,
        check_addresses: true,
        pseudo_header: true,
        announcing: Announcing {
            repeat: 5,
            delay: Duration::ZERO,
            refresh: None,
            refresh_repeat: 1,
            rival_delay: Duration::ZERO,
            rival_repeat: 5,
        },
        track_interfaces: Vec::new(),
        track_scripts: Vec::new(),
        track_files: Vec::new(),
        track_processes: Vec::new(),
        track_services: Vec::new(),
        notify,
        alert: false,
    }
}

fn config(routers: Vec<RouterConfig>) -> VrrpConfig {
    VrrpConfig { routers, notify_timeout: PATIENCE, ..VrrpConfig::default() }
}

fn fifo(path: &str) -> Fifo {
    Fifo { path: path.into(), reader: Vec::new() }
}

fn with_fifo(path: &str) -> Notifier {
    let mut notifier = Notifier::new();
    let routers = vec![router("VI_1", Notify::default())];
    notifier.set(&VrrpConfig { notify_fifo: Some(fifo(path)), ..config(routers) });
    notifier
}

fn any(command: Vec<String>) -> Notify {
    Notify { any: command, ..Notify::default() }
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
async fn commands_get_keepalived_s_words_specific_ones_first() {
    let place = Place::new();
    let log = "for word; do printf '[%s]' \"$word\"; done >>\"${0%/*}/log\"; echo >>\"${0%/*}/log\"";
    let command = |name: &str| [place.script(name, log), vec![name.to_owned()]].concat();
    let notify = Notify {
        any: command("any"),
        master: command("master"),
        backup: command("backup"),
        fault: command("fault"),
        stop: command("stop"),
    };
    let mut notifier = Notifier::new();
    notifier.set(&config(vec![router("VI 1", notify)]));
    for (state, priority) in [
        (State::Backup, 100),
        (State::Master, 120),
        (State::Fault, 100),
        (State::Leaving, 100),
        (State::Initialize, 100),
    ] {
        notifier.push(&Event::of("VI 1", state, priority));
    }
    assert!(notifier.finish(PATIENCE).await);
    let wanted = "[backup][INSTANCE][VI 1][BACKUP][100]
[any][INSTANCE][VI 1][BACKUP][100]
[master][INSTANCE][VI 1][MASTER][120]
[any][INSTANCE][VI 1][MASTER][120]
[fault][INSTANCE][VI 1][FAULT][100]
[any][INSTANCE][VI 1][FAULT][100]
[stop][INSTANCE][VI 1][STOP][100]
[any][INSTANCE][VI 1][STOP][100]
";
    assert_eq!(place.read("log"), wanted);
}

#[tokio::test]
async fn the_order_is_that_of_the_transitions_however_slow_the_commands_are() {
    let place = Place::new();
    // each is slower than the next
    let text = "sleep 0.0$((9 - $4)); echo \"$2 $3 $4\" >>\"$0\".log";
    let command = place.script("slow", text);
    let mut notifier = Notifier::new();
    notifier.set(&config(vec![router("A", any(command.clone())), router("B", any(command))]));
    let mut wanted = String::new();
    let began = Instant::now();
    for nth in 0..9 {
        let (name, state) = (["A", "B"][nth % 2], [State::Master, State::Backup][nth / 2 % 2]);
        let word = ["MASTER", "BACKUP"][nth / 2 % 2];
        notifier.push(&Event::of(name, state, u8::try_from(nth).unwrap()));
        wanted.push_str(&format!("{name} {word} {nth}\n"));
    }
    assert!(began.elapsed() < Duration::from_millis(30), "pushing does not wait for commands");
    assert!(notifier.finish(PATIENCE).await);
    assert_eq!(place.read("slow.log"), wanted);
}

#[tokio::test]
async fn a_hanging_command_is_killed_and_the_next_runs() {
    let place = Place::new();
    let text = "echo $$ >>\"$0\".pids; [ \"$3\" = MASTER ] && exec sleep 1000; echo $3 >>\"$0\".log";
    let command = place.script("hangs", text);
    let mut notifier = Notifier::new();
    let mut config = config(vec![router("VI_1", any(command))]);
    config.notify_timeout = Duration::from_secs(1);
    notifier.set(&config);
    notifier.push(&Event::of("VI_1", State::Master, 100));
    notifier.push(&Event::of("VI_1", State::Backup, 100));
    assert!(!notifier.finish(Duration::from_millis(1)).await);
    assert!(notifier.finish(PATIENCE).await);
    assert_eq!(place.read("hangs.log"), "BACKUP\n");
    let pids = place.read("hangs.pids");
    assert!(pids.lines().all(is_dead));
}

#[tokio::test]
async fn dropped_it_kills_what_runs() {
    let place = Place::new();
    let command = place.script("hangs", "echo $$ >\"$0\".pid; exec sleep 1000");
    let mut notifier = Notifier::new();
    notifier.set(&config(vec![router("VI_1", any(command))]));
    notifier.push(&Event::of("VI_1", State::Master, 100));
    until("it runs", || !place.read("hangs.pid").is_empty()).await;
    drop(notifier);
    until("it is killed", || is_dead(place.read("hangs.pid").trim())).await;
}

#[tokio::test]
async fn a_command_that_others_may_write_is_not_run_and_the_next_is() {
    let place = Place::new();
    let (bad, good) = (place.script("bad", "touch \"$0\".ran"), place.script("good", "touch \"$0\".ran"));
    mode(&bad[0], 0o777);
    let mut notifier = Notifier::new();
    notifier.set(&config(vec![router("VI_1", Notify { master: bad, any: good, ..Notify::default() })]));
    notifier.push(&Event::of("VI_1", State::Master, 100));
    assert!(notifier.finish(PATIENCE).await);
    assert!(!fs::exists(place.path("bad.ran")).unwrap());
    assert!(fs::exists(place.path("good.ran")).unwrap());
}

#[tokio::test]
async fn a_group_moves_when_all_of_its_routers_have() {
    let place = Place::new();
    let fifo = place.path("fifo");
    let command = place.script("group", "echo \"$@\" >>\"$0\".log");
    let group = Group { name: "G1".into(), members: vec!["A".into(), "B".into()] };
    let mut config = config(["A", "B", "C"].map(|name| router(name, Notify::default())).into());
    config.groups = vec![SyncGroup { group, notify: any(command), alert: false }];
    config.notify_fifo = Some(self::fifo(&fifo));
    let mut notifier = Notifier::new();
    notifier.set(&config);
    let mut reader = reader(&fifo);
    for (name, state) in [
        ("A", State::Backup),
        ("C", State::Backup),
        ("B", State::Backup),
        ("A", State::Master),
        ("C", State::Master),
        ("B", State::Fault),
        ("B", State::Backup),
        ("B", State::Master),
    ] {
        notifier.push(&Event::of(name, state, 100));
    }
    let groups: Vec<_> =
        drain(&mut reader).lines().filter(|line| line.starts_with("GROUP")).map(str::to_owned).collect();
    assert_eq!(groups, ["GROUP \"G1\" BACKUP 0", "GROUP \"G1\" MASTER 0"]);
    assert!(notifier.finish(PATIENCE).await);
    assert_eq!(place.read("group.log"), "GROUP G1 BACKUP 0\nGROUP G1 MASTER 0\n");
}

#[tokio::test]
async fn a_removed_router_still_tells_that_it_stops() {
    let place = Place::new();
    let command = place.script("any", "echo \"$@\" >>\"$0\".log");
    let mut notifier = Notifier::new();
    notifier.set(&config(vec![router("OLD", any(command))]));
    notifier.push(&Event::of("OLD", State::Master, 100));
    notifier.set(&config(Vec::new()));
    notifier.push(&Event::of("OLD", State::Leaving, 100));
    notifier.push(&Event::of("OLD", State::Initialize, 100));
    notifier.set(&config(Vec::new()));
    notifier.push(&Event::of("OLD", State::Master, 100));
    assert!(notifier.finish(PATIENCE).await);
    assert_eq!(place.read("any.log"), "INSTANCE OLD MASTER 100\nINSTANCE OLD STOP 100\n");
}

#[tokio::test]
async fn a_full_queue_loses_the_oldest() {
    let queue = Queue::default();
    let total = MOST_QUEUED + 3;
    for nth in 0..total {
        let event = Event { kind: Kind::Instance, name: nth.to_string(), word: Word::Master, priority: 1 };
        queue.push(Job { event, scripts: Vec::new(), limit: PATIENCE });
    }
    let mut names = Vec::new();
    for _ in 0..MOST_QUEUED {
        names.push(queue.next().await.event.name);
        queue.done();
    }
    assert_eq!(names, (3..total).map(|nth| nth.to_string()).collect::<Vec<_>>());
    queue.idle().await;
}

#[tokio::test]
async fn the_named_pipe_is_made_and_gets_a_line_for_each_transition() {
    let place = Place::new();
    let path = place.path("fifo");
    let mut notifier = with_fifo(&path);
    let mut reader = reader(&path);
    notifier.push(&Event::of("VI_1", State::Master, 100));
    assert_eq!(drain(&mut reader), "INSTANCE \"VI_1\" MASTER 100\n");
    // the same word again is no news
    notifier.push(&Event::of("VI_1", State::Master, 100));
    notifier.push(&Event::of("VI_1", State::Backup, 80));
    notifier.push(&Event::of("VI_1", State::Fault, 80));
    notifier.push(&Event::of("VI_1", State::Initialize, 80));
    let wanted = "INSTANCE \"VI_1\" BACKUP 80\nINSTANCE \"VI_1\" FAULT 80\nINSTANCE \"VI_1\" STOP 80\n";
    assert_eq!(drain(&mut reader), wanted);
    assert_eq!(notifier.lines_dropped(), 0);
    // it stays for whoever reads when the daemon is back
    drop(notifier);
    assert!(check_fifo(&path).is_ok());
}

#[tokio::test]
async fn without_a_reader_lines_are_dropped_and_a_reader_may_come_and_go() {
    let place = Place::new();
    let path = place.path("fifo");
    let mut notifier = with_fifo(&path);
    notifier.push(&Event::of("VI_1", State::Master, 1));
    assert_eq!(notifier.lines_dropped(), 1);
    let mut first = reader(&path);
    notifier.push(&Event::of("VI_1", State::Backup, 2));
    assert_eq!(drain(&mut first), "INSTANCE \"VI_1\" BACKUP 2\n");
    drop(first);
    notifier.push(&Event::of("VI_1", State::Master, 3));
    assert_eq!(notifier.lines_dropped(), 2);
    // removed by somebody: made again
    fs::remove_file(&path).unwrap();
    notifier.push(&Event::of("VI_1", State::Backup, 4));
    let mut second = reader(&path);
    notifier.push(&Event::of("VI_1", State::Master, 5));
    assert_eq!(drain(&mut second), "INSTANCE \"VI_1\" MASTER 5\n");
    // another reader takes the place of the first between two lines
    drop(second);
    let mut third = reader(&path);
    notifier.push(&Event::of("VI_1", State::Backup, 6));
    assert_eq!(drain(&mut third), "INSTANCE \"VI_1\" BACKUP 6\n");
    assert_eq!(notifier.lines_dropped(), 3);
}

#[tokio::test]
async fn a_full_pipe_loses_whole_lines_and_holds_up_nothing() {
    let place = Place::new();
    let path = place.path("fifo");
    mkfifo(path.as_str(), Mode::S_IRWXU).unwrap();
    let mut reader = reader(&path);
    fcntl(&reader, FcntlArg::F_SETPIPE_SZ(4096)).unwrap();
    let mut notifier = with_fifo(&path);
    let mut pushed = 0_u64;
    while notifier.lines_dropped() < 10 {
        let state = [State::Master, State::Backup][usize::from(pushed % 2 == 1)];
        notifier.push(&Event::of("VI_1", state, 100));
        pushed += 1;
        assert!(pushed < 10_000, "it never fills");
    }
    let text = drain(&mut reader);
    assert!(text.ends_with('\n'));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len() as u64, pushed - 10);
    let words = ["INSTANCE \"VI_1\" MASTER 100", "INSTANCE \"VI_1\" BACKUP 100"];
    assert!(lines.iter().zip(words.into_iter().cycle()).all(|(line, wanted)| *line == wanted));
    // there is room again
    notifier.push(&Event::of("VI_1", State::Fault, 100));
    assert_eq!(drain(&mut reader), "INSTANCE \"VI_1\" FAULT 100\n");
}

#[tokio::test]
async fn nothing_but_a_named_pipe_is_written_to() {
    let place = Place::new();
    place.write("file", "precious");
    std::os::unix::fs::symlink(place.path("file"), place.path("link")).unwrap();
    for name in ["file", "link"] {
        let mut notifier = with_fifo(&place.path(name));
        notifier.push(&Event::of("VI_1", State::Master, 100));
        assert_eq!(notifier.lines_dropped(), 1);
        assert_eq!(place.read("file"), "precious");
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
