//! What attempts cost: `cost tcp|http ADDRESS:PORT COUNT` makes COUNT good ones, eight at a time, and prints the CPU time; under
//! `strace -c` it counts system calls (unoptimized builds add an `fcntl` for each `close`).
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring tool")]

use std::sync::Arc;
use std::time::Duration;

use health::{CheckKind, CheckSpec, Checks, HttpCheck, Outcome, Start, StatusRange, TcpCheck};
use lvs_probe::Prober;
use nix::sys::resource::{UsageWho, getrusage};
use tokio::sync::mpsc;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut words = std::env::args().skip(1);
    let kind = kind(&words.next().unwrap());
    let spec = spec(kind, words.next().unwrap().parse().unwrap());
    let count: u32 = words.next().unwrap().parse().unwrap();

    let mut checks = Checks::new(1);
    checks.set(std::iter::once((Arc::clone(&spec), Start::Unknown)), Duration::ZERO);
    let (id, _) = checks.poll_due(Duration::ZERO).unwrap();
    let (send, mut results) = mpsc::channel(8);
    let prober = Prober::new(8, send);
    for _ in 0..count / 8 {
        for _ in 0..8 {
            prober.start(id, Arc::clone(&spec));
        }
        for _ in 0..8 {
            let (_, outcome) = results.recv().await.unwrap();
            assert_eq!(outcome, Outcome::Pass);
        }
    }
    let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    println!("user {}, system {}", usage.user_time(), usage.system_time());
}

fn kind(name: &str) -> CheckKind {
    if name == "tcp" {
        return CheckKind::Tcp(TcpCheck::CONNECT);
    }
    let status = vec![StatusRange { first: 200, last: 399 }];
    CheckKind::Http(HttpCheck { status, ..HttpCheck::get("/") })
}

fn spec(kind: CheckKind, target: std::net::SocketAddr) -> Arc<CheckSpec> {
    let second = Duration::from_secs(1);
    Arc::new(CheckSpec { interval: second, interval_down: second, fall: 1, ..CheckSpec::new(target, kind) })
}
