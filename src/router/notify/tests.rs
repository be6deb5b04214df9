use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::{Duration, Instant};

use ::vrrp::{Announcing, Group, Interval, Priority, State, Version, Vrid};
use config::director::{Fifo, Notify, RouterConfig, SyncGroup, VrrpConfig};
use nix::fcntl::OFlag;
use programs::Notices;

use super::{Event, Notifier};
use crate::places::{PATIENCE, Place};

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
    let mut notifier = Notifier::new(Notices::new());
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
    let mut notifier = Notifier::new(Notices::new());
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
async fn a_group_moves_when_all_of_its_routers_have() {
    let place = Place::new();
    let fifo = place.path("fifo");
    let command = place.script("group", "echo \"$@\" >>\"$0\".log");
    let group = Group { name: "G1".into(), members: vec!["A".into(), "B".into()] };
    let mut config = config(["A", "B", "C"].map(|name| router(name, Notify::default())).into());
    config.groups = vec![SyncGroup { group, notify: any(command), alert: false }];
    config.notify_fifo = Some(self::fifo(&fifo));
    let notices = Notices::new();
    notices.set(&config);
    let mut notifier = Notifier::new(notices);
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
    let mut notifier = Notifier::new(Notices::new());
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
async fn the_named_pipe_gets_keepalived_s_lines_each_word_once() {
    let place = Place::new();
    let path = place.path("fifo");
    let config =
        VrrpConfig { notify_fifo: Some(fifo(&path)), ..config(vec![router("VI 1", Notify::default())]) };
    let notices = Notices::new();
    notices.set(&config);
    let mut reader = reader(&path);
    let mut notifier = Notifier::new(notices.clone());
    notifier.set(&config);
    for (state, priority) in [
        (State::Master, 100),
        // the same word again is no news
        (State::Master, 100),
        (State::Backup, 80),
        (State::Fault, 80),
        (State::Leaving, 80),
        (State::Initialize, 80),
    ] {
        notifier.push(&Event::of("VI 1", state, priority));
    }
    let wanted = "INSTANCE \"VI 1\" MASTER 100
INSTANCE \"VI 1\" BACKUP 80
INSTANCE \"VI 1\" FAULT 80
INSTANCE \"VI 1\" STOP 80
";
    assert_eq!(drain(&mut reader), wanted);
    assert_eq!(notices.lines_dropped(), 0);
}
