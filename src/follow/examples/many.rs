//! What following costs: `many AGENTS SECONDS [HEARTBEAT_MS]` plays so many agents in another process, follows them in this one and
//! judges what they tell; then it prints processor time and memory of this process alone. At last it stops itself for a while
//! and counts the agents that it then takes for silent.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::panic, reason = "a measuring tool")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use daemon::clock::Clock;
use daemon::limits::raise_nofile;
use lvs_follow::{Follower, Wanted};
use nix::sys::resource::{UsageWho, getrusage};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use watch::{Agents, News};

/// What an agent with one VIP says.
const STATE: &str = r#"{"version":"0.1.0","format":1,"host":"RS01","instance":"0123456789abcdef","seq":1,"ready":true,"weight":null,"draining_since":null,"contested":false,"vips":[{"address":"192.168.100.240","device":"lo","ready":true,"reason":null,"barred":null,"draining_since":null,"drain":null,"owned":true,"steps":[{"step":"sysctls","ok":true,"reason":null,"note":null},{"step":"address","ok":true,"reason":null,"note":null},{"step":"tcp/80","ok":true,"reason":null,"note":null}]}],"repairs":{"addresses":0,"sysctls":0,"devices":0},"problems":[]}"#;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, or: u64| words.get(index).map_or(or, |word| word.parse().unwrap());
    raise_nofile(20_000).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let heartbeat = Duration::from_millis(number(2, 1_000));
    if std::env::var_os("PLAY").is_some() {
        std::thread::spawn(end_with_the_other);
        LocalSet::new().block_on(&runtime, play(number(0, 2_000), heartbeat));
    } else {
        let seconds = Duration::from_secs(number(1, 30));
        LocalSet::new().block_on(&runtime, follow(&words, seconds, heartbeat));
    }
}

fn end_with_the_other() {
    let _ = std::io::stdin().read(&mut [0]);
    std::process::exit(0);
}

async fn play(agents: u64, heartbeat: Duration) {
    for _ in 0..agents {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                spawn_local(tell(stream, heartbeat));
            }
        });
    }
    println!();
    std::future::pending::<()>().await;
}

async fn tell(mut stream: TcpStream, heartbeat: Duration) {
    let mut request = [0; 1024];
    let _ = stream.read(&mut request).await;
    let beat = format!("event: heartbeat\ndata: {}\n\n", heartbeat.as_millis());
    let head = "HTTP/1.0 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
    let hello = "event: hello\ndata: {\"watch\":\"0123456789abcdef\",\"format\":1}\n\n";
    let mut next = format!("{head}{hello}event: state\ndata: {STATE}\n\n");
    let mut ticks = interval(heartbeat);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if stream.write_all(next.as_bytes()).await.is_err() {
            return;
        }
        next.clone_from(&beat);
    }
}

async fn follow(words: &[String], seconds: Duration, heartbeat: Duration) {
    let empty = resident();
    let (mut child, agents) = other(words);
    let (send, mut news) = mpsc::channel(1_024);
    let (mut follower, mut known, clock) = (Follower::new(send), Agents::new(), Clock::start());
    known.set(agents.iter().copied(), clock.now());
    let count = agents.len();
    let begun = cpu();
    let wanted = Wanted { agents, director: "LVS01".to_owned(), heartbeat: Some(heartbeat), tls: None };
    follower.set(wanted);
    for _ in 0..count {
        let (agent, news) = news.recv().await.unwrap();
        assert!(matches!(news, News::State(_)), "{news:?}");
        known.handle(agent, news, clock.now());
    }
    println!("{count} agents heard after {:.2} s, {:.3} s of CPU", clock.now().as_secs_f64(), cpu() - begun);
    sleep(Duration::from_secs(2)).await;
    let begun = cpu();
    let disturbed = timeout(seconds, news.recv()).await;
    let used = (cpu() - begun) / seconds.as_secs_f64();
    println!("CPU: {:.2} % of a core over {seconds:?}, disturbed by {disturbed:?}", used * 100.0);
    let all = resident();
    println!("memory: {all} kB, {} kB of it for agents", all - empty);
    // long enough that all would have been silent; stopped like this, no timer of this process sees it
    std::thread::sleep(heartbeat * 4);
    let silent = timeout(Duration::from_secs(1), news.recv()).await.is_ok();
    println!("held up for {:?}: {} taken for silent", heartbeat * 4, if silent { "some" } else { "none" });
    drop(child.stdin.take());
    let _ = child.wait();
}

fn other(words: &[String]) -> (Child, BTreeSet<SocketAddr>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(words).env("PLAY", "1").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let lines = lines.map_while(Result::ok).take_while(|line| !line.is_empty());
    let agents = lines.map(|line| line.parse().unwrap()).collect();
    (child, agents)
}

/// Processor time of this process so far, in seconds.
fn cpu() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    [usage.user_time(), usage.system_time()]
        .map(|time| {
            f64::from(u32::try_from(time.tv_sec()).unwrap())
                + f64::from(u32::try_from(time.tv_usec()).unwrap()) / 1e6
        })
        .iter()
        .sum()
}

/// Resident memory in kB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
